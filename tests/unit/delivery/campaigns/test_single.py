"""One person's message: filled, with its buttons, its SMS form and the way out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rbm_bots.botfile.load import read_bot
from rbm_bots.delivery.campaigns.content import opening_messages, sms_parts
from rbm_bots.delivery.campaigns.outcomes import OUTCOMES, message_outcomes, outcome_of
from rbm_bots.delivery.campaigns.single import Composer
from rbm_bots.delivery.campaigns.spec import Link, SingleMessage, Variant
from rbm_bots.delivery.states import State
from rbm_bots.messages import Dial, MessageFaulty, OpenUrl, Reply
from rbm_bots.rules.stop import is_stop_tap

BOT = read_bot(
    """
rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr]}
slots: {day: {type: text}}
start: hello
flows:
  hello: {hears: [bonjour], steps: [{say: Bonjour.}]}
scenes:
  one: {purpose: marketing, steps: [{say: Bonjour.}]}
  two: {purpose: marketing, steps: [{say: Bonjour.}, {ask: day, say: Quand ?, give_up: hello}, {say: Merci.}]}
"""
)
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def compose(message: SingleMessage, *, marketing: bool = True, **cells: str):  # type: ignore[no-untyped-def]  # a test's shorthand
    return Composer(message, BOT, marketing=marketing).compose(cells, now=NOW)


def test_marketing_says_how_to_object_on_both_channels() -> None:
    made = compose(SingleMessage(text="Bonjour {{ name }}"), name="Zoé")
    assert made.content.text == "Bonjour Zoé"
    assert made.sms == "Bonjour Zoé\nRépondez STOP"
    assert [is_stop_tap(chip.postback) for chip in made.chips] == [True]


def test_service_does_not() -> None:
    made = compose(SingleMessage(text="Bonjour"), marketing=False)
    assert (made.chips, made.sms) == ((), "Bonjour")


def test_a_text_that_says_stop_already_is_left_alone() -> None:
    made = compose(SingleMessage(text="Bonjour", sms="Bonjour, STOP au 36123"))
    assert made.sms == "Bonjour, STOP au 36123"


def test_buttons_open_call_or_answer_and_an_sms_has_them_as_lines() -> None:
    links = (
        Link(label="Voir", url="https://shop.example/{{ id }}"),
        Link(label="Appeler", dial="+33199000010"),
        Link(label="Oui"),
    )
    made = compose(SingleMessage(text="Bonjour", links=links), marketing=False, id="7")
    assert made.chips == (
        OpenUrl(label="Voir", url="https://shop.example/7", postback="Voir"),
        Dial(label="Appeler", phone="+33199000010", postback="Appeler"),
        Reply(label="Oui", postback="Oui"),
    )
    assert made.sms == "Bonjour\nVoir: https://shop.example/7\nAppeler: +33199000010\n1 Oui"
    assert made.sms_options == ("Oui",)


def test_a_message_that_no_phone_would_show_is_a_fault() -> None:
    with pytest.raises(MessageFaulty):
        compose(SingleMessage(text="{{ name }}"), name="")
    with pytest.raises(MessageFaulty):
        compose(SingleMessage(text="{{ name }}"), name="x" * 2501)


def test_what_a_variant_costs_to_open() -> None:
    single = Variant(name="", share=10_000, message=SingleMessage(text="x" * 140))
    assert (opening_messages(single, BOT), sms_parts(single, BOT)) == (1, 1)
    assert sms_parts(Variant(name="", share=10_000, message=SingleMessage(text="x" * 160)), BOT) == 2
    one, two = (Variant(name="", share=10_000, scene=name) for name in ("one", "two"))
    assert (opening_messages(one, BOT), opening_messages(two, BOT)) == (1, 2)
    assert sms_parts(one, BOT) == 1


def test_every_state_of_a_message_has_an_outcome() -> None:
    states = State.__args__  # type: ignore[attr-defined]  # a Literal has them
    assert len(states) > 10
    for state in states:
        assert outcome_of("queued", cancelled=False, state=state, saga=None) in OUTCOMES
        assert set(message_outcomes({state: 3}, {})) <= OUTCOMES.keys()
    for saga in ("DONE_RCS", "DONE_SMS", "DOUBLE", "FAILED", "UNKNOWN", "REFUSED", "EXPIRED"):
        assert outcome_of("queued", cancelled=False, state="accepted", saga=saga) in OUTCOMES
        assert set(message_outcomes({"accepted": 3}, {saga: 3})) <= OUTCOMES.keys()


@pytest.mark.parametrize(
    ("recipient", "cancelled", "state", "saga", "reason", "outcome"),
    [
        ("waiting", False, None, None, "", "waiting"),
        ("waiting", True, None, None, "", "cancelled"),
        ("held_out", True, None, None, "", "held_out"),
        ("skipped", False, None, None, "busy", "skipped"),
        ("queued", False, None, None, "", "queued"),
        ("queued", False, "held", None, "", "queued"),
        ("queued", False, "refused", None, "opt_out", "refused"),
        ("queued", False, "refused", None, "cancelled", "cancelled"),
        ("queued", False, "displayed", "DONE_RCS", "", "displayed"),
        ("queued", False, "delivered", "DONE_RCS", "", "delivered"),
        ("queued", False, "skipped", "DONE_SMS", "", "delivered_sms"),
        ("queued", False, "accepted", None, "", "sent"),
    ],
)  # fmt: skip
def test_one_word_says_what_became_of_a_person(
    recipient: str, cancelled: bool, state: str | None, saga: str | None, reason: str, outcome: str
) -> None:
    assert outcome_of(recipient, cancelled=cancelled, state=state, saga=saga, reason=reason) == outcome


def test_counts_of_messages_with_a_possible_sms_come_from_their_sagas() -> None:
    found = message_outcomes({"queued": 5, "accepted": 3, "delivered": 2}, {"": 8, "DONE_RCS": 1, "DONE_SMS": 1})
    assert found == {"delivered": 1, "delivered_sms": 1, "queued": 5, "sending": 3}


@pytest.mark.parametrize(
    ("saga", "outcome"),
    [
        ("DONE_SMS", "maybe_double"),
        ("FAILED", "unknown"),
        ("REFUSED", "unknown"),
        ("EXPIRED", "unknown"),
        ("UNKNOWN", "unknown"),
        ("DOUBLE", "double"),
        ("", "sending"),
    ],
)
def test_who_may_have_got_two_is_not_said_to_be_reached_by_sms_alone(saga: str, outcome: str) -> None:
    assert outcome_of("queued", cancelled=False, state="unknown", saga=saga, in_doubt=True) == outcome
    assert message_outcomes({"unknown": 2}, {saga: 2}, {saga: 2}) == {outcome: 2}


def test_counts_tell_those_in_doubt_apart() -> None:
    found = message_outcomes({"unknown": 1, "skipped": 3}, {"DONE_SMS": 3, "FAILED": 1}, {"DONE_SMS": 1})
    assert found == {"delivered_sms": 2, "maybe_double": 1, "failed": 1}
