"""Which version of a bot plays an event. Pure.

A talk keeps the version it began with; new talks take the newest. So an open talk's event is played by the talk's own
version first. When that turn leaves the talk for a new one, or the session was over, the turn is forgotten and the
event is played by the newest version instead, which is told that the talk was left. The same happens when the earlier
version cannot go on. Both are facts of the turn and kept with it, so that a replay needs the version that played in
the end, and no other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from rbm_bots.botfile.model import Bot
from rbm_bots.dialogue import Session, Turn, turn
from rbm_bots.dialogue.effects import MakeCall, Note
from rbm_bots.dialogue.facts import Facts
from rbm_bots.events import Event, TimerFired
from rbm_bots.versions import Kept

__all__ = ["FindVersion", "Played", "play_event"]

FindVersion = Callable[[str], Kept | None]
"""Finds an earlier version of one bot; ``None`` when it cannot go on."""

_Left = Literal["", "new_talk", "version_gone", "action_gone", "state_unreadable"]


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A turn, the version of the bot that played it, and what it knew."""

    turn: Turn
    version: str
    facts: Facts


def play_event(
    newest: Bot,
    session: Session,
    event: Event,
    *,
    now: datetime,
    cause: str,
    facts: Facts,
    find: FindVersion | None,
) -> Played:
    """Play one event. Without ``find``, open talks follow the files: they go on in the newest at the same step name."""
    left: _Left = facts.left
    if find is not None and not left and session.frames and session.version != newest.version:
        kept = find(session.version)
        if kept is None:
            left = "version_gone"
        else:
            played = turn(kept.bot, session, event, now=now, cause=cause, facts=facts)
            left = _left(kept, session, event, played)
            if not left:
                return Played(turn=played, version=kept.bot.version, facts=facts)
        facts = msgspec.structs.replace(facts, left=left)
    played = turn(newest, session, event, now=now, cause=cause, facts=facts)
    return Played(turn=played, version=newest.version, facts=facts)


def _left(kept: Kept, before: Session, event: Event, played: Turn) -> _Left:
    """Why the talk is not played on by its own version; empty when it is."""
    calls = {effect.action for effect in played.effects if isinstance(effect, MakeCall)}
    if calls & kept.gone:
        return "action_gone"
    over = any(isinstance(effect, Note) and effect.what == "session_over" for effect in played.effects)
    if played.session.talk != before.talk or (over and not isinstance(event, TimerFired)):
        return "new_talk"
    return ""
