"""Facts: what the journal says happened, as far as it can cost something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

__all__ = ["Fact", "FactType", "MoKind", "unique_facts"]

FactType = Literal[
    "mt_accepted",
    "mt_rejected",
    "mt_delivered",
    "mt_displayed",
    "mt_failed",
    "mt_revoked",
    "mo",
    "sms_delivered",
    "sms_failed",
    "sms_mo",
    "typing",
    "spam_report",
    "unsubscribe_event",
]
MoKind = Literal["text", "suggested_reply", "file", "location", "stop", "action_tap"]


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event about one message. ``at_ms`` is the platform's time, ms since the epoch, never our time of receipt.

    ``user`` is the contact id. ``operator`` is who serves the user, when the event names it. ``in_reply_to`` is the
    bot message that a user event names. ``basic`` marks a bot message short and plain enough for ``MU_BASIC``.
    """

    id: str
    type: FactType
    at_ms: int
    msg: str
    bot: str
    user: str
    operator: str | None = None
    kind: MoKind = "text"
    in_reply_to: str | None = None
    basic: bool = False
    source: str = ""


def unique_facts(facts: Iterable[Fact]) -> list[Fact]:
    """Each (source, id) once. Of several copies the earliest stays, whatever came first.

    The journal is unique already; this is for facts that come from elsewhere.
    """
    kept: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        key = (fact.source, fact.id)
        other = kept.get(key)
        if other is None or _rank(fact) < _rank(other):
            kept[key] = fact
    return list(kept.values())


def _rank(fact: Fact) -> tuple[int, str, str, str, str]:
    """Earliest first; the rest decides between copies that contradict each other, in any order of arrival alike."""
    return fact.at_ms, fact.type, fact.bot, fact.user, fact.msg
