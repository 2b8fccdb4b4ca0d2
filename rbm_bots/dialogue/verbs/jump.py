"""``goto``, ``end``, ``run``: leave this place, for good or to come back; and flows that Python builds.

Python runs outside of a turn, like an action: the call ``flow:NAME`` brings the steps, and the turn goes on with them.
"""

from __future__ import annotations

from rbm_bots.botfile.model import Build, End, Goto, Run, Target
from rbm_bots.dialogue.limits import LIMITS, TurnTooLong
from rbm_bots.dialogue.outcome import WAIT, Outcome
from rbm_bots.dialogue.playing import Playing

__all__ = ["play_build", "play_end", "play_goto", "play_run"]


def play_goto(playing: Playing, step: Goto) -> Outcome:  # noqa: ARG001 - the form of every verb
    """Jump."""
    return step.target


def play_end(playing: Playing, step: End) -> Outcome:  # noqa: ARG001 - the form of every verb
    """The whole talk is over."""
    return Target(kind="end")


def play_run(playing: Playing, step: Run) -> Outcome:
    """Play another flow and come back below."""
    if len(playing.frames) > LIMITS.depth:
        raise TurnTooLong("depth")
    if all(name != step.flow for name, _ in playing.frames):  # one that still plays keeps its steps
        playing.built.forget(step.flow)
    playing.frames.append((step.flow, -1))
    return 0


def play_build(playing: Playing, step: Build) -> Outcome:
    """Let Python build the flow."""
    playing.call(f"flow:{step.flow}", {})
    return WAIT
