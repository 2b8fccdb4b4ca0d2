"""Many rows into a table at once: statements of hundreds of rows, for audiences of millions.

Theory of operation. A row that goes through the expression language costs more there than in the database, and a
statement for each row gives the interpreter's lock away each time. So the values go to the driver as they are, by 256,
128, 64 … and 1 rows, each size one text that the driver keeps prepared. An index whose keys come in any order is what
makes a table slower as it grows: each row then touches a page that no other row touches. Callers hand rows over in
the order of their key, and take ids that lie together (:func:`~rbm_bots.ids.new_contact_ids`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table

from rbm_bots.store.slices import slices

__all__ = ["insert_many"]

_MOST: Final = 256  # of up to a hundred columns: both engines take 32,766 values in a statement


def insert_many(connection: Connection, target: Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> int:
    """Put rows into ``target``, their values in the order of ``columns``; how many were new.

    A row that is there already, by any unique key, is left alone.
    """
    numbered = connection.dialect.name == "postgresql"
    new = 0
    for some in slices(rows, most=_MOST):
        values = tuple([value for row in some for value in row])
        new += connection.exec_driver_sql(_statement(target.name, columns, len(some), numbered), values).rowcount
    return new


@cache
def _statement(target: str, columns: tuple[str, ...], rows: int, numbered: bool) -> str:
    width = len(columns)
    marks = [f"${n}" if numbered else "?" for n in range(1, rows * width + 1)]
    values = ",".join(f"({','.join(marks[at : at + width])})" for at in range(0, len(marks), width))
    names = ",".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{target}" ({names}) VALUES {values} ON CONFLICT DO NOTHING'  # noqa: S608 - names of our own
