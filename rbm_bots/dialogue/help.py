"""Asking for a human: the request, what is said with it, and the time in which somebody has to come (bot language 12).

From the request to the end the bot is silent. The desk is told by the effects ``HandOver`` and ``HandOverChanged``; it
answers with the events ``AgentJoined``, ``AgentSaid`` and ``AgentLeft``. Nobody there, or outside of the hours, the
person is told so and the request stays in the queue, even when the bot goes on after the time limit.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from rbm_bots.botfile.services import FreeHelp, Handover
from rbm_bots.dialogue.effects import ClearTimer, HandOver, SetTimer
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import say
from rbm_bots.dialogue.scope import is_open
from rbm_bots.dialogue.session import Helped
from rbm_bots.ids import handover_id

__all__ = ["IDLE", "ask_for_help", "help_settings", "set_help_timer"]

IDLE = timedelta(hours=2)
"""Without a word from either side, where the bot does not say."""

_STEP = "handover/say"


def ask_for_help(playing: Playing, help_: FreeHelp, *, reason: str, stays: bool) -> None:
    """Ask for a human, say so, and fall silent. ``stays``: a step asks, and the next one follows."""
    playing.close_question()
    playing.detour.clear()
    opened = is_open(playing.bot, help_, playing.facts, playing.now)
    say(playing, help_.say if opened else help_.closed, step=_STEP)
    request = playing.queued or handover_id(playing.cause)
    carry = {name: value for name in help_.carry if (value := playing.stored_slot(name)) is not None}
    playing.effects.append(HandOver(request=request, team=help_.team, reason=reason, carry=carry))
    playing.queued = None
    playing.help = Helped(request=request, stays=stays, closed=not opened)
    set_help_timer(playing, help_.timeout)


def set_help_timer(playing: Playing, span: timedelta) -> None:
    """Let the time to accept, or the time without a word, run from now."""
    if playing.help is None:
        return
    if playing.help.timer:
        playing.effects.append(ClearTimer(name=playing.help.timer))
    due = playing.now + span
    playing.help = msgspec.structs.replace(playing.help, timer=f"help/{playing.help.request}", due=due)
    playing.effects.append(SetTimer(name=playing.help.timer, at=due))


def help_settings(playing: Playing) -> FreeHelp | None:
    """The settings of the help that was asked for: the step's, else the bot's."""
    step = playing.step
    if playing.help is not None and playing.help.stays and isinstance(step, Handover):
        return step.help
    return playing.bot.handover
