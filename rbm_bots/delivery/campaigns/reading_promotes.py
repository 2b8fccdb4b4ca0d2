"""What a campaign promotes, and whether the rules let it say so: asked of the same rule as at the door.

The door sees a text and not what stands behind it; who writes a campaign knows. So a campaign that promotes something
paid with the word «gratuit», something for adults, or something to minors, is a fault of its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Final

from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.source import Node
from rbm_bots.delivery.campaigns import language
from rbm_bots.delivery.campaigns.content import opening_text
from rbm_bots.delivery.campaigns.spec import MessageClass, Variant
from rbm_bots.delivery.routes import kind_of
from rbm_bots.rules.content import check_content
from rbm_bots.rules.decision import REASONS
from rbm_bots.rules.question import Leg, Promoted, Question
from rbm_bots.rules.rule_sets import RULE_SETS

__all__ = ["check_promotes"]

_NEWEST: Final = datetime.combine(RULE_SETS[-1].since, time(12), tzinfo=UTC)


def check_promotes(
    keys: Keys, faults: Faults, variants: Sequence[Variant], bot: Bot | None, *, message_class: MessageClass
) -> None:
    """Tell a fault for each rule that the campaign breaks, by the newest rule set."""
    node = keys.map("promotes", "paid, adult, minors")
    if node is None or bot is None:
        return
    flags = Keys(node, faults, language.PROMOTES)
    paid, adult, minors = (flags.flag(name, default=False) for name in ("paid", "adult", "minors"))
    broken: dict[str, Node] = {}
    for variant in variants:
        if variant.scene and variant.scene not in bot.scenes:
            continue
        leg = Leg(
            channel="rcs",
            message_class=kind_of(message_class),
            text=_words(variant, bot),
            content="adult" if adult else None,
            audience="minors" if minors else None,
            promotes=(Promoted(paid=paid),),
        )
        refused = check_content(Question(leg=leg, now=_NEWEST))
        if refused is not None and refused.rule is not None:
            broken[refused.rule] = node
    for rule, place in broken.items():
        faults.error(place.mark, "type", REASONS[rule])


def _words(variant: Variant, bot: Bot) -> str:
    """Everything of a variant that is read before the person answers."""
    said = variant.message
    if said is not None:
        return "\n".join([said.text, said.sms, *(link.label for link in said.links)])
    return " ".join(part for part in opening_text(variant, bot) if isinstance(part, str))
