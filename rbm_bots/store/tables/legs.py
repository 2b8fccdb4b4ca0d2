"""The table of sagas: logical messages that may leave by RCS, and by SMS where RCS did not arrive."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from rbm_bots.store.tables.columns import ms

__all__ = ["SagaRow"]

_DOUBLE = text("outcome = 'DOUBLE'")
_OPEN = text("outcome IS NULL")
_OF_CAMPAIGN = text("campaign IS NOT NULL")


class SagaRow(SQLModel, table=True):
    """One logical message. ``state`` is the saga's value without any text, empty until its first leg wants to leave.

    ``version`` guards each change. ``due_at``: when the saga's timer fires; null while nothing is timed, or while the
    outbox row of its RCS leg waits for its turn. ``outcome``: null while it is under way. ``left_by``, ``left_at``: the
    channel of the last leg that left. ``sms_code``: the short code of its SMS leg, and ``rule``, ``rule_set``,
    ``rule_until`` the gate's last refusal of it; ``by_sms``: RCS is not tried.
    """

    __tablename__ = "saga"
    __table_args__ = (
        Index("saga_person", "contact_id", "bot", "left_at"),
        Index("saga_open", "contact_id", "brand", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("saga_campaign", "campaign", "outcome", sqlite_where=_OF_CAMPAIGN, postgresql_where=_OF_CAMPAIGN),
        Index("saga_double", "created_at", sqlite_where=_DOUBLE, postgresql_where=_DOUBLE),
    )

    message_id: str = Field(primary_key=True)
    application: str
    sms_code: str
    bot: str
    brand: str
    contact_id: str
    message_class: str
    campaign: str | None = None
    by_sms: bool = False
    starts_at: int = Field(sa_column=ms())
    expires_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    version: int = 0
    phase: str = "new"
    due_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    state: str | None = None
    outcome: str | None = None
    rule: str | None = None
    rule_set: str | None = None
    rule_until: int | None = Field(default=None, sa_column=ms(nullable=True))
    left_by: str | None = None
    left_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    created_at: int = Field(sa_column=ms())
