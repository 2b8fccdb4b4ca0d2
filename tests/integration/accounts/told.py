"""Facts written short: hours after Monday 2 March 2026, 10:00 in Paris."""

from __future__ import annotations

from rbm_bots.ledger.facts import Fact, FactType, MoKind

__all__ = ["HOUR", "START", "answer", "at", "event", "said", "sent", "sms"]

START = 1_772_442_000_000
HOUR = 3_600_000


def at(hours: float) -> int:
    return START + int(hours * HOUR)


def event(kind: FactType, msg: str, hours: float, *, user: str = "u", operator: str | None = None) -> Fact:
    return Fact(
        id=f"{kind}-{msg}-{hours}", type=kind, at_ms=at(hours), msg=msg, bot="bot", user=user, operator=operator
    )


def sent(msg: str, hours: float, *, user: str = "u") -> list[Fact]:
    """A bot message that was accepted and delivered at once."""
    return [event("mt_accepted", msg, hours, user=user), event("mt_delivered", msg, hours, user=user)]


def said(msg: str, hours: float, *, user: str = "u", kind: MoKind = "text", names: str | None = None) -> Fact:
    return Fact(
        id=f"mo-{msg}", type="mo", at_ms=at(hours), msg=msg, bot="bot", user=user, kind=kind, in_reply_to=names
    )  # fmt: skip


def answer(hours: float, *, user: str = "u") -> list[Fact]:
    return [said(f"answer-{hours}", hours, user=user)]


def sms(msg: str, hours: float, *, user: str = "u") -> list[Fact]:
    return [event("sms_delivered", msg, hours, user=user)]
