"""The drawings of the accounts' pages: bars stand on Paris days, brackets on the instants of their charge."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from rbm_bots.accounts.timeline import Bill, Moment
from rbm_bots.clock import to_ms
from rbm_bots.server.accounts_drawing import bars, window
from rbm_bots.store.charge_pages import Hour

T, HOUR = 1_772_442_000_000, 3_600_000  # 2 March 2026, 10:00 in Paris
DAY = 24 * HOUR


def hour(*at: int) -> int:
    return to_ms(datetime(*at, tzinfo=UTC)) // HOUR


def test_a_day_is_that_of_paris() -> None:
    found = bars("2026-03", [Hour(hour(2026, 3, 1, 23), "MU", 2, 120_000), Hour(hour(2026, 3, 2, 10), "MU", 1, 60_000)])
    assert len(found.bars) == 31
    assert [one.quantity for one in found.bars[:3]] == ["0", "3", "0"]
    assert found.most == "0,18\N{NO-BREAK SPACE}€"
    assert found.bars[1].height == max(one.height for one in found.bars) == 120
    assert all(one.x + one.width < other.x for one, other in itertools.pairwise(found.bars))


def test_the_hours_before_and_after_a_clock_change_lie_on_their_days() -> None:
    hours = [hour(2026, 3, 28, 22), hour(2026, 3, 28, 23), hour(2026, 3, 29, 21), hour(2026, 3, 29, 22)]
    found = bars("2026-03", [Hour(one, "MU", 1, 1) for one in hours])
    assert [one.quantity for one in found.bars[27:30]] == ["1", "2", "1"]


def test_what_belongs_to_another_month_has_no_bar_and_an_empty_month_no_height() -> None:
    found = bars("2026-02", [Hour(hour(2026, 1, 15, 12), "MU", 1, 60_000)])
    assert (len(found.bars), {one.height for one in found.bars}) == (28, {0.0})


def bill(product: str, *, at: int, state: str = "posted", micros: int | None = 60_000) -> Bill:
    return Bill(id="c", product=product, anchor="m", operator="ORANGE", state=state, micros=micros, at_ms=at,
                month="2026-03", booked_in="2026-03")  # fmt: skip


HELD = Moment(at_ms=T, kind="held", about=("m",), message="m", number=1, by="bot", until_ms=T + DAY)
ANSWER = Moment(at_ms=T + HOUR, kind="absorbed", about=("m",), message="u", other=1, by="person", what="text")
OPENED = Moment(at_ms=T + HOUR, kind="opened", about=("m",), message="u", by="person", until_ms=T + HOUR + DAY)
OTHER = Moment(at_ms=T + 2 * HOUR, kind="included", about=("else",), message="x", by="bot")


def test_a_conversation_has_what_was_held_and_its_24_hours() -> None:
    found = window(bill("CONVERSATION", at=T + HOUR, micros=95_000), [HELD, ANSWER, OPENED, OTHER])
    assert found is not None
    held, session = found.brackets
    assert (held.kind, held.x, held.end) == ("held", 40.0, session.x)
    assert (session.kind, session.end, session.label) == (
        "session",
        860.0,
        "24 h: Conversation 0,095\N{NO-BREAK SPACE}€",
    )
    assert [(one.by, one.x) for one in found.dots] == [("bot", 40.0), ("person", session.x)]
    assert [at for _, at, _ in found.ticks] == ["10:00:00", "11:00:00", "11:00:00"]


def test_a_message_unique_is_held_until_a_newer_one_or_for_24_hours() -> None:
    whole = window(bill("MU", at=T), [HELD])
    newer = Moment(at_ms=T + HOUR, kind="superseded", about=("m",), message="n", number=2, other=1, by="bot")
    short = window(bill("MU", at=T), [HELD, newer])
    assert whole is not None
    assert short is not None
    assert [at for _, at, _ in whole.ticks] == ["10:00:00", "10:00:00"]
    assert [at for _, at, _ in short.ticks] == ["10:00:00", "11:00:00"]


@pytest.mark.parametrize(("state", "micros", "label"), [
    ("held", 60_000, "held: Message Unique 0,06\N{NO-BREAK SPACE}€"),
    ("posted", None, "held, then Message Unique UNPRICED"),
])  # fmt: skip
def test_a_bracket_says_what_it_is(state: str, micros: int | None, label: str) -> None:
    found = window(bill("MU", at=T, state=state, micros=micros), [HELD])
    assert found is not None
    assert found.brackets[0].label == label


def test_what_has_no_window_is_not_drawn() -> None:
    assert window(bill("SMS_MT", at=T), []) is None
