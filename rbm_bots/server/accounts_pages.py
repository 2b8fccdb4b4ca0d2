"""The accounts' pages, for people: months, the charges behind each line, timelines, and reports that differ.

Server-rendered, without a script, behind :class:`~rbm_bots.server.accounts_door.Door`. No page holds a number or a text
of a person: a person is a contact id.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from rbm_bots.accounts.asked import Explain, MonthAsked, NothingToExplain, Reconciled, require_month
from rbm_bots.accounts.desk import Desk
from rbm_bots.accounts.french import clock_time, count, day, euros, moment, month_name
from rbm_bots.accounts.statements import Scope, Statement
from rbm_bots.accounts.statements_html import page, statement_page
from rbm_bots.accounts.statements_parquet import write_parquet
from rbm_bots.accounts.statements_pdf import write_pdf
from rbm_bots.accounts.statements_rows import as_json, write_csv
from rbm_bots.accounts.statements_shown import UNPRICED, product_name, sheet
from rbm_bots.accounts.timeline_words import bill_words, days, heading
from rbm_bots.clock import Clock, parse_instant, to_ms
from rbm_bots.errors import SettingsError, UsageError
from rbm_bots.server.accounts_door import PAGES, Door
from rbm_bots.server.accounts_drawing import bars, window
from rbm_bots.server.accounts_views import cards, charges_behind, narrower, query_of, reports_of
from rbm_bots.store import Store, charge_pages, ledger_periods, reconciliations
from rbm_bots.store.charge_pages import Wanted

__all__ = ["accounts_app"]

_AT_ONCE: Final = 100
_DRAWN: Final = 12
_FILTERS: Final = ("brand", "bot", "campaign", "operator")
_KINDS: Final = {
    "csv": "text/csv",
    "json": "application/json",
    "html": "text/html",
    "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet",
}


def accounts_app(*, store: Store, desk: Desk, clock: Clock, token: str) -> web.Application:
    """The pages, to be mounted at :data:`~rbm_bots.server.accounts_door.PAGES`."""
    app = web.Application()
    Door(token=token, clock=clock).add_to(app)
    pages = _Pages(store, desk)
    app.router.add_get("/", pages.months)
    app.router.add_get("/months/{month}", pages.month)
    app.router.add_get("/months/{month}/statement.{format}", pages.statement)
    app.router.add_get("/months/{month}/charges", pages.charges)
    app.router.add_get("/months/{month}/reconciliation/{operator}", pages.reconciliation)
    app.router.add_get("/conversations/{bot}/{contact}", pages.conversation)
    app.router.add_get("/charges/{charge}", pages.charge)
    return app


class _Pages:
    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk

    async def months(self, _request: web.Request) -> web.Response:
        def work(connection: Connection) -> list[dict[str, str]]:
            closed = ledger_periods.closed(connection)
            return [
                {"month": one, "name": month_name(one), "closed": day(closed[one].closed_at) if one in closed else ""}
                for one in charge_pages.months(connection)
            ]

        return _html("months.html", months=await self._store.read(work))

    async def month(self, request: web.Request) -> web.Response:
        month, scope = _month(request), _scope(request)
        shown = await self._desk.month(MonthAsked(month=month, scope=scope))
        standing = [] if shown.state == "closed" else await self._desk.blockers(MonthAsked(month=month))
        wanted = Wanted(month=month, **msgspec.structs.asdict(scope))
        hours, seen, reports = await self._store.read(
            lambda connection: (
                charge_pages.hours(connection, wanted),
                charge_pages.remarkable(connection, wanted),
                reports_of(connection, month),
            )
        )
        return _html(
            "month.html",
            sheet=sheet(shown),
            shown=shown,
            cards=cards(shown, seen),
            narrower=narrower(shown),
            chart=bars(month, hours),
            blockers=standing,
            reports=reports,
            month=month,
            query=query_of(scope),
            link=charges_behind(month, scope),
            formats=tuple(_KINDS),
        )

    async def statement(self, request: web.Request) -> web.Response:
        month, scope = _month(request), _scope(request)
        form = request.match_info["format"]
        if form not in _KINDS:
            raise web.HTTPNotFound
        shown = await self._desk.month(MonthAsked(month=month, scope=scope))
        try:
            body = _written(shown, form)
        except SettingsError as missing:
            raise web.HTTPNotImplemented(text=str(missing)) from None
        headers = {"Content-Disposition": f'attachment; filename="statement-{month}.{form}"'}
        return web.Response(body=body, content_type=_KINDS[form], headers=headers)

    async def charges(self, request: web.Request) -> web.Response:
        month = _month(request)
        wanted = _wanted(request, month)
        rows = await self._store.read(
            lambda connection: charge_pages.page(connection, wanted, after=_after(request), most=_AT_ONCE + 1)
        )
        shown = rows[:_AT_ONCE]
        following = ""
        if len(rows) > _AT_ONCE:
            kept = {name: value for name, value in request.query.items() if name != "after"}
            following = urlencode({**kept, "after": f"{shown[-1].at}.{shown[-1].charge_id}"})
        return _html("charges.html", month=month, name=month_name(month), rows=shown, following=following)

    async def conversation(self, request: web.Request) -> web.Response:
        what = f"{request.match_info['bot']}/{request.match_info['contact']}"
        return await self._story(what)

    async def charge(self, request: web.Request) -> web.Response:
        return await self._story(request.match_info["charge"])

    async def _story(self, what: str) -> web.Response:
        try:
            shown = await self._desk.explain(Explain(what=what))
        except NothingToExplain:
            raise web.HTTPNotFound from None
        bills = [
            {"state": one.state, "lines": bill_words(one, euros), "drawn": window(one, shown.moments)}
            for one in shown.bills[-_DRAWN:]
        ]
        return _html(
            "timeline.html",
            heading=heading(shown),
            key=f"{shown.bot}/{shown.contact}",
            whole=f"{PAGES}/conversations/{quote(shown.bot, safe='')}/{quote(shown.contact, safe='')}",
            days=list(days(shown, euros)),
            bills=bills,
            left_out=len(shown.bills) - len(bills),
        )

    async def reconciliation(self, request: web.Request) -> web.Response:
        month, operator = _month(request), request.match_info["operator"]
        kept = await self._store.read(lambda connection: reconciliations.kept(connection, month))
        found = next((one for one in kept if one.operator == operator), None)
        if found is None:
            raise web.HTTPNotFound
        read = msgspec.json.decode(found.result, type=Reconciled)
        return _html(
            "reconciliation.html",
            month=month,
            name=month_name(month),
            operator=operator,
            read_at=moment(found.read_at),
            in_paris=_in_paris,
            result=read.result,
            windows=read.windows,
            elsewhere=read.elsewhere,
        )


def _month(request: web.Request) -> str:
    try:
        return require_month(request.match_info["month"])
    except UsageError:
        raise web.HTTPNotFound from None


def _scope(request: web.Request) -> Scope:
    return Scope(**{name: request.query.get(name) or None for name in _FILTERS})


def _wanted(request: web.Request, month: str) -> Wanted:
    unit = request.query.get("unit", "")
    return Wanted(
        month=month,
        unit=_whole(unit) if unit not in {"", "none"} else None,
        unpriced=unit == "none",
        of_month=request.query.get("of"),
        taken_back="taken_back" in request.query,
        **{name: request.query.get(name) for name in (*_FILTERS, "product")},
    )


def _written(shown: Statement, form: str) -> bytes:
    """The statement as a file."""
    if form == "json":
        return msgspec.json.encode(as_json(shown))
    if form == "html":
        return statement_page(sheet(shown)).encode()
    with tempfile.TemporaryDirectory(prefix="rbm-statement-") as folder:
        path = Path(folder) / f"statement.{form}"
        if form == "csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                write_csv(shown, file)
        elif form == "pdf":
            write_pdf(sheet(shown), path)
        else:
            write_parquet(shown, path)
        return path.read_bytes()


def _in_paris(text: str) -> str:
    """An instant of a kept line as people read it."""
    at = parse_instant(text)
    return text if at is None else moment(to_ms(at))


def _after(request: web.Request) -> tuple[int, str] | None:
    at, _, charge = request.query.get("after", "").partition(".")
    return (_whole(at), charge) if at else None


def _whole(text: str) -> int:
    if not text.removeprefix("-").isdecimal() or len(text) > 19:
        raise web.HTTPNotFound
    return int(text)


def _html(template: str, **values: object) -> web.Response:
    words = {"euros": euros, "moment": moment, "clock_time": clock_time, "product_name": product_name, "count": count}
    text = page(template, pages=PAGES, UNPRICED=UNPRICED, **words, **values)
    return web.Response(text=text, content_type="text/html", charset="utf-8")
