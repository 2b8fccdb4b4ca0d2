"""Which message belongs to which ``bot:`` line.

Messages and lines that fit are matched in order, as many as can be; what stands between two matches is paired by rank,
and what is left over is a line without its message or a message without its line. So one message more or less is told
as that, not as a difference in every line after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from rbm_bots.testing.seen import differing
from rbm_bots.testing.talks import Anything, BotLine, BotSays, Pattern

__all__ = ["Pair", "pair_up"]

_Seen: TypeAlias = Mapping[str, Pattern]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A line and its message; one of them may be missing. ``differs``: the line's keys that the message is not like."""

    line: BotSays | None
    message: _Seen | None
    differs: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the message is as the line expects it."""
        return self.line is not None and self.message is not None and not self.differs


def pair_up(lines: Sequence[BotLine], messages: Sequence[_Seen]) -> list[Pair]:
    """Pair lines with messages, in order. ``bot: any`` takes what the lines before and after it leave."""
    at = next((rank for rank, line in enumerate(lines) if isinstance(line, Anything)), None)
    wanted = [line for line in lines if isinstance(line, BotSays)]
    if at is None:
        return list(_matched(wanted, messages))
    before, after = wanted[:at], wanted[at:]
    taken = min(len(before), len(messages))
    left = messages[taken:]
    return [*_by_rank(before, messages[:taken]), *_by_rank(after, left[max(len(left) - len(after), 0) :])]


def _matched(lines: Sequence[BotSays], messages: Sequence[_Seen]) -> Iterator[Pair]:
    line_at = message_at = 0
    for line, message in _common(lines, messages):
        yield from _by_rank(lines[line_at:line], messages[message_at:message])
        yield Pair(line=lines[line], message=messages[message])
        line_at, message_at = line + 1, message + 1
    yield from _by_rank(lines[line_at:], messages[message_at:])


def _by_rank(lines: Sequence[BotSays], messages: Sequence[_Seen]) -> Iterator[Pair]:
    for line, message in zip_longest(lines, messages):
        differs = differing(line.patterns, message) if line is not None and message is not None else ()
        yield Pair(line=line, message=message, differs=differs)


def _common(lines: Sequence[BotSays], messages: Sequence[_Seen]) -> list[tuple[int, int]]:
    """The longest run of matches in order, as (line, message)."""
    best = [[0] * (len(messages) + 1) for _ in range(len(lines) + 1)]
    fits = [[not differing(line.patterns, message) for message in messages] for line in lines]
    for line in reversed(range(len(lines))):
        for message in reversed(range(len(messages))):
            both = best[line + 1][message + 1] + 1 if fits[line][message] else 0
            best[line][message] = max(both, best[line + 1][message], best[line][message + 1])
    found = []
    line = message = 0
    while line < len(lines) and message < len(messages):
        if fits[line][message] and best[line][message] == best[line + 1][message + 1] + 1:
            found.append((line, message))
            line, message = line + 1, message + 1
        elif best[line + 1][message] >= best[line][message + 1]:
            line += 1
        else:
            message += 1
    return found
