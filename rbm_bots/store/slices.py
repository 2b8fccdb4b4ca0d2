"""Rows by slices of few sizes, so that each statement of several rows has one of few texts and stays prepared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["slices"]

_T = TypeVar("_T")


def slices(rows: Sequence[_T], *, most: int) -> Iterator[Sequence[_T]]:
    """Slices of ``most`` rows, a power of two, then of the powers of two that make up the rest."""
    at, size = 0, most
    while at < len(rows):
        if size <= len(rows) - at:
            yield rows[at : at + size]
            at += size
        else:
            size //= 2
