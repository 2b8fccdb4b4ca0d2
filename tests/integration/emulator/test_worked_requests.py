"""Every worked request of the protocol's reference, answered with its status and the shape of its reply."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from rbm_bots.emulator.phones import Message
from tests.integration.emulator.side import AT, BOT, Operator, Started, claims_at, signed

CASES = json.loads((Path(__file__).parents[2] / "cases" / "maap-requests.json").read_text(encoding="utf-8"))
BY_NAME = {case["name"]: case for case in CASES}


def test_there_are_all_worked_requests() -> None:
    assert len(BY_NAME) == len(CASES) == 30


@pytest.fixture
async def orange(started: Started, public_pem: str) -> Operator:
    """The state the worked requests assume."""
    operator = await started(auth="orange", bot_key=public_pem, sent_after_s=0.5, delivered_after_s=2.9)
    platform = operator.emulator.platform
    tokens = platform.gateway.tokens
    tokens.grant("OAT-77aa", "APP1", AT + timedelta(days=1))
    tokens.grant("OAT-stale", "APP1", AT - timedelta(seconds=1))
    phone = platform.phones.of_msisdn("+33639980001")
    for msg_id, sender, status in (
        ("m-0001", "bot", "delivered"),
        ("m-0003", "bot", "sent"),
        ("in-0042", "person", "sent"),
    ):
        platform.keep(
            phone,
            Message(
                msg_id=msg_id, bot=BOT, sender=sender, contact=phone.contact(), content={"textMessage": "…"},
                status=status, at=AT, changed_at=AT,
            ),
        )  # fmt: skip
    return operator


async def prepare(operator: Operator, name: str, send: Any) -> dict[str, str]:
    """What the name of a case says about the moment; ids that differ here."""
    clock = operator.emulator.clock
    if "22:30" in name:
        await clock.move_to(datetime.fromisoformat("2026-01-15T21:30:00+00:00"))
    if "22:35" in name:
        await prepare(operator, "22:30", send)
        await send(BY_NAME["bulk capability start (22:30 Paris time)"], {})
        await clock.advance(300)
    if "14:00" in name:
        await clock.move_to(datetime.fromisoformat("2026-01-15T13:00:00+00:00"))
    if "1,801st" in name:
        for _ in range(60):
            for _ in range(30):
                assert operator.emulator.platform.quota.admit("APP1", clock.now())
            await clock.advance(0.9999999)
        await clock.move_to(clock.now() - timedelta(seconds=1))
    if name.startswith("file "):
        _, reply = await send(BY_NAME["upload by content"], {})
        await clock.advance(1)
        return {"f-7f3a": reply["file"]["fileId"]}
    return {}


@pytest.mark.parametrize("name", sorted(BY_NAME))
async def test_a_worked_request_is_answered_as_written(name: str, orange: Operator, key: Any) -> None:
    async def send(case: dict[str, Any], ids: dict[str, str]) -> tuple[int, Any]:
        token = signed(key, claims_at(orange.emulator.clock.now()))
        bad = token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")
        written = json.dumps(case["headers"]).replace("{gsma_jwt}", token).replace("{gsma_jwt_bad_signature}", bad)
        body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
        path = case["path"]
        for worked, real in ids.items():
            path = path.replace(worked, real)
        url = URL(orange.base + path, encoded=True)
        data = None if case["body"] is None else body.replace("{file_bytes}", "x" * 64).encode()
        async with orange.session.request(case["method"], url, data=data, headers=json.loads(written)) as answer:
            assert answer.headers["X-OAPI-Request-Id"]
            raw = await answer.read()
            return answer.status, json.loads(raw) if raw else None

    ids = await prepare(orange, name, send)
    status, reply = await send(BY_NAME[name], ids)
    assert (status, shape(reply)) == (BY_NAME[name]["reply_status"], shape(BY_NAME[name]["reply_body"]))


def shape(value: Any, name: str = "") -> Any:
    """Members and types; codes, words and contacts stand for themselves."""
    if isinstance(value, dict):
        return {member: shape(inner, member) for member, inner in sorted(value.items())}
    if isinstance(value, list):
        return "list of words" if name == "capabilities" and value else [shape(inner, name) for inner in value]
    return (
        value
        if name in {"code", "status", "userContact", "chatId", "token_type", "expires_in"}
        else type(value).__name__
    )
