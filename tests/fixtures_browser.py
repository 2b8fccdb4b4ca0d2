"""A real Chromium for tests of pages.

A page that logs an error, raises, or asks another host for anything fails its test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import ConsoleMessage, Page, Request, async_playwright

NO_CHROMIUM = "no Chromium: apt-get install chromium, or playwright install --with-deps chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
HERE = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
INSTALL_LIMIT_S = 600


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's executable: the system's, else Debian's installed now (as root), else Playwright's own download."""
    found = _on_the_path() or _from_debian() or _from_playwright()
    if found is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    return found


@pytest.fixture
async def browser_page(chromium: Path) -> AsyncIterator[Page]:
    """A page of a fresh browser; at the end, what went wrong on it is counted."""
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        context = await browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        context.on("console", lambda message: _note_console(wrong, message))
        context.on("weberror", lambda fault: wrong.append(f"uncaught in the page: {fault.error}"))
        context.on("request", lambda request: _note_request(wrong, request))
        page = await context.new_page()
        page.set_default_timeout(10_000)
        try:
            yield page
        finally:
            await browser.close()
    assert not wrong, "\n".join(wrong)


def _note_console(wrong: list[str], message: ConsoleMessage) -> None:
    if message.type == "error":
        wrong.append(f"console: {message.text}")


def _note_request(wrong: list[str], request: Request) -> None:
    parts = urlsplit(request.url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in HERE:
        wrong.append(f"request to another host: {parts.hostname}")


def _on_the_path() -> Path | None:
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


def _from_debian() -> Path | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    if _ran("apt-get", "update") and _ran("apt-get", "install", "-y", "chromium"):
        return _on_the_path()
    return None


def _from_playwright() -> Path | None:
    if not _ran(sys.executable, "-m", "playwright", "install", "chromium"):
        return None
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    told = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=False)
    path = Path(told.stdout.strip())
    return path if path.is_file() else None


def _ran(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment,
            timeout=INSTALL_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
