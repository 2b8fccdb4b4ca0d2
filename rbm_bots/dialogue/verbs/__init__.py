"""Verbs: how each kind of step plays. One file a verb, or a few verbs that share one idea."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from rbm_bots.botfile.model import (
    Ask,
    Confirm,
    Do,
    End,
    Goto,
    If,
    Run,
    SetSlots,
    Show,
    ShowCard,
    ShowCarousel,
    Step,
    Unsupported,
)
from rbm_bots.dialogue.outcome import Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.verbs.ask import play_ask
from rbm_bots.dialogue.verbs.branch import play_if
from rbm_bots.dialogue.verbs.card import play_card
from rbm_bots.dialogue.verbs.carousel import play_carousel
from rbm_bots.dialogue.verbs.confirm import play_confirm
from rbm_bots.dialogue.verbs.do import play_do
from rbm_bots.dialogue.verbs.jump import play_end, play_goto, play_run
from rbm_bots.dialogue.verbs.say import play_show
from rbm_bots.dialogue.verbs.set import play_set
from rbm_bots.dialogue.verbs.unsupported import play_unsupported

__all__ = ["VERBS"]

VERBS: Final[Mapping[type[Step], Callable[[Playing, Any], Outcome | None]]] = {
    Ask: play_ask,
    Confirm: play_confirm,
    Do: play_do,
    End: play_end,
    Goto: play_goto,
    If: play_if,
    Run: play_run,
    SetSlots: play_set,
    Show: play_show,
    ShowCard: play_card,
    ShowCarousel: play_carousel,
    Unsupported: play_unsupported,
}
"""How each kind of step plays; ``None`` comes from a call that could not be made and that nobody handles."""
