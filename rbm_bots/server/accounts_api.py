"""The admin API of the accounts: ``POST /admin/ledger/{operation}`` with a JSON value, answered with one.

``month`` · ``charges`` · ``blockers`` · ``close`` · ``acknowledge`` · ``explain`` · ``rerate`` · ``price`` ·
``prices``: the members are those of :mod:`rbm_bots.accounts.asked`. ``reconcile`` takes a form with the parts ``asked``
(JSON), ``report`` and, when there are, ``mapping`` and ``activity``; files are written to disk as they come. A wrong
question is answered with 400, one that cannot be carried out with 409, both with ``{"error", "code"}``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import BodyPartReader, web

from rbm_bots.accounts.asked import (
    Acknowledge,
    ChargesAsked,
    Close,
    EnterPrice,
    Explain,
    MonthAsked,
    PricesAsked,
    Reconcile,
    ReportFiles,
    Rerate,
)
from rbm_bots.accounts.desk import Desk
from rbm_bots.errors import RbmError, UsageError

__all__ = ["OPERATIONS", "add_accounts_api"]

OPERATIONS: Final[dict[str, type[msgspec.Struct]]] = {
    "month": MonthAsked,
    "charges": ChargesAsked,
    "blockers": MonthAsked,
    "close": Close,
    "acknowledge": Acknowledge,
    "explain": Explain,
    "rerate": Rerate,
    "price": EnterPrice,
    "prices": PricesAsked,
}
"""The operations that take one JSON value, by their path."""

_FILES: Final = ("report", "mapping", "activity")
_MOST_ASKED: Final = 64_000
_PIECE: Final = 1 << 16
_WANTED: Final = "the form wants the parts «asked» and «report»"


def add_accounts_api(app: web.Application, desk: Desk) -> None:
    """Serve the operations; the application's own door decides who may call them."""
    for name, kind in OPERATIONS.items():
        app.router.add_post(f"/admin/ledger/{name}", _operation(getattr(desk, name), kind))
    app.router.add_post("/admin/ledger/reconcile", _reconcile(desk))


def _operation(
    carry_out: Callable[[Any], Awaitable[Any]], kind: type[msgspec.Struct]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            asked = msgspec.json.decode(await request.read(), type=kind)
            return _json(await carry_out(asked))
        except (msgspec.MsgspecError, RbmError) as wrong:
            return _refused(wrong)

    return handle


def _reconcile(desk: Desk) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        with tempfile.TemporaryDirectory(prefix="rbm-report-") as folder:
            try:
                asked, files = await _parts(request, Path(folder))
                return _json(await desk.reconcile(asked, files))
            except (msgspec.MsgspecError, ValueError, RbmError) as wrong:
                return _refused(wrong)

    return handle


async def _parts(request: web.Request, folder: Path) -> tuple[Reconcile, ReportFiles]:
    """The question and its files; a part that is not known is passed over."""
    if not request.content_type.startswith("multipart/"):
        raise UsageError(_WANTED)
    asked: Reconcile | None = None
    found: dict[str, Path] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "asked":
            asked = msgspec.json.decode(await part.read_chunk(_MOST_ASKED), type=Reconcile)
        elif part.name in _FILES:
            found[part.name] = folder / part.name
            with found[part.name].open("wb") as file:
                while piece := await part.read_chunk(_PIECE):
                    file.write(piece)
    if asked is None or "report" not in found:
        raise UsageError(_WANTED)
    return asked, ReportFiles(**found)


def _json(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


def _refused(wrong: Exception) -> web.Response:
    code = wrong.code if isinstance(wrong, RbmError) else UsageError.code
    status = 409 if isinstance(wrong, RbmError) and not isinstance(wrong, UsageError) else 400
    return web.json_response({"error": str(wrong), "code": code}, status=status)
