"""The drawings of the accounts' pages, as numbers: where bars, brackets and dots stand. The templates make SVG of them.

Every drawing has a table beside it that says the same in words.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from rbm_bots.accounts.french import clock_time, count, day, euros
from rbm_bots.accounts.statements_shown import UNPRICED, product_name
from rbm_bots.accounts.timeline import Bill, Moment
from rbm_bots.clock import from_ms
from rbm_bots.ledger.fold import DAY_MS
from rbm_bots.ledger.months import PARIS
from rbm_bots.store.charge_pages import Hour

__all__ = ["Bar", "Bars", "Bracket", "Dot", "Window", "bars", "window"]

_WIDTH: Final = 900
_LEFT: Final = 40
_INNER: Final = 820
_CHART_HEIGHT: Final = 120
_HOUR_MS: Final = 3_600_000
_Kind = Literal["held", "session"]
_Span = tuple[_Kind, int, int, str]
_SESSIONS: Final = frozenset({"CONVERSATION", "CONV_MO1ST"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day of the month: what was charged, and its bar."""

    day: int
    quantity: str
    amount: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A month by days."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    most: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """A span of time with its name."""

    kind: _Kind
    x: float
    end: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A message on the line of time."""

    by: Literal["bot", "person"]
    x: float
    label: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The 24 hours of one charge."""

    width: int
    brackets: tuple[Bracket, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str, str], ...]


def bars(month: str, hours: Iterable[Hour]) -> Bars:
    """What was charged on each day of a month, days being those of Paris."""
    year, number = (int(part) for part in month.split("-"))
    days = monthrange(year, number)[1]
    quantities, amounts = [0] * (days + 1), [0] * (days + 1)
    for one in hours:
        on = from_ms(one.hour * _HOUR_MS).astimezone(PARIS)
        if (on.year, on.month) == (year, number):  # adjustments of closed months have other days
            quantities[on.day] += one.quantity
            amounts[on.day] += one.micros
    most = max(amounts)
    step = _INNER / days
    return Bars(
        width=_WIDTH,
        height=_CHART_HEIGHT + 30,
        bars=tuple(
            _bar(on, quantities[on], amounts[on], x=_LEFT + (on - 1) * step, width=step * 0.75, most=most)
            for on in range(1, days + 1)
        ),
        most=euros(most),
    )


def _bar(on: int, quantity: int, micros: int, *, x: float, width: float, most: int) -> Bar:
    height = round(_CHART_HEIGHT * micros / most, 1) if most > 0 else 0.0
    return Bar(
        day=on,
        quantity=count(quantity),
        amount=euros(micros),
        x=round(x, 1),
        y=round(_CHART_HEIGHT + 10 - height, 1),
        width=round(width, 1),
        height=height,
    )


def window(bill: Bill, moments: Iterable[Moment]) -> Window | None:
    """The line of time of a charge; ``None`` for one without a window (an SMS)."""
    own = [one for one in moments if bill.anchor in one.about]
    spans = _spans(bill, own)
    if not spans:
        return None
    begins = min(begin for _, begin, _, _ in spans)
    ends = max(end for _, _, end, _ in spans)

    def place(at_ms: int) -> float:
        return round(_LEFT + _INNER * (min(max(at_ms, begins), ends) - begins) / max(ends - begins, 1), 1)

    instants = sorted({at for _, begin, end, _ in spans for at in (begin, end)})
    return Window(
        width=_WIDTH,
        brackets=tuple(
            Bracket(kind=kind, x=place(begin), end=place(end), label=label) for kind, begin, end, label in spans
        ),
        dots=tuple(_dot(one, place(one.at_ms)) for one in own if one.by and one.kind != "opened"),
        ticks=tuple((place(at), clock_time(at), day(at)) for at in instants),
    )


def _spans(bill: Bill, own: list[Moment]) -> list[_Span]:
    amount = UNPRICED if bill.micros is None else euros(bill.micros)
    label = f"{product_name(bill.product)} {amount}"
    held = next((one for one in own if one.kind == "held"), None)
    if bill.product in _SESSIONS:
        session: _Span = ("session", bill.at_ms, bill.at_ms + DAY_MS, f"24 h: {label}")
        return [("held", held.at_ms, bill.at_ms, "held"), session] if held is not None else [session]
    if held is None:
        return []
    over = next((one.at_ms for one in own if one.kind == "superseded"), held.until_ms)
    return [("held", held.at_ms, over, f"held, then {label}" if bill.state != "held" else f"held: {label}")]


def _dot(one: Moment, x: float) -> Dot:
    label = str(one.number) if one.number else ""
    who: Literal["bot", "person"] = "bot" if one.by == "bot" else "person"
    return Dot(by=who, x=x, label=label, title=f"{clock_time(one.at_ms)}")
