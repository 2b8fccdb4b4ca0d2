"""From what a key costs now, and what was booked for it before, to the steps between them. Pure.

Theory of operation. The fold knows nothing of earlier results; here they meet. Charges that are the same stay. Those
that are gone are reversed, new ones are posted. The one hold of a key is set when its Message Unique begins to wait;
when that becomes final the same row goes from ``held`` to ``posted``, and when it was absorbed, to ``void``. A row
that was reversed or voided never comes back: the same anchor posted again is another row with a higher ``times``, so
its id is new and a retry finds it again.

A closed month is immutable. What belongs to it goes to the current month as an adjustment: both sides pass through the
clearing account ``adjustments``, which therefore lists all of them and stands at zero.

Each step has entries that sum to zero. An amount that is not known books nothing; the line is there all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from rbm_bots.accounts.keys import KeyResult
from rbm_bots.ledger.charges import Charge, Hold, charge_id
from rbm_bots.ledger.months import month_of
from rbm_bots.store.ledger_charges import ChargeState, Entry, KeptCharge, Moved, Step

__all__ = ["ADJUSTMENTS", "Postings", "same"]

ADJUSTMENTS: Final = "adjustments"
_POSTED: Final = ("brand:receivable", "operator:payable")
_HELD: Final = ("held:brand", "held:operator")

_Same = tuple[str, str, str, str, str, int | None, str]
_Line = tuple[str, int, str | None]  # account, micros, the entry it takes back


def same(kept: KeptCharge) -> _Same:
    """Equal to :attr:`rbm_bots.ledger.charges.Charge.same` of the charge that it stands for."""
    return kept.product, kept.bot, kept.contact_id, kept.anchor, kept.operator, kept.micros, kept.month


@dataclass(slots=True)
class Postings:
    """The steps of many keys, to be written in one commit.

    ``closed``: the months nothing may change. ``now_ms``: when this is booked.
    """

    now_ms: int
    closed: Collection[str] = ()
    added: list[KeptCharge] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def settle(self, kept: Sequence[KeptCharge], result: KeyResult, *, run_id: str | None = None) -> None:
        """Add the steps that lead from ``kept``, all rows of one key, to ``result``."""
        _Key(self, kept, result, run_id).settle()


@dataclass(slots=True)
class _Key:
    """One key while its steps are worked out."""

    out: Postings
    kept: Sequence[KeptCharge]
    result: KeyResult
    run_id: str | None
    doubles: frozenset[str] = frozenset()

    def settle(self) -> None:
        self.doubles = _double_costs(self.result)
        posted = [one for one in self.kept if one.state == "posted"]
        stay, new, gone = _matched(posted, self.result.charges)
        for kept, charge in stay:
            self._follow(kept, charge)
        for kept in gone:
            self._reverse(kept)
        final = self._settle_hold(new)
        for charge in new:
            if charge is not final:
                self._post(charge, gone)

    def _settle_hold(self, new: Sequence[Charge]) -> Charge | None:
        """Release, void, keep or set the key's hold; the new charge that it became, if it did."""
        final, hold = None, self.result.hold
        for kept in self.kept:
            if kept.state != "held":
                continue
            became = next((one for one in new if one.same == same(kept)), None)
            if hold is not None and _as_charge(hold).same == same(kept):
                self._follow(kept, _as_charge(hold))
                hold = None
            elif became is not None:
                final = became
                self._release(kept, became)
            else:
                self._void(kept)
        if hold is not None:
            self._hold(hold)
        return final

    def _hold(self, hold: Hold) -> None:
        charge = _as_charge(hold)
        row = self._row(charge, state="held", booked_in=charge.month)
        self.out.added.append(row)
        self._book(row, "hold", _pair(_HELD, row.micros), booked_in=row.booked_in)

    def _release(self, kept: KeptCharge, charge: Charge) -> None:
        self._take_back(kept, "release", "hold", _HELD, booked_in=kept.booked_in)
        booked_in = self._open_month(kept.month)
        self._move(kept, "posted", charge, booked_in=booked_in)
        self._book_posting(kept, booked_in)

    def _void(self, kept: KeptCharge) -> None:
        self._take_back(kept, "void", "hold", _HELD, booked_in=kept.booked_in)
        self._move(kept, "void", None)

    def _post(self, charge: Charge, gone: Sequence[KeptCharge]) -> None:
        booked_in = self._open_month(charge.month)
        adjusts = _original(charge, gone).charge_id if booked_in != charge.month and gone else None
        row = self._row(charge, state="posted", booked_in=booked_in, adjusts=adjusts)
        self.out.added.append(row)
        self._book_posting(row, booked_in)

    def _book_posting(self, row: KeptCharge, booked_in: str) -> None:
        if row.micros is None:
            return
        lines = _pair(_POSTED, row.micros)
        if booked_in != row.month:
            lines = _cleared(lines)
        self._book(row, "post", lines, booked_in=booked_in)

    def _reverse(self, kept: KeptCharge) -> None:
        reversed_in = self._open_month(kept.booked_in)
        adjusted = kept.booked_in != kept.month
        self._take_back(
            kept, "reverse", "post", _POSTED, booked_in=reversed_in, cleared=adjusted or reversed_in != kept.booked_in
        )
        self._move(kept, "reversed", None, reversed_in=reversed_in)

    def _follow(self, kept: KeptCharge, charge: Charge) -> None:
        """What is no money follows the fold, as long as the line's month is open."""
        follows = self._moved(kept, kept.state, charge, booked_in=kept.booked_in)
        if kept.booked_in not in self.out.closed and _differs(kept, follows):
            self.out.moved.append(follows)

    def _open_month(self, month: str) -> str:
        """``month`` while it may change, else the current one."""
        return month_of(self.out.now_ms) if month in self.out.closed else month

    def _row(self, charge: Charge, *, state: ChargeState, booked_in: str, adjusts: str | None = None) -> KeptCharge:
        times = sum(one.product == charge.product and one.anchor == charge.anchor for one in self.kept)
        origin = self.result.origin_of(charge.anchor)
        return KeptCharge(
            charge_id=charge_id(charge, times=times),
            product=charge.product,
            bot=charge.bot,
            contact_id=charge.user,
            **msgspec.structs.asdict(origin),
            operator=charge.operator,
            anchor=charge.anchor,
            times=times,
            at=charge.at_ms,
            until=charge.until_ms,
            month=charge.month,
            booked_in=booked_in,
            reversed_in=None,
            adjusts=adjusts,
            state=state,
            micros=charge.micros,
            price_from=charge.price_from_ms,
            mt_count=charge.mt_count,
            mo_count=charge.mo_count,
            opened_by=self._opened_by(charge),
            double_cost=charge.anchor in self.doubles,
            run_id=self.run_id,
            written_at=self.out.now_ms,
            changed_at=self.out.now_ms,
        )

    def _opened_by(self, charge: Charge) -> str | None:
        return self.result.said.get(charge.at_ms) if charge.product == "CONVERSATION" else None

    def _move(
        self,
        kept: KeptCharge,
        state: ChargeState,
        charge: Charge | None,
        *,
        booked_in: str | None = None,
        reversed_in: str | None = None,
    ) -> None:
        self.out.moved.append(
            self._moved(kept, state, charge, booked_in=booked_in or kept.booked_in, reversed_in=reversed_in)
        )

    def _moved(
        self,
        kept: KeptCharge,
        state: ChargeState,
        charge: Charge | None,
        *,
        booked_in: str,
        reversed_in: str | None = None,
    ) -> Moved:
        """The row after this step; without a charge it keeps what it said."""
        return Moved(
            charge_id=kept.charge_id,
            state=state,
            booked_in=booked_in,
            reversed_in=reversed_in,
            at=kept.at if charge is None else charge.at_ms,
            until=kept.until if charge is None else charge.until_ms,
            mt_count=kept.mt_count if charge is None else charge.mt_count,
            mo_count=kept.mo_count if charge is None else charge.mo_count,
            opened_by=kept.opened_by if charge is None else self._opened_by(charge),
            price_from=kept.price_from if charge is None else charge.price_from_ms,
            double_cost=kept.double_cost if charge is None else charge.anchor in self.doubles,
            run_id=self.run_id,
            changed_at=self.out.now_ms,
        )

    def _take_back(
        self,
        kept: KeptCharge,
        step: Step,
        before: Step,
        accounts: tuple[str, str],
        *,
        booked_in: str,
        cleared: bool = False,
    ) -> None:
        lines = [
            (account, -micros, f"{kept.charge_id}/{before}/{place}")
            for place, (account, micros, _) in enumerate(_pair(accounts, kept.micros))
        ]
        self._book(kept, step, _cleared(lines) if cleared else lines, booked_in=booked_in)

    def _book(self, row: KeptCharge, step: Step, lines: Iterable[_Line], *, booked_in: str) -> None:
        note = f"adjustment for {row.month}" if booked_in != row.month else ""
        self.out.entries += (
            Entry(
                entry_id=f"{row.charge_id}/{step}/{place}",
                charge_id=row.charge_id,
                step=step,
                account=account,
                micros=micros,
                month=row.month,
                booked_in=booked_in,
                reverses=reverses,
                note=note,
                run_id=self.run_id,
                written_at=self.out.now_ms,
            )
            for place, (account, micros, reverses) in enumerate(lines)
        )


def _matched(
    posted: Sequence[KeptCharge], charges: Sequence[Charge]
) -> tuple[list[tuple[KeptCharge, Charge]], list[Charge], list[KeptCharge]]:
    """Those that are the same, the new ones, and those that are gone."""
    waiting: defaultdict[_Same, list[KeptCharge]] = defaultdict(list)
    for kept in posted:
        waiting[same(kept)].append(kept)
    stay, new = [], []
    for charge in charges:
        alike = waiting[charge.same]
        if alike:
            stay.append((alike.pop(), charge))
        else:
            new.append(charge)
    return stay, new, [kept for left in waiting.values() for kept in left]


def _as_charge(hold: Hold) -> Charge:
    return Charge(
        product=hold.product,
        bot=hold.bot,
        user=hold.user,
        anchor=hold.anchor,
        operator=hold.operator,
        at_ms=hold.at_ms,
        until_ms=hold.until_ms,
        month=hold.month,
        micros=hold.micros,
        price_from_ms=None,
    )


def _original(charge: Charge, gone: Sequence[KeptCharge]) -> KeptCharge:
    """The charge that a late one corrects: of the same anchor, else of the same month, else any that went with it."""
    return min(gone, key=lambda one: (one.anchor != charge.anchor, one.month != charge.month, one.at))


def _double_costs(result: KeyResult) -> frozenset[str]:
    """Anchors of messages that cost by RCS and by SMS: revoked too late (both arrived)."""
    channels: defaultdict[str, set[str]] = defaultdict(set)
    anchors: defaultdict[str, set[str]] = defaultdict(set)
    lines = [(one.product, one.anchor) for one in result.charges]
    if result.hold is not None:
        lines.append((result.hold.product, result.hold.anchor))
    for product, anchor in lines:
        logical = result.origin_of(anchor).logical_id
        if logical is not None:
            channels[logical].add("sms" if product == "SMS_MT" else "rcs")
            anchors[logical].add(anchor)
    return frozenset(anchor for logical, both in channels.items() if len(both) > 1 for anchor in anchors[logical])


def _differs(kept: KeptCharge, follows: Moved) -> bool:
    """Whether anything but the bookkeeping of the change itself would change."""
    unimportant = ("run_id", "changed_at")
    return any(
        getattr(kept, name) != getattr(follows, name) for name in Moved.__struct_fields__ if name not in unimportant
    )


def _pair(accounts: tuple[str, str], micros: int | None) -> list[_Line]:
    if micros is None:
        return []
    brand, operator = accounts
    return [(brand, micros, None), (operator, -micros, None)]


def _cleared(lines: Sequence[_Line]) -> list[_Line]:
    """Each side through the clearing account."""
    return [*lines, *((ADJUSTMENTS, -micros, None) for _, micros, _ in lines)]
