"""Another calendar over HTTP: cached, asked again with its mark, limited, and never in a private network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from rbm_bots.botfile.hours import parse_hours
from rbm_bots.calendars import CalendarSpec, CalendarUnreadable
from rbm_bots.calendars.feed import Feed
from rbm_bots.calendars.ics import MOST_BYTES
from rbm_bots.errors import SettingsError
from rbm_bots.outside import outside_session

NOW = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ics(day: int) -> bytes:
    span = f"DTSTART:202601{day:02}T080000Z\r\nDTEND:202601{day:02}T090000Z\r\n"
    event = f"BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\n{span}END:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}END:VCALENDAR\r\n".encode()


class Origin:
    """The server on which a brand's calendar lies."""

    def __init__(self) -> None:
        self.body = ics(15)
        self.status = 200
        self.tag = '"one"'
        self.asked: list[str | None] = []
        self.reached = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers.get("If-None-Match"))
        self.reached.set()
        await self.answering.wait()
        if request.path == "/moved":
            raise web.HTTPFound("/calendar.ics")
        if self.status != 200:
            return web.Response(status=self.status)
        if self.tag and request.headers.get("If-None-Match") == self.tag:
            return web.Response(status=304)
        return web.Response(body=self.body, headers={"ETag": self.tag} if self.tag else {})


@pytest.fixture
def origin() -> Origin:
    return Origin()


@pytest.fixture
async def server(origin: Origin) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_get("/{path}", origin.answer)
    async with TestServer(app) as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with outside_session(allow_private=True) as session:
        yield session


def feed(url: object, session: aiohttp.ClientSession | None, *, allow_private: bool = True, **more: Any) -> Feed:
    values = {"name": "c", "hours": parse_hours("always"), "timezone": ZoneInfo("Europe/Paris")} | more
    spec = CalendarSpec(source="ics", url=str(url), **values)
    return Feed(spec, folder=Path(), session=session, allow_private=allow_private)


async def test_it_is_asked_at_most_once_a_minute(
    origin: Origin, server: TestServer, session: aiohttp.ClientSession
) -> None:
    calendar = feed(server.make_url("/calendar.ics"), session)
    busy = await calendar.busy(NOW)
    assert busy == [(datetime(2026, 1, 15, 8, tzinfo=UTC), datetime(2026, 1, 15, 9, tzinfo=UTC))]
    assert await calendar.busy(NOW + MINUTE - timedelta(seconds=1)) == busy
    assert origin.asked == [None]


async def test_it_is_asked_again_with_its_mark_and_read_again_when_it_changed(
    origin: Origin, server: TestServer, session: aiohttp.ClientSession
) -> None:
    calendar = feed(server.make_url("/calendar.ics"), session)
    first = await calendar.busy(NOW)
    assert await calendar.busy(NOW + MINUTE) == first
    origin.body, origin.tag = ics(16), '"two"'
    assert (await calendar.busy(NOW + 2 * MINUTE))[0][0].day == 16
    assert origin.asked == [None, '"one"', '"one"']


async def test_without_a_mark_it_is_fetched_whole(
    origin: Origin, server: TestServer, session: aiohttp.ClientSession
) -> None:
    origin.tag = ""
    calendar = feed(server.make_url("/calendar.ics"), session)
    await calendar.busy(NOW)
    origin.body = ics(17)
    assert (await calendar.busy(NOW + MINUTE))[0][0].day == 17
    assert origin.asked == [None, None]


async def test_an_unchanged_calendar_is_unfolded_further_on_the_next_day(
    origin: Origin, server: TestServer, session: aiohttp.ClientSession
) -> None:
    origin.body = ics(17)
    calendar = feed(server.make_url("/calendar.ics"), session, days=2)
    assert await calendar.busy(NOW) == []
    assert len(await calendar.busy(NOW + timedelta(days=1))) == 1
    assert origin.asked == [None, '"one"']


async def test_callers_at_one_time_share_one_fetch(
    origin: Origin, server: TestServer, session: aiohttp.ClientSession
) -> None:
    calendar = feed(server.make_url("/calendar.ics"), session)
    origin.answering.clear()
    asking = [asyncio.create_task(calendar.busy(NOW)) for _ in range(5)]
    await origin.reached.wait()
    origin.answering.set()
    assert len({tuple(busy) for busy in await asyncio.gather(*asking)}) == 1
    assert len(origin.asked) == 1


@pytest.mark.parametrize("status", [204, 401, 404, 500, 503])
async def test_another_status_is_unreadable_and_not_kept(
    origin: Origin, server: TestServer, session: aiohttp.ClientSession, status: int
) -> None:
    calendar = feed(server.make_url("/calendar.ics"), session)
    origin.status = status
    with pytest.raises(CalendarUnreadable, match=str(status)):
        await calendar.busy(NOW)
    origin.status = 200
    assert await calendar.busy(NOW)


async def test_a_redirect_is_not_followed(origin: Origin, server: TestServer, session: aiohttp.ClientSession) -> None:
    with pytest.raises(CalendarUnreadable, match="302"):
        await feed(server.make_url("/moved"), session).busy(NOW)
    assert len(origin.asked) == 1


async def test_more_than_5_mb_are_not_read(origin: Origin, server: TestServer, session: aiohttp.ClientSession) -> None:
    origin.body = b"x" * (MOST_BYTES + 1)
    with pytest.raises(CalendarUnreadable, match="5 MB"):
        await feed(server.make_url("/calendar.ics"), session).busy(NOW)


async def test_a_server_that_is_not_there(session: aiohttp.ClientSession, free_port: int) -> None:
    with pytest.raises(CalendarUnreadable, match="cannot be asked"):
        await feed(f"http://127.0.0.1:{free_port}/calendar.ics", session).busy(NOW)


async def test_private_addresses_are_not_called(origin: Origin, server: TestServer) -> None:
    async with outside_session() as public:
        for host in ("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"):
            with pytest.raises(CalendarUnreadable, match="cannot be asked"):
                await feed(f"https://{host}:{server.port}/calendar.ics", public, allow_private=False).busy(NOW)
    assert origin.asked == []


@pytest.mark.parametrize(
    "url", ["http://calendar.example/a.ics", "file:///etc/hostname", "webcal://calendar.example/a"]
)
async def test_only_https(url: str) -> None:
    async with outside_session() as public:
        with pytest.raises(CalendarUnreadable, match="https"):
            await feed(url, public, allow_private=False).busy(NOW)


async def test_no_address_stands_in_an_error(session: aiohttp.ClientSession, free_port: int) -> None:
    with pytest.raises(CalendarUnreadable) as refused:
        await feed(f"http://127.0.0.1:{free_port}/private-token/basic.ics", session).busy(NOW)
    assert "private-token" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_calendar_that_takes_too_long_to_read_is_given_up(
    origin: Origin, server: TestServer, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rbm_bots.calendars.feed._READ_S", 0)
    with pytest.raises(CalendarUnreadable, match="too long"):
        await feed(server.make_url("/calendar.ics"), session).busy(NOW)


def test_without_its_reader_the_bot_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rbm_bots.calendars.feed.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"rbm_bots\[ics\]"):
        feed("https://calendar.example/a.ics", None)
