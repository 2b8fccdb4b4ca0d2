"""A file of conversation tests, read (bot language 16): what is there before a talk, and the lines of the talk.

Every line knows where it stands, so a failure names file, line and column. What slots should hold stays a node until
the bot is known: the slot's type decides how it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.source import Node

__all__ = [
    "Agent",
    "Anything",
    "BotLine",
    "BotSays",
    "Expects",
    "Line",
    "Mock",
    "Pattern",
    "Platform",
    "Says",
    "SendsFile",
    "Shares",
    "StartsScene",
    "Talk",
    "TalkFile",
    "Taps",
    "Waits",
]

Pattern: TypeAlias = str | tuple[str, ...] | int
"""What a message should show: words with ``*`` for anything, a list of such words, or a number of parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a talk."""

    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Says(Line):
    """``user``: the person writes."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taps(Line):
    """``tap``: the person taps a label; ``card`` is the title of its card where the label alone is not enough."""

    label: str
    card: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares(Line):
    """``shares``: the person shares a position, in decimal degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SendsFile(Line):
    """``sends``: the person sends a file, a path beside the test or an address."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Line):
    """``agent``: the human at the desk."""

    does: Literal["joins", "says", "leaves"]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsScene(Line):
    """``scene``: a campaign reaches the person; ``columns`` are the words of the audience file."""

    name: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform(Line):
    """``event``: the platform tells something by itself."""

    event: Literal["unsubscribe", "subscribe", "start_chat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits(Line):
    """``wait`` or, ``silent``, ``silence``: time goes by."""

    time: timedelta
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSays(Line):
    """``bot``: the next message. Keys that are left out are not compared."""

    patterns: Mapping[str, Pattern]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything(Line):
    """``bot: any``: whatever the bot sends up to the next other line."""


BotLine: TypeAlias = BotSays | Anything
"""A line that expects messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expects(Line):
    """``expect``: the state now. ``state`` has the named keys but ``slots``; ``slots`` are still to be typed."""

    state: Mapping[str, tuple[Mark, object]]
    slots: Mapping[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """What an action answers: always the one answer, or once each. An answer has ``returns`` or ``raises``."""

    mark: Mark
    always: bool
    answers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One test. ``slots``: what is kept before; ``agents``: how many are at the desk."""

    name: str
    mark: Mark
    channel: Literal["rcs", "sms"] = "rcs"
    language: str | None = None
    contact: Mapping[str, Any] = field(default_factory=dict)
    customer: Mapping[str, Any] = field(default_factory=dict)
    slots: Mapping[str, Node] = field(default_factory=dict)
    agents: int = 1
    mocks: Mapping[str, Mock] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkFile:
    """A file of tests for one bot; ``now``: the instant each talk begins at. ``text`` is the file as it is written."""

    path: Path
    bot: Path
    bot_mark: Mark
    now: datetime
    mocks: Mapping[str, Mock]
    talks: tuple[Talk, ...]
    text: str
