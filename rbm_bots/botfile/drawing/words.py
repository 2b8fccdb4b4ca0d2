"""The few words that stand for a step in a drawing."""

from __future__ import annotations

from rbm_bots.botfile.model import (
    Ask,
    Build,
    CarouselFor,
    Confirm,
    Do,
    If,
    Run,
    SetSlots,
    Show,
    ShowCard,
    ShowCarousel,
    Step,
)
from rbm_bots.botfile.services import Handover, PaidHelp, Rendezvous, ShowOffer
from rbm_bots.botfile.text import Text

__all__ = ["heard", "shortened", "words_of"]

_HEARD = 3


def words_of(step: Step) -> str:
    """What the step says, asks or calls."""
    match step:
        case Ask(slot=slot, say=say) | Rendezvous(slot=slot, say=say):
            return f"{slot}: {_source(say)}"
        case Show(text=Text() as text) | Confirm(say=text):
            return _source(text)
        case ShowCard(card=card):
            return _source(card.title or card.text)
        case ShowCarousel(cards=CarouselFor(items=items)):
            return f"a card for each of {'.'.join(items)}"
        case ShowCarousel(cards=tuple() as cards):
            return f"{len(cards)} cards"
        case ShowOffer(topics=topics):
            return ", ".join(topics) or "best"
    return _done(step)


def _done(step: Step) -> str:
    """The words of a step that says nothing by itself."""
    match step:
        case Do(action=action):
            return action
        case SetSlots(values=values):
            return ", ".join(values)
        case If(condition=condition):
            return condition.source
        case Run(flow=flow):
            return flow
        case Build():
            return "steps that Python builds"
        case Handover(help=help_) | PaidHelp(help=help_):
            return help_.team
    return ""


def _source(text: Text | None) -> str:
    return " ".join(next(iter(text.templates.values())).source.split()) if text is not None else ""


def heard(phrases: tuple[str, ...]) -> str:
    """The first phrases of a list, and whether there are more."""
    more = ", …" if len(phrases) > _HEARD else ""
    return ", ".join(phrases[:_HEARD]) + more


def shortened(words: str, most: int) -> str:
    """At most ``most`` characters, the last one «…» when there were more."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
