"""What an operator offers brands, each kept by a bot that ships. The rows are told in docs/requirements.md."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from rbm_bots.botfile.load import load_bot
from rbm_bots.botfile.model import Ask, Bot, CardSpec, Chip, Do, If, SendStep, Show, ShowCard, ShowCarousel, Step
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.botfile.slots import FileSlot, LocationSlot
from rbm_bots.paths import bots_dir

BOTS = sorted(path.parent.name for path in bots_dir().glob("*/bot.yaml"))


@cache
def bot(name: str) -> Bot:
    return load_bot(bots_dir() / name)


def steps(name: str) -> Iterator[Step]:
    for flow in bot(name).flows.values():
        yield from flow.steps


def actions(name: str) -> set[str]:
    return {step.action for step in steps(name) if isinstance(step, Do)}


def cards(name: str) -> Iterator[CardSpec]:
    for step in steps(name):
        if isinstance(step, ShowCard):
            yield step.card
        elif isinstance(step, ShowCarousel):
            yield from step.cards if isinstance(step.cards, tuple) else (step.cards.card,)


def chips(name: str) -> Iterator[Chip]:
    for step in steps(name):
        yield from step.suggest if isinstance(step, SendStep) else ()
    for card in cards(name):
        yield from card.suggest
    for entry in bot(name).faq.values():
        yield from entry.suggest
        yield from entry.card.suggest if entry.card is not None else ()


def kinds(name: str) -> set[str]:
    return {chip.kind for chip in chips(name)}


def asked(name: str) -> set[type]:
    return {type(bot(name).slots[step.slot]) for step in steps(name) if isinstance(step, Ask)}


def test_there_are_bots() -> None:
    assert len(BOTS) >= 7


def test_appointments() -> None:
    """S2-11: free times are offered, booked, put into the phone's calendar, and cancelled."""
    assert {step.find for step in steps("garage") if isinstance(step, Rendezvous)} == {"agenda.free"}
    assert {"agenda.book", "agenda.cancel"} <= actions("garage")
    assert "calendar" in kinds("garage")
    assert any(isinstance(step, Do) and step.remind is not None for step in steps("garage"))


def test_an_appointment_is_changed() -> None:
    """S2-22: a booking moves to another time, and its reminder with it."""
    (move,) = [step for step in steps("garage") if isinstance(step, Do) and step.action == "agenda.move"]
    assert move.moves is not None


def test_parcels() -> None:
    """S2-12: a parcel is found by its number, over HTTP, and its delivery changed."""
    assert set(bot("parcel").http) == actions("parcel") == {"parcel.track", "parcel.redirect", "parcel.claim"}


def test_surveys() -> None:
    """S2-13: answers are stored, and there is a view of the results."""
    assert actions("survey") == {"survey.save", "survey.results"}


def test_promotional_campaigns() -> None:
    """S2-17: a campaign opens a talk in which people take part, and consent is asked."""
    invite = bot("contest").scenes["invite"]
    assert invite.purpose == "marketing"
    assert any(isinstance(step, Ask) and step.slot == "optin" for step in steps("contest"))


def test_ways_to_a_shop() -> None:
    """S2-19: a position is asked for, the nearest shops come with their way."""
    assert LocationSlot in asked("store-locator")
    found = next(step.cards for step in steps("store-locator") if isinstance(step, ShowCarousel) and step.none)
    assert not isinstance(found, tuple)
    assert {chip.kind for chip in found.card.suggest} == {"map", "dial"}


def test_an_unpaid_bill() -> None:
    """S2-23: the reminder has a link to pay; whoever has paid is not written to."""
    first, second, third = bot("dunning").scenes["reminder"].flow.steps[:3]
    assert isinstance(first, Do)
    assert isinstance(second, If)
    assert third.verb == "end"
    assert any(chip.kind == "open" and chip.goal == "pay_opened" for chip in chips("dunning"))


def test_questions_of_every_day() -> None:
    """S2-24: answers stand in the file, and are found inside a sentence."""
    assert len(bot("faq").faq) >= 8
    assert all(len(entry.hears) >= 3 for entry in bot("faq").faq.values())


def test_calls_to_action() -> None:
    """S2-25: pages, calls, ways and calendar entries open from a button."""
    assert set().union(*map(kinds, BOTS)) >= {"open", "dial", "map", "calendar"}


def test_carousels() -> None:
    """S2-26: one carousel has an image, a video and a map."""
    shown = next(step.cards for step in steps("store-locator") if isinstance(step, ShowCarousel))
    assert isinstance(shown, tuple)
    assert {card.media.kind for card in shown if card.media is not None} == {"image", "video"}
    assert any(chip.kind == "map" for card in shown for chip in card.suggest)


@pytest.mark.parametrize("name", BOTS)
def test_quick_replies(name: str) -> None:
    """S2-27: every bot can be answered by touch."""
    assert "reply" in kinds(name)


def test_documents() -> None:
    """S2-29: a document goes to the person, and one comes back."""
    sent = [step.media for step in steps("dunning") if isinstance(step, Show) and step.media is not None]
    assert [media.kind for media in sent] == ["file"]
    assert FileSlot in asked("dunning")
