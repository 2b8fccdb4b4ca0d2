"""Reads a file of operators into the database: streamed, hashed, and complete or not at all.

The file is CSV with a line of names, ``digits`` and ``operator`` among them, separated by commas or semicolons.
``digits`` is a number in its international form or the first digits of many, with or without ``+``. Numbers stand in
no error: a wrong line is named by its place.
"""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from rbm_bots.clock import Clock, to_ms
from rbm_bots.errors import SettingsError
from rbm_bots.store import Store, operators
from rbm_bots.store.seal import Seal

__all__ = ["load_operator_file", "read_operators"]

_AT_ONCE: Final = 1000
_DIGITS: Final = re.compile(r"\+?([1-9][0-9]{0,14})")
_log = structlog.get_logger("rbm.capability")


def read_operators(path: Path) -> Iterator[tuple[str, str]]:
    """The (digits, operator) of each line. Raises :class:`SettingsError` at the first line that is none."""
    try:
        yield from _lines(path)
    except (csv.Error, UnicodeDecodeError):
        raise SettingsError("this is no CSV in UTF-8", where=str(path)) from None


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        names = [name.strip().lower() for name in re.split("[,;]", head.strip())]
        if "digits" not in names or "operator" not in names:
            raise SettingsError("the first line wants the columns digits and operator", where=str(path))
        digits_at, operator_at = names.index("digits"), names.index("operator")
        for number, line in enumerate(csv.reader(file, delimiter=";" if ";" in head else ","), start=2):
            if not line:
                continue
            found = _DIGITS.fullmatch(line[digits_at].strip()) if len(line) == len(names) else None
            operator = line[operator_at].strip().lower() if found is not None else ""
            if found is None or not operator:
                raise SettingsError("a line wants digits and an operator", where=f"{path}:{number}")
            yield found[1], operator


async def load_operator_file(path: Path, *, store: Store, seal: Seal, clock: Clock) -> int | None:
    """Read the file if it is not the one that counts; how many digits it names, ``None`` when nothing was to do.

    Raises :class:`SettingsError` for a file that is wrong, and ``OSError``; the one before then still counts.
    """
    facts = await asyncio.to_thread(path.stat)
    stamp = f"{facts.st_mtime_ns}:{facts.st_size}"
    current = await store.read(operators.newest)
    if current is not None and current.stamp == stamp:
        return None
    edition = await store.write(operators.begin)
    lengths: set[int] = set()
    rows = read_operators(path)
    while some := await asyncio.to_thread(_next, rows):
        lengths |= {len(digits) for digits, _ in some}
        await store.write(partial(operators.add, seal=seal, edition=edition, rows=some))
    now_ms = to_ms(clock.now())
    done = partial(operators.complete, edition=edition, stamp=stamp, lengths=sorted(lengths), now_ms=now_ms)
    numbers = await store.write(done)
    _log.info("operators.loaded", numbers=numbers)
    return numbers


def _next(rows: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(islice(rows, _AT_ONCE))
