"""Which price is in force, and what is known of it."""

from __future__ import annotations

import pytest

from rbm_bots.ledger.evidence import BOT, Evidence, Message
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.files import LedgerFileUnreadable
from rbm_bots.ledger.fold import IDLE, fold, step
from rbm_bots.ledger.price_files import known_prices, read_prices
from rbm_bots.ledger.prices import KNOWN_ALWAYS, Price, PriceBook
from rbm_bots.ledger.rating import Ledger, Rating
from rbm_bots.ledger.switches import SwitchBook, Switches

FILE = b"""
[[price]]
operator = "A"
product = "MU"
valid_from = "2026-01-01T00:00:00+01:00"
micros = 60000
source = "contract"

[[price]]
operator = "A"
product = "MU"
valid_from = "2026-01-01T00:00:00+01:00"
entered_at = "2026-03-10T12:00:00+01:00"
micros = 57000
"""


def price(from_ms: int, micros: int, *, entered_ms: int = KNOWN_ALWAYS, product: str = "MU") -> Price:
    return Price(operator="A", product=product, from_ms=from_ms, micros=micros, entered_ms=entered_ms)


def test_the_latest_start_is_in_force_and_a_later_entry_corrects_it() -> None:
    book = PriceBook([price(100, 2), price(0, 1), price(100, 3, entered_ms=500), price(0, 9, entered_ms=900)])
    early, late = book.as_known(499), book.as_known(500)
    assert [early.row("A", "MU", at) for at in (-1, 100)] == [None, price(100, 2)]
    assert [early.row("A", "MU", at) for at in (0, 99)] == [price(0, 1)] * 2
    assert late.row("A", "MU", 100) == price(100, 3, entered_ms=500)
    assert book.as_known(900).row("A", "MU", 5) == price(0, 9, entered_ms=900)
    assert (late.row("A", "CONVERSATION", 100), late.row("B", "MU", 100)) == (None, None)


def test_a_repeated_row_is_one_row_and_a_contradiction_is_refused() -> None:
    assert PriceBook([price(0, 1), price(0, 1)]).as_known(0).row("A", "MU", 0) == price(0, 1)
    with pytest.raises(LedgerFileUnreadable, match="A MU"):
        PriceBook([price(0, 1), price(0, 2)])


def test_a_price_file_is_read() -> None:
    first, corrected = read_prices(FILE)
    assert (first.micros, first.entered_ms, first.source) == (60_000, KNOWN_ALWAYS, "contract")
    assert (corrected.micros, corrected.entered_ms - corrected.from_ms) == (57_000, 68.5 * 24 * 3_600_000)


@pytest.mark.parametrize(
    "body",
    [
        FILE.replace(b"60000", b"0.06"),
        FILE.replace(b"60000", b"-1"),
        FILE.replace(b"+01:00", b""),
        FILE.replace(b"operator", b"operateur"),
        FILE.replace(b'source = "contract"', b'currency = "USD"'),
        b"[[price]",
        b"\xff",
    ],
)
def test_a_wrong_price_file_is_refused(body: bytes) -> None:
    with pytest.raises(LedgerFileUnreadable):
        read_prices(body)


def test_published_prices_hold_no_message_unique_and_no_other_operator() -> None:
    rows = known_prices()
    assert len(rows) > 15
    assert all(row.source for row in rows)
    assert {row.operator for row in rows} == {"ORANGE", "OPS"}
    assert not {"MU", "MU_BASIC"} & {row.product for row in rows}
    known = PriceBook(rows).as_known(0)
    conversation = known.row("ORANGE", "CONVERSATION", 1_800_000_000_000)
    assert conversation is not None
    assert conversation.micros == 95_000


@pytest.mark.parametrize(("basic", "rows", "product", "micros"), [
    (True, [price(0, 60), price(0, 20, product="MU_BASIC")], "MU_BASIC", 20),
    (True, [price(0, 60)], "MU", 60),
    (False, [price(0, 60), price(0, 20, product="MU_BASIC")], "MU", 60),
    (True, [], "MU", None),
])  # fmt: skip
def test_a_plain_text_has_its_own_price_where_there_is_one(
    basic: bool, rows: list[Price], product: str, micros: int | None
) -> None:
    fact = Fact(id="1", type="mt_delivered", at_ms=10, msg="a", bot="b", user="u", operator="A", basic=basic)
    rated = Ledger([fact]).rate(Rating(as_of_ms=1 << 40, prices=PriceBook(rows), switches=SwitchBook()))
    assert [(one.product, one.micros) for one in rated.charges] == [(product, micros)]
    assert rated.unpriced == (micros is None)


def test_a_fold_goes_on_where_it_stopped() -> None:
    facts = [
        Fact(id=str(at), type="mo" if at % 3 else "mt_delivered", at_ms=at * 7_000_000, msg=str(at), bot="b", user="u")
        for at in range(60)
    ]
    messages = Evidence(facts).messages(Switches(), as_of_ms=1 << 40, default_operator="A")
    assert len(messages) == 60
    whole = fold(messages, Switches())
    for cut in range(len(messages)):
        state, causes = fold(messages[:cut], Switches())
        end, more = fold(messages[cut:], Switches(), start=state)
        assert (end, causes + more) == whole


def test_a_message_of_a_bot_that_does_not_converse_leaves_the_state_alone() -> None:
    state, causes = step(IDLE, Message(5, BOT, "a", "A", conversational=False), Switches())
    assert (state, [one.product for one in causes]) == (IDLE, ["MU"])
