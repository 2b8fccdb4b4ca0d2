"""The tables of the ledger: what messages cost, and how that came to be known.

Rows of ``entry`` and ``price`` are only ever added. A charge moves through its states and never goes away.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from rbm_bots.store.tables.columns import Serial, ms, serial

__all__ = [
    "AcknowledgementRow",
    "BudgetRow",
    "ChargeRow",
    "EntryRow",
    "LedgerCursorRow",
    "LedgerFactRow",
    "LedgerKeyRow",
    "LedgerMovedRow",
    "PeriodRow",
    "PriceRow",
    "ReconciliationRow",
    "ReservationRow",
    "RunRow",
]

_IS_DUE = text("due_at IS NOT NULL")
_IS_REVERSED = text("reversed_in IS NOT NULL")
_OF_CAMPAIGN = text("campaign IS NOT NULL")


def _micros(*, nullable: bool = False) -> Column[int]:
    """An amount in millionths of a euro."""
    return Column(BigInteger, nullable=nullable)


class ChargeRow(SQLModel, table=True):
    """One line of what is owed, or held. ``state``: ``held``, ``posted``, ``void`` or ``reversed``.

    ``times`` counts the rows of the same product and anchor that were reversed or voided before. ``at`` is the charge
    date, ``until`` the end of its session, ``month`` the month of ``at`` in Paris. ``booked_in`` is the month whose
    invoice has the line: another than ``month`` when that was closed already; ``reversed_in`` the month whose invoice
    has the reversal. ``adjusts``: the charge of a closed month that this one corrects. ``micros`` null: UNPRICED.
    ``price_from``: the ``valid_from`` of its price row. ``opened_by``: the kind of the answer that opened a paid
    session. ``double_cost``: the person got this message by RCS and by SMS, and both cost. ``run_id``: the run that
    wrote it last; null: the ordinary work of the projector.
    """

    __tablename__ = "charge"
    __table_args__ = (
        Index("charge_key", "contact_id", "bot"),
        Index("charge_booked", "booked_in", "bot"),
        Index("charge_anchor", "bot", "anchor"),
        Index("charge_reversed", "reversed_in", sqlite_where=_IS_REVERSED, postgresql_where=_IS_REVERSED),
        Index("charge_campaign", "campaign", sqlite_where=_OF_CAMPAIGN, postgresql_where=_OF_CAMPAIGN),
    )

    charge_id: str = Field(primary_key=True)
    product: str
    bot: str
    contact_id: str
    brand: str
    sender: str | None = None
    partner: str | None = None
    campaign: str | None = None
    operator: str
    anchor: str
    logical_id: str | None = None
    times: int = 0
    at: int = Field(sa_column=ms())
    until: int = Field(sa_column=ms())
    month: str
    booked_in: str
    reversed_in: str | None = None
    adjusts: str | None = None
    state: str
    micros: int | None = Field(default=None, sa_column=_micros(nullable=True))
    price_from: int | None = Field(default=None, sa_column=ms(nullable=True))
    mt_count: int = 0
    mo_count: int = 0
    opened_by: str | None = None
    double_cost: bool = False
    run_id: str | None = None
    written_at: int = Field(sa_column=ms())
    changed_at: int = Field(sa_column=ms())


class EntryRow(SQLModel, table=True):
    """Half of a booking. The entries of one step of a charge sum to zero.

    ``entry_id`` is ``CHARGE/STEP/LINE``, so that no step can be booked twice. ``step``: ``hold``, ``release``,
    ``void``, ``post``, ``reverse``. ``reverses``: the entry that this one takes back. ``month``: that of the charge.
    """

    __tablename__ = "entry"
    __table_args__ = (Index("entry_booked", "booked_in", "account"),)

    entry_id: str = Field(primary_key=True)
    charge_id: str = Field(index=True)
    step: str
    account: str
    micros: int = Field(sa_column=_micros())
    month: str
    booked_in: str
    reverses: str | None = None
    note: str = ""
    run_id: str | None = None
    written_at: int = Field(sa_column=ms())


class PeriodRow(SQLModel, table=True):
    """A month that was closed. A month without a row is open, or in grace, as the date says."""

    __tablename__ = "period"

    month: str = Field(primary_key=True)
    state: str
    closed_at: int = Field(sa_column=ms())
    closed_by: str


class RunRow(SQLModel, table=True):
    """Why charges changed other than by an event: who asked, when, why, and from when on.

    ``kind``: ``prices``, ``rerate`` or ``switches``. ``from_at`` null: all of history.
    """

    __tablename__ = "run"

    run_id: str = Field(primary_key=True)
    kind: str
    who: str
    why: str
    at: int = Field(sa_column=ms())
    from_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    keys: int = 0


class PriceRow(SQLModel, table=True):
    """What an operator asks for a product, HT. A correction is another row with a later ``entered_at``."""

    __tablename__ = "price"
    __table_args__ = (UniqueConstraint("operator", "product", "valid_from", "entered_at", name="price_key"),)

    seq: int | None = Field(default=None, sa_column=serial())
    operator: str
    product: str
    valid_from: int = Field(sa_column=ms())
    entered_at: int = Field(sa_column=ms())
    micros: int = Field(sa_column=_micros())
    currency: str = "EUR"
    source: str
    entered_by: str


class LedgerCursorRow(SQLModel, table=True):
    """How far the projector has read: all journal rows up to ``seq``. ``as_of``: the latest instant it rated for.

    ``book`` is a digest of the prices and switches that the charges were rated with.
    """

    __tablename__ = "ledger_cursor"

    name: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    as_of: int = Field(sa_column=ms())
    book: str = ""


class LedgerKeyRow(SQLModel, table=True):
    """A (bot, contact) that the ledger knows. ``due_at``: when time alone changes its charges; 0: as soon as can be."""

    __tablename__ = "ledger_key"
    __table_args__ = (Index("ledger_key_due", "due_at", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE),)

    contact_id: str = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    due_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    run_id: str | None = None


class LedgerFactRow(SQLModel, table=True):
    """Which journal rows are facts of a key: an index by person that the webhook's commit does not have to pay for."""

    __tablename__ = "ledger_fact"
    __table_args__ = ({"sqlite_with_rowid": False},)

    contact_id: str = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(Serial, primary_key=True, autoincrement=False))


class LedgerMovedRow(SQLModel, table=True):
    """A receipt that came for another contact than the one its message was sent to (the two were linked since)."""

    __tablename__ = "ledger_moved"

    seq: int = Field(sa_column=Column(Serial, primary_key=True, autoincrement=False))
    contact_id: str


class AcknowledgementRow(SQLModel, table=True):
    """Who accepted the reconciliation of a month with an operator, when and why; the last of several counts."""

    __tablename__ = "acknowledgement"
    __table_args__ = (Index("acknowledgement_month", "month", "operator"),)

    seq: int | None = Field(default=None, sa_column=serial())
    month: str
    operator: str
    who: str
    why: str
    at: int = Field(sa_column=ms())
    report_hash: str
    differences: int


class ReconciliationRow(SQLModel, table=True):
    """The last report that was read for a month and an operator, as JSON without anything personal."""

    __tablename__ = "reconciliation"

    month: str = Field(primary_key=True)
    operator: str = Field(primary_key=True)
    read_at: int = Field(sa_column=ms())
    report_hash: str
    result: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class BudgetRow(SQLModel, table=True):
    """The cap of a campaign per month, and what one send may cost at most: ``worst_micros`` for all of it.

    It has ``messages`` RCS messages of at most ``dearest_micros`` each, and SMS of ``sms_micros`` together.
    """

    __tablename__ = "budget"

    campaign: str = Field(primary_key=True)
    cap_micros: int = Field(sa_column=_micros())
    worst_micros: int = Field(sa_column=_micros())
    dearest_micros: int = Field(sa_column=_micros())
    messages: int
    sms_micros: int = Field(sa_column=_micros())


class ReservationRow(SQLModel, table=True):
    """What a campaign has reserved in a month."""

    __tablename__ = "reservation"

    campaign: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    sends: int = Field(sa_column=Column(BigInteger, nullable=False))
    micros: int = Field(sa_column=_micros())
