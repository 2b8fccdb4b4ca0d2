"""What an event may find gone: the session, the talk of a campaign, or the step in another version of the bot."""

from __future__ import annotations

from datetime import datetime

from rbm_bots.botfile.model import Wait
from rbm_bots.botfile.services import Handover
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.scenes import has_expired

__all__ = ["lapse", "lost_in_version"]


def lapse(playing: Playing, since: datetime) -> bool:
    """End a session without a word when the person was silent for too long; ``True``: it has ended.

    Humans have time limits of their own. A campaign's talk that nobody answered lives until it expires.
    """
    if playing.help is not None:
        return False
    scene = playing.scene
    if scene is not None and not scene.answered:
        if not has_expired(playing, since):
            return False
        playing.note("scene_over", name=scene.name)
        playing.screens[:] = [screen for screen in playing.screens if screen.turn != scene.turn]
    elif playing.last_word is None or since - playing.last_word <= playing.bot.expires:
        return False
    playing.note("session_over")
    playing.end_talk()
    playing.stored.pop("session", None)
    playing.unknown = 0
    playing.last_tap = ""
    playing.rating = None
    return True


def lost_in_version(playing: Playing) -> bool:
    """Go on in another version of the bot at the same step names; ``True``: one is gone, and the talk has ended.

    It also ends when the facts say that it was left, and when steps that Python built no longer fit the bot.
    """
    before, left = playing.before, playing.facts.left
    if not before.frames or (before.version == playing.bot.version and not playing.built.lost):
        return False
    step, question = playing.step, playing.question
    same = question is None or (isinstance(step, Wait) and step.name == question.step)
    if playing.help is not None and playing.help.stays:
        same = same and isinstance(step, Handover)
    if not left and len(playing.frames) == len(before.frames) and same:
        return False
    if left != "new_talk":
        playing.note("version_lost", name=left)
    playing.end_talk()
    return True
