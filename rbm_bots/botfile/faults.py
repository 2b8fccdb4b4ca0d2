"""What is wrong with a bot's files: faults with a place, told all at once.

A *fault* is an error (the bot does not load) or a warning (it does). Reading never stops at the first: it notes the
fault in a :class:`Faults`, goes on with what can be understood, and the end decides. ``# rbm: ignore[code]`` on a
line silences the warnings of that code there; an error cannot be silenced.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rbm_bots.botfile.codes import CODES
from rbm_bots.botfile.model import Mark
from rbm_bots.errors import FaultsFound

__all__ = ["BotFileFaulty", "Fault", "Faults", "did_you_mean", "format_fault", "nearest"]

_Severity = Literal["error", "warning"]
_IGNORE = re.compile(r"#\s*rbm:\s*ignore\[([^\]\n]*)\]")
_CODE = re.compile(r"[^\s,]+")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault.

    Line and column count from 1; ``hint`` says what to write instead, empty when only the code's own advice helps.
    """

    file: str
    line: int
    column: int
    code: str
    severity: _Severity
    message: str
    hint: str = ""

    @property
    def advice(self) -> str:
        """The hint, or what helps in general against faults of this code."""
        return self.hint or CODES[self.code].hint

    def as_json(self) -> dict[str, object]:
        """The object that ``rbm check --format json`` prints."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "hint": self.advice,
        }


class BotFileFaulty(FaultsFound):
    """The bot's files have faults."""

    code = "bot_file"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        errors = [fault for fault in self.faults if fault.severity == "error"]
        first = errors[0] if errors else None
        message = f"{len(errors)} error{'s' if len(errors) != 1 else ''}"
        if first is not None:
            message += f"; the first: {first.file}:{first.line}:{first.column}: {first.message} [{first.code}]"
        super().__init__(message, hint="«rbm check» shows them all")


class Faults:
    """Collects faults while a bot is read. ``sources`` (file to its text) is where «ignore» comments are looked up."""

    def __init__(self) -> None:
        self._found: set[Fault] = set()
        self.sources: dict[str, str] = {}

    def error(self, mark: Mark, code: str, message: str, hint: str = "") -> None:
        """Note an error at ``mark``."""
        self._found.add(Fault(mark.file, mark.line, mark.column, code, "error", message, hint))

    def warn(self, mark: Mark, code: str, message: str, hint: str = "") -> None:
        """Note a warning at ``mark``."""
        self._found.add(Fault(mark.file, mark.line, mark.column, code, "warning", message, hint))

    @property
    def has_errors(self) -> bool:
        """Whether the bot cannot be loaded."""
        return any(fault.severity == "error" for fault in self._found)

    def sorted(self) -> tuple[Fault, ...]:
        """All faults by place, then code, without the warnings that their line silences.

        A code in an «ignore» comment that does not exist is the warning ``extra``: it would silence nothing.
        """
        silenced = {file: _silenced(text) for file, text in self.sources.items() if "rbm:" in text}
        for file, text in self.sources.items():
            for fault in _unknown_codes(file, text) if "rbm:" in text else ():
                self._found.add(fault)
        return tuple(
            fault
            for fault in sorted(self._found)
            if fault.severity == "error" or fault.code not in silenced.get(fault.file, {}).get(fault.line, ())
        )


def _unknown_codes(file: str, text: str) -> Iterable[Fault]:
    for number, line in enumerate(text.split("\n"), start=1):
        match = _IGNORE.search(line)
        for word in _CODE.finditer(line, *match.span(1)) if match else ():
            if word[0] not in CODES:
                hint = did_you_mean(word[0], CODES) or "«rbm explain» lists all codes"
                message = f"there is no code «{word[0]}» to ignore"
                yield Fault(file, number, word.start() + 1, "extra", "warning", message, hint)


def _silenced(text: str) -> dict[int, frozenset[str]]:
    found = {}
    for number, line in enumerate(text.split("\n"), start=1):
        match = _IGNORE.search(line)
        if match:
            found[number] = frozenset(code.strip() for code in match[1].split(","))
    return found


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean «x»?`` for the known word nearest to ``word``, else an empty text."""
    near = nearest(word, known)
    return f"did you mean «{near}»?" if near is not None else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most likely means: the same in other letters, else one that looks alike."""
    words = list(known)
    same = next((one for one in words if one.casefold() == word.casefold()), None)
    return same or next(iter(difflib.get_close_matches(word, words, n=1, cutoff=0.6)), None)


def format_fault(fault: Fault, sources: Mapping[str, str]) -> str:
    """The fault for a person: place and message, the author's line, a caret under the place, the hint."""
    lines = [f"{fault.file}:{fault.line}:{fault.column}: {fault.severity}: {fault.message} [{fault.code}]"]
    written = sources.get(fault.file, "").split("\n")
    if 0 < fault.line <= len(written) and written[fault.line - 1].strip():
        line = written[fault.line - 1].rstrip("\r").replace("\t", " ")
        lines += [f"    {line}", f"    {' ' * (fault.column - 1)}^"]
    lines.append(f"    hint: {fault.advice}")
    return "\n".join(lines)
