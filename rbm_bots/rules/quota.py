"""Row 11: the quota of the application or the rate of the short code, for every class."""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, defer
from rbm_bots.rules.question import Question

__all__ = ["check_quota"]


def check_quota(question: Question) -> Decision | None:
    """Defer to the instant of the next free slot."""
    free_at = question.facts.quota_free_at
    return defer("quota", until=free_at) if free_at is not None and question.now < free_at else None
