"""The loop that plays steps until the bot waits again, and the jumps between them.

A step's verb answers with what comes next: :data:`GO_ON` (the step below), :data:`WAIT` (for the person or a call),
an index of the same flow (a branch of ``if``), or a target. What a turn may use up is counted in the session,
because one turn of the language may span several calls of :func:`~rbm_bots.dialogue.turn.turn`.
"""

from __future__ import annotations

from rbm_bots.botfile.model import Faq, Run, Step, Target
from rbm_bots.dialogue.help import ask_for_help
from rbm_bots.dialogue.limits import LIMITS, TurnTooLong
from rbm_bots.dialogue.outcome import GO_ON, WAIT, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again
from rbm_bots.dialogue.render import card_message, say, say_sentence
from rbm_bots.dialogue.targets import target_to_step
from rbm_bots.dialogue.verbs import VERBS
from rbm_bots.dialogue.verbs.not_here import say_paid_help_is_not_here

__all__ = ["answer_faq", "apologise", "go", "leave_for", "play", "resume", "stop_turn"]


def play(playing: Playing) -> None:
    """Play until the bot waits, or the talk is over. Raises :class:`TurnTooLong` when a limit is used up."""
    while not _waits(playing) and (step := playing.step) is not None:
        if playing.steps >= LIMITS.steps:
            raise TurnTooLong("steps")
        playing.steps += 1
        playing.trail.append(step.name)
        if step.when is not None and not step.when.holds(playing):
            _advance(playing, step)
        else:
            _follow(playing, step, VERBS[type(step)](playing, step))


def _waits(playing: Playing) -> bool:
    return playing.question is not None or playing.waiting_for is not None or playing.help is not None


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


def leave_for(playing: Playing, target: Target) -> None:
    """Leave the talk for another one at ``target``, and play. What it has learned stays for a human."""
    playing.unknown = 0
    if target.kind not in ("handover", "paid_help"):
        playing.begin_talk()
    go(playing, target)
    play(playing)


def go(playing: Playing, target: Target, *, reason: str = "asked") -> None:
    """Jump (bot language 6.1). Does not play; a jump out of a finished talk opens the next one.

    ``reason``: why a human is asked for, if that is where the jump leads.
    """
    if target.kind == "faq":
        answer_faq(playing, playing.bot.faq[target.name])
        return
    if target.kind == "next":
        if (step := playing.step) is not None:
            playing.close_question()
            _advance(playing, step)
        return
    if target.kind == "end":
        playing.run_out()
    elif target.kind == "handover":
        _hand_over(playing, reason=reason)
    elif target.kind == "paid_help":
        _pay_for_help(playing)
    else:
        _stand_at(playing, target)


def _hand_over(playing: Playing, *, reason: str) -> None:
    settings = playing.bot.handover
    if settings is None:
        playing.end_talk()
        return
    ask_for_help(playing, settings, reason=reason, stays=False)


def _pay_for_help(playing: Playing) -> None:
    """Metered help is not there: say so, and go where the bot leads instead."""
    say_paid_help_is_not_here(playing)
    settings = playing.bot.paid_help
    otherwise = settings.otherwise if settings is not None else Target(kind="end")
    go(playing, otherwise if otherwise.kind != "paid_help" else Target(kind="end"))


def _stand_at(playing: Playing, target: Target) -> None:
    playing.close_question()
    playing.detour.clear()
    if not playing.frames:
        if not playing.fresh and not playing.rests:
            playing.begin_talk()
        playing.frames = [("", 0)]
    if target.kind == "step" and target.index < len(playing.bot.flows[target.name].steps):
        playing.frames[-1] = (target.name, target.index)
    else:  # a step that Python built is gone with its talk: its flow begins anew
        flow = playing.bot.start if target.kind == "start" else target.name
        playing.frames.clear()
        playing.built.forget(flow)
        playing.frames.append((flow, 0))
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
        playing.run_out()


def apologise(playing: Playing) -> None:
    """Say sorry, even when the turn has said all it may; then a human, if there is one, else the talk ends."""
    if _is_unasked(playing):
        playing.end_talk()
        return
    playing.messages = min(playing.messages, LIMITS.messages - 1)
    say_sentence(playing, "apology")
    _rescue(playing)


def stop_turn(playing: Playing) -> None:
    """A limit of the turn is used up: a human, if there is one, else sorry and the end (bot language 15)."""
    if playing.bot.handover is None or _is_unasked(playing):
        apologise(playing)
    else:
        _rescue(playing)


def _rescue(playing: Playing) -> None:
    playing.waiting_for = playing.called_at = None
    playing.messages = min(playing.messages, LIMITS.messages - 1)
    if playing.help is None:
        _hand_over(playing, reason="error")


def _is_unasked(playing: Playing) -> bool:
    """Whether this is a campaign's talk that has said nothing yet: it then ends without a word."""
    return playing.scene is not None and not playing.scene.told and not playing.outgoing


def _advance(playing: Playing, step: Step) -> None:
    """To the step below; out of a flow that ran out to the flow that called it."""
    if playing.detour:
        target = target_to_step(playing.bot, playing.detour.pop(0))
        if target is not None:
            playing.place_at(target)
            if target.empties is not None:
                playing.empty(target.empties)
            return
    following = step.next
    while following is None and playing.frames:
        playing.frames.pop()
        caller = playing.step
        if caller is None:
            playing.run_out()
            return
        playing.goal(caller.goal, step=caller.name)
        following = caller.next
    if playing.frames and following is not None:
        playing.frames[-1] = (playing.frames[-1][0], following)
