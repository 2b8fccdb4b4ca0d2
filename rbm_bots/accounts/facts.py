"""A journal row as a fact of the fold: the one place that says which row means what.

=====================================  ==========================================================================
row                                    fact
=====================================  ==========================================================================
``outbox:…``, kind ``sent``            ``mt_accepted`` or ``mt_rejected``, when the platform gave the message an id
``sms:CODE``, kind ``messageStatus``   ``sms_delivered`` or ``sms_failed``
``sms:CODE``, any other                none: an SMS of a person answers nothing
other sources, kind ``messageStatus``  ``mt_delivered``, ``mt_displayed``, ``mt_failed`` or ``mt_revoked``
other sources, with ``detail``         ``mo``
=====================================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, cast

from rbm_bots.ledger.facts import Fact, FactType, MoKind
from rbm_bots.store.ledger_journal import KeptFact

__all__ = ["SmsUnit", "fact_of", "facts_of_rows"]

SmsUnit = Literal["part", "message"]
"""What an SMS counts by: each delivered part, or the whole message once."""

_SENT: Final[Mapping[str | None, FactType]] = {"accepted": "mt_accepted", "rejected": "mt_rejected"}
_RECEIPTS: Final[Mapping[str | None, FactType]] = {
    "delivered": "mt_delivered",
    "displayed": "mt_displayed",
    "failed": "mt_failed",
    "revoked": "mt_revoked",
    "canceled": "mt_revoked",
}
_REPORTS: Final[Mapping[str | None, FactType]] = {"delivered": "sms_delivered", "failed": "sms_failed"}
_SAID: Final = frozenset({"message", "response", "newUser"})


def fact_of(kept: KeptFact, *, sms_unit: SmsUnit = "part") -> Fact | None:
    """The row as a fact; ``None`` when it can never cost anything."""
    message = kept.source_id if kept.message_id is None and kept.detail is not None else kept.message_id
    row = (
        kept.contact_id, kept.bot, kept.at, kept.source.startswith("sms:"), kept.kind, kept.status, kept.detail,
        message, kept.in_reply_to, kept.operator, kept.basic, kept.logical_id,
    )  # fmt: skip
    return next(facts_of_rows([row], sms_unit=sms_unit), None)


def facts_of_rows(rows: Iterable[Sequence[Any]], *, sms_unit: SmsUnit) -> Iterator[Fact]:
    """Rows of :func:`rbm_bots.store.ledger_journal.stream` as facts, in their order."""
    for contact, bot, at, by_sms, kind, status, detail, message, named, operator, basic, logical in rows:
        what = _type(kind, status, detail, by_sms=by_sms)
        if what is None or message is None:
            continue
        counted = logical or message if what == "sms_delivered" and sms_unit == "message" else message
        yield Fact(
            id=message,
            type=what,
            at_ms=at,
            msg=counted,
            bot=bot,
            user=contact,
            operator=operator,
            kind=cast("MoKind", detail) if what == "mo" else "text",
            in_reply_to=named,
            basic=bool(basic),
        )


def _type(kind: str, status: str | None, detail: str | None, *, by_sms: bool) -> FactType | None:
    if kind == "messageStatus":
        return _REPORTS.get(status) if by_sms else _RECEIPTS.get(status)
    if kind == "sent":
        return _SENT.get(status)
    return "mo" if detail is not None and kind in _SAID and not by_sms else None
