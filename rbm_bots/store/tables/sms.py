"""The table of what phones write in parts."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from rbm_bots.store.tables.columns import ms, sealed

__all__ = ["SmsPartRow"]


class SmsPartRow(SQLModel, table=True):
    """One part of a long SMS to ``code`` that was acknowledged and is not whole yet, or was whole a moment ago.

    ``sender``: keyed hash of who wrote; ``reference`` (of ``bits`` bits) and ``total`` are what all parts share;
    ``part`` counts from 1. ``told_at``: when the message was handed on (0: not yet); its parts stay a while, to know
    a repeat by.
    """

    __tablename__ = "sms_part"

    code: str = Field(primary_key=True)
    sender: str = Field(primary_key=True)
    reference: int = Field(primary_key=True)
    bits: int = Field(primary_key=True)
    total: int = Field(primary_key=True)
    part: int = Field(primary_key=True)
    body: bytes | None = Field(default=None, sa_column=sealed())
    received_at: int = Field(sa_column=ms())
    told_at: int = Field(default=0, sa_column=ms())
