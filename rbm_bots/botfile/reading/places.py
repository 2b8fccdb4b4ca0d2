"""Where in a text something stands.

A fault's place is the start of the value (bot language 17). In a text of several lines that may be far from what is
wrong, so there it is the line and column of the piece itself.
"""

from __future__ import annotations

import re

from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.source import Scalar

__all__ = ["name_mark", "piece_mark"]

_LINES_MAX = 200


def piece_mark(desk: Desk, node: Scalar, written: str) -> Mark:
    """Where ``written``, a piece of this text, stands; the start of the text when both share a line."""
    return _find(desk, node, re.compile(re.escape(written))) if written else node.mark


def name_mark(desk: Desk, node: Scalar, path: tuple[str, ...]) -> Mark:
    """Where ``{{ path`` stands in this text; the start of the text when both share a line."""
    return _find(desk, node, re.compile(rf"\{{\{{\s*{re.escape('.'.join(path))}(?![\w.])"))


def _find(desk: Desk, node: Scalar, pattern: re.Pattern[str]) -> Mark:
    mark = node.mark
    lines = desk.faults.sources.get(mark.file, "").split("\n")[mark.line - 1 : mark.line + _LINES_MAX]
    if not lines or pattern.search(lines[0], mark.column - 1):
        return mark
    for below, line in enumerate(lines[1:], start=1):
        found = pattern.search(line)
        if found is not None:
            return Mark(mark.file, mark.line + below, found.start() + 1)
    return mark
