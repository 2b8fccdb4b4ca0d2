"""Which journal row is which fact."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rbm_bots.accounts.facts import fact_of
from rbm_bots.ledger.basic import is_basic
from rbm_bots.messages import FileContent, Message, Reply, Text
from rbm_bots.store.ledger_journal import KeptFact

ROW = KeptFact(
    seq=1, source="maap:APP1:garage", at=5, source_id="s", kind="messageStatus", bot="garage", contact_id="c",
    message_id="m", status="delivered", message_class=None, operator="SFR", received_at=6, detail=None,
    in_reply_to=None, logical_id=None, brand=None, campaign=None, sender=None, partner=None, basic=None,
)  # fmt: skip


def row(**changed: Any) -> KeptFact:
    return msgspec.structs.replace(ROW, **changed)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, "mt_delivered"),
        ({"status": "displayed"}, "mt_displayed"),
        ({"status": "failed"}, "mt_failed"),
        ({"status": "revoked"}, "mt_revoked"),
        ({"status": "canceled"}, "mt_revoked"),
        ({"status": "pending"}, None),
        ({"status": None}, None),
        ({"message_id": None}, None),
        ({"source": "outbox:APP1", "kind": "sent", "status": "accepted"}, "mt_accepted"),
        ({"source": "outbox:APP1", "kind": "sent", "status": "rejected"}, "mt_rejected"),
        ({"source": "outbox:APP1", "kind": "sent", "status": "unknown"}, None),
        ({"source": "outbox:APP1", "kind": "sent", "status": "accepted", "message_id": None}, None),
        ({"source": "outbox:sms:36123", "kind": "sms", "status": "accepted"}, None),
        ({"source": "outbox:APP1", "kind": "revoke", "status": "accepted"}, None),
        ({"source": "sms:36123"}, "sms_delivered"),
        ({"source": "sms:36123", "status": "failed"}, "sms_failed"),
        ({"source": "sms:36123", "status": "displayed"}, None),
        ({"source": "sms:36123", "kind": "message", "detail": "text", "status": None}, None),
        ({"kind": "message", "detail": "text", "status": None}, "mo"),
        ({"kind": "response", "detail": "suggested_reply", "status": None}, "mo"),
        ({"kind": "newUser", "detail": "suggested_reply", "status": None}, "mo"),
        ({"kind": "response", "detail": None, "status": None}, None),
        ({"kind": "isTyping", "status": None}, None),
        ({"kind": "optOut", "status": None}, None),
        ({"kind": "timer", "status": "t"}, None),
    ],
)
def test_a_row_is_the_fact_that_it_says(changed: dict[str, Any], kind: str | None) -> None:
    fact = fact_of(row(**changed))
    assert (None if fact is None else fact.type) == kind


def test_a_fact_has_the_rows_values() -> None:
    fact = fact_of(row(kind="message", status=None, detail="file", in_reply_to="b", basic=True))
    assert fact is not None
    assert (fact.at_ms, fact.msg, fact.bot, fact.user, fact.operator) == (5, "m", "garage", "c", "SFR")
    assert (fact.kind, fact.in_reply_to, fact.basic) == ("file", "b", True)


def test_a_user_event_without_an_id_has_the_sources_own() -> None:
    fact = fact_of(row(kind="response", status=None, detail="suggested_reply", message_id=None))
    assert fact is not None
    assert fact.msg == "s"


def test_an_sms_counts_by_part_or_by_message() -> None:
    part = row(source="sms:36123", logical_id="whole")
    found = [fact_of(part), fact_of(part, sms_unit="message"), fact_of(row(source="sms:36123"), sms_unit="message")]
    assert [one.msg for one in found if one is not None] == ["m", "whole", "m"]


@pytest.mark.parametrize(
    ("message", "basic"),
    [
        (Message(content=Text(text="a" * 160)), True),
        (Message(content=Text(text="a" * 161)), False),
        (Message(content=Text(text="é" * 80)), True),
        (Message(content=Text(text="é" * 81)), False),
        (Message(content=Text(text="a"), chips=(Reply(label="Oui", postback="y"),)), False),
        (Message(content=FileContent(url="https://example.com/a.pdf")), False),
    ],
)
def test_a_short_text_without_chips_is_basic(message: Message, basic: bool) -> None:
    assert is_basic(message) is basic
