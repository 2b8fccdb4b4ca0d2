"""Verbs: how each kind of step plays. One file a verb, or a few verbs that share one idea."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from rbm_bots.botfile.model import (
    Ask,
    Build,
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
from rbm_bots.botfile.services import Handover, PaidHelp, Rendezvous, ShowOffer
from rbm_bots.dialogue.outcome import Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.verbs.ask import play_ask
from rbm_bots.dialogue.verbs.branch import play_if
from rbm_bots.dialogue.verbs.card import play_card
from rbm_bots.dialogue.verbs.carousel import play_carousel
from rbm_bots.dialogue.verbs.confirm import play_confirm
from rbm_bots.dialogue.verbs.do import play_do
from rbm_bots.dialogue.verbs.handover import play_handover
from rbm_bots.dialogue.verbs.jump import play_build, play_end, play_goto, play_run
from rbm_bots.dialogue.verbs.not_here import play_offer, play_paid_help, play_unsupported
from rbm_bots.dialogue.verbs.rendezvous import play_rendezvous
from rbm_bots.dialogue.verbs.say import play_show
from rbm_bots.dialogue.verbs.set import play_set

__all__ = ["VERBS"]

VERBS: Final[Mapping[type[Step], Callable[[Playing, Any], Outcome | None]]] = {
    Ask: play_ask,
    Build: play_build,
    Confirm: play_confirm,
    Do: play_do,
    End: play_end,
    Goto: play_goto,
    Handover: play_handover,
    If: play_if,
    PaidHelp: play_paid_help,
    Rendezvous: play_rendezvous,
    Run: play_run,
    SetSlots: play_set,
    Show: play_show,
    ShowCard: play_card,
    ShowCarousel: play_carousel,
    ShowOffer: play_offer,
    Unsupported: play_unsupported,
}
"""How each kind of step plays; ``None`` comes from a call that could not be made and that nobody handles."""
