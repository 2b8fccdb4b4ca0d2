"""Every call that the emulator's page of the manual shows is made, in the manual's order, against a real emulator."""

from __future__ import annotations

import asyncio
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest
from aiohttp import ClientResponse, FormData, web

from rbm_bots.cli.emulate import emulate
from rbm_bots.emulator.control import BASE
from rbm_bots.emulator.orders import ORDERS, ClockOrder
from rbm_bots.emulator.rules import Deed, Match
from tests.integration.emulator.side import Operator, Started

MANUAL = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
ORIGIN = "http://127.0.0.1:8090"
STREAM = f"{BASE}/events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One curl command, understood."""

    method: str
    path: str
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def commands() -> list[str]:
    """Each curl command of the manual; one that goes over several lines is one."""
    text = "\n".join(re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL))
    return [f"curl {rest.strip()}" for rest in re.split(r"^curl ", text, flags=re.MULTILINE)[1:]]


def understood(command: str) -> Call:
    """What curl would send. An option that this does not know is a fault of the manual."""
    words = iter(shlex.split(command)[1:])
    method, path, body, headers = "", "", None, {}
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-d":
                body = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "--no-buffer":
                pass
            case _:
                assert word.startswith(f"{ORIGIN}/"), word
                path = word.removeprefix(ORIGIN)
    return Call(method=method or ("GET" if body is None else "POST"), path=path, body=body, headers=headers)


CALLS = [understood(command) for command in commands()]


async def make(call: Call, operator: Operator) -> Any:
    """Make the call; its JSON, its bytes, or the first line of a stream."""
    async with (
        asyncio.timeout(10),
        operator.session.request(
            call.method, operator.base + call.path, data=call.body, headers=call.headers
        ) as answer,
    ):
        assert answer.status in (200, 202), (call, await answer.text())
        return await answer.content.readline() if call.path == STREAM else await content(answer)


async def content(answer: ClientResponse) -> Any:
    return await answer.json() if answer.content_type == "application/json" else await answer.read()


async def upload(operator: Operator) -> str:
    form = FormData()
    form.add_field("fileType", "image/jpeg")
    form.add_field("fileContent", b"picture", filename="a.jpg", content_type="image/jpeg")
    headers = {"Authorization": "Bearer any"}
    async with operator.session.post(f"{operator.base}/bot/v1/bakery/files", data=form, headers=headers) as answer:
        return str((await answer.json())["file"]["fileId"])


async def test_every_call_of_the_manual_works_in_its_order(started: Started) -> None:
    operator = await started(frozen=False)
    known = {"$FILE": await upload(operator)}
    answers: dict[str, Any] = {}
    for call in CALLS:
        filled = call
        for name, value in known.items():
            body = None if filled.body is None else filled.body.replace(name, value)
            filled = Call(method=call.method, path=filled.path.replace(name, value), body=body, headers=call.headers)
        answer = answers[call.path] = await make(filled, operator)
        if call.path.startswith("/bot/"):
            known["$MESSAGE"] = answer["RCSMessage"]["msgId"]
    assert answers[f"{BASE}/files/$FILE"] == b"picture"
    assert answers[STREAM] == b": ready\n"
    assert answers[f"{BASE}/phones/tok-abc/say"]["events"][0]["messageContact"] == {"chatId": "tok-abc"}
    assert {line["direction"] for line in answers[f"{BASE}/record"]} == {"in", "out"}
    assert answers[f"{BASE}/clock"]["now"].startswith("2030-")
    assert (await operator.control("GET", "state"))[1]["rules"] == []


def test_the_manual_shows_each_act() -> None:
    shown = {(call.method, call.path) for call in CALLS}
    assert len(shown) >= 20
    acts = {
        path.rpartition("/")[2] for method, path in shown if path.startswith(f"{BASE}/phones/") and method == "POST"
    }
    assert acts == set(ORDERS)


async def test_no_route_of_the_control_api_is_left_out(operator: Operator) -> None:
    app = web.Application()
    operator.emulator.add_routes(app)
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith(BASE) and route.method != "HEAD"
    } - {("GET", f"{BASE}/phone")}  # the page itself
    assert len(routes) == 10
    for method, path in routes:
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        assert [call for call in CALLS if call.method == method and pattern.fullmatch(call.path)], (method, path)


@pytest.mark.parametrize("kind", [*ORDERS.values(), ClockOrder, Match, Deed], ids=lambda kind: kind.__name__)
def test_the_manual_names_each_member(kind: type[Any]) -> None:
    for name in kind.__struct_fields__:
        assert re.search(rf"\b{name}\b", MANUAL), name


def test_the_manual_names_each_flag() -> None:
    flags = {flag for option in emulate.params if isinstance(option, click.Option) for flag in option.opts}
    assert len(flags) == 10
    for flag in [*flags, "--lenient"]:
        assert f"`{flag}" in MANUAL, flag
