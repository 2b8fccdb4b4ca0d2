"""From what a bot's file says to neutral messages: texts filled and cut, cards drawn, suggestions offered."""

from __future__ import annotations

from collections.abc import Sequence

from rbm_bots.botfile.model import CardSpec, CarouselFor, Chip, ShowCarousel
from rbm_bots.botfile.text import Scope, Text
from rbm_bots.dialogue.chips import offer_chips, words_of
from rbm_bots.dialogue.media import find_media
from rbm_bots.dialogue.outgoing import Offered, Outgoing
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.scope import View
from rbm_bots.messages import V10, Card, Carousel, Height, RichCard
from rbm_bots.messages import Text as TextContent

__all__ = ["card_message", "carousel_message", "say", "say_sentence", "text_message"]


def text_message(
    playing: Playing, text: Text, *, step: str, chips: Sequence[Chip] = (), sms: Text | None = None
) -> Outgoing | None:
    """A text with chips; ``None`` when it came out empty."""
    words = words_of(playing, text, playing, limit=V10.text, step=step)
    if not words:
        playing.note("text_empty", step=step)
        return None
    offers = offer_chips(playing, chips, step=step, most=V10.chips)
    return Outgoing(step=step, content=TextContent(text=words), offers=offers, sms=sms)


def say(playing: Playing, text: Text | None, *, step: str, chips: Sequence[Chip] = (), sms: Text | None = None) -> None:
    """Send a text with chips, if it has words."""
    message = text_message(playing, text, step=step, chips=chips, sms=sms) if text is not None else None
    if message is not None:
        playing.send(message)


def say_sentence(playing: Playing, key: str, *, chips: Sequence[Chip] = ()) -> None:
    """Send a built-in sentence (``expired`` for ``rbm.expired``), or the brand's own in its place."""
    say(playing, playing.bot.sentences.get(f"rbm.{key}"), step=f"rbm/{key}", chips=chips)


def card_message(
    playing: Playing,
    spec: CardSpec,
    *,
    step: str,
    chips: Sequence[Chip] = (),
    sms: Text | None = None,
    scope: Scope | None = None,
) -> Outgoing | None:
    """A card standing alone, with chips under it; ``None`` when nothing of it can be shown."""
    drawn = _card(playing, spec, scope or playing, step=step, height=spec.height, prefix="c1.")
    if drawn is None:
        return None
    side = (spec.image_side or "left") if spec.layout == "horizontal" else None
    content = RichCard(card=drawn[0], layout=spec.layout, image_side=side)
    offers = offer_chips(playing, chips, step=step, most=V10.chips)
    return Outgoing(step=step, content=content, card_offers=[drawn[1]], offers=offers, sms=sms)


def carousel_message(playing: Playing, step: ShowCarousel) -> Outgoing | None:
    """The cards side by side; a single one stands alone; ``None`` when none is left."""
    drawn: list[tuple[Card, list[Offered]]] = []
    for rank, (spec, scope) in enumerate(_cards(playing, step), start=1):
        if len(drawn) == V10.cards:
            playing.note("card_dropped", step=step.name)
            break
        shown = spec.when is None or spec.when.holds(scope)
        card = _card(playing, spec, scope, step=step.name, height=step.height, prefix=f"c{rank}.") if shown else None
        if card is not None:
            drawn.append(card)
    if not drawn:
        return None
    cards = tuple(card for card, _ in drawn)
    content = Carousel(cards=cards, width=step.width) if len(cards) > 1 else RichCard(card=cards[0])
    offers = offer_chips(playing, step.suggest, step=step.name, most=V10.chips)
    card_offers = [offered for _, offered in drawn]
    return Outgoing(step=step.name, content=content, card_offers=card_offers, offers=offers, sms=step.sms)


def _cards(playing: Playing, step: ShowCarousel) -> list[tuple[CardSpec, Scope]]:
    if not isinstance(step.cards, CarouselFor):
        return [(spec, playing) for spec in step.cards]
    items = playing.lookup(step.cards.items)
    if not isinstance(items, list | tuple):
        return []
    return [(step.cards.card, View(playing, **{step.cards.variable: item})) for item in items]


def _card(
    playing: Playing, spec: CardSpec, scope: Scope, *, step: str, height: Height, prefix: str
) -> tuple[Card, list[Offered]] | None:
    title = words_of(playing, spec.title, scope, limit=V10.card_title, step=step) if spec.title else ""
    text = words_of(playing, spec.text, scope, limit=V10.card_text, step=step) if spec.text else ""
    alt = words_of(playing, spec.alt, scope, limit=V10.alt, step=step) if spec.alt else title
    media = find_media(playing, spec.media, scope, alt=alt or None, height=height) if spec.media else None
    if not (title or text or media):
        playing.note("card_dropped", step=step)
        return None
    offers = offer_chips(
        playing, spec.suggest, step=step, most=V10.card_suggestions, scope=scope, prefix=prefix, topic=spec.topic
    )
    suggestions = tuple(offered.suggestion for offered in offers)
    return Card(title=title or None, text=text or None, media=media, suggestions=suggestions), offers
