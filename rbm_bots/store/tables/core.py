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
_PUT_OFF = text("due_at > 0")
_IS_LINKED = text("linked_to IS NOT NULL")
_IS_LEG = text("logical_id IS NOT NULL")
_OF_CAMPAIGN = text("campaign IS NOT NULL")
_LEFT_MARKETING = text("message_class = 'marketing' AND attempted_at IS NOT NULL")


class JournalRow(SQLModel, table=True):
    """One fact. Key: (source, at, source_id); ``at`` first keeps inserts at the right edge of the index.

    The ledger reads: ``detail``, the kind of a user event (``text``, ``suggested_reply``, ``file``, ``location``,
    ``stop``, ``action_tap``; null: no answer); ``in_reply_to``, the bot message that the event names; ``logical_id``,
    what all legs and parts of one message share; ``brand``, in whose name it was sent; ``sender``, the short code or
    sender name of an SMS; ``partner``, who sends on the brand's behalf; ``basic``, a text short and plain enough for
    ``MU_BASIC``.
    """

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
    detail: str | None = None
    in_reply_to: str | None = None
    logical_id: str | None = None
    brand: str | None = None
    campaign: str | None = None
    sender: str | None = None
    partner: str | None = None
    basic: bool | None = None


class InboxRow(SQLModel, table=True):
    """A journal row that waits for its conversation; ``due_at`` in the far future while a call is pending."""

    __tablename__ = "inbox"
    # only what was put off: a new row, of which each webhook commit has many, is in no index but its number
    __table_args__ = (Index("inbox_put_off", "bot", "contact_id", sqlite_where=_PUT_OFF, postgresql_where=_PUT_OFF),)

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
    """(bot, contact): the row that is locked while its events are played.

    ``channel``: how the person wrote last (``rcs``, ``sms``); ``heard_at``: when, by our clock.
    """

    __tablename__ = "conversation"

    bot: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)
    session: bytes | None = Field(default=None, sa_column=sealed())
    waiting_for: str | None = None
    via: str = "msisdn"
    channel: str = "rcs"
    heard_at: int | None = Field(default=None, sa_column=ms(nullable=True))
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
    """One operator call that counts against a quota. ``state`` only moves forward (see ``delivery.states``).

    ``logical_id``: the saga it is a leg of; ``attempt`` and ``part`` count an SMS leg from 1. ``expires_at``: the end
    after which it does not leave. ``rule_set``, ``rule_until``: what the gate's last refusal named beside ``reason``.
    """

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
        Index(
            "outbox_campaign",
            "campaign",
            "operation",
            "state",
            sqlite_where=_OF_CAMPAIGN,
            postgresql_where=_OF_CAMPAIGN,
        ),
        Index("outbox_legs", "logical_id", sqlite_where=_IS_LEG, postgresql_where=_IS_LEG),
        Index(
            "outbox_marketing",
            "contact_id",
            "brand",
            "attempted_at",
            sqlite_where=_LEFT_MARKETING,
            postgresql_where=_LEFT_MARKETING,
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
    campaign: str | None = None
    logical_id: str | None = None
    attempt: int = 0
    part: int = 0
    expires_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    body: bytes | None = Field(default=None, sa_column=sealed())
    platform_id: str | None = None
    fence: int = 0
    attempts: int = 0
    not_before: int = Field(default=0, sa_column=ms())
    created_at: int = Field(sa_column=ms())
    attempted_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    answered_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    reason: str | None = None
    rule_set: str | None = None
    rule_until: int | None = Field(default=None, sa_column=ms(nullable=True))


class LeaseRow(SQLModel, table=True):
    """Who owns ``name`` until when; ``fence`` rises with each owner; a pause of the application outlives them all.

    So does what a pacer learned: when the operator said 429 last (0: never), and the ceiling since then, in
    thousandths of the quota.
    """

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    owner: str | None = None
    fence: int = 0
    until: int = Field(default=0, sa_column=ms())
    paused_until: int = Field(default=0, sa_column=ms())
    throttled_at: int = Field(default=0, sa_column=ms())
    ceiling: int = 1000


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
    __table_args__ = (Index("contact_linked", "linked_to", sqlite_where=_IS_LINKED, postgresql_where=_IS_LINKED),)

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
