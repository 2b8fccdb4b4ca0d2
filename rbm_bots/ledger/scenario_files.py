"""Files of rating scenarios: their form, and the values they stand for.

UTF-8 JSON. ``prices`` and ``scenarios`` are lists; a scenario has ``id``, ``as_of``, ``events`` in order of arrival
and, optional, ``policy`` and ``bots`` (switches of all bots, of one), ``operator`` (of messages that name none),
``prices`` (in place of the file's), ``checkpoints`` and ``expect``. Unknown members are ignored.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from rbm_bots.ledger.facts import Fact, FactType, MoKind, unique_facts
from rbm_bots.ledger.files import LedgerFileUnreadable, decode_json, read_instant
from rbm_bots.ledger.price_files import Micros, price_row
from rbm_bots.ledger.prices import PriceBook
from rbm_bots.ledger.switch_files import Policy, read_switches
from rbm_bots.ledger.switches import SwitchBook, Switches

__all__ = ["Expect", "Line", "Run", "Scenario", "read_scenarios"]

Line = tuple[str, str, int | None]


class Expect(msgspec.Struct, frozen=True, kw_only=True):
    """What a run should give; what is ``None`` is not compared. Lists are compared without regard to order."""

    lines: list[Line] | None = None
    pending: int | None = None
    total: int | None = None
    unpriced: int | None = None
    periods: list[str] | None = None
    posted: list[Line] | None = None
    reversed: list[Line] | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run: what had arrived by then, seen as of an instant, and what it should give."""

    facts: list[Fact]
    as_of_ms: int
    expect: Expect | None


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario, ready to be rated. The last of ``runs`` is the scenario itself; before it come its checkpoints."""

    id: str
    title: str
    switches: SwitchBook
    prices: PriceBook
    operator: str
    runs: list[Run]


class _Price(msgspec.Struct, frozen=True, kw_only=True):
    operator: str
    product: str
    from_: str = msgspec.field(name="from")
    micros: Micros
    entered_at: str | None = None
    note: str | None = None


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    t: str
    type: FactType
    msg: str
    bot: str | None = None
    user: str | None = None
    operator: str | None = None
    kind: str | None = None
    in_reply_to: str | None = None


class _Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    received: Annotated[int, msgspec.Meta(ge=0)]
    as_of: str
    expect: Expect | None = None


class _Scenario(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    as_of: str
    events: list[_Event]
    title: str = ""
    policy: Policy | None = None
    bots: dict[str, Policy] | None = None
    operator: str | None = None
    prices: list[_Price] | None = None
    checkpoints: list[_Checkpoint] | None = None
    expect: Expect | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True):
    scenarios: list[_Scenario]
    prices: list[_Price] = []
    time_zone: Literal["Europe/Paris"] = "Europe/Paris"


def read_scenarios(body: bytes) -> list[Scenario]:
    """The scenarios of a file. Raises ``LedgerFileUnreadable``."""
    file = decode_json(body, _File)
    return [_scenario(one, file.prices) for one in file.scenarios]


def _scenario(written: _Scenario, prices: list[_Price]) -> Scenario:
    where = f"scenario {written.id}"
    facts = [_fact(event, where) for event in written.events]
    runs = [
        Run(facts=unique_facts(facts[: one.received]), as_of_ms=read_instant(one.as_of, where), expect=one.expect)
        for one in written.checkpoints or ()
    ]
    runs.append(Run(facts=unique_facts(facts), as_of_ms=read_instant(written.as_of, where), expect=written.expect))
    rows = prices if written.prices is None else written.prices
    return Scenario(
        id=written.id,
        title=written.title,
        switches=_switch_book(written, where),
        prices=PriceBook(
            price_row(row.operator, row.product, row.from_, row.micros, entered_at=row.entered_at) for row in rows
        ),
        operator=written.operator or "ORANGE",
        runs=runs,
    )


def _fact(event: _Event, where: str) -> Fact:
    """``kind`` and ``in_reply_to`` mean something for a user event alone."""
    return Fact(
        id=event.id,
        type=event.type,
        at_ms=read_instant(event.t, where),
        msg=event.msg,
        bot="bot" if event.bot is None else event.bot,
        user="u" if event.user is None else event.user,
        operator=event.operator,
        kind=_kind(event, where),
        in_reply_to=event.in_reply_to,
    )


def _kind(event: _Event, where: str) -> MoKind:
    if event.type != "mo" or event.kind is None:
        return "text"
    try:
        kind: MoKind = msgspec.convert(event.kind, MoKind)
    except msgspec.ValidationError:
        raise LedgerFileUnreadable(f"no kind of user event: {event.kind}", where=where) from None
    return kind


def _switch_book(written: _Scenario, where: str) -> SwitchBook:
    """A bot's own switches win over those of all, switch by switch."""
    common = read_switches(written.policy, Switches(), where)
    own = {bot: read_switches(policy, common, where) for bot, policy in (written.bots or {}).items()}
    return SwitchBook(common=common, by_bot=own)
