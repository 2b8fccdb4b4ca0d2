"""Rating: evidence of a key, folded and priced. The same function serves the live ledger, a re-fold and an audit.

A result depends on the facts, the switches, the prices and ``as_of_ms`` alone; it knows nothing of earlier results. A
late fact is therefore no special case: rate the key again and post the :func:`~rbm_bots.ledger.charges.difference`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from rbm_bots.ledger.charges import Charge, Hold, in_order
from rbm_bots.ledger.evidence import Evidence, Sms
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.fold import DAY_MS, Cause, State, final, fold, lapse
from rbm_bots.ledger.months import month_of
from rbm_bots.ledger.prices import KnownPrices, PriceBook
from rbm_bots.ledger.switches import SwitchBook

__all__ = ["SMS_OPERATOR", "Ledger", "Rated", "Rating", "evidence_in_key_order", "rate_in_key_order"]

SMS_OPERATOR = "OPS"
_Key = tuple[str, str]


class Rated(msgspec.Struct, frozen=True):
    """The charges and holds as of an instant, each in order of time."""

    charges: tuple[Charge, ...]
    holds: tuple[Hold, ...]

    @property
    def total(self) -> int:
        """The known amounts together, in micro-euro; held money is not in it."""
        return sum(one.micros for one in self.charges if one.micros is not None)

    @property
    def unpriced(self) -> int:
        """How many charges wait for a price."""
        return sum(one.micros is None for one in self.charges)


class Rating:
    """How keys are rated as of one instant: with which switches, and which prices as known then."""

    def __init__(
        self, *, as_of_ms: int, prices: PriceBook, switches: SwitchBook, default_operator: str = "ORANGE"
    ) -> None:
        self._as_of_ms = as_of_ms
        self._prices: KnownPrices = prices.as_known(as_of_ms)
        self._switches = switches
        self._default_operator = default_operator

    def rate(self, bot: str, user: str, evidence: Evidence) -> tuple[list[Charge], Hold | None]:
        """The charges of one key, and its hold when there is one."""
        as_of_ms, switches = self._as_of_ms, self._switches.of(bot)
        messages = evidence.messages(switches, as_of_ms=as_of_ms, default_operator=self._default_operator)
        state, causes = fold(messages, switches)
        state, last = lapse(state, as_of_ms, switches)
        causes += last
        if state.phase == "session":
            causes += final(state)
        causes += map(_sms_cause, evidence.sms(as_of_ms=as_of_ms))
        hold = self._hold(bot, user, state) if state.phase == "mu_pending" else None
        return [self._charge(bot, user, cause) for cause in causes], hold

    def _charge(self, bot: str, user: str, cause: Cause) -> Charge:
        product = cause.product
        row = None
        if cause.basic and product == "MU":
            row = self._prices.row(cause.operator, "MU_BASIC", cause.at_ms)
        if row is None:
            row = self._prices.row(cause.operator, product, cause.at_ms)
        return Charge(
            product=product if row is None else row.product,
            bot=bot,
            user=user,
            anchor=cause.anchor,
            operator=cause.operator,
            at_ms=cause.at_ms,
            until_ms=cause.until_ms,
            month=month_of(cause.at_ms),
            micros=None if row is None else row.micros,
            price_from_ms=None if row is None else row.from_ms,
            mt_count=cause.mt_count,
            mo_count=cause.mo_count,
        )

    def _hold(self, bot: str, user: str, state: State) -> Hold:
        """The Message Unique that waits, at the price it would have."""
        would_be = self._charge(bot, user, final(state)[0])
        return Hold(
            bot=bot,
            user=user,
            anchor=state.anchor,
            operator=state.operator,
            at_ms=state.since_ms,
            until_ms=state.since_ms + DAY_MS,
            month=would_be.month,
            micros=would_be.micros,
            product=would_be.product,
        )


class Ledger:
    """Facts of many keys, received in any order and rated as of any instant."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._evidence: dict[_Key, Evidence] = {}
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Take one fact; a repetition changes nothing."""
        key = (fact.bot, fact.user)
        evidence = self._evidence.get(key)
        if evidence is None:
            evidence = self._evidence[key] = Evidence()
        evidence.add(fact)

    def rate(self, rating: Rating) -> Rated:
        """All keys, charges in order."""
        return _together(rating.rate(*key, evidence) for key, evidence in self._evidence.items())


def rate_in_key_order(facts: Iterable[Fact], rating: Rating) -> Iterator[tuple[list[Charge], Hold | None]]:
    """Key by key, for facts that come grouped by (bot, user): only one key is ever in memory."""
    for bot, user, evidence in evidence_in_key_order(facts):
        yield rating.rate(bot, user, evidence)


def evidence_in_key_order(facts: Iterable[Fact]) -> Iterator[tuple[str, str, Evidence]]:
    """(bot, user, what is known of them) for each key of facts that come grouped by it."""
    for (bot, user), own in groupby(facts, key=_key_of):
        yield bot, user, Evidence(own)


def _key_of(fact: Fact) -> _Key:
    return fact.bot, fact.user


def _sms_cause(sms: Sms) -> Cause:
    return Cause(product="SMS_MT", at_ms=sms.at_ms, until_ms=sms.at_ms, anchor=sms.id, operator=SMS_OPERATOR)


def _together(keys: Iterable[tuple[list[Charge], Hold | None]]) -> Rated:
    charges: list[Charge] = []
    holds: list[Hold] = []
    for own, hold in keys:
        charges += own
        if hold is not None:
            holds.append(hold)
    holds.sort(key=lambda one: (one.at_ms, one.bot, one.user))
    return Rated(tuple(in_order(charges)), tuple(holds))
