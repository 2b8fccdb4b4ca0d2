"""The control API: rules that disturb, the record, the clock's orders, and what is refused."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rbm_bots.emulator import EmulatorSettings, build_emulator
from tests.integration.emulator.side import ListeningBot, Operator, Started

BODY = {"RCSMessage": {"textMessage": "Bonjour"}, "messageContact": {"userContact": "+33639980001"}}

REFUSED: list[tuple[str, str, Any, str]] = [
    ("POST", "clock", {}, "name «now», «advance» or «freeze»"),
    ("POST", "clock", {"now": "tomorrow"}, "«now» must be an ISO 8601 date-time"),
    ("POST", "clock", {"advance": -1}, "Expected `float` >= 0"),
    ("POST", "clock", {"advance": 1, "now": "2026-01-15T10:00:00Z"}, "not both"),
    ("POST", "clock", {"forward": 1}, "unknown field `forward`"),
    ("POST", "clock", [], "Expected `object`"),
    ("POST", "phones/nobody/say", {"text": "a"}, "E.164"),
    ("POST", "phones/+33639980001/dance", {}, "a phone can anonymous"),
    ("POST", "phones/+33639980001/say", {}, "missing required field `text`"),
    ("POST", "phones/+33639980001/say", {"text": "", "bot": "b"}, "must not be empty"),
    ("POST", "phones/+33639980001/tap", {}, "names a «label» or a «postback»"),
    ("POST", "phones/+33639980001/share", {"latitude": 91, "longitude": 0, "bot": "b"}, "out of range"),
    ("POST", "phones/+33639980001/typing", {"state": "fast", "bot": "b"}, "active or idle"),
    ("POST", "phones/+33639980001/send", {"url": "", "mime_type": "", "bot": "b"}, "must not be empty"),
    ("POST", "phones/+33639980001/anonymous", {"chat_id": "+33639980001"}, "opaque"),
    ("POST", "rules", {}, "missing required field `do`"),
    ("POST", "rules", {"do": {}}, "does nothing"),
    ("POST", "rules", {"do": {"status": 503, "fail": 41201}}, "different moments"),
    ("POST", "rules", {"do": {"fail": 7}}, "not a platform code"),
    ("POST", "rules", {"do": {"body": {}}}, "needs a «status»"),
    ("POST", "rules", {"do": {"after_s": 1}}, "needs a «fail»"),
    ("POST", "rules", {"do": {"quota_per_s": 20}, "match": {"bot": "b"}}, "names bot"),
    ("POST", "rules", {"do": {"not_rcs": True}, "match": {"nth": 1}}, "names nth"),
]


@pytest.mark.parametrize(("method", "path", "body", "words"), REFUSED, ids=[f"{r[1]} {r[3]}" for r in REFUSED])
async def test_wrong_input_is_400_with_a_sentence(
    method: str, path: str, body: Any, words: str, operator: Operator
) -> None:
    status, reply = await operator.control(method, path, body)
    assert (status, set(reply), words in reply["error"]) == (400, {"error"}, True), reply


async def test_no_json_and_another_origin_are_refused(operator: Operator) -> None:
    url = f"{operator.base}/_emulator/clock"
    async with operator.session.post(url, data=b"{") as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "the body is not JSON"})
    async with operator.session.post(url, json={"freeze": True}, headers={"Origin": "https://a.example"}) as answer:
        assert answer.status == 403
    assert not operator.emulator.clock.frozen


async def test_the_nth_call_is_answered_otherwise(operator: Operator) -> None:
    await operator.rule({"status": 503}, path="messages", nth=2)
    await operator.rule({"status": 500, "body": {"error": "x"}}, path="messages", contact="+33639980003", times=1)
    seen = [await operator.bot("POST", "messages", BODY) for _ in range(3)]
    assert [status for status, _ in seen] == [202, 503, 202]
    assert seen[1][1] == {"reason": {"code": 41000, "text": "The service is not available for now."}}
    other = {**BODY, "messageContact": {"userContact": "+33639980003"}}
    assert [(await operator.bot("POST", "messages", other))[0] for _ in range(2)] == [500, 202]
    assert (await operator.control("DELETE", "rules"))[0] == 200
    assert (await operator.control("GET", "state"))[1]["rules"] == []


@pytest.mark.parametrize(("when", "known"), [("before", 0), ("after", 1)])
async def test_a_connection_is_cut_before_or_after_the_work(when: str, known: int, operator: Operator) -> None:
    await operator.rule({"drop": when}, path="messages", times=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await operator.bot("POST", "messages", BODY)
    phones = (await operator.control("GET", "state"))[1]["phones"]
    assert sum(len(phone["messages"]) for phone in phones.values()) == known
    assert (await operator.control("GET", "record"))[1][0]["status"] is None


async def used(operator: Operator) -> None:
    """Return when the first rule has acted."""
    while not operator.emulator.platform.rules.as_json()[0]["used"]:  # noqa: ASYNC110 - the emulator tells nobody
        await asyncio.sleep(0)


async def test_an_answer_waits_in_emulated_time(operator: Operator) -> None:
    await operator.rule({"delay_s": 5}, method="GET")
    call = asyncio.create_task(operator.bot("GET", "messages/m-1/status"))
    await used(operator)
    await operator.advance(4)
    assert not call.done()
    await operator.advance(1)
    assert (await call)[0] == 404


async def test_people_disappear_and_limits_fall(operator: Operator, listening: ListeningBot) -> None:
    await operator.rule({"not_rcs": True}, contact="+33639980001")
    await operator.rule({"capabilities": ["chat"]}, contact="+33639980002")
    await operator.rule({"quota_per_s": 2})
    assert (await operator.bot("GET", "contactCapabilities?userContact=%2B33639980001"))[0] == 404
    assert (await operator.bot("GET", "contactCapabilities?userContact=%2B33639980002"))[1] == {
        "capabilities": ["chat"]
    }
    await operator.send()
    await operator.send("+33639980002")
    assert (await operator.bot("POST", "messages", BODY))[0] == 429
    await operator.advance(1)
    assert [event["RCSMessage"]["status"] for event in listening.events] == ["failed", "sent", "delivered"]
    await operator.control("DELETE", "rules")
    assert (await operator.control("GET", "state"))[1]["quota"]["per_s"] == 30


async def test_messages_fail_later_or_never_arrive(operator: Operator, listening: ListeningBot) -> None:
    await operator.rule({"fail": 41201}, nth=1)
    await operator.rule({"fail": 41300, "after_s": 10}, nth=2)
    await operator.rule({"deliver": False}, nth=3)
    ids = [await operator.send() for _ in range(3)]
    await operator.advance(9)
    assert [await operator.status(one) for one in ids] == ["failed", "sent", "sent"]
    await operator.advance(9)
    assert [await operator.status(one) for one in ids] == ["failed", "failed", "sent"]
    assert [event["reason"]["code"] for event in listening.events if "reason" in event] == [41201, 41300]


async def test_events_come_twice_or_in_another_order(operator: Operator, listening: ListeningBot) -> None:
    await operator.rule({"duplicate": 2}, event="message", nth=1)
    await operator.rule({"reorder": True}, event="message", nth=2)
    for text in ("1", "2", "3"):
        await operator.act("say", text=text, bot="b1")
    assert [event["RCSMessage"]["textMessage"] for event in listening.events] == ["1", "1", "1", "3", "2"]
    await operator.control("DELETE", "rules")
    await operator.rule({"reorder": True}, times=1)
    await operator.act("say", text="4")
    assert len(listening.events) == 5
    await operator.advance(2)
    assert listening.events[-1]["RCSMessage"]["textMessage"] == "4"  # nothing overtook it


async def test_the_record_keeps_both_directions_in_memory_and_in_a_file(
    tmp_path: Path, started: Started, listening: ListeningBot
) -> None:
    operator = await started(record_lines=2)
    await operator.bot("POST", "messages", BODY)
    await operator.act("say", text="a")
    await operator.act("say", text="b")
    lines = (await operator.control("GET", "record"))[1]
    assert [(line["direction"], line["status"]) for line in lines] == [("out", 200), ("out", 200)]
    assert set(lines[0]) == {"t", "direction", "method", "path", "headers", "body", "status", "reply"}
    file = tmp_path / "record.jsonl"
    emulator = build_emulator(EmulatorSettings(), record_file=file)
    emulator.platform.record.add(
        at=emulator.clock.now(), direction="in", method="POST", path="/x", status=200,
        headers={"AUTHORIZATION": "Bearer abc", "x-gsma-authorization": "abc", "Cookie": "abc", "Accept": "*/*"},
        body="grant_type=x&client_secret=abc", reply={"access_token": "abc", "list": [{"refresh_token": "abc"}]},
    )  # fmt: skip
    await emulator.start()
    await emulator.stop()
    text = file.read_text(encoding="utf-8")
    assert "abc" not in text
    assert json.loads(text)["headers"] == {
        "AUTHORIZATION": "Bearer •••", "x-gsma-authorization": "•••", "Cookie": "•••", "Accept": "*/*"
    }  # fmt: skip


async def test_the_stream_names_the_phone_that_changed(operator: Operator) -> None:
    async with operator.session.get(f"{operator.base}/_emulator/events") as stream:
        assert await lines(stream, 5) == [b": ready", b"", b"event: notice", b"data: []", b""]
        await operator.act("say", text="a", bot="b1")
        assert await lines(stream, 1) == [b"data: +33639980001"]


async def test_the_stream_has_the_notice_that_is_up_and_each_one_after_it(operator: Operator) -> None:
    operator.emulator.put_up("no good", "line 1: «a»")
    async with operator.session.get(f"{operator.base}/_emulator/events") as stream:
        assert (await lines(stream, 4))[2:] == [b"event: notice", 'data: ["no good","line 1: «a»"]'.encode()]
        operator.emulator.put_up("no good", "line 1: «a»")  # the same again is nothing new
        operator.emulator.put_up()
        assert (await lines(stream, 3))[1:] == [b"event: notice", b"data: []"]


async def lines(stream: aiohttp.ClientResponse, count: int) -> list[bytes]:
    """The next lines of a stream, without their ends."""
    return [(await stream.content.readline()).rstrip() for _ in range(count)]


async def test_a_chat_id_names_a_phone_once_it_was_used(operator: Operator) -> None:
    body = {**BODY, "messageContact": {"chatId": "tk-5f2c", "userContact": "+33639980001"}}
    status, reply = await operator.bot("POST", "messages", body)
    assert (status, reply["messageContact"]) == (202, body["messageContact"])
    assert (await operator.control("GET", "phones/tk-5f2c"))[1]["chat_id"] == "tk-5f2c"
    assert (await operator.control("GET", "phones/+33639980001"))[1]["messages"] == []
