"""A human has the conversation: everything goes there (bot language 9.1.2, 12).

The person's words are in the journal, where the desk reads them; here they only keep the talk awake. ``quitter`` and
``quit`` give the bot back. When the human leaves, or nobody says a word for too long, the bot is back: after a step the
next one plays, else the talk is over. A human may also come unasked, in the middle of a question: its time limit then
stands still, and it is asked again afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from rbm_bots.botfile.text import Text
from rbm_bots.dialogue.effects import ClearTimer, HandOver, HandOverChanged
from rbm_bots.dialogue.help import IDLE, help_settings, set_help_timer
from rbm_bots.dialogue.outcome import GO_ON
from rbm_bots.dialogue.outgoing import Outgoing, cut
from rbm_bots.dialogue.player import go, play, resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again, resume_timer
from rbm_bots.dialogue.rating import owe_rating
from rbm_bots.dialogue.render import say
from rbm_bots.dialogue.session import Helped
from rbm_bots.events import AgentJoined, AgentLeft, AgentSaid, Event, Said
from rbm_bots.ids import handover_id
from rbm_bots.messages import V10
from rbm_bots.messages import Text as TextContent
from rbm_bots.words import fold

__all__ = ["end_help", "take_agent", "take_for_human", "take_help_timer"]

_QUIT: Final = frozenset({"quitter", "quit"})
_STEP: Final = "handover/agent"


def take_for_human(playing: Playing, event: Event) -> None:
    """The person's word, while a human is there or asked for."""
    if isinstance(event, Said) and fold(event.text) in _QUIT:
        end_help(playing, "quit")
        return
    playing.note("for_human")
    if playing.help is not None and playing.help.joined:
        _stay_awake(playing)


def take_agent(playing: Playing, event: AgentJoined | AgentSaid | AgentLeft) -> None:
    """What the human does."""
    if isinstance(event, AgentLeft):
        end_help(playing, "left")
        return
    _join(playing)
    if isinstance(event, AgentSaid) and (words := event.text.strip()):
        content = TextContent(text=cut(words, V10.text))
        playing.send(Outgoing(step=_STEP, content=content, message_class="conversation"))
    _stay_awake(playing)


def take_help_timer(playing: Playing) -> None:
    """Nobody came in time, or nobody said a word for too long."""
    if playing.help is None:
        return
    if playing.help.joined:
        end_help(playing, "idle")
        return
    settings = help_settings(playing)
    if settings is None:
        playing.end_talk()
        return
    say(playing, settings.busy, step="handover/busy")
    if playing.help.closed:  # it stays in the queue: somebody may still answer
        playing.queued = playing.help.request
        playing.help = None
    else:
        playing.close_help("timeout")
    go(playing, settings.otherwise)
    play(playing)


def end_help(playing: Playing, why: str) -> None:
    """The bot is back."""
    if playing.help is None:
        return
    helped, settings = playing.help, help_settings(playing)
    playing.close_help(why)
    if helped.joined and settings is not None and settings.rating:
        owe_rating(playing, helped.request)
    back: Text | None = settings.back if settings is not None else playing.bot.sentences.get("rbm.handover_back")
    say(playing, back, step="handover/back")
    if helped.stays:
        resume(playing, GO_ON)
    elif playing.question is not None:
        ask_again(playing)
        if helped.left_ms is not None:
            resume_timer(playing, timedelta(milliseconds=helped.left_ms))
    else:
        playing.end_talk()


def _join(playing: Playing) -> None:
    """Somebody is there; one who was not asked for opens a request of their own."""
    if playing.help is not None and playing.help.joined:
        return
    if playing.help is None:
        request = playing.queued or handover_id(playing.cause)
        if playing.queued is None:
            team = playing.bot.handover.team if playing.bot.handover is not None else ""
            playing.effects.append(HandOver(request=request, team=team, reason="joined"))
        playing.queued = None
        playing.help = Helped(request=request, left_ms=_stop_the_clock(playing))
    playing.help = msgspec.structs.replace(playing.help, joined=True)
    playing.effects.append(HandOverChanged(request=playing.help.request, state="joined"))


def _stop_the_clock(playing: Playing) -> int | None:
    """The time limit of the open question stands still; gives what it had left, in milliseconds."""
    question = playing.question
    if question is None or question.due is None:
        return None
    playing.effects.append(ClearTimer(name=question.timer))
    playing.question = msgspec.structs.replace(question, timer="", due=None)
    return max(int((question.due - playing.now).total_seconds() * 1000), 0)


def _stay_awake(playing: Playing) -> None:
    settings = help_settings(playing)
    set_help_timer(playing, settings.idle if settings is not None else IDLE)
