"""What a person may ask of the accounts: a month, its close, a reconciliation, an explanation, a re-rating, a price.

Each operation takes one value and gives one value. So the commands use a desk over the database where they may, and
the same desk behind the admin API of a running server where that one has the database for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts import corrections, periods, rerate
from rbm_bots.accounts.asked import (
    Acknowledge,
    ChargesAsked,
    Close,
    EnterPrice,
    Explain,
    MonthAsked,
    NothingToExplain,
    PricesAsked,
    Reconcile,
    Reconciled,
    ReportFiles,
    Rerate,
    Rerated,
    require_month,
)
from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.invoices import load_statement
from rbm_bots.accounts.periods import Blocker
from rbm_bots.accounts.reconciliation_files import BILLABLE_EVENTS, read_mapping
from rbm_bots.accounts.reconciliation_result import read_files, reconcile
from rbm_bots.accounts.rerate import KeyDifference
from rbm_bots.accounts.statements import Statement
from rbm_bots.accounts.timeline import Timeline
from rbm_bots.accounts.timeline_stored import explain_charge, explain_conversation
from rbm_bots.clock import Clock, to_ms
from rbm_bots.errors import UsageError
from rbm_bots.ledger.prices import Price
from rbm_bots.store import Store, charge_pages, ledger_prices, reconciliations
from rbm_bots.store.charge_pages import Wanted
from rbm_bots.store.ledger_charges import KeptCharge
from rbm_bots.store.ledger_periods import Closed
from rbm_bots.store.reconciliations import Acknowledged, Kept

__all__ = ["Desk", "LedgerDesk"]

_SHOWN_KEYS: Final = 20
_KEPT_LINES: Final = 2000
_CHARGES: Final = 1000


class Desk(Protocol):
    """The operations, wherever they are carried out."""

    async def month(self, asked: MonthAsked) -> Statement:
        """The statement of a month."""
        ...

    async def charges(self, asked: ChargesAsked) -> list[KeptCharge]:
        """The next thousand charges behind a statement; an empty list: there are no more."""
        ...

    async def blockers(self, asked: MonthAsked) -> list[Blocker]:
        """What stands in the way of closing a month now."""
        ...

    async def close(self, asked: Close) -> Closed:
        """Close a month for good. Raises ``PeriodNotClosable``."""
        ...

    async def reconcile(self, asked: Reconcile, files: ReportFiles) -> Reconciled:
        """Compare, and keep the outcome for the pages and for who acknowledges it."""
        ...

    async def acknowledge(self, asked: Acknowledge) -> Acknowledged:
        """Store who accepts the reconciliation, when and why."""
        ...

    async def explain(self, asked: Explain) -> Timeline:
        """The timeline of a charge or a conversation. Raises ``NothingToExplain``."""
        ...

    async def rerate(self, asked: Rerate) -> Rerated:
        """Rate history again."""
        ...

    async def price(self, asked: EnterPrice) -> Rerated:
        """Enter a price."""
        ...

    async def prices(self, asked: PricesAsked) -> list[Price]:
        """Every row ever entered, by operator, product, start and entry."""
        ...


class LedgerDesk:
    """The operations over the database. ``bots``: a platform's name of a bot -> ours."""

    def __init__(self, *, store: Store, billing: Billing, clock: Clock, bots: Mapping[str, str]) -> None:
        self._store = store
        self._billing = billing
        self._clock = clock
        self._bots = bots

    async def month(self, asked: MonthAsked) -> Statement:
        """See :class:`Desk`."""
        month, now_ms = require_month(asked.month), self._now_ms()
        return await self._store.scan(
            lambda connection: load_statement(
                connection, month=month, scope=asked.scope, billing=self._billing, now_ms=now_ms
            )
        )

    async def charges(self, asked: ChargesAsked) -> list[KeptCharge]:
        """See :class:`Desk`."""
        scope = msgspec.structs.asdict(asked.scope)
        wanted = Wanted(month=require_month(asked.month), taken_back=asked.taken_back, **scope)
        return await self._store.scan(
            lambda connection: charge_pages.page(connection, wanted, after=asked.after, most=_CHARGES)
        )

    async def blockers(self, asked: MonthAsked) -> list[Blocker]:
        """See :class:`Desk`."""
        month, now_ms = require_month(asked.month), self._now_ms()
        return await self._store.scan(
            lambda connection: periods.blockers(connection, month, billing=self._billing, now_ms=now_ms)
        )

    async def close(self, asked: Close) -> Closed:
        """See :class:`Desk`."""
        month, now_ms = require_month(asked.month), self._now_ms()
        return await self._store.write(
            lambda connection: periods.close(connection, month, who=asked.who, billing=self._billing, now_ms=now_ms)
        )

    async def reconcile(self, asked: Reconcile, files: ReportFiles) -> Reconciled:
        """See :class:`Desk`."""
        month, operator = require_month(asked.month), asked.operator or self._billing.default_operator
        found = await self._store.scan(lambda connection: self._compare(connection, asked, month, operator, files))
        kept = _kept(found, read_at=self._now_ms(), report=files.report)
        await self._store.write(lambda connection: reconciliations.keep(connection, kept))
        return found

    async def acknowledge(self, asked: Acknowledge) -> Acknowledged:
        """See :class:`Desk`."""
        month, now_ms = require_month(asked.month), self._now_ms()
        if not asked.why.strip():
            raise UsageError("an acknowledgement says why")

        def work(connection: Connection) -> Acknowledged:
            read = [one for one in reconciliations.kept(connection, month) if one.operator == asked.operator]
            result = None if not read else msgspec.json.decode(read[0].result, type=Reconciled).result
            one = Acknowledged(
                month=month,
                operator=asked.operator,
                who=asked.who,
                why=asked.why,
                at=now_ms,
                report_hash=read[0].report_hash if read else "",
                differences=0 if result is None else result.differences,
            )
            reconciliations.acknowledge(connection, one)
            return one

        return await self._store.write(work)

    async def explain(self, asked: Explain) -> Timeline:
        """See :class:`Desk`."""
        bot, slash, contact = asked.what.partition("/")
        now_ms, billing = self._now_ms(), self._billing

        def work(connection: Connection) -> Timeline | None:
            if slash:
                return explain_conversation(connection, billing, bot=bot, contact=contact, now_ms=now_ms)
            return explain_charge(connection, billing, asked.what, now_ms=now_ms)

        found = await self._store.scan(work)
        if found is None:
            raise NothingToExplain
        return found

    async def rerate(self, asked: Rerate) -> Rerated:
        """See :class:`Desk`."""
        from_ms, now_ms = asked.from_ms, self._now_ms()
        found = await self._counted(lambda connection: rerate.audit(connection, self._billing, from_ms=from_ms))
        if asked.dry_run:
            return found
        run_id = uuid4().hex
        await self._store.write(
            lambda connection: rerate.order(
                connection, run_id=run_id, who=asked.who, why=asked.why, now_ms=now_ms, from_ms=from_ms
            )
        )
        return msgspec.structs.replace(found, run=run_id)

    async def price(self, asked: EnterPrice) -> Rerated:
        """See :class:`Desk`."""
        price, now_ms = asked.price, self._now_ms()
        found = await self._counted(lambda connection: rerate.preview(connection, self._billing, price, now_ms=now_ms))
        if asked.dry_run:
            return found
        run = await self._store.write(
            lambda connection: corrections.enter(connection, self._billing, price, who=asked.who, now_ms=now_ms)
        )
        return msgspec.structs.replace(found, run=None if run is None else run.run_id)

    async def prices(self, asked: PricesAsked) -> list[Price]:
        """See :class:`Desk`."""
        entered = await self._store.read(ledger_prices.rows)
        rows = [one for one in (*self._billing.prices, *entered) if asked.operator in {"", one.operator}]
        return sorted(rows, key=lambda one: (one.operator, one.product, one.from_ms, one.entered_ms))

    async def _counted(self, differences: Callable[[Connection], Iterable[KeyDifference]]) -> Rerated:
        return await self._store.scan(lambda connection: _count(differences(connection)))

    def _compare(
        self, connection: Connection, asked: Reconcile, month: str, operator: str, files: ReportFiles
    ) -> Reconciled:
        mapped = BILLABLE_EVENTS if files.mapping is None else read_mapping(files.mapping.read_bytes())
        tolerance_ms = int(asked.tolerance_s * 1000)
        with files.report.open(encoding="utf-8", newline="") as file:
            report = read_files(
                file, mapped, month=month, operator=operator, bots=self._bots, tolerance_ms=tolerance_ms
            )
        activity = None if files.activity is None else files.activity.open(encoding="utf-8", newline="")
        try:
            result = reconcile(
                connection,
                report,
                month=month,
                operator=operator,
                billing=self._billing,
                tolerance_ms=tolerance_ms,
                activity=activity,
            )
        finally:
            if activity is not None:
                activity.close()
        return Reconciled(result=result, elsewhere=report.elsewhere, windows=report.windows)

    def _now_ms(self) -> int:
        return to_ms(self._clock.now())


def _count(differences: Iterable[KeyDifference]) -> Rerated:
    """Counted as they come: only the first are kept."""
    each = iter(differences)
    shown = tuple(islice(each, _SHOWN_KEYS))
    keys, posted, taken_back, micros = len(shown), 0, 0, 0
    for one in shown:
        posted, taken_back, micros = posted + len(one.posted), taken_back + len(one.reversed), micros + one.micros
    for one in each:
        keys, posted, taken_back = keys + 1, posted + len(one.posted), taken_back + len(one.reversed)
        micros += one.micros
    return Rerated(keys=keys, posted=posted, reversed=taken_back, micros=micros, shown=shown)


def _kept(found: Reconciled, *, read_at: int, report: Path) -> Kept:
    """The outcome as it is kept: totals, counts, and the first lines that are not the same."""
    result = found.result
    differing = [one for one in result.lines if one["outcome"] != "same"][:_KEPT_LINES]
    shorter = msgspec.structs.replace(found, result=msgspec.structs.replace(result, lines=differing))
    return Kept(
        month=result.month,
        operator=result.operator,
        read_at=read_at,
        report_hash=_hash(report),
        result=msgspec.json.encode(shorter),
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
