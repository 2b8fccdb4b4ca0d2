"""What the rules answer: allow, defer until an instant, or deny; and in words, why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

import msgspec

__all__ = ["REASONS", "Decision", "defer", "deny"]

REASONS: Final[Mapping[str, str]] = MappingProxyType({
    "class": "the message class is unknown, or this is no answer within 24 hours of the person's last message",
    "stop": "the person said STOP",
    "consent": "no proven opt-in of this person covers the message",
    "adult": "adult content is not sent",
    "minors": "nothing promotional goes to services for minors",
    "free_claim": "the text says «gratuit» and something it promotes is paid",
    "sender_syntax": "the short code or the sender name is not written as one",
    "sender_protected": "the sender name is protected, and the brand may not use it",
    "sender_option": "a sender name wants the option for sender names",
    "sender_status": "the short code is not in service",
    "sender_range": "the range of the short code does not carry this class",
    "sender_identity": "the person who writes from the web is not authenticated",
    "stop_mention": "the text does not say how to object (STOP; under a sender name with the short code)",
    "quiet_hours": "the rule set in force is closed at this hour or on this day",
    "one_a_day": "this brand's marketing message of the day has left",
    "alias_rcs": "RCS needs a number; an alias is none",
    "identifier": "a Gallery alias may be written to only with the common identifier",
    "window": "the time in which this alias may be written to is over or has not begun",
    "operator": "the number is another operator's, and there is no route to it",
    "error_ratio": "too many of the sends went to numbers that are unknown or not served",
    "quota": "the quota is used up",
})  # fmt: skip
"""Every rule that can refuse, and what it says to a person."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a message may leave now.

    ``rule``: the rule that did not allow it, ``None`` when it may leave. ``until``: of a deferral the instant (UTC) at
    which to ask again; of a denial by ``window`` the instant at which the window ended, if there was one.
    ``rule_set``: the dated set in force, where one was looked at. ``flags``: rules that would have refused marketing;
    the message leaves, and whoever reads the record sees it.
    """

    verdict: Literal["allow", "defer", "deny"] = "allow"
    rule: str | None = None
    until: datetime | None = None
    rule_set: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the message may leave."""
        return self.verdict == "allow"

    @property
    def reason(self) -> str:
        """Why it may not leave, in one sentence without a full stop; empty when it may."""
        return REASONS[self.rule] if self.rule is not None else ""


def deny(rule: str, *, until: datetime | None = None) -> Decision:
    """A refusal by ``rule``."""
    return Decision(verdict="deny", rule=rule, until=until)


def defer(rule: str, *, until: datetime) -> Decision:
    """A refusal by ``rule`` for now: ask again at ``until``."""
    return Decision(verdict="defer", rule=rule, until=until)
