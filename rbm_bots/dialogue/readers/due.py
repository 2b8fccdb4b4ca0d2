"""A timer came due: a question's time limit, that of a human, or a reminder."""

from __future__ import annotations

from rbm_bots.dialogue.lapse import lapse, lost_in_version
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import open_step
from rbm_bots.dialogue.readers.human import take_help_timer
from rbm_bots.dialogue.readers.taking import give_up
from rbm_bots.dialogue.reminders import REMINDER, take_reminder

__all__ = ["take_timer"]


def take_timer(playing: Playing, name: str) -> None:
    """Do what the timer ``name`` was armed for; one whose cause is gone is ignored."""
    helped, question = playing.help, playing.question
    if name.startswith(REMINDER):
        playing.begin_turn()
        lapse(playing, playing.now)
        lost_in_version(playing)
        take_reminder(playing, name)
    elif helped is not None and helped.timer == name and helped.due is not None and playing.now >= helped.due:
        playing.begin_turn()
        if not lost_in_version(playing):
            take_help_timer(playing)
    elif question is not None and question.timer == name and question.due is not None and playing.now >= question.due:
        _take_time_limit(playing)
    else:
        playing.note("timer_ignored")


def _take_time_limit(playing: Playing) -> None:
    if lost_in_version(playing):
        playing.note("timer_ignored")
        return
    step = open_step(playing)
    if lapse(playing, playing.now) or step is None:
        return
    playing.begin_turn()
    playing.note("timeout", step=step.name)
    give_up(playing, step)
