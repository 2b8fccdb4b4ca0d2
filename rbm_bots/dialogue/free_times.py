"""Free times on offer: which of them are shown, and the messages that show them (bot language 6.4, 19).

On RCS the question is one message and its times are another: a card per day, titled with it, with a chip per hour (a
single day is a single card). As chips, and by SMS, question and times are one message, each time written by ``short``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final

from rbm_bots.botfile.filters import apply, plain
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.botfile.text import Text
from rbm_bots.clock import require_aware
from rbm_bots.dialogue.chips import offer_chips, offer_option
from rbm_bots.dialogue.outgoing import Offered, Outgoing, cut
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import text_message
from rbm_bots.dialogue.session import Option, Shown
from rbm_bots.messages import V10, Card, Carousel, RichCard
from rbm_bots.values import Slot

__all__ = ["choose_times", "day_offers", "local_day", "send_times"]

_CHIPS: Final = 10


def choose_times(playing: Playing, step: Rendezvous, slots: Sequence[Slot], wanted: datetime | None) -> list[Shown]:
    """The first times of the first days, as many as the step shows; ``wanted`` is among those of its day if free."""
    shown: list[Shown] = []
    free = [Shown(require_aware(slot.start), slot.ref, slot.label) for slot in slots]
    for rank, (_, of_day) in enumerate(groupby(free, key=lambda one: local_day(playing, one.start))):
        if rank >= step.days:
            break
        times = list(of_day)
        chosen = times[: step.per_day]
        asked_for = next((one for one in times[step.per_day :] if one.start == wanted), None)
        if asked_for is not None:
            chosen[-1] = asked_for
        shown += chosen
    return shown[:_CHIPS] if _as_chips(playing, step) else shown


def local_day(playing: Playing, at: datetime) -> date:
    """The day of an instant in the bot's zone."""
    return at.astimezone(playing.timezone).date()


def send_times(playing: Playing, step: Rendezvous, text: Text, shown: Sequence[Shown]) -> None:
    """The question (or what is said in its place) and the free times."""
    if _as_chips(playing, step):
        message = text_message(playing, text, step=step.name, sms=step.sms if text is step.say else None)
        if message is not None:
            message.offers = [_offer(playing, step, one, "short") for one in shown] + _beside(playing, step, len(shown))
            playing.send(message)
        return
    question = text_message(playing, text, step=step.name)
    if question is not None:
        playing.send(question)
    playing.send(_cards(playing, step, shown))


def day_offers(playing: Playing, step: Rendezvous, shown: Iterable[Shown], day: date) -> list[Offered]:
    """A chip for each time of ``day``."""
    here = [one for one in shown if local_day(playing, one.start) == day]
    return [_offer(playing, step, one, "time") for one in here[: V10.chips]]


def _cards(playing: Playing, step: Rendezvous, shown: Sequence[Shown]) -> Outgoing:
    cards: list[Card] = []
    card_offers: list[list[Offered]] = []
    for _, of_day in groupby(shown, key=lambda one: local_day(playing, one.start)):
        times = list(of_day)
        offers = [_offer(playing, step, one, "time") for one in times]
        title = cut(_written(playing, times[0].start, "day"), V10.card_title)
        cards.append(Card(title=title, suggestions=tuple(offered.suggestion for offered in offers)))
        card_offers.append(offers)
    content = Carousel(cards=tuple(cards)) if len(cards) > 1 else RichCard(card=cards[0])
    return Outgoing(
        step=step.name,
        content=content,
        card_offers=card_offers,
        offers=_beside(playing, step, 0),
        sms=step.sms,
        sms_titles=False,
    )


def _beside(playing: Playing, step: Rendezvous, taken: int) -> list[Offered]:
    """The chip for other dates, then the step's own."""
    label = step.more.render(playing)
    more = offer_option(playing, label, Option(step=step.name, option="more", kind="more"))
    own = offer_chips(playing, step.suggest, step=step.name, most=V10.chips - taken - 1)
    return [more, *own]


def _offer(playing: Playing, step: Rendezvous, one: Shown, form: str) -> Offered:
    key = f"{one.start:%Y%m%dT%H%M%S}"
    option = Option(step=step.name, option=key, kind="time", value=one.start.isoformat())
    offered = offer_option(playing, one.label or _written(playing, one.start, form), option)
    return Offered(suggestion=offered.suggestion, sms_label=_written(playing, one.start, "short"))


def _written(playing: Playing, at: datetime, form: str) -> str:
    return plain(apply(form, at, playing, ()), playing)


def _as_chips(playing: Playing, step: Rendezvous) -> bool:
    return step.style == "chips" or playing.facts.channel == "sms"
