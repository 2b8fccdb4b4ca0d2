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

__all__ = ["Option", "Question", "Screen", "Session", "decode_session", "encode_session", "new_session"]

_OptionKind = Literal["reply", "answer", "skip", "yes", "no", "edit", "stop", "button"]


class Option(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={"step": "s", "option": "o", "kind": "k", "label": "l", "goto": "g", "sets": "v", "value": "a", "goal": "c"},
):
    """What a tap means. ``label`` is folded; ``goto`` a written target; ``sets`` slots to stored values.

    ``value`` is the stored answer of an ``answer``, the slot of an ``edit``.
    """

    step: str
    option: str
    kind: _OptionKind = "reply"
    label: str = ""
    goto: str = ""
    sets: dict[str, Any] = {}
    value: Any = None
    goal: str = ""


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the messages sent in answer to one word of the person."""

    turn: int
    options: tuple[Option, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The open question. ``attempts``: wrong answers so far. ``timer`` fires at ``due``.

    ``part``: ``time`` when the day (``day``, ISO) is known and the hour was asked; ``edit`` when a refused confirmation
    asks what to change. ``checking``: an answer is with an async check.
    """

    step: str
    attempts: int = 0
    turn: int = 0
    part: Literal["", "time", "edit"] = ""
    day: str = ""
    checking: bool = False
    timer: str = ""
    due: datetime | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation's memory. Times are UTC; ``turn`` counts words of the person, ``talk`` talks.

    ``frames``: the step that plays or waits, last, and the ``run`` steps it returns to. ``detour``: steps still to be
    repeated before a refused confirmation is asked again. ``numbers``: what 1, 2, … of the last numbered text message
    mean, as postback keys. ``steps messages calls action_ms``: used up by the turn that is not over yet.
    """

    bot: str
    version: str
    language: str
    language_chosen: bool = False
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
