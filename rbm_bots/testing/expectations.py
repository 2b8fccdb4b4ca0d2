"""``expect``: whether a conversation is where a test says, and holds what it says."""

from __future__ import annotations

from collections.abc import Iterator

from rbm_bots.botfile.model import Mark
from rbm_bots.dialogue import restore
from rbm_bots.testing.failures import TalkFailed
from rbm_bots.testing.play import Play
from rbm_bots.testing.talks import Expects
from rbm_bots.testing.values import same, show, slot_value

__all__ = ["check_expected"]


def check_expected(line: Expects, play: Play) -> None:
    """Raises :class:`TalkFailed` with every difference."""
    wrong = [*_state(line, play), *_slots(line, play)]
    if not wrong:
        return
    details = [row for _, what, expected, got in wrong for row in _rows(what, expected, got)]
    raise TalkFailed(wrong[0][0], "the state is another", details)


def _rows(what: str, expected: str, got: str) -> tuple[str, str]:
    return f"expected  {what}: {expected}", f"got       {what}: {got}"


def _state(line: Expects, play: Play) -> Iterator[tuple[Mark, str, str, str]]:
    """Differences as (place, key, expected, got)."""
    flow, _, step = play.session.frames[-1].partition("/") if play.session.frames else ("", "", "")
    now: dict[str, str] = {
        "flow": flow or "~",
        "step": step or "~",
        "opted_out": show(play.opted_out, zone=play.bot.timezone),
        "with": "human" if play.with_human else "bot",
        "goals": show(sorted(play.session.goals), zone=play.bot.timezone),
    }
    for key, (mark, value) in line.state.items():
        listed = sorted(value) if isinstance(value, tuple) else value
        expected = show(listed, zone=play.bot.timezone)
        if key == "step":
            expected = expected.removeprefix(f"{flow}/")
        if expected != now[key]:
            yield mark, key, expected, now[key]


def _slots(line: Expects, play: Play) -> Iterator[tuple[Mark, str, str, str]]:
    zone = play.bot.timezone
    for name, node in line.slots.items():
        spec = play.bot.slots[name]
        expected, held = slot_value(spec, node, zone=zone), restore(play.slot(name))
        if not same(spec, expected, held):
            yield node.mark, f"slots.{name}", show(expected, zone=zone), show(held, zone=zone)
