"""``rbm dev bots/garage``, as «make run» starts it: a person books by mouse alone, in a real browser."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

ROOT = Path(__file__).parents[2]
PROGRAM = "from rbm_bots.cli.main import main; main()"


@pytest.fixture
async def garage(tmp_path: Path, free_port: int) -> AsyncIterator[str]:
    """The address of a running development server; it must stop cleanly."""
    arguments = ["dev", str(ROOT / "bots/garage"), "--port", str(free_port), "--folder", str(tmp_path / "rbm")]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert process.stdout is not None
    try:
        lines = [(await asyncio.wait_for(process.stdout.readline(), 30)).decode() for _ in range(2)]
        assert lines[0] == "rbm dev: Garage des Lilas\n"
        assert f"http://127.0.0.1:{free_port}/" in lines[1]
        yield f"http://127.0.0.1:{free_port}/"
        process.send_signal(signal.SIGTERM)
        rest, _ = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, rest.decode()
        assert b"Traceback" not in rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def tap(page: Page, label: str) -> None:
    await page.get_by_role("button", name=label).last.click()


async def test_a_person_books_by_mouse_moves_and_cancels(garage: str, browser_page: Page) -> None:
    page = browser_page
    await page.goto(garage)
    thread = page.locator("#thread")
    await tap(page, "Start chat")
    await expect(thread).to_contain_text("Bonjour ! Que puis-je faire pour vous ?")
    await tap(page, "Prendre rendez-vous")
    await tap(page, "Choisir les pneus")
    await expect(thread).to_contain_text("Touchez un créneau")
    hours = page.get_by_role("button", name="09:00")
    await hours.first.click()
    await expect(thread).to_contain_text("Votre immatriculation ?")
    await tap(page, "Je ne l'ai pas")
    await expect(thread).to_contain_text("Pneus le ")
    await expect(thread).to_contain_text("je réserve ?")
    await tap(page, "Oui, réserver")
    await expect(thread).to_contain_text("C'est réservé, numéro ")
    await tap(page, "Changer l'heure")
    await expect(thread).to_contain_text("quel autre créneau ?")
    await tap(page, "11:00")
    await expect(thread).to_contain_text("C'est changé : ")
    await page.fill("#say", "mon rendez-vous")
    await page.click("#send")
    await tap(page, "Annuler")
    await tap(page, "Oui, annuler")
    await expect(thread).to_contain_text("C'est annulé. À bientôt !")


async def test_a_person_types_is_misunderstood_and_says_stop(garage: str, browser_page: Page) -> None:
    page = browser_page
    await page.goto(garage)
    thread = page.locator("#thread")

    async def say(text: str) -> None:
        await page.fill("#say", text)
        await page.click("#send")

    await say("rdv")
    await tap(page, "Je ne sais pas encore")
    await expect(thread).to_contain_text("Pour quelle prestation ?")
    await say("la vidange du chat")
    await expect(thread).to_contain_text("Touchez une proposition, ou répondez 1, 2 ou 3.")
    await say("vous êtes ouverts samedi ?")
    await expect(thread).to_contain_text("Du lundi au vendredi, de 8h à 18h.")
    await say("stop merci")
    await expect(thread).to_contain_text("plus aucun message de notre part")
