"""The phone page in a real Chromium: a person types and taps, a tiny bot answers over the real wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, expect

from rbm_bots.emulator import EmulatorSettings, build_emulator
from rbm_bots.paths import bots_dir

PERSON = {"userContact": "+33639980001"}


class TinyBot:
    """Answers a text with chips, a tap with its postback and a card."""

    def __init__(self) -> None:
        self.emulator = self.media = ""
        self.events: list[dict[str, Any]] = []
        self.tasks: set[asyncio.Task[None]] = set()

    async def take(self, request: web.Request) -> web.Response:
        event = await request.json()
        self.events.append(event)
        message = event["RCSMessage"]
        if "textMessage" in message:
            self._soon(self.answer(message["textMessage"]))
        if "suggestedResponse" in message:
            self._soon(self.card(message["suggestedResponse"]["response"]["reply"]["postback"]["data"]))
        return web.json_response({"status": "ok"})

    async def answer(self, text: str) -> None:
        chips = [
            {"reply": {"displayText": label, "postback": {"data": f"d:{label}"}}} for label in ("Réserver", "Rien")
        ]
        await self._send(
            {"textMessage": f"Vous dites : {text} — déjà vu ?", "suggestedChipList": {"suggestions": chips}}
        )

    async def card(self, data: str) -> None:
        media = {
            "mediaUrl": "https://cdn.example/a.jpg", "mediaContentType": "image/jpeg", "mediaFileSize": 4,
            "height": "SHORT_HEIGHT", "contentDescription": "Une galette dorée",
        }  # fmt: skip
        cards = [{"media": media, "title": f"Carte {data}", "suggestions": [_reply("Choisir", str(n))]} for n in (1, 2)]
        rich = {"generalPurposeCardCarousel": {"layout": {"cardWidth": "MEDIUM_WIDTH"}, "content": cards}}
        await self._send({"richcardMessage": {"message": rich}})

    async def film(self, address: str) -> None:
        media = {
            "mediaUrl": address, "mediaContentType": "video/webm", "mediaFileSize": 4,
            "height": "MEDIUM_HEIGHT", "contentDescription": "L'atelier",
        }  # fmt: skip
        card = {"layout": {"cardOrientation": "VERTICAL"}, "content": {"media": media, "title": "Le film"}}
        await self._send({"richcardMessage": {"message": {"generalPurposeCard": card}}})

    def _soon(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _send(self, message: dict[str, Any]) -> None:
        body = {"RCSMessage": message, "messageContact": PERSON}
        url, headers = f"{self.emulator}/bot/v1/garage/messages", {"Authorization": "Bearer t"}
        async with ClientSession() as session, session.post(url, json=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()


def _reply(label: str, data: str) -> dict[str, Any]:
    return {"reply": {"displayText": label, "postback": {"data": data}}}


@pytest.fixture
async def bot() -> AsyncIterator[TinyBot]:
    """The bot, behind an emulator whose time runs."""
    bot, app, site = TinyBot(), web.Application(), web.Application()
    app.router.add_post("/webhook", bot.take)
    app.router.add_static("/media", bots_dir() / "store-locator" / "media")
    webhook = TestServer(app)
    await webhook.start_server()
    emulator = build_emulator(
        EmulatorSettings(auth="gsma", webhook=str(webhook.make_url("/webhook")), bots=("garage",))
    )
    emulator.add_routes(site)
    await emulator.start()
    server = TestServer(site)
    await server.start_server()
    bot.emulator = str(server.make_url("")).rstrip("/")
    bot.media = str(webhook.make_url("/media"))
    yield bot
    await server.close()
    await emulator.stop()
    await webhook.close()


async def test_a_person_types_and_taps(bot: TinyBot, browser_page: Page) -> None:
    page = browser_page
    await page.goto(bot.emulator)
    await expect(page).to_have_title("Phone +33639980001 · rbm emulate")
    await page.locator("#say").fill("Bonjour, ça va ?")
    await page.locator("#send").click()
    thread = page.locator("#thread")
    await expect(thread.get_by_text("Vous dites : Bonjour, ça va ? — déjà vu ?")).to_be_visible()
    await page.get_by_role("button", name="Réserver").click()
    await expect(thread.locator("li.person", has_text="Réserver")).to_be_visible()
    await expect(thread.get_by_role("heading", name="Carte d:Réserver")).to_have_count(2)
    await expect(thread.get_by_role("img", name="Une galette dorée")).to_have_count(2)
    await expect(page.get_by_role("button", name="Rien")).to_have_count(0)
    await thread.get_by_role("button", name="Choisir").nth(1).click()
    await expect(thread.locator("li.person", has_text="Choisir")).to_be_visible()
    taps = [event for event in bot.events if event["event"] == "response"]
    assert [tap["RCSMessage"]["suggestedResponse"]["response"]["reply"] for tap in taps] == [
        {"displayText": "Réserver", "postback": {"data": "d:Réserver"}},
        {"displayText": "Choisir", "postback": {"data": "2"}},
    ]
    assert "displayed" in [event["RCSMessage"].get("status") for event in bot.events]


async def test_the_page_holds_any_phone_and_takes_it_offline(bot: TinyBot, browser_page: Page) -> None:
    page = browser_page
    await page.goto(f"{bot.emulator}/_emulator/phone?phone=%2B33639980003")
    await expect(page.locator("#number")).to_have_value("+33639980003")
    await page.locator("#offline").check()
    asked = "async () => !(await (await fetch('/_emulator/phones/%2B33639980003')).json()).online"
    await page.wait_for_function(asked)
    await expect(page.locator("#offline")).to_be_checked()
    await expect(page.locator("#clock")).to_contain_text("20")


async def test_a_film_can_be_watched_and_one_from_elsewhere_is_named(bot: TinyBot, browser_page: Page) -> None:
    page = browser_page
    await page.goto(bot.emulator)
    await bot.film(f"{bot.media}/atelier.webm")
    film = page.locator("#thread video")
    await expect(film).to_have_attribute("aria-label", "L'atelier")
    await expect(film).to_have_attribute("controls", "")
    await page.wait_for_function("() => document.querySelector('#thread video').videoWidth > 0")
    await bot.film("https://cdn.example/a.webm")
    await expect(page.get_by_role("img", name="L'atelier")).to_be_visible()
    await expect(film).to_have_count(1)
