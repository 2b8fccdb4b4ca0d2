"""What a journal row says to its conversation: the event, the cause its ids are made from, what was known as it played.

The worker plays rows as they come, a replay plays them again. Both read them here, so both give ``turn()`` the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from rbm_bots.channels.maap.inbound import parse
from rbm_bots.dialogue import Facts, Session, decode_session, encode_session
from rbm_bots.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    CallReturned,
    Event,
    Incoming,
    Said,
    SceneStarted,
    TimerFired,
)
from rbm_bots.store.conversations import Waiting
from rbm_bots.store.seal import Seal
from rbm_bots.store.turns import Handled

__all__ = [
    "JOURNAL_BODY",
    "Inside",
    "Row",
    "came_by_sms",
    "cause_of",
    "close_facts",
    "close_inside",
    "close_result",
    "close_said",
    "close_session",
    "open_event",
    "open_facts",
    "open_incoming",
    "open_session",
]

JOURNAL_BODY: Final = b"journal.body"
"""The purpose that bodies of journal rows are sealed for."""

_SESSION: Final = b"conversation.session"
_FACTS: Final = b"turn.facts"

_encode = msgspec.json.Encoder().encode
_decode_result = msgspec.json.Decoder(CallReturned).decode
_decode_said = msgspec.json.Decoder(Said).decode
_decode_facts = msgspec.json.Decoder(Facts).decode


Inside = AgentJoined | AgentSaid | AgentLeft | SceneStarted
"""What happens on our own side of a conversation: the desk (rows of kind ``agent``) and campaigns (``scene``)."""

_decode_inside: Callable[[bytes], Inside] = msgspec.json.Decoder(Inside).decode

Row = Waiting | Handled
"""A journal row, before it is handled and after."""


def cause_of(row: Row) -> str:
    """What the ids of a turn's messages are made from: the journal's key, the same in every copy of the journal."""
    return f"{row.source}|{row.at}|{row.source_id}"


def open_incoming(seal: Seal, row: Row) -> Incoming:
    """A webhook's row as its channel understands it. Raises ``SealBroken`` for other keys."""
    return parse(seal.open(row.body, purpose=JOURNAL_BODY) if row.body is not None else b"{}")


def open_event(seal: Seal, row: Row) -> Event:
    """What the row tells the dialogue. Raises ``SealBroken`` for other keys."""
    if row.kind == "timer":
        return TimerFired(name=row.status or "")
    if row.kind == "call":
        return _decode_result(seal.open(row.body or b"", purpose=JOURNAL_BODY))
    if row.kind in ("agent", "scene"):
        return _decode_inside(seal.open(row.body or b"", purpose=JOURNAL_BODY))
    if came_by_sms(row):
        return _decode_said(seal.open(row.body or b"", purpose=JOURNAL_BODY))
    return open_incoming(seal, row).event


def came_by_sms(row: Row) -> bool:
    """Whether an SMS brought the row."""
    return row.source.startswith("sms:")


def close_result(seal: Seal, returned: CallReturned) -> bytes:
    """The body of the journal row that brings a call's result."""
    return seal.close(_encode(returned), purpose=JOURNAL_BODY)


def close_said(seal: Seal, said: Said) -> bytes:
    """The body of the journal row that brings what somebody wrote by SMS."""
    return seal.close(_encode(said), purpose=JOURNAL_BODY)


def close_inside(seal: Seal, event: Inside) -> bytes:
    """The body of the journal row that brings what a desk or a campaign does."""
    return seal.close(_encode(event), purpose=JOURNAL_BODY)


def close_facts(seal: Seal, facts: Facts) -> bytes:
    """What was known as a row was played, to be kept with it."""
    return seal.close(_encode(facts), purpose=_FACTS)


def open_facts(seal: Seal, sealed: bytes) -> Facts:
    """What :func:`close_facts` kept."""
    return _decode_facts(seal.open(sealed, purpose=_FACTS))


def close_session(seal: Seal, session: Session) -> bytes:
    """A session for its row."""
    return seal.close(encode_session(session), purpose=_SESSION)


def open_session(seal: Seal, sealed: bytes) -> Session:
    """What :func:`close_session` wrote."""
    return decode_session(seal.open(sealed, purpose=_SESSION))
