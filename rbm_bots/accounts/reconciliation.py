"""Reconciliation: an operator's billable events beside our charges, line by line, with a reason for each difference.

Theory of operation. Lines carry no common key, so they pair by what both sides know: bot, product and start. Three
rounds, each over what the one before left:

1. bot, product and start within the tolerance, against our charge date: lines whose message counts are equal first,
   then the nearest in time;
2. the same against the time of our anchor message, because some operators date a Conversation by the message that was
   answered;
3. bot and start without the product: the type differs.

Where an activity file names our messages, its lines pair before all rounds. Two sorted lists are paired nearest first:
the closest pair of opposite sides always stands side by side, so a month of a million lines needs no comparison of all
with all.

Sums of a day are never compared: their day may be UTC's or California's, ours is Paris's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, Literal

import msgspec
from msgspec import structs

__all__ = [
    "OUTCOMES",
    "Compared",
    "Ours",
    "Outcome",
    "Theirs",
    "Total",
    "as_we_rate",
    "compare",
    "nearest_pairs",
    "total",
    "totals",
]

_Point = tuple[int, int, int]
Outcome = Literal["same", "amount_differs", "type_differs", "only_theirs", "only_ours"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("same", "amount_differs", "type_differs", "only_theirs", "only_ours")


class Theirs(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line of the operator's report. ``start_ms``: ms since the epoch (UTC); ``micros``: only where it says so.

    ``billed``: whom they bill. It is shown, like the size, and decides nothing.
    """

    id: str
    product: str
    bot: str
    start_ms: int
    mt_count: int | None = None
    mo_count: int | None = None
    micros: int | None = None
    duration_s: int | None = None
    size_kilobytes: str = ""
    billed: str = ""


class Ours(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One of our charges. ``start_ms``: its charge date."""

    id: str
    product: str
    bot: str
    user: str
    anchor: str
    start_ms: int
    mt_count: int = 0
    mo_count: int = 0
    micros: int | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the outcome; ``reason`` says why it is not the same, in words, and is empty when it is."""

    outcome: Outcome
    theirs: Theirs | None
    ours: Ours | None
    reason: str = ""


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """One product: (lines, micro-euro) of both sides and their difference, ours less theirs.

    Without amounts in the report theirs, and the difference, are ``None``.
    """

    product: str
    ours: tuple[int, int]
    theirs: tuple[int, int | None]
    difference: tuple[int, int | None]


def compare(
    theirs: Sequence[Theirs],
    ours: Sequence[Ours],
    *,
    tolerance_ms: int = 2000,
    named: Mapping[str, str] | None = None,
    anchor_times: Callable[[Sequence[Ours]], Mapping[str, int]] | None = None,
) -> list[Compared]:
    """Pair both sides.

    ``named``: our anchor message -> their line, from an activity file. ``anchor_times``: for the charges that no round
    has paired yet, when their anchor message counted (charge id -> ms); it is asked once.
    """
    pairing = _Pairing(theirs, ours, tolerance_ms)
    if named:
        pairing.by_name(named)
    pairing.round(_product, _product, lambda one: one.start_ms)
    if anchor_times is not None:
        times = anchor_times(pairing.left())
        pairing.round(_product, _product, lambda one: times.get(one.id))
    pairing.round(_any, _any, lambda one: one.start_ms)
    return pairing.result()


class _Pairing:
    """What is paired so far, by index into both lists."""

    def __init__(self, theirs: Sequence[Theirs], ours: Sequence[Ours], tolerance_ms: int) -> None:
        self._theirs = theirs
        self._ours = ours
        self._tolerance_ms = tolerance_ms
        self._pairs: list[tuple[int, int]] = []
        self._left_theirs = set(range(len(theirs)))
        self._left_ours = set(range(len(ours)))

    def by_name(self, named: Mapping[str, str]) -> None:
        """Pair the lines that an activity file ties to one of our messages."""
        places = {one.id: place for place, one in enumerate(self._theirs)}
        for mine in sorted(self._left_ours):
            place = places.get(named.get(self._ours[mine].anchor, ""))
            if place is not None and place in self._left_theirs:
                self._pair(place, mine)

    def left(self) -> list[Ours]:
        """Our charges without a partner."""
        return [self._ours[mine] for mine in sorted(self._left_ours)]

    def round(
        self,
        their_kind: Callable[[Theirs], str],
        our_kind: Callable[[Ours], str],
        our_time: Callable[[Ours], int | None],
    ) -> None:
        """One round: inside each (bot, kind), equal message counts first, then whatever is nearest."""
        groups: defaultdict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for place in self._left_theirs:
            line = self._theirs[place]
            groups[line.bot, their_kind(line)][0].append(place)
        for mine in self._left_ours:
            charge = self._ours[mine]
            if our_time(charge) is not None:
                groups[charge.bot, our_kind(charge)][1].append(mine)
        for left, right in groups.values():
            self._pair_equal_counts(left, right, our_time)
            self._pair_nearest(left, right, our_time)

    def _pair_equal_counts(
        self, left: Iterable[int], right: Iterable[int], our_time: Callable[[Ours], int | None]
    ) -> None:
        counted: defaultdict[tuple[int | None, int | None], tuple[list[int], list[int]]]
        counted = defaultdict(lambda: ([], []))
        for place in left:
            line = self._theirs[place]
            counted[line.mt_count, line.mo_count][0].append(place)
        for mine in right:
            charge = self._ours[mine]
            counted[charge.mt_count, charge.mo_count][1].append(mine)
        for some_theirs, some_ours in counted.values():
            self._pair_nearest(some_theirs, some_ours, our_time)

    def _pair_nearest(self, left: Iterable[int], right: Iterable[int], our_time: Callable[[Ours], int | None]) -> None:
        at_theirs = [(self._theirs[place].start_ms, place) for place in left if place in self._left_theirs]
        at_ours = [
            (at, mine) for mine in right if mine in self._left_ours if (at := our_time(self._ours[mine])) is not None
        ]
        for place, mine in nearest_pairs(at_theirs, at_ours, tolerance_ms=self._tolerance_ms):
            self._pair(place, mine)

    def _pair(self, place: int, mine: int) -> None:
        self._pairs.append((place, mine))
        self._left_theirs.discard(place)
        self._left_ours.discard(mine)

    def result(self) -> list[Compared]:
        """Every line, in order of time."""
        found = [_judge(self._theirs[place], self._ours[mine]) for place, mine in self._pairs]
        found += [
            Compared(outcome="only_theirs", theirs=self._theirs[one], ours=None, reason="we know no such charge")
            for one in self._left_theirs
        ]
        found += [
            Compared(outcome="only_ours", theirs=None, ours=self._ours[one], reason="the report does not have it")
            for one in self._left_ours
        ]
        return sorted(found, key=_place)


def nearest_pairs(
    left: list[tuple[int, int]], right: list[tuple[int, int]], *, tolerance_ms: int
) -> list[tuple[int, int]]:
    """Pairs (left, right) of two lists of (ms, value), nearest first, none farther apart than the tolerance.

    Where lines stand so close that nearest first would leave some alone who could have had a partner, they pair in
    their order instead, which leaves the fewest alone.
    """
    points = sorted([(at, value, 0) for at, value in left] + [(at, value, 1) for at, value in right])
    found: list[tuple[int, int]] = []
    for crowd in _crowds(points, tolerance_ms):
        nearest, in_order = _nearest(crowd, tolerance_ms), _in_order(crowd, tolerance_ms)
        found += in_order if len(in_order) > len(nearest) else nearest
    return found


def _crowds(points: list[_Point], tolerance_ms: int) -> Iterator[list[_Point]]:
    """Points that may have to do with each other: no gap in them is wider than the tolerance."""
    crowd: list[_Point] = []
    for point in points:
        if crowd and point[0] - crowd[-1][0] > tolerance_ms:
            yield crowd
            crowd = []
        crowd.append(point)
    if crowd:
        yield crowd


def _in_order(crowd: list[_Point], tolerance_ms: int) -> list[tuple[int, int]]:
    """First with first, second with second: the most pairs there can be."""
    left = [(at, value) for at, value, side in crowd if side == 0]
    right = [(at, value) for at, value, side in crowd if side == 1]
    pairs = []
    one = other = 0
    while one < len(left) and other < len(right):
        apart = left[one][0] - right[other][0]
        if abs(apart) <= tolerance_ms:
            pairs.append((left[one][1], right[other][1]))
        one += apart <= tolerance_ms
        other += apart >= -tolerance_ms
    return pairs


def _nearest(points: list[_Point], tolerance_ms: int) -> list[tuple[int, int]]:
    """The closest pair out, again and again, in n·log(n): neighbours wait in a heap, each removal makes new ones."""
    before = list(range(-1, len(points) - 1))
    after = list(range(1, len(points) + 1))
    taken = [False] * len(points)

    def gap(one: int, other: int) -> tuple[int, int, int] | None:
        if one < 0 or other >= len(points) or points[one][2] == points[other][2]:
            return None
        apart = points[other][0] - points[one][0]
        return (apart, one, other) if apart <= tolerance_ms else None

    heap = [found for place in range(len(points) - 1) if (found := gap(place, place + 1)) is not None]
    heapify(heap)
    pairs = []
    while heap:
        _, one, other = heappop(heap)
        if taken[one] or taken[other]:
            continue
        taken[one] = taken[other] = True
        first, second = (one, other) if points[one][2] == 0 else (other, one)
        pairs.append((points[first][1], points[second][1]))
        outer, beyond = before[one], after[other]
        if outer >= 0:
            after[outer] = beyond
        if beyond < len(points):
            before[beyond] = outer
        neighbours = gap(outer, beyond)
        if neighbours is not None:
            heappush(heap, neighbours)
    return pairs


def as_we_rate(theirs: Iterable[Theirs], ours: Iterable[Ours]) -> list[Theirs]:
    """Their plain texts as Messages Uniques, unless this operator has a price of its own for plain text with us."""
    apart = any(one.product == "MU_BASIC" for one in ours)
    return [structs.replace(one, product="MU") if one.product == "MU_BASIC" and not apart else one for one in theirs]


def totals(theirs: Sequence[Theirs], ours: Iterable[Ours]) -> list[Total]:
    """By product: what both sides count. Amounts of the report are ``None`` unless each of its lines has one."""
    counted, amounts = Counter[str](), Counter[str]()
    for line in theirs:
        counted[line.product] += 1
        amounts[line.product] += line.micros or 0
    priced = bool(theirs) and all(line.micros is not None for line in theirs)
    mine, mine_amounts = Counter[str](), Counter[str]()
    for charge in ours:
        mine[charge.product] += 1
        mine_amounts[charge.product] += charge.micros or 0
    return [
        total(
            product,
            ours=(mine[product], mine_amounts[product]),
            theirs=(counted[product], amounts[product] if priced else None),
        )
        for product in sorted({*counted, *mine})
    ]


def total(product: str, *, ours: tuple[int, int], theirs: tuple[int, int | None]) -> Total:
    """Both sides of a product with their difference."""
    less = None if theirs[1] is None else ours[1] - theirs[1]
    return Total(product=product, ours=ours, theirs=theirs, difference=(ours[0] - theirs[0], less))


def _product(line: Theirs | Ours) -> str:
    return line.product


def _any(_: Theirs | Ours) -> str:
    return ""


def _judge(line: Theirs, charge: Ours) -> Compared:
    outcome: Outcome = "same"
    reason = ""
    if line.product != charge.product:
        outcome, reason = "type_differs", f"they say {line.product}, we say {charge.product}"
    elif line.micros is not None and line.micros != charge.micros:
        outcome = "amount_differs"
        reason = "our charge has no price" if charge.micros is None else "the amounts are not equal"
    return Compared(outcome=outcome, theirs=line, ours=charge, reason=reason)


def _place(compared: Compared) -> tuple[int, str, str]:
    first = compared.theirs or compared.ours
    assert first is not None  # every line has at least one side
    return first.start_ms, first.product, first.id
