"""The other calendar of an ``ics`` calendar: fetched or read from a file, unfolded, and kept for a minute.

Only https, no redirect, and no address that is not public: who writes a bot file must not reach inside the network of
whom it runs for. ``If-None-Match`` spares the way when nothing has changed. Callers at one time share one fetch.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from threading import Event as Stop
from typing import Final, Protocol
from urllib.parse import urlsplit

import aiohttp
import msgspec

from rbm_bots.calendars.faults import CalendarUnreadable
from rbm_bots.calendars.free import Busy, last_instant
from rbm_bots.calendars.ics import MOST_BYTES, busy_times
from rbm_bots.calendars.spec import CalendarSpec
from rbm_bots.errors import SettingsError
from rbm_bots.outside import AnswerTooLarge, read_at_most

__all__ = ["BusyTimes", "Feed"]

_KEPT: Final = timedelta(seconds=60)
_FETCH_S: Final = 10.0
_READ_S: Final = 10.0


class BusyTimes(Protocol):
    """When another calendar leaves no time."""

    async def busy(self, now: datetime) -> list[Busy]:
        """Busy times from ``now`` to the last day the calendar offers. Raises ``CalendarUnreadable``."""
        ...


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What was read last: when, how far ahead, and the mark by which the source knows that it is still the same."""

    at: datetime
    until: datetime
    tag: str
    body: bytes
    busy: list[Busy]


class Feed:
    """One per ``ics`` calendar. ``session`` is the caller's (``outside_session``): it refuses private addresses.

    ``folder`` is the bot's. ``allow_private`` lets plain http through as well (tests, a calendar in the same network).
    Raises :class:`SettingsError` when the extra ``ics`` is not installed.
    """

    def __init__(
        self, spec: CalendarSpec, *, folder: Path, session: aiohttp.ClientSession | None, allow_private: bool = False
    ) -> None:
        if find_spec("icalendar") is None or find_spec("recurring_ical_events") is None:
            raise SettingsError("an ics calendar needs its reader", hint="pip install 'rbm_bots[ics]'")
        self._spec = spec
        self._folder = folder
        self._session = session
        self._schemes = ("https", "http") if allow_private else ("https",)
        self._kept: _Kept | None = None
        self._lock = asyncio.Lock()

    async def busy(self, now: datetime) -> list[Busy]:
        """Busy times from now on; at most a minute old. Raises :class:`CalendarUnreadable`."""
        async with self._lock:
            kept = self._kept
            if kept is None or not kept.at <= now < kept.at + _KEPT:
                kept = self._kept = await self._read(now, kept)
            return kept.busy

    async def _read(self, now: datetime, old: _Kept | None) -> _Kept:
        tag, body = await (self._fetch(old) if self._spec.url is not None else asyncio.to_thread(self._open, old))
        until = last_instant(self._spec, now=now)
        if body is None and old is not None and old.until == until:
            return msgspec.structs.replace(old, at=now, tag=tag)
        whole = body if body is not None else old.body if old is not None else b""
        return _Kept(at=now, until=until, tag=tag, body=whole, busy=await self._unfold(whole, now, until))

    async def _unfold(self, body: bytes, now: datetime, until: datetime) -> list[Busy]:
        stop = Stop()
        try:
            async with asyncio.timeout(_READ_S):
                return await asyncio.to_thread(
                    busy_times, body, zone=self._spec.timezone, start=now, end=until, stop=stop
                )
        except TimeoutError:
            raise CalendarUnreadable("reading it takes too long") from None
        finally:
            stop.set()

    async def _fetch(self, old: _Kept | None) -> tuple[str, bytes | None]:
        """The source's mark and its body, ``None`` when it is the one of ``old``."""
        url = self._spec.url or ""
        if urlsplit(url).scheme not in self._schemes or self._session is None:
            raise CalendarUnreadable("it is not at an https address")
        headers = {"If-None-Match": old.tag} if old is not None and old.tag else {}
        limit = aiohttp.ClientTimeout(total=_FETCH_S)
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False, timeout=limit) as reply:
                if reply.status == 304 and old is not None:
                    return old.tag, None
                if reply.status != 200:
                    raise CalendarUnreadable(f"its server answers {reply.status}")
                return reply.headers.get("ETag", ""), await read_at_most(reply, MOST_BYTES)
        except AnswerTooLarge:
            raise CalendarUnreadable("it is larger than 5 MB") from None
        except (aiohttp.ClientError, OSError, ValueError) as fault:  # a time-out is an OSError
            raise CalendarUnreadable(f"its server cannot be asked ({type(fault).__name__})") from None

    def _open(self, old: _Kept | None) -> tuple[str, bytes | None]:
        path = (self._folder / (self._spec.file or "")).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise CalendarUnreadable("its file is not in the bot's folder")
        try:
            found = path.stat()
            tag = f"{found.st_mtime_ns}-{found.st_size}"
            if old is not None and old.tag == tag:
                return tag, None
            with path.open("rb") as file:
                return tag, file.read(MOST_BYTES + 1)
        except OSError as fault:
            raise CalendarUnreadable(f"its file cannot be read ({type(fault).__name__})") from None
