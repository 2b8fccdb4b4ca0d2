"""STOP and START, in every state (bot language 9.5, 19)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from rbm_bots.dialogue.effects import OptChanged
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.render import say, say_sentence
from rbm_bots.rules.stop import read_opt

__all__ = ["read_consent", "start", "stop"]

_SAID_ONCE_IN: Final = timedelta(hours=24)


def read_consent(playing: Playing, text: str) -> Unhandled | None:
    """Take ``text`` when it forbids or allows marketing."""
    match read_opt(text, _own_words(playing, "stop"), start_words=_own_words(playing, "start")):
        case "stop":
            stop(playing)
        case "start":
            start(playing)
        case None:
            return UNHANDLED
    return None


def stop(playing: Playing) -> None:
    """Forbid marketing at once: the talk ends, and the bot says so at most once in 24 hours."""
    playing.effects.append(OptChanged(kind="stop"))
    playing.close_help("stopped")
    playing.end_talk()
    playing.rating = playing.start_said_at = None
    if playing.stop_said_at is None or playing.now - playing.stop_said_at >= _SAID_ONCE_IN:
        playing.stop_said_at = playing.now
        _say(playing, "stop")


def start(playing: Playing) -> None:
    """Allow marketing again; the bot says so once, and the open question comes back."""
    playing.effects.append(OptChanged(kind="start"))
    playing.stop_said_at = None
    if playing.start_said_at is None or playing.now - playing.start_said_at >= _SAID_ONCE_IN:
        playing.start_said_at = playing.now
        _say(playing, "start")
    ask_again(playing)


def _say(playing: Playing, name: str) -> None:
    own = playing.bot.always.get(name)
    if own is not None and own.say is not None:
        say(playing, own.say, step=f"always/{name}")
    else:
        say_sentence(playing, name)


def _own_words(playing: Playing, name: str) -> frozenset[str]:
    own = playing.bot.always.get(name)
    return frozenset(own.hears) if own is not None else frozenset()
