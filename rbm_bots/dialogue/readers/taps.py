"""Taps, and words or numbers that stand for one (bot language 9.1.3).

A tap on the current screen does what its option says and keeps the talk. An older one starts a new talk where it
leads, or is answered «ce choix a expiré». The same chip tapped twice in a row is one tap. Buttons are counted and
no more, because phones do not always report them.
"""

from __future__ import annotations

from rbm_bots.botfile.model import Ask, Confirm, Target, Wait
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.dialogue.options import takes_digits
from rbm_bots.dialogue.outcome import GO_ON
from rbm_bots.dialogue.player import go, play, resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again, open_step
from rbm_bots.dialogue.rating import take_mark
from rbm_bots.dialogue.readers.opt import stop
from rbm_bots.dialogue.readers.own_data import erase_data, export_data
from rbm_bots.dialogue.readers.taking import accept, take_value
from rbm_bots.dialogue.readers.times import take_time
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.render import say_sentence
from rbm_bots.dialogue.session import Option
from rbm_bots.dialogue.stored import restore
from rbm_bots.dialogue.targets import read_target
from rbm_bots.dialogue.verbs.confirm import change_slot, refuse
from rbm_bots.messages import Postback, read_postback
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.words import fold

__all__ = ["count_button", "find_option", "read_label", "read_number_of_line", "take_tap", "tap_key"]


def tap_key(tap: Postback) -> str:
    """What makes a tap the same as another one."""
    return f"{tap.turn}.{tap.step}.{tap.option}"


def find_option(playing: Playing, tap: Postback) -> Option | None:
    """What the tapped option means; ``None`` when the bot does not remember it."""
    screen = playing.screen(tap.turn)
    options = screen.options if screen is not None and tap.talk <= playing.talk else ()
    return next((option for option in options if (option.step, option.option) == (tap.step, tap.option)), None)


def take_tap(playing: Playing, tap: Postback, *, current: bool) -> None:
    """Do what a tap means; ``current``: it was on the screen that the person saw last."""
    if tap.step == STOP_STEP:
        stop(playing)
        return
    option = find_option(playing, tap)
    if option is None:
        _expired(playing)
        return
    playing.unknown = 0
    playing.goal(option.goal, step=option.step)
    playing.interest(option.topic, step=option.step)
    target = read_target(playing.bot, option.goto) if option.goto else None
    if target is not None:
        _leave_for(playing, option, target, current=current)
    elif not current or not _answers(playing, option):
        _expired(playing)


def read_label(playing: Playing, text: str, *, turn: int) -> Unhandled | None:
    """Words that fold to the label of exactly one option of the current screen."""
    said = fold(text)
    screen = playing.screen(turn)
    if not said or screen is None:
        return UNHANDLED
    found = [option for option in screen.options if option.label == said and option.kind != "button"]
    if not found or any(_meaning(option) != _meaning(found[0]) for option in found):
        return UNHANDLED
    take_tap(playing, _tap(playing, found[-1], turn), current=True)
    return None


def read_number_of_line(playing: Playing, text: str, *, turn: int) -> Unhandled | None:
    """By SMS, the number of a line of the last numbered message, unless digits may be the answer."""
    said = fold(text)
    step = open_step(playing)
    rests = isinstance(step, Ask) and takes_digits(playing.bot.slots[step.slot])
    if playing.facts.channel != "sms" or rests or not said.isascii() or not said.isdigit() or len(said) > 3:
        return UNHANDLED
    line = int(said)
    tap = read_postback(playing.numbers[line - 1]) if 1 <= line <= len(playing.numbers) else None
    if tap is None:
        return UNHANDLED
    take_tap(playing, tap, current=tap.turn == turn)
    return None


def count_button(playing: Playing, tap: Postback | None) -> None:
    """A tap on a button is counted, with its goal, and no more."""
    screen = playing.screen(tap.turn) if tap is not None else None
    options = screen.options if screen is not None else ()
    option = next((one for one in options if tap and (one.step, one.option) == (tap.step, tap.option)), None)
    playing.note("button", step=tap.step if tap is not None else "")
    if option is not None:
        playing.goal(option.goal, step=option.step)
        playing.interest(option.topic, step=option.step)


def _leave_for(playing: Playing, option: Option, target: Target, *, current: bool) -> None:
    stays = target.kind in ("faq", "handover", "paid_help") or (current and (playing.frames or playing.rests))
    if not stays:
        playing.begin_talk()
    _set(playing, option)
    go(playing, target)
    play(playing)


def _answers(playing: Playing, option: Option) -> bool:
    """Let an option without ``goto`` answer the open question; ``False`` when it is not its question."""
    step = open_step(playing)
    if option.kind == "export":
        export_data(playing)
        return True
    if option.kind == "erase":
        erase_data(playing)
        return True
    if option.kind == "mark":
        return take_mark(playing, option)
    if step is None or step.name != option.step:
        return False
    return _answers_step(playing, step, option)


def _answers_step(playing: Playing, step: Wait, option: Option) -> bool:
    if option.kind in ("time", "more"):
        return isinstance(step, Rendezvous) and take_time(playing, step, option)
    if option.kind == "answer" and isinstance(step, Ask):
        take_value(playing, step, restore(option.value), chosen=True)
    elif option.kind == "skip" and isinstance(step, Ask):
        playing.skipped.append(step.slot)
        resume(playing, GO_ON)
    elif option.kind in ("yes", "no", "edit") and isinstance(step, Confirm):
        _decide(playing, step, option)
    elif option.kind == "reply" and option.sets:
        _set(playing, option)
        if isinstance(step, Ask | Rendezvous) and playing.is_filled(step.slot):
            accept(playing)
        else:
            ask_again(playing)
    else:
        return False
    return True


def _decide(playing: Playing, step: Confirm, option: Option) -> None:
    if option.kind == "yes":
        accept(playing)
    elif option.kind == "no":
        resume(playing, refuse(playing, step), done=False)
    else:
        resume(playing, change_slot(playing, step, str(option.value)), done=False)


def _expired(playing: Playing) -> None:
    playing.note("tap_expired")
    say_sentence(playing, "expired")
    ask_again(playing)


def _set(playing: Playing, option: Option) -> None:
    for name, value in option.sets.items():
        if name in playing.bot.slots:
            playing.fill(name, restore(value))


def _meaning(option: Option) -> tuple[object, ...]:
    return option.step, option.kind, option.goto, repr(option.sets), repr(option.value)


def _tap(playing: Playing, option: Option, turn: int) -> Postback:
    return Postback(
        bot_version=playing.bot.version, talk=playing.talk, turn=turn, step=option.step, option=option.option
    )
