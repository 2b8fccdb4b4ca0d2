"""Row 7: marketing waits for the opening hours of the rule set in force."""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, defer
from rbm_bots.rules.opening import is_open, next_opening
from rbm_bots.rules.question import Question

__all__ = ["check_quiet_hours"]


def check_quiet_hours(question: Question) -> Decision | None:
    """Defer marketing to the next opening, on a channel whose hours the set rules."""
    if question.kind != "marketing" or is_open(question, question.now):
        return None
    return defer("quiet_hours", until=next_opening(question))
