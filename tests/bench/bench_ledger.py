"""The billing fold on one core: facts in key order, and facts of many keys in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from time import process_time
from typing import Final

from rbm_bots.ledger.facts import Fact, FactType
from rbm_bots.ledger.prices import Price, PriceBook
from rbm_bots.ledger.rating import Ledger, Rating, rate_in_key_order
from rbm_bots.ledger.switches import SwitchBook
from tests.bench.report import Figure, run

_SIZES: Final = (10_000, 100_000, 1_000_000)
_TARGET_PER_S: Final = 300_000.0
_START_MS: Final = 1_772_442_000_000
_HOUR_MS: Final = 3_600_000


def measure() -> list[Figure]:
    """Events per second of processor time, as the history grows."""
    figures = []
    for size in _SIZES:
        facts = list(_facts(size))
        rating = _rating()
        streamed = _per_second(len(facts), lambda own=facts, at=rating: _stream(own, at))
        figures.append(_figure(f"rated in key order, {size:,} events", streamed, least=_TARGET_PER_S))
    Random(5).shuffle(facts)
    mixed = _per_second(len(facts), lambda: Ledger(facts).rate(rating))
    figures.append(_figure(f"rated in any order, {_SIZES[-1]:,} events", mixed))
    return figures


def _stream(facts: list[Fact], rating: Rating) -> int:
    return sum(len(charges) for charges, _ in rate_in_key_order(facts, rating))


def _facts(size: int) -> Iterator[Fact]:
    """Ten events a person: a campaign's message, half of the people answer, and a second message next day."""
    types: tuple[tuple[FactType, int], ...] = (("mt_accepted", 0), ("mt_delivered", 2000), ("mt_displayed", 60_000))
    for number in range(size // 10):
        user = f"u{number:07}"
        answered = number % 2
        for turn, hours in enumerate((0, 2, 30)):
            for name, after in types:
                at_ms = _START_MS + hours * _HOUR_MS + after
                msg = f"m{number}-{turn}"
                yield Fact(id=f"{msg}{name}", type=name, at_ms=at_ms, msg=msg, bot="b", user=user, operator="ORANGE")
        kind = "text" if answered else "action_tap"
        at_ms = _START_MS + _HOUR_MS
        yield Fact(id=f"o{number}", type="mo", at_ms=at_ms, msg=f"o{number}", bot="b", user=user, kind=kind)


def _rating() -> Rating:
    products = (("MU", 60_000), ("CONVERSATION", 95_000), ("CONV_MO1ST", 0))
    rows = [Price(operator="ORANGE", product=name, from_ms=0, micros=micros) for name, micros in products]
    return Rating(as_of_ms=_START_MS + 100 * _HOUR_MS, prices=PriceBook(rows), switches=SwitchBook())


def _per_second(events: int, once: Callable[[], object]) -> float:
    """The best of three rounds: the one that others disturbed least."""
    took = []
    for _ in range(3):
        began = process_time()
        once()
        took.append(process_time() - began)
    return events / min(took)


def _figure(name: str, value: float, *, least: float | None = None) -> Figure:
    return Figure(bench="ledger", name=name, value=value, unit="events/s", least=least)


if __name__ == "__main__":
    run(measure)
