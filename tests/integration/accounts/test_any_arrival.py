"""Whatever arrives in whatever order, with restarts in between: what is booked is what a fold from nothing says."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.corrections import enter
from rbm_bots.accounts.postings import same
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.fold import DAY_MS
from rbm_bots.ledger.prices import Price, PriceBook
from rbm_bots.ledger.rating import Ledger, Rating
from rbm_bots.store import ledger_keys, ledger_prices
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books, new_database, opened
from tests.integration.accounts.told import START

QUARTER = DAY_MS // 4  # coarse, so that windows end exactly on a message often enough

FACTS = st.builds(
    lambda kind, user, number, quarters, names: Fact(
        id=f"{kind}-{user}-{number}-{quarters}-{names}",
        type=kind,
        at_ms=START + quarters * QUARTER,
        msg=f"{'mo' if kind == 'mo' else 'mt'}-{user}-{number}",
        bot="bot",
        user=user,
        in_reply_to=f"mt-{user}-{names}" if kind == "mo" and names is not None else None,
    ),
    kind=st.sampled_from(["mt_accepted", "mt_rejected", "mt_delivered", "mt_displayed", "mo", "mo", "sms_delivered"]),
    user=st.sampled_from(["u", "v"]),
    number=st.integers(0, 4),
    quarters=st.integers(0, 20),
    names=st.none() | st.integers(0, 4),
)
STEPS = st.lists(
    st.tuples(st.just("take"), st.lists(FACTS, min_size=1, max_size=8))
    | st.tuples(st.just("wait"), st.integers(1, 12))
    | st.tuples(st.just("restart"), st.integers(1, 5))
    | st.tuples(st.just("price"), st.integers(1, 200)),
    min_size=3,
    max_size=10,
)


class Arrival:
    """A ledger that is told things, and everything it was told."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.facts: list[Fact] = []
        self.now_ms = START

    async def step(self, what: str, given: Any) -> None:
        if what == "take":
            self.facts += given
            await self.books.take(given, as_of_ms=self.now_ms)
        elif what == "wait":
            self.now_ms += given * QUARTER
            await self.books.take([], as_of_ms=self.now_ms)
        elif what == "restart":  # it goes on with another number of rows in each transaction
            self.books.most = given
            self.books.projector = self.books.started()
        else:
            self.now_ms += 1
            price = Price(operator="ORANGE", product="MU", from_ms=0, micros=given)
            await self.books.store.write(lambda c: enter(c, self.books.billing, price, who="Ana", now_ms=self.now_ms))
            await self.books.take([], as_of_ms=self.now_ms)

    async def holds(self) -> None:
        as_of_ms = (await self.books.store.read(ledger_keys.cursor)).as_of
        entered = await self.books.store.read(ledger_prices.rows)
        rating = Rating(as_of_ms=as_of_ms, prices=PriceBook([*PRICES, *entered]), switches=Billing().switches)
        rated = Ledger(self.facts).rate(rating)
        booked = await self.books.charges()
        assert Counter(same(one) for one in booked if one.state == "posted") == Counter(
            one.same for one in rated.charges
        )
        held = {(one.contact_id, one.anchor, one.micros, one.at) for one in booked if one.state == "held"}
        assert held == {(one.user, one.anchor, one.micros, one.at_ms) for one in rated.holds}
        assert len(held) <= len({one.contact_id for one in booked})
        await self.books.check()


@given(steps=STEPS)
@settings(max_examples=40, deadline=None)
def test_booked_is_what_a_fold_from_nothing_says_at_every_step(steps: list[tuple[str, Any]], template: Path) -> None:
    async def arrive() -> None:
        with tempfile.TemporaryDirectory() as folder:
            url = await new_database(template, Path(folder) / "books.db")
            async with opened(url) as store:
                arrival = Arrival(Books(store, Billing(prices=PRICES), at_ms=START))
                for what, told in steps:
                    await arrival.step(what, told)
                    if arrival.facts:
                        await arrival.holds()

    asyncio.run(arrive())
