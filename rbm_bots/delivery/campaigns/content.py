"""What a variant costs to open: how many messages, and how many parts its SMS has at least. For plans and budgets."""

from __future__ import annotations

from typing import Final

from rbm_bots.botfile.model import Bot, SendStep, SetSlots, Wait
from rbm_bots.botfile.text import parse_template
from rbm_bots.delivery.campaigns.spec import Variant
from rbm_bots.messages.sms_text import sms_text

__all__ = ["opening_messages", "opening_text", "sms_parts"]

_A_NAME: Final = "M" * 12
"""Stands for a cell whose words are not known."""


def opening_messages(variant: Variant, bot: Bot) -> int:
    """How many messages leave before the person answers: those of the scene up to its first question."""
    scene = bot.scenes.get(variant.scene)
    if scene is None:
        return 1
    count = 0
    for step in scene.flow.steps:
        count += isinstance(step, SendStep)
        if isinstance(step, Wait) or not isinstance(step, SendStep | SetSlots):
            break
    return max(count, 1)


def sms_parts(variant: Variant, bot: Bot) -> int:
    """About how many parts the SMS of this variant has, every cell taken as twelve letters."""
    words = [_A_NAME if not isinstance(part, str) else part for part in opening_text(variant, bot)]
    return sms_text("".join(words)).segments.parts


def opening_text(variant: Variant, bot: Bot) -> tuple[object, ...]:
    """The text of the first message as an SMS would have it: words, and what is filled in later."""
    if variant.message is not None:
        links = "".join(f"\n{link.label}: {link.url}" for link in variant.message.links if link.url)
        written = variant.message.sms or variant.message.text + links
        stop = "" if "stop" in written.lower().split() else f"\n{bot.sentences['rbm.stop_sms'].pick('').source}"
        return parse_template(written + stop).parts
    scene = bot.scenes[variant.scene]
    first = next((step for step in scene.flow.steps if isinstance(step, SendStep)), None)
    text = (first.sms or getattr(first, "text", None) or getattr(first, "say", None)) if first is not None else None
    return text.pick(bot.languages[0]).parts if text is not None else (_A_NAME,)
