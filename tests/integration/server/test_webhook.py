"""The webhook's contract: what is answered, and what is in the journal once it was."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rbm_bots.channels.maap.inbound import parse
from rbm_bots.server.ingest import MOST_BYTES
from rbm_bots.store.tables import InboxRow, JournalRow, OptRow, VaultRow
from tests.integration.server.side import BOT, House, cases
from tests.project_files import ROOT

EVENTS = ROOT / "tests" / "cases" / "maap-events"


async def from_webhook(house: House) -> list[Any]:
    """What the journal has of the operator."""
    return [row for row in await house.rows(JournalRow) if row.source.startswith("maap:")]


async def test_every_event_is_kept_once_however_often_it_comes(house: House) -> None:
    bodies = [path.read_bytes() for path in cases(EVENTS)]
    for _ in range(2):
        assert [await house.post(body) for body in bodies] == [200] * len(bodies)
    kept = await from_webhook(house)
    assert len(kept) == len(bodies)
    assert [(row.kind, row.message_id) for row in kept] == [
        (found.kind, found.message_id) for found in map(parse, bodies)
    ]


async def test_an_event_of_tomorrow_is_kept_and_not_played(house: House) -> None:
    assert await house.post(house.event("reaction", emoji="x")) == 200
    [row] = await from_webhook(house)
    assert row.kind == "unknown"
    assert await house.rows(InboxRow) == []


async def test_what_is_not_an_object_in_json_is_refused(house: House) -> None:
    for body in (b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"a": 1', b"{} {}"):
        assert await house.post(body) == 400, body
    assert await from_webhook(house) == []


async def test_a_body_may_be_large_but_not_too_large(house: House) -> None:
    frame = len(json.dumps(house.event("message", textMessage="")).encode())
    fits = house.event("message", textMessage="x" * (MOST_BYTES - frame))
    assert len(json.dumps(fits).encode()) == MOST_BYTES
    assert await house.post(fits) == 200
    assert await house.post(house.event("message", textMessage="x" * (MOST_BYTES - frame + 1))) == 413
    assert len(await from_webhook(house)) == 1


async def test_a_body_without_a_length_is_measured_as_it_comes(house: House) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b"x" * 50_000

    async with house.http.post(f"{house.url}/webhooks/maap/{BOT}", data=endless()) as answer:
        assert answer.status == 413


async def test_a_stranger_is_refused_and_leaves_nothing(house: House) -> None:
    for secret in ("", "wrong", "é"):
        assert await house.post(house.event("message", textMessage="bonjour"), secret=secret) == 401, secret
    assert await house.rows(JournalRow) == []
    assert await house.rows(VaultRow) == []


async def test_a_bot_that_nobody_serves_is_not_found(house: House) -> None:
    assert await house.post(house.event("message", textMessage="bonjour"), bot="nobody") == 404
    assert (await house.get("/webhooks/maap/nobody"))[0] == 404


async def test_the_url_check_of_a_portal_is_answered(house: House) -> None:
    assert (await house.get(f"/webhooks/maap/{BOT}", **{"X-Secret": "webhook-secret-of-the-tests"}))[0] == 200
    assert (await house.get(f"/webhooks/maap/{BOT}"))[0] == 401


async def test_a_stop_of_somebody_new_is_theirs(house: House) -> None:
    assert await house.post(house.event("message", textMessage="stop svp")) == 200
    [opt] = await house.rows(OptRow)
    [row] = await from_webhook(house)
    assert (opt.kind, opt.brand, opt.contact_id) == ("stop", "brand", row.contact_id)


ODD_IDS = ["\x00", "a\nb", "\u2028", " ", "é" * 3_000, random.Random(1).randbytes(5_000).hex()]


async def test_an_id_that_no_index_can_hold_is_one_id_all_the_same(house: House) -> None:
    for count, odd in enumerate(ODD_IDS, start=1):
        event = house.event("message", msg_id=odd, textMessage="bonjour")
        assert [await house.post(event), await house.post(event)] == [200, 200], odd[:10]
        assert len(await from_webhook(house)) == count


WORDS = st.text(max_size=20) | st.sampled_from(["\x00", "\n", "m-1", "x" * 5_000, "é" * 3_000, "+33639980001"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
EVENT_WORDS = st.sampled_from(["message", "response", "newUser", "isTyping", "messageStatus", "fileStatus", "alias"])
TIMES = st.sampled_from(["2026-01-15T10:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "now"])
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "msgId": WORDS | st.sampled_from(ODD_IDS) | ANYTHING,
        "timestamp": TIMES | ANYTHING,
        "textMessage": WORDS | ANYTHING,
        "status": st.sampled_from(["delivered", "failed"]) | ANYTHING,
        "suggestedResponse": ANYTHING,
        "isTyping": WORDS,
        "geolocationPushMessage": ANYTHING,
        "fileMessage": ANYTHING,
    },
)
PEOPLE = st.fixed_dictionaries({}, optional={"userContact": WORDS | ANYTHING, "chatId": WORDS | ANYTHING})
SHAPED = st.fixed_dictionaries(
    {"event": EVENT_WORDS | ANYTHING, "RCSMessage": MESSAGE, "messageContact": PEOPLE}, optional={"file": ANYTHING}
)
BODIES = st.binary(max_size=200) | (SHAPED | ANYTHING).map(lambda value: json.dumps(value).encode())


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(bodies=st.lists(BODIES, min_size=1, max_size=20))
async def test_whatever_comes_is_kept_or_refused_and_never_our_fault(house: House, bodies: list[bytes]) -> None:
    answers = [await house.post(body) for body in bodies]
    assert set(answers) <= {200, 400}
