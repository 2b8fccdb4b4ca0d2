"""Row 10: the number is served by a route of ours, and the campaign has not missed too often.

The operator may cut the RCS access of whoever sends more than 15 % to numbers that are unknown or not its own. A
number whose operator is not known passes; it shows in the ratio if it was a miss.
"""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.question import Question

__all__ = ["check_error_ratio", "check_operator"]


def check_operator(question: Question) -> Decision | None:
    """Refuse another operator's number, unless it is an SMS that can go another way."""
    facts = question.facts
    served = facts.operator != "other" or (question.leg.channel == "sms" and facts.other_route)
    return None if served else deny("operator")


def check_error_ratio(question: Question) -> Decision | None:
    """Refuse RCS when too many were misses: from 100 attempts on more than 15 %, or what the application settles."""
    missed = question.leg.channel == "rcs" and question.facts.error_ratio.over
    return deny("error_ratio") if missed else None
