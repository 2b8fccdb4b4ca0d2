"""What to write instead, where the YAML parser stumbles.

The parser tells what it wanted next, which says little to whoever wrote the line. The same few slips are behind nearly
every stop: a colon in a text, a quote that ends too early or never, a bracket left open, a line moved sideways, a tab.
What the parser was reading, and the line itself, tell them apart.
"""

from __future__ import annotations

import re
from typing import Final

import yaml

__all__ = ["QUOTES", "hint_of"]

QUOTES: Final = "a text that holds «: » or « #», or begins with one of {[*&%@!|>'\"`, needs quotes"
_EARLY = re.compile(r"[:\-,\[{]\s+(['\"])(.*?)\1(?=[^\s,\]}:#])")
_SHOWN: Final = 40


def hint_of(text: str, error: yaml.MarkedYAMLError) -> str:
    """The hint for where the parser stopped in ``text``; what quotes are for, when nothing better is known."""
    at, begun = error.problem_mark or error.context_mark, error.context_mark
    lines = text.split("\n")
    line = lines[at.line] if at is not None and at.line < len(lines) else ""
    column = at.column if at is not None else 0
    if line[: column + 1].strip(" ").startswith("\t"):
        return "indent with spaces, not tabs"
    if "mapping values" in (error.problem or ""):
        return _colon(line, column)
    early = _EARLY.search(line)
    if early is not None:
        other = "'" if early[1] == '"' else '"'
        return f"the text's quotes end after «{_cut(early[2])}»: write it between {other}…{other}"
    context, first = error.context or "", (begun.line + 1 if begun is not None else 0)
    if "quoted scalar" in context:
        return f"the quote that opens in line {first} is never closed"
    if "flow" in context and begun is not None:
        return f"the «{_at(lines, begun)}» of line {first} is not closed, or a text after it needs quotes"
    if "block" in context or "'-'" in (error.problem or ""):
        return f"look at the indentation: this line does not stand under those it belongs to (from line {first} on)"
    if "simple key" in context:
        return "a key is followed by a colon and a space, like «say: …»"
    return QUOTES


def _colon(line: str, column: int) -> str:
    """A second «: » in a line is a text without quotes; a first one is a key that stands at no key's place."""
    key, colon, value = line.partition(": ")
    if not colon or len(key) >= column:
        return "look at the indentation: this key does not stand under the keys it belongs to"
    written = f'{key.strip().removeprefix("- ")}: "{_cut(value.strip())}"'
    return f"a text that holds «: » needs quotes: {written}" if '"' not in value else QUOTES


def _at(lines: list[str], mark: yaml.Mark) -> str:
    line = lines[mark.line] if mark.line < len(lines) else ""
    return line[mark.column : mark.column + 1] or "{"


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
