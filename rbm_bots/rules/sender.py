"""Row 5, SMS alone: who is shown as the sender, and whether the short code may carry this class.

Ranges of the French plan: 34 carries any class once the person has written; 35 marketing together with Géo Présence; 36
any class; 37 Web2SMS and nothing else; 38 machines' SIM cards, and since 2024 everything but marketing and Web2SMS.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.question import Leg, Question

__all__ = ["check_sender", "has_name"]

_CODE: Final = re.compile(r"3[4-8][0-9]{3}")
_NAME: Final = re.compile(r"(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,11}")


def check_sender(question: Question) -> Decision | None:
    """Syntax, protected lists, option, status, range, identity: the first that fails is the rule named."""
    if question.leg.channel != "sms":
        return None
    return next((deny(rule) for rule, holds in _CHECKS if not holds(question)), None)


def _has_syntax(question: Question) -> bool:
    """A code of five digits; as sender that code itself, or 1 to 11 letters and digits with a letter among them."""
    leg = question.leg
    if leg.code is None or not _CODE.fullmatch(leg.code):
        return False
    return not has_name(leg) or _NAME.fullmatch(leg.sender or "") is not None


def has_name(leg: Leg) -> bool:
    """Whether a name stands in the place of the short code."""
    return leg.sender is not None and leg.sender != leg.code


def _is_free_to_use(question: Question) -> bool:
    name = (question.leg.sender or "").casefold()
    protected = question.facts.protected
    if name in {one.casefold() for one in protected.forbidden}:
        return False
    authorised = {one.casefold() for one in protected.authorisations}
    return name not in {one.casefold() for one in protected.authorised_only} or name in authorised


def _has_option(question: Question) -> bool:
    return question.facts.oadc_option or not has_name(question.leg)


def _is_in_service(question: Question) -> bool:
    return question.facts.code_status == "in_service"


def _fits_range(question: Question) -> bool:
    leg = question.leg
    prefix = (leg.code or "")[:2]
    if leg.message_class in _OWN_RANGE or prefix == _OWN_RANGE["web2sms"]:
        return _OWN_RANGE.get(leg.message_class or "") == prefix
    if prefix == "34":
        last = question.facts.last_inbound_at
        return last is not None and last <= question.now
    if prefix == "35":
        return question.kind == "marketing" and leg.geo
    return prefix == "36" or (question.kind != "marketing" and prefix not in question.rules.machines_only)


def _is_identified(question: Question) -> bool:
    return question.leg.message_class != "web2sms" or question.facts.web2sms_authenticated


_OWN_RANGE: Final = {"web2sms": "37", "m2m": "38"}
_CHECKS: Final[tuple[tuple[str, Callable[[Question], bool]], ...]] = (
    ("sender_syntax", _has_syntax),
    ("sender_protected", _is_free_to_use),
    ("sender_option", _has_option),
    ("sender_status", _is_in_service),
    ("sender_range", _fits_range),
    ("sender_identity", _is_identified),
)
