"""The accounts' pages: their door over HTTP, and the way through them in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest
from aiohttp import ClientSession, CookieJar, web
from playwright.async_api import Page, expect

from rbm_bots.accounts.asked import Acknowledge, Reconcile, ReportFiles
from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.desk import LedgerDesk
from rbm_bots.server.accounts_door import PAGES
from rbm_bots.server.accounts_pages import accounts_app
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books, new_database, opened
from tests.integration.accounts.told import START, answer, at, said, sent, sms

TOKEN = "admin-token-of-the-tests"
HEADER = "billing_event_id,type,agent_id,start_time,mt_messages,mo_messages\n"
NUMBER = re.compile(r"(?:\+|00)?33\s?[1-9](?:[\s.]?\d\d){4}|\b0[67]\d{8}\b")


@pytest.fixture
async def books(template: Path, sqlite_path: Path) -> AsyncIterator[Books]:
    """A month with all there is to see; one engine is enough for what stands above the store."""
    async with opened(await new_database(template, sqlite_path)) as store:
        books = Books(store, Billing(prices=PRICES), at_ms=START)
        await books.take([*sent("a", 0), *sent("a2", 1), *answer(2), *sent("a3", 5)], as_of_ms=at(30))
        await books.take([*sent("b", 72, user="v"), *sms("s1", 73, user="v")], as_of_ms=at(200))
        await books.take([*sent("d", 96, user="x"), said("stop", 97, user="x", kind="stop")], as_of_ms=at(200))
        await books.take(sent("c", 199, user="w"), as_of_ms=at(200))
        yield books


@pytest.fixture
async def site(books: Books, tmp_path: Path) -> AsyncIterator[str]:
    desk = LedgerDesk(store=books.store, billing=books.billing, clock=books.clock, bots={})
    report = tmp_path / "report.csv"
    report.write_text(HEADER + "<i>e9</i>,single_message,bot,2026-03-20T10:00:00Z,1,0\n", encoding="utf-8")
    await desk.reconcile(Reconcile(month="2026-03"), ReportFiles(report=report))
    await desk.acknowledge(Acknowledge(month="2026-03", operator="ORANGE", who="ann", why="<b>seen</b>"))
    root = web.Application()
    root.add_subapp(PAGES, accounts_app(store=books.store, desk=desk, clock=books.clock, token=TOKEN))
    runner = web.AppRunner(root)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}{PAGES}"
    await runner.cleanup()


@pytest.fixture
async def visitor() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def enter(visitor: ClientSession, site: str, token: str = TOKEN) -> int:
    async with visitor.post(f"{site}/sign-in", data={"token": token}) as answer:
        return answer.status


async def get(visitor: ClientSession, url: str) -> tuple[int, str]:
    async with visitor.get(url, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_nobody_sees_a_page_without_the_token(visitor: ClientSession, site: str) -> None:
    for path in (
        "/",
        "/months/2026-03",
        "/months/2026-03/statement.csv",
        "/charges/x",
        "/conversations/bot/u",
        "/none",
    ):
        assert (await get(visitor, site + path))[0] == 303, path
    assert await enter(visitor, site, "wrong") == 403
    assert (await get(visitor, f"{site}/"))[0] == 303
    assert await enter(visitor, site) == 200
    assert (await get(visitor, f"{site}/"))[0] == 200


async def test_the_cookie_is_kept_from_scripts_and_other_sites_and_ends(
    visitor: ClientSession, site: str, books: Books
) -> None:
    async with visitor.post(f"{site}/sign-in", data={"token": TOKEN}, allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert TOKEN not in cookie
    for word in ("HttpOnly", "SameSite=Strict", f"Path={PAGES}", "Max-Age=43200"):
        assert word in cookie
    name, _, value = cookie.partition(";")[0].partition("=")
    until, _, proof = value.partition(".")
    for forged in (f"{int(until) + 1}.{proof}", f"{until}.{'0' * 64}", f"{until}.", "x.y", "²." + proof):
        async with ClientSession() as other:
            found = await other.get(f"{site}/", headers={"Cookie": f"{name}={forged}"}, allow_redirects=False)
            assert found.status == 303, forged
    books.clock.advance(12 * 3600 + 1)
    assert (await get(visitor, f"{site}/"))[0] == 303


async def test_signing_out_closes_the_door(visitor: ClientSession, site: str) -> None:
    await enter(visitor, site)
    await visitor.post(f"{site}/sign-out")
    assert (await get(visitor, f"{site}/"))[0] == 303


async def test_a_page_may_load_nothing_and_stand_in_no_frame(visitor: ClientSession, site: str) -> None:
    await enter(visitor, site)
    async with visitor.get(f"{site}/months/2026-03") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        text = await answer.text()
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=\"https?:", text)


async def test_a_month_leads_to_its_bots_and_operators(visitor: ClientSession, site: str) -> None:
    await enter(visitor, site)
    _, whole = await get(visitor, f"{site}/months/2026-03")
    assert '?operator=OPS">OPS</a>' in whole
    _, part = await get(visitor, f"{site}/months/2026-03?operator=OPS")
    assert "operator OPS" in part
    assert "Conversation" not in re.sub(r"<(?:style|figure).*?</(?:style|figure)>", "", part, flags=re.DOTALL)


async def test_what_is_not_there_is_not_found(visitor: ClientSession, site: str) -> None:
    await enter(visitor, site)
    for path in ("/months/march", "/months/2026-03/statement.doc", "/months/2026-03/charges?unit=x",
                 "/months/2026-03/charges?after=x.y", "/charges/none", "/conversations/bot/nobody",
                 "/months/2026-03/reconciliation/SFR"):  # fmt: skip
        assert (await get(visitor, site + path))[0] == 404, path


async def test_every_format_can_be_taken_home(visitor: ClientSession, site: str, tmp_path: Path) -> None:
    await enter(visitor, site)
    url = f"{site}/months/2026-03/statement"
    _, text = await get(visitor, f"{url}.json")
    figures = json.loads(text)
    assert (figures["provisional"], figures["total_ht"]) == (True, 340_000)  # 2 · 0.095 + 2 · 0.06 + 0.03
    assert "provisional" in (await get(visitor, f"{url}.html"))[1]
    async with visitor.get(f"{url}.pdf") as answer:
        assert (await answer.read()).startswith(b"%PDF-")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="statement-2026-03.pdf"'
    async with visitor.get(f"{url}.parquet") as answer:
        (tmp_path / "one.parquet").write_bytes(await answer.read())
    asked = "SELECT amount_micros FROM read_parquet(?) WHERE section = 'total_ht'"
    assert duckdb.execute(asked, [str(tmp_path / "one.parquet")]).fetchall() == [(340_000,)]


async def test_no_page_holds_a_number_or_markup_of_others(visitor: ClientSession, site: str) -> None:
    await enter(visitor, site)
    pages = ["/", "/months/2026-03", "/months/2026-03?campaign=%3Cscript%3Ex", "/months/2026-03/charges",
             "/conversations/bot/u", "/months/2026-03/reconciliation/ORANGE"]  # fmt: skip
    for path in pages:
        status, text = await get(visitor, site + path)
        assert status == 200, path
        assert not NUMBER.search(re.sub(r"<svg.*?</svg>|[0-9a-f]{12,}", "", text, flags=re.DOTALL)), path
        for markup in ("<script", "<b>seen", "<i>e9"):
            assert markup not in text, path


async def test_a_person_goes_from_the_month_to_the_story_of_a_charge(
    browser_page: Page, site: str, tmp_path: Path
) -> None:
    page = browser_page
    await page.set_viewport_size({"width": 1200, "height": 1100})
    await page.goto(f"{site}/")
    await page.get_by_label("Admin token").fill(TOKEN)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="March 2026").click()
    await expect(page.locator(".stamp")).to_have_text("provisional (open)")
    await expect(page.locator(".card.charged b")).to_have_text("0,34\N{NO-BREAK SPACE}€")
    await expect(page.locator(".card.held b").first).to_have_text("0,06\N{NO-BREAK SPACE}€")
    await expect(page.locator(".card.stop span")).to_have_text("1 Conversation opened by STOP")
    await expect(page.locator("svg rect")).to_have_count(31)
    await page.get_by_text("The same as a table").click()
    await expect(page.locator("details tbody tr")).to_have_count(31)
    await page.screenshot(path=tmp_path / "month.png", full_page=True)

    row = page.locator("tr", has=page.get_by_text("Conversation", exact=True))
    await row.get_by_role("link").click()
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.get_by_role("link", name="bot/u").click()
    await expect(page.locator("svg")).to_have_count(2)
    await expect(page.locator("table.story")).to_contain_text("Message 2 is absorbed")
    await expect(page.locator("svg text", has_text="24 h: Conversation")).to_have_count(1)
    await page.screenshot(path=tmp_path / "story.png", full_page=True)

    await page.goto(f"{site}/months/2026-03/reconciliation/ORANGE")
    await expect(page.locator("h1")).to_have_text("Reconciliation of March 2026 with ORANGE")
    await page.screenshot(path=tmp_path / "reconciliation.png", full_page=True)
    await page.get_by_role("link", name="timeline").first.click()
    await expect(page.locator("h2").first).to_have_text("Charges")
    assert all((tmp_path / f"{name}.png").stat().st_size > 10_000 for name in ("month", "story", "reconciliation"))
