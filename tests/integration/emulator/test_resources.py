"""Paths and their odd forms, capabilities by day and by night, files, and what a body may not be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from aiohttp import FormData
from yarl import URL

from tests.integration.emulator.side import ListeningBot, Operator, Started

BODY = {"RCSMessage": {"textMessage": "Bonjour"}, "messageContact": {"userContact": "+33639980001"}}
BEARER = {"Authorization": "Bearer t"}


@pytest.mark.parametrize("prefix", ["", "/bothub/v1", "/bothub/v1/gsma"])
@pytest.mark.parametrize("bot", ["bakery.demo%40bots.example", "bakery.demo@bots.example"])
@pytest.mark.parametrize("end", ["messages", "messages/"])
async def test_a_resource_is_found_in_every_form(prefix: str, bot: str, end: str, operator: Operator) -> None:
    url = URL(f"{operator.base}{prefix}/bot/v1/{bot}/{end}", encoded=True)
    async with operator.session.post(url, json=BODY, headers=BEARER) as answer:
        assert answer.status == 202
    assert list(operator.emulator.platform.bots) == ["bakery.demo@bots.example"]


@pytest.mark.parametrize(
    ("method", "path", "version", "status"),
    [
        ("GET", "nothing", "v1", 404),
        ("DELETE", "messages", "v1", 405),
        ("POST", "messages", "v2", 404),
        ("GET", "bulkContactCapabilities", "v1", 404),
        ("GET", "messages/m-none/status", "v1", 404),
        ("GET", "files/f-none", "v1", 404),
        ("DELETE", "fileuploads/f-none", "v1", 404),
    ],
)
async def test_what_is_not_there(method: str, path: str, version: str, status: int, operator: Operator) -> None:
    given, reply = await operator.bot(method, path, version=version)
    assert (given, set(reply["reason"])) == (status, {"code", "text"})


async def test_lenient_takes_either_version(started: Started) -> None:
    operator = await started(strict=False)
    assert (await operator.bot("POST", "messages", BODY, version="v2"))[0] == 202


async def raw(operator: Operator, body: bytes, kind: str = "application/json") -> tuple[int, int]:
    url = f"{operator.base}/bot/v1/b1/messages"
    async with operator.session.post(url, data=body, headers={**BEARER, "Content-Type": kind}) as answer:
        return answer.status, (await answer.json())["reason"]["code"]


async def test_a_body_that_cannot_be_read(operator: Operator) -> None:
    assert await raw(operator, b"") == (400, 42002)
    assert await raw(operator, b"\xff{") == (400, 42002)
    assert await raw(operator, b"[" * 5000) == (400, 42002)
    assert await raw(operator, b'{"RCSMessage": NaN}') == (400, 42002)
    assert await raw(operator, b"[]") == (400, 42002)
    assert (await raw(operator, b" " * 256_001))[0] == 413
    assert (await raw(operator, b"{}", "text/plain"))[0] == 415


async def test_a_capability_query(operator: Operator) -> None:
    asked = "contactCapabilities"
    assert (await operator.bot("GET", f"{asked}?userContact=%2B33639980001"))[1]["capabilities"][0] == "chat"
    assert (await operator.bot("GET", f"{asked}?userContact=%2B33639980002"))[0] == 404
    assert (await operator.bot("GET", f"{asked}?chatId=tk-1"))[0] == 200
    for wrong, code in (
        ("", 42004),
        ("?userContact=%2B33639980001&chatId=a", 42004),
        ("?userContact=33639980001", 42005),
    ):
        assert (await operator.bot("GET", asked + wrong))[1]["reason"]["code"] == code
    url = URL(f"{operator.base}/bot/v1/b1/contactCapabilities?userContact=+33639980001", encoded=True)
    async with operator.session.get(url, headers=BEARER) as answer:
        assert answer.status == 200  # the raw + came as a blank and was repaired


async def test_no_rcs_may_be_an_empty_list(started: Started) -> None:
    operator = await started(caps_not_rcs="empty")
    assert await operator.bot("GET", "contactCapabilities?userContact=%2B33639980002") == (200, {"capabilities": []})


BULK = "bulkContactCapabilities"
EDGES = [
    ("2026-01-15T20:59:59.999Z", 405),  # winter: Paris is UTC+1
    ("2026-01-15T21:00:00Z", 202),
    ("2026-01-16T05:59:59.999Z", 202),
    ("2026-01-16T06:00:00Z", 405),
    ("2026-07-15T19:59:59.999Z", 405),  # summer: UTC+2
    ("2026-07-15T20:00:00Z", 202),
    ("2026-07-16T04:59:59.999Z", 202),
    ("2026-07-16T05:00:00Z", 405),
]


@pytest.mark.parametrize(("at", "status"), EDGES)
async def test_the_night_of_bulk_checks(at: str, status: int, operator: Operator) -> None:
    await operator.emulator.clock.move_to(datetime.fromisoformat(at))
    assert (await operator.bot("POST", BULK, {"users": ["+33639980001"]}, version="v2"))[0] == status
    assert (await operator.bot("GET", BULK, version="v2"))[0] == status  # 202: it still runs


async def test_a_fixed_offset_is_another_night(started: Started) -> None:
    operator = await started(bulk_timezone="+01:00", bulk_slot_methods=["POST"])
    await operator.emulator.clock.move_to(datetime.fromisoformat("2026-07-15T20:00:00Z"))
    assert (await operator.bot("POST", BULK, ["+33639980001"], version="v2"))[0] == 405
    assert (await operator.bot("GET", BULK, version="v2"))[0] == 404  # no slot for it, and no job


async def at_night(operator: Operator) -> Operator:
    await operator.emulator.clock.move_to(datetime.fromisoformat("2026-01-15T22:00:00Z"))
    return operator


async def test_a_bulk_job_from_start_to_end(operator: Operator) -> None:
    await at_night(operator)
    assert (await operator.bot("GET", BULK, version="v2"))[0] == 404
    numbers = ["+33639980001", "+33639980002"]
    assert await operator.bot("POST", BULK, {"msisdns": numbers}, version="v2") == (202, {"status": "pending"})
    assert (await operator.bot("POST", BULK, numbers, version="v2"))[0] == 409
    assert (await operator.bot("POST", BULK, numbers, version="v2", bot="b2"))[0] == 202
    assert await operator.bot("GET", BULK, version="v2") == (202, {"status": "pending"})
    await operator.advance(5)
    status, reply = await operator.bot("GET", BULK, version="v2")
    assert (status, reply["status"], reply["rcsEnabledContacts"]) == (200, "completed", ["+33639980001"])
    assert [each["rcsEnabled"] for each in reply["contacts"]] == [True, False]
    assert (await operator.bot("POST", BULK, numbers, version="v2"))[0] == 202


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"users": []}, 42004),
        ({}, 42002),
        ({"users": "+33639980001"}, 42002),
        ({"users": ["33639980001"]}, 42005),
        ({"users": [1]}, 42005),
        ({"users": ["+33639980001"] * 10_001}, 42002),
    ],
)
async def test_bulk_numbers_that_are_refused(body: Any, code: int, operator: Operator) -> None:
    status, reply = await (await at_night(operator)).bot("POST", BULK, body, version="v2")
    assert (status, reply["reason"]["code"]) == (400, code)


async def upload(operator: Operator, parts: dict[str, str], content: bytes | None = None) -> tuple[int, Any]:
    form = FormData()
    for name, value in parts.items():
        form.add_field(name, value)
    if content is not None:
        form.add_field("fileContent", content, filename="a.jpg", content_type="application/octet-stream")
    form = form if form.is_multipart else FormData(parts, default_to_multipart=True)
    async with operator.session.post(f"{operator.base}/bot/v1/b1/fileuploads", data=form, headers=BEARER) as answer:
        return answer.status, await answer.json()


async def test_a_file_becomes_ready_and_an_event_says_so(operator: Operator, listening: ListeningBot) -> None:
    status, reply = await upload(
        operator, {"fileType": "image/jpeg", "until": "2026-02-14T10:00:00.000Z"}, b"\xff\xd8jpg"
    )
    assert (status, reply["file"]["status"]) == (202, "pending")
    file_id = reply["file"]["fileId"]
    assert (await operator.bot("GET", f"files/{file_id}"))[1]["file"]["status"] == "pending"
    await operator.advance(1)
    file = listening.events[0]["file"]
    assert listening.events[0]["event"] == "fileStatus"
    assert file == {
        "fileId": file_id,
        "fileUrl": f"https://files.bothub.example/{file_id}.jpg",
        "fileSize": 5,
        "status": "ready",
        "validity": "2026-02-14T10:00:00.000Z",
    }
    async with operator.session.get(f"{operator.base}/_emulator/files/{file_id}.jpg") as answer:
        assert (answer.content_type, await answer.read()) == ("image/jpeg", b"\xff\xd8jpg")
    assert (await operator.bot("GET", f"files/{file_id}", bot="b2"))[0] == 404
    await operator.emulator.clock.move_to(datetime.fromisoformat("2026-02-14T10:00:00Z"))
    assert (await operator.bot("GET", f"files/{file_id}"))[1]["file"]["status"] == "expired"
    assert await operator.bot("DELETE", f"files/{file_id}") == (204, None)
    assert (await operator.bot("GET", f"files/{file_id}"))[0] == 404


@pytest.mark.parametrize(
    ("parts", "content", "code"),
    [
        ({"until": "2026-02-14T10:00:00Z"}, b"a", 42002),
        ({"fileType": "image/jpeg"}, None, 42002),
        ({"fileType": "image/jpeg", "fileUrl": "https://a.example/a"}, b"a", 42002),
        ({"fileType": "image/jpeg", "until": "tomorrow"}, b"a", 42003),
        ({"fileType": "image/jpeg", "until": "2026-01-15T10:00:00Z"}, b"a", 42208),
    ],
)
async def test_uploads_that_are_refused(
    parts: dict[str, str], content: bytes | None, code: int, operator: Operator
) -> None:
    status, reply = await upload(operator, parts, content)
    assert (status, reply["reason"]["code"]) == (400, code)


async def test_an_upload_has_limits_and_a_form(started: Started) -> None:
    operator = await started(file_max_bytes=10)
    assert (await upload(operator, {"fileType": "image/jpeg"}, b"a" * 11))[0] == 413
    assert (await operator.bot("POST", "files", {}))[0] == 415
    url, headers = f"{operator.base}/bot/v1/b1/files", {**BEARER, "Content-Type": "multipart/form-data; boundary=X"}
    async with operator.session.post(url, data=b"nothing of the sort", headers=headers) as answer:
        assert answer.status == 400


async def test_replies_change_with_their_settings(started: Started) -> None:
    operator = await started(
        send_status=200, typing_msgid=False, put_status_reply=200, file_reply=200, file_reply_shape="top",
        file_status_words="ready_only", error_shape="error",
    )  # fmt: skip
    status, reply = await operator.bot("POST", "messages", BODY)
    assert status == 200
    path = f"messages/{reply['RCSMessage']['msgId']}/status"
    assert await operator.bot("PUT", path, {"RCSMessage": {"status": "cancelled"}}) == (200, {})
    assert (await operator.bot("PUT", path, {"RCSMessage": {"status": "read"}}))[1]["error"]["code"] == 42011
    typing = {**BODY, "RCSMessage": {"isTyping": "idle"}}
    assert "msgId" not in (await operator.bot("POST", "messages", typing))[1]["RCSMessage"]
    status, reply = await upload(operator, {"fileType": "a/b", "fileUrl": "https://a.example/a.pdf"})
    assert (status, set(reply)) == (200, {"fileId"})


async def test_a_test_bot_reaches_its_testers_only(started: Started) -> None:
    operator = await started(test_allow_list={"b1": ("+33639980003",)})
    assert (await operator.bot("POST", "messages", BODY))[1]["reason"]["code"] == 42007
    assert (await operator.bot("POST", "messages", BODY, bot="b2"))[0] == 202
