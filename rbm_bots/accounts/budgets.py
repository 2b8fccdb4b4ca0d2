"""Budgets: a campaign may not pass its cap of a month, even when everybody answers.

Theory of operation. Each send reserves its worst case: its last message at the dearer of Message Unique and
Conversation, the others as Messages Uniques, and all parts of its SMS. What fits under the cap is granted, the rest is
not, and the campaign pauses before the cap is passed. When the plain sum of worst cases does not fit any more, what has
become certain takes the place of its worst case: with ``S`` sends of ``k`` messages, of which ``n`` are charged, no
more than ``k·S − n`` messages can still cost the dearest price; and sends that came to nothing (refused, rejected,
failed, taken back) are no sends any more. So a campaign that was paused can go on when its sends turned out cheaper.

A campaign that is over gives back what its sends can no longer cost: at once what came to nothing, and everything that
is not posted when each message has its final outcome, its 24 hours are over, and the ledger has said what it costs. A
message whose fate nobody tells is waited for seven days. Both are worked out anew from what stands in the store, so
they may be asked for at any time and as often as anybody likes.

The cap counts by the month of the send: a Conversation that opens after midnight of the first still uses the
reservation of the month before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts.estimates import Unpriced, worst_of
from rbm_bots.errors import UsageError
from rbm_bots.ledger.months import month_after, month_begins
from rbm_bots.ledger.prices import KnownPrices
from rbm_bots.ledger.rating import SMS_OPERATOR
from rbm_bots.store import budgets
from rbm_bots.store.budgets import Cap, Reserved, Spent

__all__ = ["BudgetUnpriced", "StoredBudget", "WorstCase", "committed", "granted", "worst_case"]

_CHARGED_AFTER_MS: Final = 48 * 3_600_000  # 24 hours for an answer, and as long for late receipts
_GIVEN_UP_AFTER_MS: Final = 7 * 86_400_000
_LOOKED_AT_MS: Final = 40 * 86_400_000  # a server that was away for a month still finds its campaigns


class BudgetUnpriced(UsageError):
    """A budget needs a price for all that may be charged."""

    code = "budget_unpriced"
    hint = "enter the missing prices, or give a ceiling per recipient"


class WorstCase(msgspec.Struct, frozen=True, kw_only=True):
    """What one recipient may cost at most, in micro-euro HT.

    ``messages`` RCS messages of at most ``dearest`` each, SMS of ``sms`` together; ``micros`` is all of it.
    """

    micros: int
    dearest: int
    messages: int
    sms: int

    def cap(self, cap_micros: int) -> Cap:
        """The cap as it is stored."""
        return Cap(
            cap_micros=cap_micros,
            worst_micros=self.micros,
            dearest_micros=self.dearest,
            messages=self.messages,
            sms_micros=self.sms,
        )


def worst_case(
    prices: KnownPrices,
    *,
    at_ms: int,
    operators: Iterable[str],
    messages: int = 1,
    sms_parts: int = 0,
    ceiling_micros: int | None = None,
) -> WorstCase:
    """The dearest recipient among ``operators`` at the prices of ``at_ms`` (ms since the epoch).

    ``ceiling_micros``: what one recipient costs at most, for a contract whose prices are not entered. Raises
    ``BudgetUnpriced`` when a product has no price and there is no ceiling.
    """
    if ceiling_micros is not None:
        return WorstCase(micros=ceiling_micros, dearest=ceiling_micros, messages=messages, sms=0)
    missing: set[Unpriced] = set()
    reached = sorted(set(operators))
    whole = [
        worst_of(one, prices=prices, at_ms=at_ms, messages=messages, sms_parts=sms_parts, missing=missing)
        for one in reached
    ]
    dearest = [worst_of(one, prices=prices, at_ms=at_ms, messages=1, sms_parts=0, missing=missing) for one in reached]
    if missing:
        named = ", ".join(f"{operator} {product}" for operator, product in sorted(missing))
        raise BudgetUnpriced(f"no price for {named}")
    sms = prices.row(SMS_OPERATOR, "SMS_MT", at_ms) if sms_parts else None
    return WorstCase(
        micros=max((one for one in whole if one is not None), default=0),
        dearest=max((one for one in dearest if one is not None), default=0),
        messages=messages,
        sms=0 if sms is None else sms_parts * sms.micros,
    )


def granted(cap: Cap, committed_micros: int, sends: int) -> int:
    """How many of ``sends`` fit under the cap with what is committed already. Pure."""
    room = cap.cap_micros - committed_micros
    if room < 0 or cap.worst_micros == 0:
        return 0 if room < 0 else sends
    return min(sends, room // cap.worst_micros)


def committed(cap: Cap, reserved: Reserved, posted: Spent) -> int:
    """The most that the sends so far can still cost, with what is posted already. Pure; never more than is reserved."""
    messages_left = max(0, cap.messages * reserved.sends - posted.rcs)
    sms_left = max(0, cap.sms_micros * reserved.sends - posted.sms_micros)
    most = posted.rcs_micros + posted.sms_micros + messages_left * cap.dearest_micros + sms_left
    return min(reserved.micros, most)


class StoredBudget:
    """Reservations in the database; call it in the transaction that lets the sends go."""

    def reserve(self, connection: Connection, *, campaign: str, month: str, sends: int) -> int:
        """How many of ``sends`` may leave now; their worst case is reserved. All of them without a cap.

        Fewer than asked: the cap would be passed, and the campaign pauses. The recipients are marked as queued in the
        same transaction.
        """
        cap = budgets.cap_of(connection, campaign)
        if cap is None:
            return sends
        fits = _fits(connection, cap, campaign=campaign, month=month, sends=sends)
        budgets.reserve(connection, campaign=campaign, month=month, sends=fits, micros=fits * cap.worst_micros)
        return fits

    def fits(self, connection: Connection, *, campaign: str, month: str, sends: int) -> int:
        """How many of ``sends`` would be granted now; nothing is reserved."""
        cap = budgets.cap_of(connection, campaign)
        return sends if cap is None else _fits(connection, cap, campaign=campaign, month=month, sends=sends)

    def settle(self, connection: Connection, *, campaign: str, now_ms: int) -> None:
        """Give back what the campaign's sends can no longer cost; asked again it changes nothing."""
        cap = budgets.cap_of(connection, campaign)
        if cap is None:
            return
        certain = _certain(connection, campaign, now_ms)
        for month in budgets.reserved_months(connection, campaign):
            budgets.lock_reservation(connection, campaign=campaign, month=month)
            reserved = _recount(connection, cap, campaign=campaign, month=month)
            if certain:
                posted = budgets.spent(connection, campaign=campaign, month=month)
                reserved = Reserved(reserved.sends, posted.rcs_micros + posted.sms_micros)
                budgets.set_reserved(connection, campaign=campaign, month=month, reserved=reserved)

    def unsettled(self, connection: Connection, application: str, *, now_ms: int) -> list[str]:
        """The campaigns of an application that are over and have reserved something else than is posted."""
        return budgets.unsettled(connection, application, since_ms=now_ms - _LOOKED_AT_MS)


def _fits(connection: Connection, cap: Cap, *, campaign: str, month: str, sends: int) -> int:
    """How many of ``sends`` fit; only where the plain sum of worst cases is too much, what is certain is looked up."""
    reserved = budgets.lock_reservation(connection, campaign=campaign, month=month)
    fits = granted(cap, reserved.micros, sends)
    if fits == sends:
        return fits
    reserved = _recount(connection, cap, campaign=campaign, month=month)
    posted = budgets.spent(connection, campaign=campaign, month=month)
    return granted(cap, committed(cap, reserved, posted), sends)


def _recount(connection: Connection, cap: Cap, *, campaign: str, month: str) -> Reserved:
    """What the sends of a month can cost at most, in the place of what was reserved for them; the row is locked."""
    since, until = month_begins(month), month_begins(month_after(month))
    sends = budgets.live_sends(connection, campaign, since_ms=since, until_ms=until)
    reserved = Reserved(sends, sends * cap.worst_micros)
    budgets.set_reserved(connection, campaign=campaign, month=month, reserved=reserved)
    return reserved


def _certain(connection: Connection, campaign: str, now_ms: int) -> bool:
    """Whether a campaign is over, and costs no more than what is posted."""
    ended = budgets.ended_at(connection, campaign)
    if ended is None or now_ms < ended + _CHARGED_AFTER_MS:
        return False
    return now_ms >= ended + _GIVEN_UP_AFTER_MS or not budgets.undecided(connection, campaign)
