"""``rbm dev`` while a bot is written: saves are played at once, faults are shown, talks go on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Page, expect

PROGRAM = "from rbm_bots.cli.main import main; main()"
LONGEST_S = 2.0
BOT = """
rbm: 1
bot: {id: shop, name: Boutique, languages: [fr]}
slots:
  who: {type: text}
  code: {type: text}
start: hello
flows:
  hello:
    hears: [bonjour]
    steps:
      - {ask: who, say: Qui êtes-vous ?, give_up: end}
      - {do: code.make, save: code, on_error: {any: {goto: end}}}
      - {say: "Merci {{ who }}, {{ code }}."}
"""
PYTHON = """
from rbm_bots import Actions, Context

actions = Actions()


@actions.action("code.make")
async def make(ctx: Context) -> str:
    return "A1"
"""


class Desk:
    """A person who writes a bot: its folder, and the terminal in which ``rbm dev`` runs."""

    def __init__(self, folder: Path, url: str, output: asyncio.StreamReader) -> None:
        self.folder = folder
        self.url = url
        self._output = output

    def save(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    async def until_said(self, words: str) -> list[str]:
        """The lines up to the one with these words; it must come within two seconds."""
        began, lines = monotonic(), []
        while not lines or words not in lines[-1]:
            line = await asyncio.wait_for(self._output.readline(), 10)
            assert line, lines
            lines.append(line.decode().rstrip())
        assert monotonic() - began < LONGEST_S, lines
        return lines


@pytest.fixture
async def desk(tmp_path: Path, free_port: int) -> AsyncIterator[Desk]:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "bot.yaml").write_text(BOT, encoding="utf-8")
    (folder / "actions.py").write_text(PYTHON, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        *("dev", str(folder), "--port", str(free_port), "--folder", str(tmp_path / "rbm")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert process.stdout is not None
    try:
        for _ in range(4):
            assert await asyncio.wait_for(process.stdout.readline(), 30)
        yield Desk(folder, f"http://127.0.0.1:{free_port}/", process.stdout)
        process.send_signal(signal.SIGTERM)
        rest, _ = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, rest.decode()
        assert b"Traceback" not in rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def say(page: Page, words: str) -> None:
    await page.fill("#say", words)
    await page.click("#send")


async def test_a_save_is_played_and_the_open_talk_follows(desk: Desk, browser_page: Page) -> None:
    page = browser_page
    await page.goto(desk.url)
    thread = page.locator("#thread")
    await say(page, "bonjour")
    await expect(thread).to_contain_text("Qui êtes-vous ?")
    desk.save("actions.py", PYTHON.replace("A1", "B2"))
    await desk.until_said("shop: loaded version")
    desk.save("bot.yaml", BOT.replace("Merci", "Bienvenue").replace("Qui êtes-vous", "Ton nom"))
    await desk.until_said("shop: loaded version")
    await say(page, "Léa")
    await expect(thread).to_contain_text("Bienvenue Léa, B2.")
    await expect(thread).to_contain_text("Qui êtes-vous ?")  # the page kept its talk
    await say(page, "bonjour")
    await expect(thread).to_contain_text("Ton nom ?")


async def test_a_fault_is_shown_twice_and_the_last_good_bot_goes_on(desk: Desk, browser_page: Page) -> None:
    page = browser_page
    await page.goto(desk.url)
    notice, thread = page.get_by_role("alert"), page.locator("#thread")
    await expect(notice).to_be_hidden()
    desk.save("bot.yaml", BOT.replace("goto: end", "goto: ende"))
    lines = await desk.until_said("the last good version goes on")
    place = f"{desk.folder / 'bot.yaml'}:13:60: error: "
    assert lines[0].startswith(place)
    assert lines[0].endswith("[no-target]")
    await expect(notice).to_be_visible()
    await expect(notice).to_contain_text("shop: not loaded; the last good version goes on")
    await expect(notice).to_contain_text(lines[0])
    await say(page, "bonjour")
    await expect(thread).to_contain_text("Qui êtes-vous ?")
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text(lines[0])
    desk.save("bot.yaml", BOT)
    await desk.until_said("shop: loaded version")
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_python_that_does_not_run_a_gone_file_and_another_id_change_nothing(
    desk: Desk, browser_page: Page
) -> None:
    page = browser_page
    await page.goto(desk.url)
    notice = page.get_by_role("alert")
    desk.save("actions.py", PYTHON + "\n1 / 0\n")
    lines = await desk.until_said("the last good version goes on")
    assert "ZeroDivisionError" in lines[0]
    broken = '\n\n@actions.resource("till")\nasync def till(settings):\n    raise OSError("no till")\n    yield\n'
    desk.save("actions.py", PYTHON + broken)
    lines = await desk.until_said("the last good version goes on")
    assert "till" in lines[0]
    await expect(notice).to_contain_text("till")
    desk.save("actions.py", PYTHON)
    await desk.until_said("shop: loaded version")
    desk.save("bot.yaml", BOT.replace("id: shop", "id: store"))
    lines = await desk.until_said("the last good version goes on")
    assert lines[0] == "the id of a bot cannot change while it runs: start rbm dev again"
    (desk.folder / "bot.yaml").unlink()
    lines = await desk.until_said("the last good version goes on")
    assert "there is no bot at" in lines[0]
    desk.save("bot.yaml", BOT)
    await desk.until_said("shop: loaded version")
    await say(page, "bonjour")
    await say(page, "Léa")
    await expect(page.locator("#thread")).to_contain_text("Merci Léa, A1.")
