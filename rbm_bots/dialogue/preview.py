"""Every message that a bot may send, drawn without a conversation: each step, answer and sentence, in each language.

A step is drawn by the player's own code, with made-up values in its slots and every conditional suggestion shown. What
cannot be drawn from samples (a text that comes out empty) is left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from rbm_bots.botfile.model import (
    Bot,
    CardSpec,
    CarouselFor,
    Chip,
    Do,
    Flow,
    SendStep,
    ShowCard,
    ShowCarousel,
    Step,
    Wait,
)
from rbm_bots.botfile.parts import is_empty
from rbm_bots.botfile.services import Handover, Help, PaidHelp, Rendezvous
from rbm_bots.botfile.slots import ChoiceSlot
from rbm_bots.botfile.text import Text
from rbm_bots.dialogue.compose import compose
from rbm_bots.dialogue.facts import Facts
from rbm_bots.dialogue.free_times import choose_times
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_anew
from rbm_bots.dialogue.render import card_message, say
from rbm_bots.dialogue.samples import Samples
from rbm_bots.dialogue.scope import View
from rbm_bots.dialogue.session import Question, Scened, new_session
from rbm_bots.dialogue.verbs import VERBS
from rbm_bots.messages import Message
from rbm_bots.values import Slot

__all__ = ["Preview", "preview"]

_Draw = Callable[[Playing], object]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One message. ``id`` is the step's name (``booking/pick``), or says where the text stands (``faq/opening``)."""

    id: str
    language: str
    message: Message


class _Drawing(Playing):
    """A turn that plays nothing: it is there to draw one message."""

    def __init__(self, bot: Bot, samples: Samples, *, language: str, now: datetime) -> None:
        super().__init__(bot, new_session(bot, now), now=now, cause="preview", facts=Facts())
        self.language = language
        self.samples = samples
        self.turn = 1

    def lookup(self, path: tuple[str, ...]) -> object:
        """A made-up value; the first option of a choice."""
        spec = self.bot.slots.get(path[0])
        if isinstance(spec, ChoiceSlot) and spec.options:
            self.stored.setdefault(spec.keep, {})[spec.name] = spec.options[0].id
        value = super().lookup(path)
        return value if not is_empty(value) else self.samples.lookup(path)


def preview(bot: Bot, *, now: datetime) -> Iterator[Preview]:
    """Draw every message of ``bot`` as it would be at ``now``."""
    samples = Samples(bot, now)
    for name, draw in _drawn(bot):
        for language in bot.languages:
            drawing = _Drawing(bot, samples, language=language, now=now)
            draw(drawing)
            for send in compose(drawing):
                yield Preview(id=name, language=language, message=send.message)


def _drawn(bot: Bot) -> Iterator[tuple[str, _Draw]]:
    for flow in bot.flows.values():
        for step in flow.steps:
            yield from _step(flow, step)
    for name, offer in bot.offers.items():
        seen = {"id": name, "value": max(offer.tiers.values(), default=None)}
        yield f"offers/{name}", _card(_shown(offer.card), f"offers/{name}", (), None, offer=seen)
    for kind, help_ in (("handover", bot.handover), ("paid_help", bot.paid_help)):
        if help_ is not None:
            yield from _help(kind, help_)
    for faq in bot.faq.values():
        name = f"faq/{faq.name}"
        chips = _always(faq.suggest)
        if faq.card is not None:
            yield name, _card(_shown(faq.card), name, chips, faq.sms)
        else:
            yield name, _text(faq.say, name, chips, faq.sms)
    for entry in bot.always.values():
        yield f"always/{entry.name}", _text(entry.say, f"always/{entry.name}", _always(entry.suggest), None)
    for rank, text in enumerate(bot.unknown_say, start=1):
        yield f"unknown/{rank}", _text(text, f"unknown/{rank}", _always(bot.unknown_suggest), None)


def _step(flow: Flow, step: Step) -> Iterator[tuple[str, _Draw]]:
    """The message of a step, and what it says after wrong answers or errors, or later."""
    if isinstance(step, SendStep):
        yield step.name, _play(flow, _unconditional(step))
    if isinstance(step, Wait):
        for rank, text in enumerate(step.reprompt or (), start=1):
            again = _unconditional(dataclasses.replace(step, say=text, sms=None))
            yield f"{step.name}/reprompt/{rank}", _play(flow, again)
    if isinstance(step, Do | Rendezvous):
        for code, handler in step.on_error.items():
            yield f"{step.name}/on_error/{code}", _text(handler.say, step.name, (), None)
    if isinstance(step, Do) and step.remind is not None:
        name = f"{step.name}/remind"
        yield name, _text(step.remind.say, name, _always(step.remind.suggest), None)
    if isinstance(step, Handover | PaidHelp):
        yield from _help(step.name, step.help)


def _help(name: str, help_: Help) -> Iterator[tuple[str, _Draw]]:
    """What is said around human help."""
    for word in ("intro", "say", "closed", "busy", "back"):
        text: Text | None = getattr(help_, word, None)
        if text is not None:
            yield f"{name}/{word}", _text(text, f"{name}/{word}", (), None)


def _play(flow: Flow, step: SendStep) -> _Draw:
    def draw(drawing: Playing) -> None:
        drawing.frames = [(flow.name, step.index)]
        scene = drawing.bot.scenes.get(flow.name)
        if scene is not None:
            drawing.scene = Scened(name=scene.name, purpose=scene.purpose, until=drawing.now, turn=drawing.turn)
        if isinstance(step, Wait):
            ask_anew(drawing, step, _question(drawing, step))
        else:
            VERBS[type(step)](drawing, step)

    return draw


def _question(drawing: Playing, step: Wait) -> Question:
    """The question with samples of free times: five days from tomorrow on, at four hours each."""
    if not isinstance(step, Rendezvous):
        return Question(step=step.name)
    first = drawing.now.astimezone(drawing.timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [first + timedelta(days=day, minutes=minute) for day in range(1, 6) for minute in (510, 600, 840, 930)]
    shown = choose_times(drawing, step, [Slot(start) for start in starts], None)
    return Question(step=step.name, shown=tuple(shown))


def _text(text: Text | None, step: str, chips: tuple[Chip, ...], sms: Text | None) -> _Draw:
    return lambda drawing: say(drawing, text, step=step, chips=chips, sms=sms)


def _card(card: CardSpec, step: str, chips: tuple[Chip, ...], sms: Text | None, **names: object) -> _Draw:
    def draw(drawing: Playing) -> None:
        message = card_message(drawing, card, step=step, chips=chips, sms=sms, scope=View(drawing, **names))
        if message is not None:
            drawing.send(message)

    return draw


def _unconditional(step: SendStep) -> SendStep:
    """The step with everything shown that a condition might hide."""
    step = dataclasses.replace(step, suggest=_always(step.suggest))
    match step:
        case ShowCard(card=card):
            return dataclasses.replace(step, card=_shown(card))
        case ShowCarousel(cards=CarouselFor() as each):
            return dataclasses.replace(step, cards=dataclasses.replace(each, card=_shown(each.card)))
        case ShowCarousel(cards=tuple() as cards):
            return dataclasses.replace(step, cards=tuple(_shown(card) for card in cards))
    return step


def _always(chips: tuple[Chip, ...]) -> tuple[Chip, ...]:
    return tuple(dataclasses.replace(chip, when=None) for chip in chips)


def _shown(card: CardSpec) -> CardSpec:
    return dataclasses.replace(card, when=None, suggest=_always(card.suggest))
