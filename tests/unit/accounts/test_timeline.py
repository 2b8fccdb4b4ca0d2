"""Timelines: the story of each scenario tells its bill, and reads as people speak."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import pytest

from rbm_bots.accounts.timeline import Bill, Timeline, about, timeline
from rbm_bots.accounts.timeline_words import bill_words, days, elapsed, heading, sentence
from rbm_bots.ledger.charges import charge_id
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.rating import Ledger, Rating
from rbm_bots.ledger.scenario_files import Scenario, read_scenarios
from rbm_bots.money import show_euro

CASES = Path(__file__).parents[2] / "cases"
SCENARIOS = read_scenarios((CASES / "billing-scenarios.json").read_bytes())


def money(micros: int) -> str:
    return f"{show_euro(micros)} €"


def stories(scenario: Scenario, *, shuffled: int | None = None) -> list[Timeline]:
    """One story for each person of a scenario, at its end, with the charges that rating gives."""
    run = scenario.runs[-1]
    rating = Rating(
        as_of_ms=run.as_of_ms,
        prices=scenario.prices,
        switches=scenario.switches,
        default_operator=scenario.operator,
    )
    facts = list(run.facts)
    if shuffled is not None:
        random.Random(shuffled).shuffle(facts)
    rated = Ledger(facts).rate(rating)
    found = []
    for bot, user in sorted({(one.bot, one.user) for one in facts}):
        bills = [
            Bill(
                id=charge_id(one),
                product=one.product,
                anchor=one.anchor,
                operator=one.operator,
                state="posted",
                micros=one.micros,
                at_ms=one.at_ms,
                month=one.month,
                booked_in=one.month,
                price_from_ms=one.price_from_ms,
                price_source="the list",
                mt_count=one.mt_count,
                mo_count=one.mo_count,
            )
            for one in rated.charges
            if (one.bot, one.user) == (bot, user)
        ]
        bills += [
            Bill(id=f"hold-{one.anchor}", product="MU", anchor=one.anchor, operator=one.operator, state="held",
                 micros=one.micros, at_ms=one.at_ms, month=one.month, booked_in=one.month)
            for one in rated.holds
            if (one.bot, one.user) == (bot, user)
        ]  # fmt: skip
        own = [one for one in facts if (one.bot, one.user) == (bot, user)]
        found.append(
            timeline(
                own,
                bot=bot,
                contact=user,
                switches=scenario.switches.of(bot),
                as_of_ms=run.as_of_ms,
                default_operator=scenario.operator,
                bills=bills,
            )
        )
    return found


def told(scenario: str) -> list[str]:
    (one,) = [one for one in SCENARIOS if one.id == scenario]
    (story,) = stories(one)
    return [sentence(moment, money) for moment in story.moments]


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 50


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.id)
def test_each_charge_is_told_and_nothing_else_costs(scenario: Scenario) -> None:
    kinds = {"MU": {"unanswered", "superseded", "single"}, "MU_BASIC": {"unanswered", "superseded", "single"},
             "CONVERSATION": {"opened"}, "CONV_MO1ST": {"opened_free"}, "SMS_MT": {"sms"}}  # fmt: skip
    for story in stories(scenario):
        decided = [one for one in story.moments if one.kind in set().union(*kinds.values())]
        posted = [one for one in story.bills if one.state == "posted"]
        assert sorted(one.bill.id for one in decided if one.bill) == sorted(one.id for one in posted)
        assert len(decided) == len(posted)
        assert all(one.bill is not None and one.kind in kinds[one.bill.product] for one in decided)
        waiting = [one for one in story.moments if one.kind == "waiting"]
        assert len(waiting) == sum(one.state == "held" for one in story.bills)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.id)
def test_the_order_of_arrival_changes_no_word(scenario: Scenario) -> None:
    right = [sentence(moment, money) for story in stories(scenario) for moment in story.moments]
    other = [sentence(moment, money) for story in stories(scenario, shuffled=7) for moment in story.moments]
    assert right == other


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.id)
def test_moments_come_in_order_of_time_and_read_as_sentences(scenario: Scenario) -> None:
    for story in stories(scenario):
        assert all(one.at_ms <= other.at_ms for one, other in itertools.pairwise(story.moments))
        for one in story.moments:
            assert re.fullmatch(r"[A-Z].*\.", sentence(one, money))


def test_a_conversation_says_what_was_absorbed_and_when_its_window_ran() -> None:
    assert told("B03") == [
        "Message 1 of the bot is delivered. A Message Unique is held for it until 3 March 2026, 10:00:00.",
        "The person writes, 2 h after message 1: in time. Message 1 is absorbed, "
        "and its Message Unique is not charged.",
        "A Conversation opens: 0.095 €. All messages until 3 March 2026, 12:00:00 are included.",
        "The Conversation closes with 1 message of the bot and 1 message of the person, 24 h after it opened.",
    ]


def test_a_message_unique_says_why_it_is_one() -> None:
    assert told("B01")[-1] == (
        "Nobody answered message 1 within 24 h. It becomes a Message Unique: 0.06 €, dated 2 March 2026, 10:00:00."
    )
    assert told("B11")[1] == (
        "Message 2 follows before anybody answered message 1. Message 1 becomes a Message Unique: 0.06 €."
    )


@pytest.mark.parametrize(("scenario", "said"), [
    ("B26", "A free Conversation opens: 0.00 €."), ("B41", "not an answer for billing"), ("B20", "An SMS is delivered"),
    ("B17", "was refused by the operator"), ("B65", "UNPRICED"), ("B02", "still waits"), ("B70", "does not converse"),
])  # fmt: skip
def test_the_story_names_what_decides(scenario: str, said: str) -> None:
    assert any(said in one for one in told(scenario)), told(scenario)


def test_the_story_of_one_charge_is_that_of_its_message() -> None:
    (b11,) = [one for one in SCENARIOS if one.id == "B11"]
    (story,) = stories(b11)
    single, conversation = story.bills
    assert [one.kind for one in about(story, single).moments] == ["held", "superseded"]
    assert [one.kind for one in about(story, conversation).moments] == ["held", "absorbed", "opened", "closed"]
    assert heading(about(story, single)) == "bot/u: 1 charge. Times are those of Paris."


def test_the_bill_names_its_price_row_and_its_invoice() -> None:
    (b03,) = [one for one in SCENARIOS if one.id == "B03"]
    (story,) = stories(b03)
    (bill,) = story.bills
    assert bill_words(bill, money) == [
        "Charged: Conversation 0.095 €, on the invoice of March 2026",
        "Price: ORANGE CONVERSATION 0.095 €, in force since 1 October 2021 (the list)",
        f"Charge: {bill.id}",
    ]


@pytest.mark.parametrize(("state", "booked", "micros", "said"), [
    ("held", "2026-03", 60_000, "Held, not owed: Message Unique 0.06 €"),
    ("reversed", "2026-03", 60_000, "Charged, then taken back: Message Unique 0.06 €, on the invoice of March 2026"),
    ("posted", "2026-04", 60_000,
     "Charged: Message Unique 0.06 €, of March 2026, on the invoice of April 2026 as an adjustment"),
    ("posted", "2026-03", None, "Charged: Message Unique UNPRICED, on the invoice of March 2026"),
])  # fmt: skip
def test_a_bill_says_how_it_stands(state: str, booked: str, micros: int | None, said: str) -> None:
    bill = Bill(id="c", product="MU", anchor="m", operator="SFR", state=state, micros=micros, at_ms=0, month="2026-03",
                booked_in=booked)  # fmt: skip
    lines = bill_words(bill, money)
    assert lines[0] == said
    if micros is None:
        assert lines[1] == "Price: none is entered for SFR MU; the month cannot close without it"


@pytest.mark.parametrize(("ms", "said"), [
    (40_999, "40 s"), (60_000, "1 min"), (3_600_000, "1 h"), (3_900_000, "1 h 05 min"),
])  # fmt: skip
def test_spans_are_short(ms: int, said: str) -> None:
    assert elapsed(ms) == said


def test_days_are_those_of_paris() -> None:
    fact = Fact(id="1", type="sms_delivered", at_ms=1_772_407_800_000, msg="s", bot="b", user="u")  # 23:30 UTC
    (b03,) = [one for one in SCENARIOS if one.id == "B03"]
    story = timeline([fact], bot="b", contact="u", switches=b03.switches.of("b"), as_of_ms=fact.at_ms,
                     default_operator="ORANGE", bills=[])  # fmt: skip
    assert [(on, [at for at, _ in lines]) for on, lines in days(story, money)] == [("2 March 2026", ["00:30:00"])]
