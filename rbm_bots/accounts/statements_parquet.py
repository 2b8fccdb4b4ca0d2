"""A statement as a Parquet file, through DuckDB (extra ``parquet``)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from rbm_bots.accounts.statements import Statement
from rbm_bots.accounts.statements_rows import COLUMNS, rows
from rbm_bots.errors import SettingsError

__all__ = ["write_parquet"]

_WHOLE: Final = frozenset({"quantity", "unit_micros", "amount_micros"})


def write_parquet(shown: Statement, path: Path) -> None:
    """Write the statement's rows; whole numbers are 64-bit. Raises ``SettingsError`` without DuckDB."""
    try:
        import duckdb
    except ImportError as fault:
        raise SettingsError("Parquet needs DuckDB", hint="pip install 'rbm_bots[parquet]'") from fault
    columns = ", ".join(f"{name} {'BIGINT' if name in _WHOLE else 'VARCHAR'}" for name in COLUMNS)
    places = ", ".join("?" for _ in COLUMNS)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE statement ({columns})")
        connection.executemany(
            f"INSERT INTO statement VALUES ({places})",  # noqa: S608  # names of our own columns alone
            [msgspec.structs.astuple(row) for row in rows(shown)],
        )
        connection.table("statement").write_parquet(str(path))
