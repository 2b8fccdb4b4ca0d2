"""The lines of a talk, one reader for each word that may begin one (bot language 16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, Literal

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar
from rbm_bots.testing.keys import TalkKeys
from rbm_bots.testing.talks import (
    Agent,
    Anything,
    BotSays,
    Expects,
    Line,
    Pattern,
    Platform,
    Says,
    SendsFile,
    Shares,
    StartsScene,
    Taps,
    Waits,
)

__all__ = ["read_line"]

_BOT: Final = ("say", "card", "carousel", "file", "location", "sms", "suggest", "parts")
_LISTS: Final = ("carousel", "suggest")
_STATE: Final = ("flow", "step", "slots", "goals", "opted_out", "with")
_EVENTS: Final[Mapping[str, Literal["unsubscribe", "subscribe", "start_chat"]]] = {
    "unsubscribe": "unsubscribe",
    "subscribe": "subscribe",
    "start_chat": "start_chat",
}
_MOST_TIME: Final = timedelta(days=366)
_MOST_PARTS: Final = 100


def read_line(node: Node, faults: Faults) -> Line | None:
    """One line; ``None`` when it has a fault, which was told."""
    written = scalars.as_map(node, faults, "a line of a talk, like «user: bonjour»")
    if written is None:
        return None
    word, value = written.pairs[0] if written.pairs else (None, None)
    if word is None or value is None or len(written.pairs) > 1:
        faults.error(written.mark, "type", "a line of a talk has one word before its colon", "begin a new line with -")
        return None
    reader = _READERS.get(word.text)
    if reader is None:
        hint = did_you_mean(word.text, _READERS) or f"one of {', '.join(_READERS)}"
        faults.error(word.mark, "extra", f"«{word.text}» is no line of a talk", hint)
        return None
    return reader(word.mark, value, faults)


def _user(mark: Mark, node: Node, faults: Faults) -> Line | None:
    if isinstance(node, Scalar) and not node.nothing:
        return Says(mark=mark, text=node.text)
    scalars.wrong(faults, node, "what the person writes")
    return None


def _tap(mark: Mark, node: Node, faults: Faults) -> Line | None:
    if not isinstance(node, MapNode):
        label = scalars.read_words(node, faults, "a label or {card: title, chip: label}")
        return Taps(mark=mark, label=label) if label is not None else None
    keys = TalkKeys(node, faults, "a tap", ("card", "chip"))
    card, chip = keys.need("card"), keys.need("chip")
    title = scalars.read_words(card, faults, "the title of a card") if card is not None else None
    label = scalars.read_words(chip, faults, "a label") if chip is not None else None
    return Taps(mark=mark, label=label, card=title) if label is not None and title is not None else None


def _shares(mark: Mark, node: Node, faults: Faults) -> Line | None:
    words = node.text.split(",") if isinstance(node, Scalar) else []
    try:
        latitude, longitude = map(float, words)
    except ValueError:
        scalars.wrong(faults, node, "a position like 48.85,2.35", 'write it in quotes: "48.85,2.35"')
        return None
    return Shares(mark=mark, latitude=latitude, longitude=longitude)


def _sends(mark: Mark, node: Node, faults: Faults) -> Line | None:
    file = scalars.read_words(node, faults, "a file, like media/x.pdf")
    return SendsFile(mark=mark, file=file) if file is not None else None


def _agent(mark: Mark, node: Node, faults: Faults) -> Line | None:
    if isinstance(node, MapNode):
        said = TalkKeys(node, faults, "an agent's line", ("says",)).need("says")
        text = scalars.read_words(said, faults, "what the agent writes") if said is not None else None
        return Agent(mark=mark, does="says", text=text) if text is not None else None
    does = scalars.read_word(node, faults, ("joins", "leaves"))
    return None if does is None else Agent(mark=mark, does="joins" if does == "joins" else "leaves")


def _scene(mark: Mark, node: Node, faults: Faults) -> Line | None:
    written = scalars.as_map(node, faults, "a scene: {name: …, a column: …}")
    if written is None:
        return None
    columns: dict[str, str] = {}
    for key, value in written.pairs:
        if isinstance(value, Scalar):
            columns[key.text] = "" if value.nothing else value.text
        else:
            scalars.wrong(faults, value, "the words of a column")
    name = columns.pop("name", "")
    if not name:
        faults.error(written.mark, "missing", "a scene needs «name»")
        return None
    return StartsScene(mark=mark, name=name, columns=columns)


def _event(mark: Mark, node: Node, faults: Faults) -> Line | None:
    word = scalars.read_word(node, faults, _EVENTS)
    return Platform(mark=mark, event=_EVENTS[word]) if word is not None else None


def _wait(mark: Mark, node: Node, faults: Faults) -> Line | None:
    time = scalars.read_duration(node, faults, timedelta(seconds=1), _MOST_TIME)
    return Waits(mark=mark, time=time) if time is not None else None


def _silence(mark: Mark, node: Node, faults: Faults) -> Line | None:
    time = scalars.read_duration(node, faults, timedelta(seconds=1), _MOST_TIME)
    return Waits(mark=mark, time=time, silent=True) if time is not None else None


def _bot(mark: Mark, node: Node, faults: Faults) -> Line | None:
    if isinstance(node, Scalar) and node.text == "any":
        return Anything(mark=mark)
    written = scalars.as_map(node, faults, "«any» or a map like {say: Bonjour*}")
    if written is None:
        return None
    TalkKeys(written, faults, "a «bot» line", _BOT)
    if not written.pairs:
        faults.error(written.mark, "type", "this line expects nothing", "write «bot: any», or what the bot says")
        return None
    read = {key.text: _pattern(key.text, value, faults) for key, value in written.pairs if key.text in _BOT}
    return BotSays(mark=mark, patterns={key: value for key, value in read.items() if value is not None})


def _pattern(key: str, node: Node, faults: Faults) -> Pattern | None:
    if key == "parts":
        return scalars.read_integer(node, faults, 0, _MOST_PARTS)
    if key in _LISTS and not (isinstance(node, Scalar) and node.text == "*"):
        if isinstance(node, Scalar) and node.nothing:
            return ()
        listed = scalars.as_list(node, faults, "a list of texts")
        return tuple(_text(item, faults) or "" for item in listed.items) if listed is not None else None
    return _text(node, faults)


def _text(node: Node, faults: Faults) -> str | None:
    if isinstance(node, Scalar):
        return "" if node.nothing else node.text
    scalars.wrong(faults, node, "a text, with * for anything")
    return None


def _expect(mark: Mark, node: Node, faults: Faults) -> Line | None:
    written = scalars.as_map(node, faults, "a map of flow, step, slots, goals, opted_out, with")
    if written is None:
        return None
    TalkKeys(written, faults, "«expect»", _STATE)
    slots = written.get("slots")
    kept = scalars.as_map(slots, faults, "a map of slots") if slots is not None else None
    state = {
        key.text: (value.mark, _state(key.text, value, faults))
        for key, value in written.pairs
        if key.text in _STATE and key.text != "slots"
    }
    return Expects(mark=mark, state=state, slots={k.text: value for k, value in kept.pairs} if kept else {})


def _state(key: str, node: Node, faults: Faults) -> object:
    if isinstance(node, Scalar) and node.nothing:
        return () if key == "goals" else None
    if key == "opted_out":
        return scalars.read_bool(node, faults)
    if key == "with":
        return scalars.read_word(node, faults, ("bot", "human"))
    if key == "goals":
        goals = node.items if isinstance(node, ListNode) else [node]
        return tuple(scalars.read_words(goal, faults, "a goal") or "" for goal in goals)
    return scalars.read_words(node, faults, "a name")


_READERS: Final[Mapping[str, Callable[[Mark, Node, Faults], Line | None]]] = {
    "user": _user,
    "tap": _tap,
    "shares": _shares,
    "sends": _sends,
    "agent": _agent,
    "scene": _scene,
    "event": _event,
    "wait": _wait,
    "silence": _silence,
    "bot": _bot,
    "expect": _expect,
}
