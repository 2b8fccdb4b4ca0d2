"""The bot language as tables: which maps there are, which keys each has, and what their values may be.

The readers ask these tables what is allowed and what is required; ``rbm schema`` and the manual are made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rbm_bots.botfile.language.kinds import Shape
from rbm_bots.botfile.language.messages import CARD, CARDS_FOR, CHIPS, EVENT, PLACE, QUERY
from rbm_bots.botfile.language.sections import (
    ALWAYS,
    BOT,
    CALENDAR,
    FAQ,
    FLOW,
    HANDOVER,
    HTTP,
    OFFER,
    PAID_HELP,
    PART,
    SCENE,
    TOP,
    UNKNOWN,
)
from rbm_bots.botfile.language.slots import OPTION, SLOTS
from rbm_bots.botfile.language.steps import HANDLER, ON_REFUSE, REMINDER, SHOWN, VERBS

__all__ = ["CHIPS", "SHAPES", "SLOTS", "VERBS"]

SHAPES: Final[Mapping[str, Shape]] = {
    "top": TOP,
    "part": PART,
    "bot": BOT,
    "flow": FLOW,
    "faq": FAQ,
    "always": ALWAYS,
    "unknown": UNKNOWN,
    "handover": HANDOVER,
    "handover_step": HANDOVER.with_nothing_needed(),
    "paid_help": PAID_HELP,
    "paid_help_step": PAID_HELP.with_nothing_needed(),
    "offer": OFFER,
    "scene": SCENE,
    "http": HTTP,
    "calendar": CALENDAR,
    "option": OPTION,
    "card": CARD,
    "cards_for": CARDS_FOR,
    "event": EVENT,
    "place": PLACE,
    "query": QUERY,
    "handler": HANDLER,
    "on_refuse": ON_REFUSE,
    "shown": SHOWN,
    "reminder": REMINDER,
}
"""Every map that has one set of keys, by the name that ``In`` uses. Steps, slots and suggestions have one for each
verb, type and kind: ``VERBS``, ``SLOTS``, ``CHIPS``."""
