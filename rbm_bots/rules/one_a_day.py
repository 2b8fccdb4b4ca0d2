"""Row 8: one marketing message a day of a brand to a person, by the person's own date.

What counts is the logical message: its SMS leg is not held back by its own RCS leg.
"""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, defer
from rbm_bots.rules.opening import next_open_day
from rbm_bots.rules.question import Left, Question

__all__ = ["check_one_a_day"]


def check_one_a_day(question: Question) -> Decision | None:
    """Defer the second one to the opening of the next open day."""
    if question.kind != "marketing" or not question.settings.one_a_day:
        return None
    if any(_counts(left, question) for left in question.facts.marketing):
        return defer("one_a_day", until=next_open_day(question))
    return None


def _counts(left: Left, question: Question) -> bool:
    return (
        left.at <= question.now
        and left.brand in (None, question.leg.brand)
        and (left.message is None or left.message != question.leg.id)
        and left.at.astimezone(question.zone).date() == question.today
    )
