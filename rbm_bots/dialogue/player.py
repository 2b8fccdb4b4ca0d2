"""The loop that plays steps until the bot waits again, and the jumps between them.

A step's verb answers with what comes next: :data:`GO_ON` (the step below), :data:`WAIT` (for the person or a call),
an index of the same flow (a branch of ``if``), or a target. What a turn may use up is counted in the session,
because one turn of the language may span several calls of :func:`~rbm_bots.dialogue.turn.turn`.
"""

from __future__ import annotations

from rbm_bots.botfile.model import Faq, Run, Step, Target
from rbm_bots.dialogue.outcome import GO_ON, WAIT, Outcome
from rbm_bots.dialogue.playing import LIMITS, Playing, TurnTooLong
from rbm_bots.dialogue.question import ask_again
from rbm_bots.dialogue.render import card_message, say, say_sentence
from rbm_bots.dialogue.targets import target_to_step
from rbm_bots.dialogue.verbs import VERBS

__all__ = ["answer_faq", "apologise", "go", "play", "resume"]


def play(playing: Playing) -> None:
    """Play until the bot waits, or the talk is over. Raises :class:`TurnTooLong` when a limit is used up."""
    while playing.question is None and playing.waiting_for is None and (step := playing.step) is not None:
        if playing.steps >= LIMITS.steps:
            raise TurnTooLong("steps")
        playing.steps += 1
        playing.trail.append(step.name)
        if step.when is not None and not step.when.holds(playing):
            _advance(playing, step)
        else:
            _follow(playing, step, VERBS[type(step)](playing, step))


def resume(playing: Playing, outcome: Outcome | None, *, done: bool = True) -> None:
    """Go on from the step that waited, and play. ``done``: it reached its end (not: refused or given up)."""
    step = playing.step
    if step is not None and outcome is not WAIT:
        playing.close_question()
        _follow(playing, step, outcome, done=done)
    play(playing)


def _follow(playing: Playing, step: Step, outcome: Outcome | None, *, done: bool = True) -> None:
    """Go where a step's verb leads."""
    if outcome is WAIT:
        return
    if outcome is None:
        apologise(playing)
        return
    if done and not isinstance(step, Run):
        playing.goal(step.goal, step=step.name)
    if outcome is GO_ON:
        _advance(playing, step)
    elif isinstance(outcome, int):
        playing.frames[-1] = (playing.frames[-1][0], outcome)
    elif isinstance(outcome, Target):
        go(playing, outcome)


def go(playing: Playing, target: Target) -> None:
    """Jump (bot language 6.1). Does not play; a jump out of a finished talk opens the next one."""
    if target.kind == "faq":
        answer_faq(playing, playing.bot.faq[target.name])
        return
    if target.kind == "next":
        if (step := playing.step) is not None:
            playing.close_question()
            _advance(playing, step)
        return
    if target.kind == "end":
        playing.end_talk()
        return
    if target.kind in ("handover", "paid_help"):
        say_sentence(playing, "not_here")
        playing.note("not_here", name=target.kind)
        playing.end_talk()
        return
    _stand_at(playing, target)


def _stand_at(playing: Playing, target: Target) -> None:
    playing.close_question()
    playing.detour.clear()
    if not playing.frames:
        if not playing.fresh:
            playing.begin_talk()
        playing.frames = [("", 0)]
    if target.kind == "step":
        playing.frames[-1] = (target.name, target.index)
    else:
        playing.frames = [(playing.bot.start if target.kind == "start" else target.name, 0)]
    if target.empties is not None:
        playing.empty(target.empties)


def answer_faq(playing: Playing, faq: Faq) -> None:
    """Answer; the open question comes back, else the talk is over."""
    open_question = playing.question is not None
    step = f"faq/{faq.name}"
    playing.trail.append(step)
    chips = () if open_question else faq.suggest
    if faq.card is not None:
        message = card_message(playing, faq.card, step=step, chips=chips, sms=faq.sms)
        if message is not None:
            playing.send(message)
    else:
        say(playing, faq.say, step=step, chips=chips, sms=faq.sms)
    if open_question:
        ask_again(playing)
    else:
        playing.end_talk()


def apologise(playing: Playing) -> None:
    """Say sorry, even when the turn has said all it may, and end the talk."""
    playing.messages = min(playing.messages, LIMITS.messages - 1)
    say_sentence(playing, "apology")
    playing.end_talk()


def _advance(playing: Playing, step: Step) -> None:
    """To the step below; out of a flow that ran out to the flow that called it."""
    if playing.detour:
        target = target_to_step(playing.bot, playing.detour.pop(0))
        if target is not None:
            playing.place_at(target)
            return
    following = step.next
    while following is None and playing.frames:
        playing.frames.pop()
        caller = playing.step
        if caller is None:
            playing.end_talk()
            return
        playing.goal(caller.goal, step=caller.name)
        following = caller.next
    if playing.frames and following is not None:
        playing.frames[-1] = (playing.frames[-1][0], following)
