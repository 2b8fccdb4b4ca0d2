"""What the bot remembers of one person: a frozen value, small, JSON from end to end.

Slots hold values in their stored form (:mod:`.stored`), so a session equals itself after any journey through a
table. Positions are names of steps, not numbers: a talk can follow its bot to a newer version. Ids that were
handled, timers and outgoing messages are rows of the store, never part of a session.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from rbm_bots.botfile.model import Bot
from rbm_bots.ids import HandoverId

__all__ = [
    "Armed",
    "Helped",
    "Option",
    "Question",
    "Rating",
    "Scened",
    "Screen",
    "Session",
    "Shown",
    "decode_session",
    "encode_session",
    "new_session",
]

_OptionKind = Literal[
    "reply", "answer", "skip", "yes", "no", "edit", "stop", "button", "time", "more", "export", "erase", "mark"
]  # fmt: skip


class Option(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={
        "step": "s",
        "option": "o",
        "kind": "k",
        "label": "l",
        "goto": "g",
        "sets": "v",
        "value": "a",
        "goal": "c",
        "topic": "t",
    },
):
    """What a tap means. ``label`` is folded; ``goto`` a written target; ``sets`` slots to stored values.

    ``value`` is the stored answer of an ``answer``, the slot of an ``edit``, the instant (ISO) of a ``time``, the
    number of a ``mark``. ``topic``: what a tap tells about the person's interests.
    """

    step: str
    option: str
    kind: _OptionKind = "reply"
    label: str = ""
    goto: str = ""
    sets: dict[str, Any] = {}
    value: Any = None
    goal: str = ""
    topic: str = ""


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the messages sent in answer to one word of the person."""

    turn: int
    options: tuple[Option, ...]


class Shown(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A free time on the screen; ``start`` is UTC, ``ref`` the calendar's own reference."""

    start: datetime
    ref: str | None = None
    label: str | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The open question. ``attempts``: wrong answers so far. ``timer`` fires at ``due``.

    ``part``: ``time`` when the day (``day``, ISO) is known and the hour was asked; ``edit`` when a refused confirmation
    asks what to change. ``calling``: what the bot waits for before the person may answer again: an async check of the
    answer, free times, the hold of the chosen one. ``shown``: the free times on offer; ``wanted``: the instant that
    was chosen or asked for; ``after``: free times were looked for after it. ``said``: the words that a check looks at.
    """

    step: str
    attempts: int = 0
    turn: int = 0
    part: Literal["", "time", "edit"] = ""
    day: str = ""
    calling: Literal["", "check", "find", "hold"] = ""
    shown: tuple[Shown, ...] = ()
    wanted: datetime | None = None
    after: datetime | None = None
    said: str = ""
    timer: str = ""
    due: datetime | None = None


class Helped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A human has the conversation, or is asked for. ``joined``: somebody is there.

    ``stays``: a step asked, and the next one follows. ``closed``: the person was told that nobody is there.
    ``timer`` fires at ``due``: the time to accept, then the time without a word. ``left_ms``: what an open question
    still had when the human came.
    """

    request: HandoverId
    joined: bool = False
    stays: bool = False
    closed: bool = False
    timer: str = ""
    due: datetime | None = None
    left_ms: int | None = None


class Rating(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Marks for a human's help that are owed; ``about``: the one that was asked for in ``turn``."""

    request: HandoverId
    about: Literal["", "quality", "relevance"] = ""
    turn: int = 0


class Scened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A talk that a campaign started, until ``until``. ``turn``: its first screen; ``told``: the campaign knows.

    ``unchecked``: columns whose async check has not answered yet, slot to stored value; the first one is asked now.
    """

    name: str
    campaign: str = ""
    purpose: Literal["service", "marketing"]
    until: datetime
    turn: int
    answered: bool = False
    told: bool = False
    unchecked: dict[str, Any] = {}


class Armed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reminders of one appointment ``at``. ``step`` says them; ``names``: the stored slots that they speak of.

    ``key`` tells timers of one session apart; ``due`` are the instants that have not come yet.
    """

    key: int
    ref: str
    step: str
    at: datetime
    names: dict[str, Any] = {}
    due: tuple[datetime, ...] = ()


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation's memory. Times are UTC; ``turn`` counts words of the person, ``talk`` talks.

    ``frames``: the step that plays or waits, last, and the ``run`` steps it returns to. ``detour``: steps still to be
    repeated before a refused confirmation is asked again. ``numbers``: what 1, 2, … of the last numbered text message
    mean, as postback keys. ``steps messages calls action_ms``: used up by the turn that is not over yet. ``help``: a
    human, there or asked for; ``queued``: an older request that nobody has answered. ``reminders`` outlive sessions.
    ``campaign_language``: as a campaign's file tells it; it counts before the platform's and after the person's choice.
    ``built``: flows of this talk that Python has built, name to steps as data. ``paid_locked``: the person has blocked
    paid help.
    """

    bot: str
    version: str
    language: str
    language_chosen: bool = False
    campaign_language: str = ""
    channel: Literal["rcs", "sms"] = "rcs"
    last_word: datetime | None = None
    last_tap: str = ""
    talk: int = 0
    turn: int = 0
    frames: tuple[str, ...] = ()
    detour: tuple[str, ...] = ()
    question: Question | None = None
    slots: dict[str, dict[str, Any]] = {}
    skipped: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    handled: dict[str, int] = {}
    screens: tuple[Screen, ...] = ()
    numbers: tuple[str, ...] = ()
    waiting_for: str | None = None
    called_at: datetime | None = None
    steps: int = 0
    messages: int = 0
    calls: int = 0
    action_ms: int = 0
    unknown: int = 0
    stop_said_at: datetime | None = None
    start_said_at: datetime | None = None
    help: Helped | None = None
    queued: HandoverId | None = None
    scene: Scened | None = None
    reminders: tuple[Armed, ...] = ()
    armed: int = 0
    built: dict[str, Any] = {}
    rating: Rating | None = None
    paid_locked: bool = False


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Session)


def new_session(bot: Bot, now: datetime) -> Session:  # noqa: ARG001 - the same form as every other maker of sessions
    """A stranger's session: nothing said, nothing kept."""
    return Session(bot=bot.id, version=bot.version, language=bot.languages[0])


def encode_session(session: Session) -> bytes:
    """The session as JSON."""
    return _ENCODER.encode(session)


def decode_session(data: bytes) -> Session:
    """What :func:`encode_session` wrote. Raises ``msgspec.ValidationError`` for anything else."""
    return _DECODER.decode(data)
