"""The columns that tables share: instants, automatic numbers, sealed values."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary

__all__ = ["Serial", "ms", "sealed", "serial"]

Serial = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives an automatic number only to a column of exactly the type INTEGER."""


def serial() -> Column[int]:
    """An automatic number, the primary key."""
    return Column(Serial, primary_key=True, autoincrement=True)


def ms(*, nullable: bool = False) -> Column[int]:
    """An instant: milliseconds since the epoch (UTC)."""
    return Column(BigInteger, nullable=nullable)


def sealed() -> Column[bytes]:
    """Something that people wrote, encrypted."""
    return Column(LargeBinary, nullable=True)
