"""The admin API of the accounts: behind the bearer, strict about what it is asked, and apart from the pages' door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData, web

from rbm_bots.accounts.billing import Billing
from rbm_bots.server.accounts import add_accounts, platform_names
from rbm_bots.server.accounts_api import OPERATIONS
from rbm_bots.server.admin import admin_app
from rbm_bots.server.metrics import Metrics
from rbm_bots.settings import Settings
from rbm_bots.store.seal import Keys, Seal
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books, new_database, opened
from tests.integration.accounts.told import START, answer, at, sent

TOKEN = "admin-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def api(template: Path, sqlite_path: Path) -> AsyncIterator[str]:
    async with opened(await new_database(template, sqlite_path)) as store:
        books = Books(store, Billing(prices=PRICES), at_ms=START)
        await books.take([*sent("a", 0), *answer(2)], as_of_ms=at(40))
        seal = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
        app = admin_app(store=store, seal=seal, clock=books.clock, metrics=Metrics(), token=TOKEN)
        add_accounts(app, store=store, billing=books.billing, clock=books.clock, settings=Settings(), token=TOKEN)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()


async def post(url: str, **more: Any) -> tuple[int, Any]:
    async with ClientSession(headers=BEARER) as session, session.post(url, **more) as found:
        return found.status, await found.json()


async def test_every_operation_is_behind_the_bearer(api: str) -> None:
    assert len(OPERATIONS) >= 8
    async with ClientSession() as session:
        for name in (*OPERATIONS, "reconcile"):
            async with session.post(f"{api}/admin/ledger/{name}", json={}) as found:
                assert found.status == 401, name


async def test_the_pages_have_their_own_door_and_no_other_way_in(api: str) -> None:
    async with ClientSession() as session:
        async with session.get(f"{api}/accounts/sign-in") as found:
            assert found.status == 200
        async with session.get(f"{api}/accounts/", headers=BEARER, allow_redirects=False) as found:
            assert found.status == 303  # the bearer opens the API alone
        async with session.get(f"{api}/accounts/none", allow_redirects=False) as found:
            assert found.status == 303
        for path in ("/accountsx", "/admin/state", "/metrics"):
            async with session.get(api + path) as found:
                assert found.status == 401, path


async def test_a_month_is_answered(api: str) -> None:
    status, shown = await post(f"{api}/admin/ledger/month", json={"month": "2026-03"})
    assert (status, shown["total_ht"], shown["state"]) == (200, 100_000, "open")


@pytest.mark.parametrize(("operation", "body", "status", "code"), [
    ("month", b"{", 400, "usage"), ("month", b"[]", 400, "usage"), ("month", b'{"month": 3}', 400, "usage"),
    ("month", b'{"month": "march"}', 400, "usage"), ("explain", b'{"what": "bot/nobody"}', 400, "nothing_to_explain"),
    ("close", b'{"month": "2026-03", "who": "ann"}', 409, "not_closable"), ("reconcile", b"", 400, "usage"),
])  # fmt: skip
async def test_what_cannot_be_done_is_said(api: str, operation: str, body: bytes, status: int, code: str) -> None:
    found, said = await post(f"{api}/admin/ledger/{operation}", data=body)
    assert (found, said["code"]) == (status, code)
    assert said["error"]


async def test_a_report_comes_as_a_form(api: str) -> None:
    form = FormData(default_to_multipart=True)
    form.add_field("asked", '{"month": "2026-03"}')
    status, said = await post(f"{api}/admin/ledger/reconcile", data=form)
    assert (status, said["error"]) == (400, "the form wants the parts «asked» and «report»")
    row = "billing_event_id,type,agent_id,start_time\n" + "e1,a2p_conversation,bot@x,2026-03-02T11:00:00Z\n" * 3000
    form = FormData(default_to_multipart=True)
    form.add_field("asked", '{"month": "2026-03"}')
    form.add_field("report", row, filename="report")  # larger than any other body may be
    form.add_field("other", "x")
    status, said = await post(f"{api}/admin/ledger/reconcile", data=form)
    assert (status, said["result"]["counts"]["same"], said["result"]["counts"]["only_theirs"]) == (200, 1, 2999)


def test_platforms_call_our_bots_by_what_stands_before_the_at() -> None:
    bots = {"bakery": {"platform_id": "bakery.demo@bots.example"}, "shop": {}}
    assert platform_names(Settings(bots=bots)) == {"bakery.demo": "bakery", "shop": "shop"}
