"""``card``: one rich card."""

from __future__ import annotations

from rbm_bots.botfile.model import ShowCard
from rbm_bots.dialogue.outcome import GO_ON, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import card_message

__all__ = ["play_card"]


def play_card(playing: Playing, step: ShowCard) -> Outcome:
    """Send the card, unless its own ``when`` forbids or nothing of it is left."""
    if step.card.when is None or step.card.when.holds(playing):
        message = card_message(playing, step.card, step=step.name, chips=step.suggest, sms=step.sms)
        if message is not None:
            playing.send(message)
    return step.goto or GO_ON
