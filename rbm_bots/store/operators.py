"""Who serves a number, as a file says it: a table of keyed hashes, read in editions.

A file names whole numbers and first digits of many; the longest that fits a number wins, so that one ported number goes
before its block. Nothing of it is stored in clear. A new file is written beside the old one, in as many transactions as
it takes, and counts from the moment it is complete; one that was broken off is swept away by the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import OperatorFileRow, OperatorNumberRow

__all__ = ["Edition", "add", "begin", "complete", "find", "newest"]

_KIND = "digits"  # hashes of this table match no other's
_AT_ONCE = 500
_number = table(OperatorNumberRow)
_file = table(OperatorFileRow)


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read: its stamp, and the lengths of the digits that it names."""

    edition: int
    stamp: str
    lengths: tuple[int, ...]


def newest(connection: Connection) -> Edition | None:
    """The file that counts; ``None`` before the first."""
    row = connection.execute(select(_file).order_by(_file.c.edition.desc()).limit(1)).first()
    if row is None:
        return None
    lengths = tuple(int(length) for length in row.lengths.split())
    return Edition(edition=row.edition, stamp=row.stamp, lengths=lengths)


def begin(connection: Connection) -> int:
    """Make room for a new file; its edition. What another one left unfinished goes."""
    current = newest(connection)
    counts = current.edition if current is not None else 0
    connection.execute(delete(_number).where(_number.c.edition != counts))
    return counts + 1


def add(connection: Connection, seal: Seal, edition: int, rows: Sequence[tuple[str, str]]) -> None:
    """Some (digits, operator) of the file; digits named twice keep their first operator."""
    hashed = [
        {"edition": edition, "hmac_index": seal.index(_KIND, digits), "operator": operator} for digits, operator in rows
    ]
    connection.execute(insert_new(connection, _number), hashed)


def complete(connection: Connection, edition: int, *, stamp: str, lengths: Sequence[int], now_ms: int) -> int:
    """The file is whole and counts from now on; the older one goes. How many digits it names."""
    numbers = connection.execute(
        select(func.count()).select_from(_number).where(_number.c.edition == edition)
    ).scalar_one()
    connection.execute(
        insert(_file),
        {
            "edition": edition,
            "stamp": stamp,
            "lengths": " ".join(map(str, lengths)),
            "numbers": numbers,
            "loaded_at": now_ms,
        },
    )
    connection.execute(delete(_file).where(_file.c.edition != edition))
    connection.execute(delete(_number).where(_number.c.edition != edition))
    return int(numbers)


def find(connection: Connection, seal: Seal, numbers: Sequence[str]) -> dict[str, str]:
    """The operator of each number (E.164) that the file knows, by its longest digits."""
    current = newest(connection)
    if current is None:
        return {}
    digits = {number: number.removeprefix("+") for number in numbers}
    candidates = {
        seal.index(_KIND, whole[:length])
        for whole in digits.values()
        for length in current.lengths
        if length <= len(whole)
    }
    operators = _operators(connection, current.edition, sorted(candidates))
    found: dict[str, str] = {}
    for number, whole in digits.items():
        for length in sorted(current.lengths, reverse=True):
            operator = operators.get(seal.index(_KIND, whole[:length])) if length <= len(whole) else None
            if operator is not None:
                found[number] = operator
                break
    return found


def _operators(connection: Connection, edition: int, indexes: Sequence[str]) -> dict[str, str]:
    operators: dict[str, str] = {}
    for at in range(0, len(indexes), _AT_ONCE):
        asked = select(_number.c.hmac_index, _number.c.operator).where(
            _number.c.edition == edition, _number.c.hmac_index.in_(indexes[at : at + _AT_ONCE])
        )
        operators |= {row.hmac_index: row.operator for row in connection.execute(asked)}
    return operators
