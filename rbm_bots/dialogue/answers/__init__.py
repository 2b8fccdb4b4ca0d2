"""Answers: what a typed, tapped or shared reply means to a slot of each type. Pure readers, one kind a file."""

from __future__ import annotations

from rbm_bots.dialogue.answers.times import DayOnly
from rbm_bots.dialogue.answers.understand import NOT_UNDERSTOOD, Hearing, NotUnderstood, understand

__all__ = ["NOT_UNDERSTOOD", "DayOnly", "Hearing", "NotUnderstood", "understand"]
