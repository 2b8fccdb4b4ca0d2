"""Row 1: the class is known; an answer (*conversation*) follows the person's last message within 24 elapsed hours."""

from __future__ import annotations

from datetime import timedelta

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.question import Question

__all__ = ["check_class"]

_ANSWER_WITHIN = timedelta(hours=24)


def check_class(question: Question) -> Decision | None:
    """Refuse an unknown class, and an answer to nobody. Half-open: 24 hours later is too late."""
    if question.kind is None:
        return deny("class")
    if question.kind == "conversation":
        last = question.facts.last_inbound_at
        if last is None or not timedelta(0) <= question.now - last < _ANSWER_WITHIN:
            return deny("class")
    return None
