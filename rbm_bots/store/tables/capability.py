"""The tables of who can be reached by RCS: the book, its nightly checks, operators of numbers, and the error ratio."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from rbm_bots.store.tables.columns import ms, serial

__all__ = [
    "AttemptRow",
    "CapabilityAskedRow",
    "CapabilityJobRow",
    "CapabilityRow",
    "GuardRow",
    "OperatorFileRow",
    "OperatorNumberRow",
]


class CapabilityRow(SQLModel, table=True):
    """One person. ``answer``: ``rcs`` or ``none``, learned at ``at`` (0: never); ``failed_at``: a send found nobody.

    ``bot``: whose nightly check asks for this person; ``asked_at``: when it did last.
    """

    __tablename__ = "capability"
    __table_args__ = (Index("capability_due", "bot", "at"),)

    contact_id: str = Field(primary_key=True)
    bot: str
    answer: str | None = None
    at: int = Field(default=0, sa_column=ms())
    source: str | None = None
    failed_at: int = Field(default=0, sa_column=ms())
    asked_at: int = Field(default=0, sa_column=ms())
    operator: str | None = None
    operator_at: int = Field(default=0, sa_column=ms())


class CapabilityJobRow(SQLModel, table=True):
    """The bulk check of a bot: ``starting`` until the platform took it, then ``running`` until its result is kept."""

    __tablename__ = "capability_job"

    bot: str = Field(primary_key=True)
    state: str
    began_at: int = Field(sa_column=ms())


class CapabilityAskedRow(SQLModel, table=True):
    """A person whom a bot's bulk check asks about."""

    __tablename__ = "capability_asked"

    bot: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)


class OperatorFileRow(SQLModel, table=True):
    """A whole file of operators. ``stamp``: its size and age when it was read; ``lengths``: of the digits it names."""

    __tablename__ = "operator_file"

    edition: int = Field(primary_key=True)
    stamp: str
    lengths: str
    numbers: int
    loaded_at: int = Field(sa_column=ms())


class OperatorNumberRow(SQLModel, table=True):
    """Keyed hash of a number, or of the first digits of many, and who serves it. ``edition``: which file said so."""

    __tablename__ = "operator_number"

    edition: int = Field(primary_key=True)
    hmac_index: str = Field(primary_key=True)
    operator: str


class GuardRow(SQLModel, table=True):
    """Attempts and misses of a ``campaign`` or ``application`` (``scope``), and since when it is held (0: it is not).

    ``past_…``: what a person has looked at and let go on; the ratio begins anew from there.
    """

    __tablename__ = "guard"

    scope: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    application: str
    attempts: int = 0
    misses: int = 0
    past_attempts: int = 0
    past_misses: int = 0
    held_at: int = Field(default=0, sa_column=ms())


class AttemptRow(SQLModel, table=True):
    """One of the last sends of an application, for the ratio over them."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("message_id", name="attempt_message"),
        Index("attempt_application", "application", "seq"),
    )

    seq: int | None = Field(default=None, sa_column=serial())
    message_id: str
    application: str
    missed: bool = False
