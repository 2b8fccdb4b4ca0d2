"""Nobody understood it: a wrong answer to the open question, the start for a stranger, else «unknown» (9.1.8)."""

from __future__ import annotations

from rbm_bots.botfile.model import Target
from rbm_bots.dialogue.player import go, play
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import open_step
from rbm_bots.dialogue.readers.taking import wrong_answer
from rbm_bots.dialogue.render import say

__all__ = ["take_lost"]


def take_lost(playing: Playing, *, stranger: bool) -> None:
    """Say that it was not understood, in the way that fits the moment; ``then`` follows with the last sentence.

    ``stranger``: the bot has never heard this person, or has just lost the talk in a newer version of itself.
    """
    if open_step(playing) is not None:
        playing.note("wrong_answer", step=playing.step.name if playing.step else "")
        wrong_answer(playing, reason=playing.rejected)
        return
    if stranger:
        go(playing, Target(kind="start"))
        play(playing)
        return
    playing.note("unknown")
    texts = playing.bot.unknown_say
    last = playing.unknown + 1 >= len(texts)
    text = texts[min(playing.unknown, len(texts) - 1)] if texts else None
    say(playing, text, step="unknown/say", chips=playing.bot.unknown_suggest)
    playing.unknown += 1
    if last:
        playing.unknown = 0
        if playing.bot.unknown_then.kind != "handover":
            playing.begin_talk()
        go(playing, playing.bot.unknown_then, reason="unknown")
        play(playing)
