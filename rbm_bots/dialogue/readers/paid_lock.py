"""The lock that a person puts on paid help: until they lift it, it does not exist for them (bot language 9.4, 12)."""

from __future__ import annotations

from typing import Final

from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.render import say, say_sentence

__all__ = ["read_lock_words"]

_LOCK: Final = frozenset({"bloquer aide payante", "block paid help"})
_UNLOCK: Final = frozenset({"debloquer aide payante", "unblock paid help"})


def read_lock_words(playing: Playing, said: str) -> Unhandled | None:
    """Take the words that lock or unlock; the bot's own words do what is not so yet. ``said`` is folded."""
    own = playing.bot.always.get("paid_lock")
    if own is not None and said in own.hears:
        locks = not playing.paid_locked
    elif said in _LOCK or said in _UNLOCK:
        locks = said in _LOCK
    else:
        return UNHANDLED
    playing.paid_locked = locks
    playing.note("paid_lock", name="on" if locks else "off")
    if own is not None and own.say is not None:
        say(playing, own.say, step="always/paid_lock")
    else:
        say_sentence(playing, "paid_locked" if locks else "paid_unlocked")
    ask_again(playing)
    return None
