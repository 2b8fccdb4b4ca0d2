"""Whatever comes in whatever order: nothing is charged twice or without a cause, and late is as good as in time."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rbm_bots.ledger.charges import Charge, difference
from rbm_bots.ledger.facts import Fact, FactType
from rbm_bots.ledger.fold import DAY_MS
from rbm_bots.ledger.prices import Price, PriceBook
from rbm_bots.ledger.rating import Ledger, Rated, Rating
from rbm_bots.ledger.switches import Dated, SwitchBook, Switches

START = 1_772_442_000_000
QUARTER = DAY_MS // 8  # coarse, so that windows end exactly on a message often enough
TIMES = st.integers(0, 40).map(lambda step: START + step * QUARTER) | st.integers(START, START + 5 * DAY_MS)
USERS = st.sampled_from(["u1", "u2"])
SENT: list[FactType] = ["mt_accepted", "mt_delivered", "mt_displayed", "mt_failed"]
PROOFS = {"mt_delivered", "mt_displayed"}
SESSIONS = {"CONVERSATION", "CONV_MO1ST"}


class LedgerMachine(RuleBasedStateMachine):
    """A live ledger beside one that starts from nothing at every step."""

    def __init__(self) -> None:
        super().__init__()
        self.live = Ledger()
        self.facts: list[Fact] = []
        self.prices = [
            Price(operator="A", product=product, from_ms=0, micros=micros)
            for product, micros in [("MU", 60), ("CONVERSATION", 95)]
        ]
        self.as_of_ms = START
        self.before = Rated((), ())
        self.balance: Counter[Any] = Counter()

    @initialize(anchor=st.sampled_from(["answer", "last", "first"]), closed=st.booleans())
    def contract(self, anchor: Any, closed: bool) -> None:
        self.switches = SwitchBook(common=Switches(mo_anchor=Dated(anchor), window_closed=Dated(closed)))

    def receive(self, kind: FactType, user: str, msg: str, at_ms: int, **more: Any) -> None:
        fact = Fact(id=str(len(self.facts)), type=kind, at_ms=at_ms, msg=msg, bot="b", user=user, **more)
        self.facts.append(fact)
        self.live.add(fact)

    @rule(kind=st.sampled_from(SENT), user=USERS, number=st.integers(0, 6), at_ms=TIMES)
    def about_a_bot_message(self, kind: FactType, user: str, number: int, at_ms: int) -> None:
        self.receive(kind, user, f"bot-{number}", at_ms)

    @rule(user=USERS, number=st.integers(0, 6), at_ms=TIMES, names=st.none() | st.integers(0, 6))
    def user_message(self, user: str, number: int, at_ms: int, names: int | None) -> None:
        self.receive("mo", user, f"user-{number}", at_ms, in_reply_to=None if names is None else f"bot-{names}")

    @rule(user=USERS, number=st.integers(0, 2), at_ms=TIMES)
    def sms(self, user: str, number: int, at_ms: int) -> None:
        self.receive("sms_delivered", user, f"sms-{number}", at_ms)

    @rule(which=st.integers(0, 1000))
    def again(self, which: int) -> None:
        if self.facts:
            self.live.add(self.facts[which % len(self.facts)])

    @rule(days=st.integers(1, 16))
    def time_passes(self, days: int) -> None:
        self.as_of_ms += days * QUARTER

    @rule(micros=st.integers(1, 200))
    def price_is_corrected(self, micros: int) -> None:
        entered = {row.entered_ms for row in self.prices}
        if self.as_of_ms not in entered:
            self.prices.append(Price(operator="A", product="MU", from_ms=0, micros=micros, entered_ms=self.as_of_ms))

    @invariant()
    def holds_at_every_step(self) -> None:
        self.live_equals_from_scratch()
        self.sessions_of_a_key_never_overlap()
        self.each_cause_is_charged_once()
        self.each_delivered_message_lies_in_one_charge_or_hold()
        self.no_conversation_without_an_answer()

    def live_equals_from_scratch(self) -> None:
        rating = Rating(
            as_of_ms=self.as_of_ms, prices=PriceBook(self.prices), switches=self.switches, default_operator="A"
        )
        after = self.live.rate(rating)
        mixed = list(self.facts)
        Random(len(mixed)).shuffle(mixed)
        scratch = Ledger(mixed).rate(rating)
        assert after == scratch
        changed = difference(self.before.charges, after.charges)
        self.balance.update(one.same for one in changed.posted)
        self.balance.subtract(one.same for one in changed.reversed)
        assert +self.balance == Counter(one.same for one in scratch.charges)
        self.before = after

    def sessions_of_a_key_never_overlap(self) -> None:
        for user in ("u1", "u2"):
            spans = [(one.at_ms, one.until_ms) for one in self.of(user) if one.product in SESSIONS]
            assert all(until - since == DAY_MS for since, until in spans)
            assert all(one[1] <= other[0] for one, other in pairwise(spans))

    def each_cause_is_charged_once(self) -> None:
        causes = Counter((one.user, one.anchor) for one in (*self.before.charges, *self.before.holds))
        assert max(causes.values(), default=1) == 1
        assert max(Counter(one.user for one in self.before.holds).values(), default=1) == 1

    def each_delivered_message_lies_in_one_charge_or_hold(self) -> None:
        for user in ("u1", "u2"):
            counted = sum(one.mt_count for one in self.of(user) if one.product != "SMS_MT")
            counted += sum(one.user == user for one in self.before.holds)
            assert counted == len(self.delivered(user))
            sms = {one.anchor for one in self.of(user) if one.product == "SMS_MT"}
            assert sms == {one.msg for one in self.seen(user) if one.type == "sms_delivered"}

    def no_conversation_without_an_answer(self) -> None:
        for user in ("u1", "u2"):
            answers = {one.msg for one in self.seen(user) if one.type == "mo"}
            assert sum(one.product in SESSIONS for one in self.of(user)) <= len(answers)

    def of(self, user: str) -> list[Charge]:
        return [one for one in self.before.charges if one.user == user]

    def seen(self, user: str) -> list[Fact]:
        return [one for one in self.facts if one.user == user and one.at_ms <= self.as_of_ms]

    def delivered(self, user: str) -> set[str]:
        proofs = {one.msg for one in self.seen(user) if one.type in PROOFS}
        return proofs | {one.in_reply_to for one in self.seen(user) if one.in_reply_to is not None}


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
