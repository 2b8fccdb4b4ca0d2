"""``carousel``: cards side by side, or a single card, or none."""

from __future__ import annotations

from rbm_bots.botfile.model import ShowCarousel
from rbm_bots.dialogue.outcome import GO_ON, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import carousel_message

__all__ = ["play_carousel"]


def play_carousel(playing: Playing, step: ShowCarousel) -> Outcome:
    """Send the cards; with none left go to ``none``, else pass over."""
    message = carousel_message(playing, step)
    if message is None:
        return step.none or GO_ON
    playing.send(message)
    return step.goto or GO_ON
