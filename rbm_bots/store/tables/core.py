"""The tables of conversations and sends: who, what happened, what waits, what leaves."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from rbm_bots.store.tables.columns import Serial, ms, sealed, serial

__all__ = [
    "AddressRow",
    "BookingRow",
    "BotVersionRow",
    "CallRow",
    "ContactRow",
    "ConversationRow",
    "HandoverRow",
    "HoldRow",
    "InboxRow",
    "JournalRow",
    "LeaseRow",
    "OptRow",
    "OutboxRow",
    "TimerRow",
    "TurnRow",
    "VaultRow",
]

_HELD_BACK = text("not_before > 0")


class JournalRow(SQLModel, table=True):
    """One fact. Key: (source, at, source_id); ``at`` first keeps inserts at the right edge of the index."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("source", "at", "source_id", name="journal_key"),)

    seq: int | None = Field(default=None, sa_column=serial())
    source: str
    at: int = Field(sa_column=ms())
    source_id: str
    kind: str
    bot: str
    contact_id: str | None = None
    via: str | None = None
    message_id: str | None = None
    status: str | None = None
    message_class: str | None = None
    operator: str | None = None
    received_at: int = Field(sa_column=ms())
    body: bytes | None = Field(default=None, sa_column=sealed())
    body_hash: str | None = None


class InboxRow(SQLModel, table=True):
    """A journal row that waits for its conversation; ``due_at`` in the far future while a call is pending."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_conversation", "bot", "contact_id"),)

    seq: int = Field(sa_column=Column(Serial, primary_key=True, autoincrement=False))
    bot: str
    contact_id: str
    due_at: int = Field(sa_column=ms())


class TurnRow(SQLModel, table=True):
    """One handled row; ``ordinal`` counts the turns of the conversation from 1."""

    __tablename__ = "turn"
    __table_args__ = (Index("turn_conversation", "bot", "contact_id", "ordinal", unique=True),)

    seq: int = Field(sa_column=Column(Serial, primary_key=True, autoincrement=False))
    bot: str
    contact_id: str
    ordinal: int
    played_at: int = Field(sa_column=ms())
    bot_version: str
    facts: bytes | None = Field(default=None, sa_column=sealed())


class ConversationRow(SQLModel, table=True):
    """(bot, contact): the row that is locked while its events are played."""

    __tablename__ = "conversation"

    bot: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)
    session: bytes | None = Field(default=None, sa_column=sealed())
    waiting_for: str | None = None
    via: str = "msisdn"
    recent: str = ""
    turns: int = 0
    updated_at: int = Field(sa_column=ms())


class TimerRow(SQLModel, table=True):
    """Fires once; a timer of the same name replaces it."""

    __tablename__ = "timer"

    bot: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    due_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class CallRow(SQLModel, table=True):
    """An action to run; the row goes when its result is in the journal."""

    __tablename__ = "call"

    call_id: str = Field(primary_key=True)
    bot: str
    contact_id: str
    action: str
    payload: bytes | None = Field(default=None, sa_column=sealed())
    attempts: int = 0
    lease_until: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    created_at: int = Field(sa_column=ms())


class OutboxRow(SQLModel, table=True):
    """One operator call that counts against a quota. ``state`` only moves forward (see ``delivery.states``)."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_queue", "application", "state", "lane", "seq"),
        Index("outbox_platform", "bot", "platform_id"),
        # only what was put back until later: few rows, asked for each time the owner takes
        Index(
            "outbox_held_back",
            "application",
            "state",
            "contact_id",
            sqlite_where=_HELD_BACK,
            postgresql_where=_HELD_BACK,
        ),
    )

    seq: int | None = Field(default=None, sa_column=serial())
    message_id: str = Field(unique=True)
    application: str
    bot: str
    brand: str
    contact_id: str
    via: str
    operation: str
    message_class: str
    lane: int
    state: str
    body: bytes | None = Field(default=None, sa_column=sealed())
    platform_id: str | None = None
    fence: int = 0
    attempts: int = 0
    not_before: int = Field(default=0, sa_column=ms())
    created_at: int = Field(sa_column=ms())
    attempted_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    answered_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    reason: str | None = None


class LeaseRow(SQLModel, table=True):
    """Who owns ``name`` until when; ``fence`` rises with each owner; a pause of the application outlives them all."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    owner: str | None = None
    fence: int = 0
    until: int = Field(default=0, sa_column=ms())
    paused_until: int = Field(default=0, sa_column=ms())


class AddressRow(SQLModel, table=True):
    """HMAC index of an address -> contact. Erasing a person raises the epoch: the number is then a stranger's."""

    __tablename__ = "address"

    hmac_index: str = Field(primary_key=True)
    epoch: int = Field(default=0, primary_key=True)
    contact_id: str = Field(index=True)


class VaultRow(SQLModel, table=True):
    """The address itself, sealed. Only delivery and dealiasing read this table."""

    __tablename__ = "vault"

    contact_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ContactRow(SQLModel, table=True):
    """A person. ``linked_to``: the contact that stays when two turn out to be one person."""

    __tablename__ = "contact"

    contact_id: str = Field(primary_key=True)
    linked_to: str | None = None
    created_at: int = Field(sa_column=ms())


class OptRow(SQLModel, table=True):
    """One STOP or START of a person towards a brand; the newest counts. ``proof`` names the journal row's key."""

    __tablename__ = "opt"
    __table_args__ = (UniqueConstraint("brand", "contact_id", "proof", name="opt_key"),)

    seq: int | None = Field(default=None, sa_column=serial())
    brand: str
    contact_id: str
    kind: str
    at: int = Field(sa_column=ms())
    proof: str


class BookingRow(SQLModel, table=True):
    """An appointment. ``call_id`` is the action that made it: run twice, it books once. ``details`` are sealed."""

    __tablename__ = "booking"
    __table_args__ = (Index("booking_calendar", "bot", "calendar", "start"),)

    ref: str = Field(primary_key=True)
    bot: str
    calendar: str
    start: int = Field(sa_column=ms())
    contact_id: str
    call_id: str = Field(unique=True)
    details: bytes | None = Field(default=None, sa_column=sealed())
    created_at: int = Field(sa_column=ms())
    changed_at: int = Field(sa_column=ms())
    cancelled_at: int | None = Field(default=None, sa_column=ms(nullable=True))


class HoldRow(SQLModel, table=True):
    """One person's held instant, until ``until``. ``calendar`` is empty when the bot's own Python found it."""

    __tablename__ = "hold"
    __table_args__ = (Index("hold_start", "bot", "start"),)

    bot: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)
    calendar: str
    start: int = Field(sa_column=ms())
    until: int = Field(sa_column=ms())


class HandoverRow(SQLModel, table=True):
    """A request for a human. ``state``: ``queued``, ``joined``, ``ended`` (then ``why``). ``carry``: slots, sealed."""

    __tablename__ = "handover"
    __table_args__ = (Index("handover_queue", "bot", "team", "state", "created_at"),)

    request_id: str = Field(primary_key=True)
    bot: str
    contact_id: str
    team: str
    reason: str
    carry: bytes | None = Field(default=None, sa_column=sealed())
    state: str = "queued"
    why: str = ""
    created_at: int = Field(sa_column=ms())
    changed_at: int = Field(sa_column=ms())


class BotVersionRow(SQLModel, table=True):
    """One version of a bot's files, sealed. ``last_used``: when a server last started with it."""

    __tablename__ = "bot_version"

    bot: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    files: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    first_seen: int = Field(sa_column=ms())
    last_used: int = Field(sa_column=ms())
