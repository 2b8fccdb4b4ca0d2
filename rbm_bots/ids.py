"""Ids are types, never bare ``str``: a contact, a bot and a message cannot be swapped by accident."""

from __future__ import annotations

import secrets
from typing import NewType
from uuid import UUID, uuid5

__all__ = [
    "ApplicationId",
    "BotId",
    "CallId",
    "ContactId",
    "HandoverId",
    "JournalSeq",
    "MessageId",
    "call_id",
    "handover_id",
    "message_id",
    "new_contact_id",
    "new_contact_ids",
]

BotId = NewType("BotId", str)
ContactId = NewType("ContactId", str)
MessageId = NewType("MessageId", str)
CallId = NewType("CallId", str)
HandoverId = NewType("HandoverId", str)
ApplicationId = NewType("ApplicationId", str)
JournalSeq = NewType("JournalSeq", int)

_CAUSE = UUID("5b9b1a34-7f0e-4d0a-9a0e-6d1c6f5f9a11")  # the namespace of ids made from their cause


def new_contact_id() -> ContactId:
    """A random contact id: 80 bits, never derived from the number."""
    return ContactId(secrets.token_hex(10))


def new_contact_ids(count: int) -> list[ContactId]:
    """Random contact ids that begin with the same 16 bits, so that they lie together in every index."""
    start = secrets.token_hex(2)
    return [ContactId(start + secrets.token_hex(8)) for _ in range(count)]


def message_id(cause: str, ordinal: int) -> MessageId:
    """The id of the ``ordinal``-th message that ``cause`` (a journal row) made; the same after any crash."""
    return MessageId(str(uuid5(_CAUSE, f"message/{cause}/{ordinal}")))


def call_id(cause: str, ordinal: int) -> CallId:
    """The id, and the stable key, of the ``ordinal``-th call that ``cause`` made."""
    return CallId(str(uuid5(_CAUSE, f"call/{cause}/{ordinal}")))


def handover_id(cause: str) -> HandoverId:
    """The id of the request for a human that ``cause`` made."""
    return HandoverId(str(uuid5(_CAUSE, f"handover/{cause}")))
