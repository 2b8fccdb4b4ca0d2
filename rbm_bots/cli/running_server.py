"""Commands beside a running server: they take the database themselves, or ask the server that has it.

SQLite has one writing process. While a server runs it is that one, and the commands go through its admin API; on
PostgreSQL, and when no server runs, they use the database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Literal, TypeVar

import aiohttp
import msgspec
from msgspec.structs import replace

from rbm_bots.cli import messages
from rbm_bots.errors import NotTheWriter, RbmError, SettingsError, UsageError
from rbm_bots.settings import Settings
from rbm_bots.store import Store, open_store
from rbm_bots.store.schema import require_current

__all__ = ["Refusal", "RunningServer", "asked_server", "database_or_server"]

_T = TypeVar("_T")
_TIMEOUT_S: Final = 600
_REFUSALS: Final = frozenset({400, 404, 409})


class Refusal(msgspec.Struct, frozen=True):
    """What the server said no with."""

    error: str
    hint: str = ""
    code: str = ""
    status: int = 0


def _refused(refusal: Refusal) -> RbmError:
    """400 is a wrong use of the command; anything else stands as it is."""
    kind = UsageError if refusal.status == 400 else RbmError
    return kind(refusal.error, hint=refusal.hint)


class RunningServer:
    """The admin API of a server. ``refused``: what a refusal is raised as."""

    def __init__(self, session: aiohttp.ClientSession, *, refused: Callable[[Refusal], RbmError] = _refused) -> None:
        self._session = session
        self._refused = refused

    async def ask(
        self,
        path: str,
        answer: type[_T],
        asked: object = None,
        *,
        method: Literal["GET", "POST"] = "POST",
        form: aiohttp.FormData | None = None,
        query: Sequence[tuple[str, str]] = (),
    ) -> _T:
        """One call below ``/admin``; ``asked`` goes as JSON.

        Raises what ``refused`` makes of a refusal, ``NotTheWriter`` when nobody answers, ``SettingsError`` for another
        token, and :class:`RbmError` when the server failed.
        """
        data: Any = form if form is not None else None if asked is None else msgspec.json.encode(asked)
        headers = {"Content-Type": "application/json"} if form is None and data is not None else None
        try:
            async with self._session.request(
                method, f"/admin{path}", data=data, headers=headers, params=query
            ) as response:
                body = await response.read()
        except aiohttp.ClientError as fault:
            raise NotTheWriter(hint=messages.SERVER_NO_ANSWER) from fault
        if response.status == 200:
            return msgspec.json.decode(body, type=answer)
        if response.status == 401:
            raise SettingsError(messages.SERVER_NOT_LET_IN)
        if response.status not in _REFUSALS:
            raise RbmError(messages.server_failed(response.status))
        raise self._refused(replace(msgspec.json.decode(body, type=Refusal), status=response.status))


@asynccontextmanager
async def asked_server(
    settings: Settings, *, refused: Callable[[Refusal], RbmError] = _refused
) -> AsyncIterator[RunningServer]:
    """The server of these settings. Raises ``NotTheWriter`` when no admin token is set."""
    if settings.admin_token is None:
        raise NotTheWriter(hint=messages.SERVER_ASK)
    async with aiohttp.ClientSession(
        base_url=f"http://{settings.admin_host}:{settings.admin_port}",
        headers={"Authorization": f"Bearer {settings.admin_token.get_secret_value()}"},
        timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
    ) as session:
        yield RunningServer(session, refused=refused)


@asynccontextmanager
async def database_or_server(
    settings: Settings, *, refused: Callable[[Refusal], RbmError] = _refused
) -> AsyncIterator[Store | RunningServer]:
    """The database with the tables of this version, or the server that has it. Raises as :func:`asked_server` does."""
    try:
        store = await open_store(settings.database)
    except NotTheWriter:
        async with asked_server(settings, refused=refused) as server:
            yield server
        return
    try:
        await store.read(require_current)
        yield store
    finally:
        await store.close()
