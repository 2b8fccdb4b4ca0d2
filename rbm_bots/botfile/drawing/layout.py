"""Where boxes stand: columns by distance from the start, in each column the order that crosses least.

Theory of operation. A breadth-first walk from the start gives each box its column, so a way forward never skips one. In
a column, boxes are ordered by the mean height of those that lead to them and of those they lead to (the barycentre),
swept left to right and back a few times. Heights are then given from the top down. A bot has at most some hundred
boxes: nothing here needs to be clever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["GAP_X", "GAP_Y", "Place", "arranged"]

GAP_X: Final = 110
GAP_Y: Final = 34
_SWEEPS: Final = 6


@dataclass(frozen=True, slots=True)
class Place:
    """The upper left corner of a box, in pixels, and its column."""

    x: int
    y: int
    column: int


def arranged(
    sizes: Mapping[str, tuple[int, int]], ways: Sequence[tuple[str, str]], roots: Iterable[str]
) -> dict[str, Place]:
    """The place of every box of ``sizes`` (width and height); ``roots`` begin the first column, the first on top."""
    begin = list(roots)
    columns, first = _columns(list(sizes), ways, begin), begin[0]
    near = _near(ways)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            heights = _middles(columns, sizes)
            column.sort(key=lambda name: (name != first, _mean(name, near, heights)))
    return _placed(columns, sizes)


def _columns(names: list[str], ways: Sequence[tuple[str, str]], roots: list[str]) -> list[list[str]]:
    leads: dict[str, list[str]] = {}
    for source, target in ways:
        leads.setdefault(source, []).append(target)
    columns: list[list[str]] = []
    seen: set[str] = set()
    waiting = [name for name in roots if name in names]
    while waiting:
        column = [name for name in dict.fromkeys(waiting) if name not in seen]
        if column:
            columns.append(column)
        seen.update(column)
        waiting = [target for name in column for target in leads.get(name, ()) if target not in seen]
    lost = [name for name in names if name not in seen]
    if lost:
        columns = [[*columns[0], *lost], *columns[1:]] if columns else [lost]
    return columns


def _near(ways: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for source, target in ways:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    return near


def _middles(columns: list[list[str]], sizes: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    middles = {}
    for column in columns:
        y = 0.0
        for name in column:
            middles[name] = y + sizes[name][1] / 2
            y += sizes[name][1] + GAP_Y
    return middles


def _mean(name: str, near: Mapping[str, list[str]], middles: Mapping[str, float]) -> float:
    others = [middles[other] for other in near.get(name, ()) if other != name]
    return sum(others) / len(others) if others else middles[name]


def _placed(columns: list[list[str]], sizes: Mapping[str, tuple[int, int]]) -> dict[str, Place]:
    places = {}
    x = 0
    for rank, column in enumerate(columns):
        y = 0
        for name in column:
            places[name] = Place(x, y, rank)
            y += sizes[name][1] + GAP_Y
        x += max(sizes[name][0] for name in column) + GAP_X
    return places
