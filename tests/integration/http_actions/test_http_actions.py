"""HTTP actions against a real server: what is sent, what comes back, what is refused, and what the log does not say."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from rbm_bots.actions import Actions, Context
from rbm_bots.botfile.load import read_bot
from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.text import Text, parse_template
from rbm_bots.dialogue.stored import restore, store
from rbm_bots.events import CallReturned
from rbm_bots.http_actions.source import http_actions
from rbm_bots.outside import outside_session
from rbm_bots.runner import ActionRunner

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
SECRET = "k-0f3b77"
FILE = """
rbm: 1
bot: {id: colis, name: Colis, languages: [fr]}
start: go
actions:
  track:
    http: GET https://HOST/v1/parcels/{{ number }}
    headers: {Authorization: "Bearer {{ secret.COLIS_KEY }}"}
    takes: {number: text}
    gives: {status: text, eta: date}
    errors: {unknown_parcel: 404}
  order:
    http: POST https://HOST/v1/orders
    json: {n: "{{ n }}"}
    takes: {n: number}
    pick: order.ref
  slow: {http: GET https://HOST/slow, timeout: 1s}
  get: {http: "GET https://HOST/{{ what }}", takes: {what: text}}
flows:
  go: {steps: [{say: Bonjour}]}
"""


class Partner:
    """A partner's server: notes what it is asked."""

    def __init__(self) -> None:
        self.base = ""
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.asked = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        self.asked.set()
        match request.path.rpartition("/")[2]:
            case "slow":
                await asyncio.Event().wait()
            case "away":
                raise web.HTTPFound("/v1/parcels/found")
            case "large":
                return web.Response(text="[" + "1," * 200_000 + "1]")
            case "bomb":
                bomb = gzip.compress(b"[" + b"1," * 10_000_000 + b"1]")
                return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})
            case "broken":
                return web.Response(text="<html>")
            case "down":
                raise web.HTTPServiceUnavailable
            case "none":
                raise web.HTTPNotFound
            case "orders":
                return web.json_response({"order": {"ref": "R-1", "note": "x"}}, status=201)
        return web.json_response({"status": "on its way", "eta": "2026-11-26", "more": 1})


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    partner, app = Partner(), web.Application()
    app.router.add_route("*", "/{tail:.*}", partner.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        partner.base = f"http://127.0.0.1:{server.port}"
        yield partner


def bot_at(base: str) -> Bot:
    """The bot; its addresses lead to the partner, over plain http."""
    bot = read_bot(FILE)
    for action in bot.http.values():
        written = action.url.pick("fr").source.replace("https://HOST", base)
        object.__setattr__(action, "url", Text(templates={"fr": parse_template(written)}))
    return bot


async def call(
    base: str, name: str, *, allow_private: bool = True, actions: Actions | None = None, **args: Any
) -> tuple[CallReturned, str]:
    """The result, and everything that was logged meanwhile."""
    bot = bot_at(base)
    async with outside_session(allow_private=allow_private) as session:
        source = http_actions(bot, session, secrets={"RBM_SECRET_COLIS_KEY": SECRET}, allow_private=allow_private)
        runner = ActionRunner("colis", actions, sources=(source,))
        with structlog.testing.capture_logs([structlog.processors.format_exc_info]) as logs:
            stored = {key: store(value) for key, value in args.items()}
            returned = await runner.run(call_id="c-1", action=name, args=stored, slots={}, contact="p-1", now=NOW)
        return returned, repr(logs)


async def test_the_answer_is_shaped_and_the_secret_is_sent(partner: Partner) -> None:
    returned, log = await call(partner.base, "track", number="AB 1/é")
    assert restore(returned.result) == {"status": "on its way", "eta": date(2026, 11, 26)}
    method, path, headers, _ = partner.seen[0]
    assert (method, path) == ("GET", "/v1/parcels/AB%201%2F%C3%A9")
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert log == "[]"


async def test_a_post_carries_its_key_and_its_body(partner: Partner) -> None:
    returned, _ = await call(partner.base, "order", n=2)
    assert returned.result == "R-1"
    method, _, headers, body = partner.seen[0]
    assert (method, headers["Idempotency-Key"], body) == ("POST", "c-1", {"n": 2})


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("away", "status 302"), ("large", "larger than 256 KiB"), ("bomb", "larger than 256 KiB"),
        ("broken", "not JSON"), ("down", "status 503"), ("..", "another folder"),
    ],
)  # fmt: skip
async def test_what_is_no_result_is_error_and_logged(partner: Partner, what: str, said: str) -> None:
    returned, log = await call(partner.base, "get", what=what)
    assert (returned.error, returned.result) == ("error", None)
    assert said in log
    assert [path for _, path, _, _ in partner.seen] == ([] if what == ".." else [f"/{what}"])


async def test_a_declared_status_is_its_code(partner: Partner) -> None:
    returned, log = await call(partner.base, "track", number="none")
    assert returned.error == "unknown_parcel"
    assert "http_action.failed" in log
    assert "action.fault" not in log


async def test_an_answer_that_takes_too_long_is_timeout(partner: Partner) -> None:
    bot = bot_at(partner.base)
    object.__setattr__(bot.http["slow"], "timeout", timedelta(milliseconds=50))  # a second is long for a test
    async with outside_session(allow_private=True) as session:
        runner = ActionRunner("colis", None, sources=(http_actions(bot, session, secrets={}, allow_private=True),))
        returned = await runner.run(call_id="c-1", action="slow", args={}, slots={}, contact="p-1", now=NOW)
    assert returned.error == "timeout"
    assert partner.asked.is_set()


async def test_a_private_address_is_not_asked(partner: Partner) -> None:
    for host in ("127.0.0.1", "localhost"):
        base = partner.base.replace("http://127.0.0.1", f"https://{host}")
        returned, log = await call(base, "track", number="AB1", allow_private=False)
        assert returned.error == "error"
        assert "AddressNotPublic" in log
    returned, log = await call(partner.base, "track", number="AB1", allow_private=False)
    assert "not https" in log
    assert partner.seen == []


async def test_no_secret_and_no_value_is_logged(partner: Partner) -> None:
    private = "AB-PRIVATE-77"
    logs = [
        (await call(partner.base.replace("127.0.0.1", "localhost").replace("http", "https"), "track", number=private))[
            1
        ],
        (await call("https://127.0.0.1:1", "track", number=private))[1],
        (await call(partner.base, "get", what=f"{private}/down"))[1],
    ]
    assert all("http_action.failed" in log for log in logs)
    assert not any(SECRET in log or private in log for log in logs)


async def test_an_argument_of_another_kind_is_error(partner: Partner) -> None:
    returned, log = await call(partner.base, "order", n="many")
    assert (returned.error, partner.seen) == ("error", [])
    assert "action.arguments" in log


async def test_python_of_the_same_name_stands_in(partner: Partner) -> None:
    actions = Actions()

    @actions.action("track")
    async def track(ctx: Context, number: str) -> str:
        return f"our {number}"

    returned, _ = await call(partner.base, "track", actions=actions, number="AB1")
    assert (returned.result, partner.seen) == ("our AB1", [])
