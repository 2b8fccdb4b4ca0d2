"""The admin API, health and metrics: what a person who runs the bots can see and decide."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from rbm_bots.store.tables import ContactRow
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import BOT, PERSON, House

CALLS = [
    ("GET", "/admin/state"),
    ("GET", f"/admin/conversations/{BOT}/nobody"),
    ("POST", "/admin/lookup"),
    ("POST", "/admin/outbox/nothing/decide"),
    ("POST", "/admin/applications/APP1/pause"),
    ("POST", "/admin/applications/APP1/resume"),
    ("GET", "/metrics"),
]

MISUNDERSTOOD: list[tuple[str, Any]] = [
    ("/admin/lookup", {"msisdn": "0612"}),
    ("/admin/lookup", []),
    ("/admin/lookup", None),
    ("/admin/outbox/nothing/decide", {"send_again": "yes"}),
    ("/admin/applications/APP1/pause", {"seconds": True}),
    ("/admin/applications/APP1/pause", {"seconds": -1}),
]


@pytest.fixture
async def talked(house: House, operator: Operator) -> str:
    """Somebody talked with the bot; their contact id."""
    await house.say("bonjour")
    await until(lambda: operator.texts(PERSON) == ["Que voulez-vous ?"], within_s=10)
    [contact] = await house.rows(ContactRow)
    return str(contact.contact_id)


async def test_nothing_is_told_without_the_token(house: House) -> None:
    for call, token in itertools.product(CALLS, ("", "wrong", "é")):
        answer = await house.admin(*call, token=token)
        assert answer == (401, {"error": "the admin token is missing or wrong"}), (call, token)


async def test_what_it_does_not_understand_is_said(house: House) -> None:
    for path, body in MISUNDERSTOOD:
        status, answer = await house.admin("POST", path, body)
        assert (status, set(answer)) == (400, {"error"}), (path, body)


async def test_it_shows_counts_and_ids(house: House, talked: str) -> None:
    async def calm() -> bool:
        _, state = await house.admin("GET", "/admin/state")
        return bool(state["outbox"] == {"APP1": {"accepted": 1}})

    await until(calm, within_s=10)
    _, state = await house.admin("GET", "/admin/state")
    assert (state["inbox"], state["calls"]) == (0, 0)
    [application] = state["applications"]
    assert (application["name"], application["fence"], application["paused_until"]) == ("APP1", 1, None)
    status, found = await house.admin("GET", f"/admin/conversations/{BOT}/{talked}")
    assert (status, found["turns"], found["waiting_for_call"], found["identity"]) == (200, 1, None, "msisdn")


async def test_a_number_is_looked_up_and_never_shown(house: House, talked: str) -> None:
    assert await house.admin("POST", "/admin/lookup", {"msisdn": PERSON}) == (200, {"contact": talked})
    assert await house.admin("POST", "/admin/lookup", {"msisdn": "+33639980099"}) == (200, {"contact": None})
    assert (await house.admin("GET", f"/admin/conversations/{BOT}/nobody"))[0] == 404


async def test_metrics_count_what_happened(house: House, talked: str) -> None:
    status, text = await house.admin("GET", "/metrics")
    assert status == 200
    for line in (
        'rbm_webhook_events_total{bot="shop",kind="message",seen="new"} 1.0',
        'rbm_turns_total{bot="shop",kind="message"} 1.0',
        "rbm_inbox_rows 0.0",
    ):
        assert line in text.splitlines()


async def test_a_running_server_is_healthy_and_ready(house: House) -> None:
    assert (await house.get("/health"))[0] == 200
    status, text = await house.get("/ready")
    assert status == 200
    assert {"worker", "timers", "calls", "delivery:APP1", "database"} <= set(json.loads(text))
