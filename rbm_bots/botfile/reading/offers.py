"""Personalised offers (bot language, chapter 11): the section ``offers`` and the step ``offer``."""

from __future__ import annotations

from decimal import Decimal

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.kinds import NUMBER, TEXT, Kind
from rbm_bots.botfile.language.sections import OFFER
from rbm_bots.botfile.model import CardSpec, Step
from rbm_bots.botfile.names import NAME
from rbm_bots.botfile.reading.cards import read_card
from rbm_bots.botfile.reading.chips import read_topic
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import read_target
from rbm_bots.botfile.reading.texts import read_condition
from rbm_bots.botfile.services import Offer, ShowOffer
from rbm_bots.botfile.source import ListNode, Node, Scalar

__all__ = ["read_offer", "read_offer_entry"]


def read_offer_entry(desk: Desk, key: Scalar, node: Node) -> Offer | None:
    """One offer; a higher tier never gets less (fault ``offer-order``)."""
    name = scalars.read_name(key, desk.faults, NAME)
    written = scalars.as_map(node, desk.faults, "a map: topic, card …")
    if name is None or written is None:
        return None
    keys = Keys(written, desk.faults, OFFER)
    topic, last = read_topic(desk, keys.get("topic")), keys.get("until")
    offer = Offer(
        name=name,
        topic=topic or "?",
        card=_card(desk, keys, name),
        when=read_condition(desk, keys.get("when")),
        first=keys.day("from"),
        last=keys.day("until"),
        limit=keys.whole("limit"),
        tiers=_tiers(desk, keys.get("tiers")),
        mark=written.mark,
    )
    if offer.first is not None and offer.last is not None and last is not None and offer.last < offer.first:
        scalars.wrong(desk.faults, last, f"a day not before «from» ({offer.first})")
    return desk.keep(offer, written)


def _card(desk: Desk, keys: Keys, name: str) -> CardSpec:
    node = keys.get("card")
    if node is None:
        return CardSpec(mark=keys.node.mark)
    with desk.also_named({"offer": Kind(name="record", parts={"id": TEXT, "value": NUMBER})}):
        return read_card(desk, node, None, f"offers.{name}")


def _tiers(desk: Desk, node: Node | None) -> dict[str, Decimal]:
    written = scalars.as_map(node, desk.faults, "a map of tier to number") if node is not None else None
    values: dict[str, tuple[Decimal, Node]] = {}
    for key, value in written.pairs if written is not None else ():
        if key.text not in desk.tiers:
            hint = did_you_mean(key.text, desk.tiers) or f"one of: {', '.join(desk.tiers)}"
            desk.faults.error(key.mark, "type", f"no tier is called «{key.text}»", hint)
        number = scalars.read_number(value, desk.faults)
        if number is not None:
            values[key.text] = (number, value)
    highest: Decimal | None = None
    for tier in desk.tiers:
        if tier in values:
            number, where = values[tier]
            if highest is not None and number < highest:
                desk.faults.error(where.mark, "offer-order", f"«{tier}» gets less than a lower tier")
            highest = number if highest is None else max(highest, number)
    return {tier: number for tier, (number, _) in values.items()}


def read_offer(spot: Spot) -> Step:
    """``offer``: ``best``, a topic or a list of topics."""
    desk, keys = spot.desk, spot.keys
    node, none = keys.get("offer"), keys.get("none")
    written = node.items if isinstance(node, ListNode) else [node] if node is not None else []
    topics = [read_topic(desk, item) for item in written if not (isinstance(item, Scalar) and item.text == "best")]
    return ShowOffer(
        **spot.sending(),
        topics=tuple(topic for topic in topics if topic is not None),
        most=keys.whole("max") or 1,
        none=read_target(desk, none, spot.place, "none", next_too=True) if none is not None else None,
    )
