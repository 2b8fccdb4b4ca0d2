"""What a bench found: figures with their unit and, where one was set, their target."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

__all__ = ["Figure", "machine", "read_figures", "run", "table"]


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the table. ``least`` and ``most`` are targets; ``note`` says how it was measured."""

    bench: str
    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def verdict(self) -> Literal["", "met", "MISSED"]:
        """Whether the target was met; nothing where there is none."""
        if self.least is None and self.most is None:
            return ""
        low = self.least is not None and self.value < self.least
        high = self.most is not None and self.value > self.most
        return "MISSED" if low or high else "met"

    @property
    def target(self) -> str:
        """The target as one writes it."""
        if self.least is not None:
            return f">= {_number(self.least)}"
        return f"<= {_number(self.most)}" if self.most is not None else ""


def run(measure: Callable[[], Sequence[Figure]]) -> None:
    """A bench's command line: measure, print, and write ``--json FILE`` when it is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    target = parser.parse_args().json
    figures = measure()
    if target is None:
        print(table(figures))
    else:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(list(figures))))


def read_figures(path: Path) -> list[Figure]:
    """What :func:`run` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=list[Figure])


def table(figures: Sequence[Figure]) -> str:
    """Figures as aligned lines."""
    rows = [(one.bench, one.name, _number(one.value), one.unit, one.target, one.verdict, one.note) for one in figures]
    head = ("bench", "figure", "value", "unit", "target", "", "")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = []
    for row in (head, *rows):
        cells = [text.rjust(width) if column == 2 else text.ljust(width) for column, (text, width) in
                 enumerate(zip(row, widths, strict=True))]  # fmt: skip
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def machine() -> str:
    """Cores, processor and Python, in one line."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {_processor()}, {python}, {platform.system()} {platform.release()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"
