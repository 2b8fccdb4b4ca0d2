from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rbm_bots.addresses import Address
from rbm_bots.channels.maap.event_shape import EventShape, decode_fast, decode_leniently
from rbm_bots.channels.maap.inbound import START_WORD, parse
from rbm_bots.channels.maap.shown import shown
from rbm_bots.errors import BodyMalformed, BodyTooLarge, InboundRefused
from rbm_bots.events import (
    AddressRevealed,
    Event,
    FileStatusChanged,
    Incoming,
    Kind,
    Said,
    SentFile,
    SentLocation,
    SharedDevice,
    Started,
    StatusChanged,
    Tapped,
    Typing,
)

CASES = Path(__file__).parents[3] / "cases" / "maap-events"
AT = datetime(2026, 1, 15, 10, tzinfo=UTC)
USER = Address(msisdn="+33639980001")
NUMBER = "+33639980001"


def incoming(kind: Kind, event: Event, **changes: Any) -> Incoming:
    members: dict[str, Any] = {"word": kind, "address": USER, "at": AT, **changes}
    return Incoming(channel="maap", kind=kind, event=event, **members)


EXPECTED = {
    "01-message-text": incoming("message", Said(text="Bonjour"), message_id="in-0001"),
    "02-message-file": incoming(
        "message",
        SentFile(
            url="https://files.example.net/u/1.jpg",
            name="1.jpg",
            mime_type="image/jpeg",
            size=20480,
            thumbnail_url="https://files.example.net/u/1t.jpg",
        ),
        message_id="in-0002",
    ),
    "03-message-audio": incoming(
        "message",
        SentFile(
            content="audio", url="https://files.example.net/u/2.amr", mime_type="audio/amr", size=8000, duration=5
        ),
        message_id="in-0003",
    ),
    "04-message-geo": incoming(
        "message", SentLocation(latitude=48.8566, longitude=2.3522, label="Paris", radius=10), message_id="in-0004"
    ),
    "05-response-reply": incoming("response", Tapped(tap="reply", label="Oui", postback="yes"), message_id="in-0005"),
    "06-response-action": incoming(
        "response", Tapped(tap="action", label="Site", postback="open-site"), message_id="in-0006"
    ),
    "07-response-shared": incoming(
        "response",
        SharedDevice(
            device={
                "deviceModel": "PX8",
                "platformVersion": "14",
                "clientVendor": "ACME",
                "clientVersion": "1.0",
                "batteryRemainingMinutes": 320,
            }
        ),
        message_id="in-0007",
    ),
    "08-newuser": incoming(
        "newUser", Started(tap="reply", label="Start Chat", postback=START_WORD), message_id="in-0008"
    ),
    **{
        f"09-status-{word}": incoming("messageStatus", StatusChanged(status=word), message_id="out-0001")  # type: ignore[arg-type]  # words of a table
        for word in ("delivered", "displayed", "failed", "revoked", "sent")
    },
    "10-istyping": incoming("isTyping", Typing(typing="active")),
    "11-filestatus": incoming(
        "fileStatus",
        FileStatusChanged(
            status="ready",
            file=SentFile(
                id="f-1",
                url="https://files.example.net/f-1",
                size=4,
                valid_until=datetime(2026, 2, 15, 10, tzinfo=UTC),
            ),
        ),
        address=Address(),
        at=None,
    ),
    "12-alias": incoming(
        "alias", AddressRevealed(), message_id="in-0012", address=Address(msisdn=NUMBER, chat_id="tok-abc")
    ),
    "13-no-event-field": incoming("message", Said(text="sans event"), message_id="in-0013", word=None),
}


def body(rcs: object = None, contact: object = None, **top: object) -> bytes:
    found = {"RCSMessage": rcs, "messageContact": contact or {"userContact": NUMBER}, **top}
    return json.dumps(found).encode()


def seen(rcs: object = None, contact: object = None, **top: object) -> dict[str, Any]:
    return shown(parse(body(rcs, contact, **top)))


def tap(data: str, kind: str = "reply") -> dict[str, Any]:
    return {"suggestedResponse": {"response": {kind: {"displayText": "Go", "postback": {"data": data}}}}}


def test_every_event_file_is_understood() -> None:
    files = sorted(CASES.glob("*.json"))
    assert len(files) == 17
    assert {file.stem for file in files} == set(EXPECTED)
    for file in files:
        assert parse(file.read_bytes()) == EXPECTED[file.stem], file.stem


def test_every_event_file_reads_the_same_without_its_word_and_member_by_member() -> None:
    files = sorted(CASES.glob("*.json"))
    assert files
    for file in files:
        event = json.loads(file.read_bytes())
        event.pop("event", None)
        bare = parse(json.dumps(dict(reversed(event.items()))).encode())
        assert (bare.kind, bare.event) == (EXPECTED[file.stem].kind, EXPECTED[file.stem].event), file.stem
        assert decode_leniently(file.read_bytes()) == decode_fast(file.read_bytes())


def test_a_tap_and_a_failure_are_shown_as_the_public_object() -> None:
    answer = {"msgId": "in-0046", **tap("order"), "timestamp": "2026-01-15T11:01:08.0009+01:00"}
    assert seen(answer, event="response") == {
        "channel": "maap", "kind": "response", "event": "response", "contact": {"msisdn": NUMBER},
        "message_id": "in-0046", "timestamp": "2026-01-15T10:01:08.000Z",
        "tap": "reply", "label": "Go", "postback": "order",
    }  # fmt: skip
    failed = {"msgId": "m-0002", "status": "failed"}
    reason = {"code": 41110, "text": "User not found on RCS"}
    assert seen(failed, event="messageStatus", reason=reason)["reason"] == reason


@pytest.mark.parametrize(
    ("data", "kind", "language"),
    [
        (START_WORD, "newUser", None),
        (f"{START_WORD}_fr", "newUser", "fr"),
        (f"{START_WORD}_FR-ca", "newUser", "fr-ca"),
        (f"{START_WORD}_", "newUser", None),
        (f"{START_WORD}s", "newUser", None),
        (f" {START_WORD}", "response", None),
    ],
)
def test_the_start_word_overrules_response(data: str, kind: str, language: str | None) -> None:
    for top in ({"event": "response"}, {}):
        found = seen(tap(data), **top)
        assert (found["kind"], found.get("language")) == (kind, language)


def test_the_start_word_overrules_nothing_else() -> None:
    assert seen(tap(START_WORD, "action"), event="response")["kind"] == "response"
    assert seen(tap(START_WORD), event="message") == {
        "channel": "maap", "kind": "message", "event": "message", "contact": {"msisdn": NUMBER}, "content": None,
    }  # fmt: skip
    assert seen({"textMessage": START_WORD})["kind"] == "message"
    assert seen({"textMessage": "x"}, event="closeChat")["kind"] == "unknown"
    assert seen({"textMessage": "x"}, event=7)["kind"] == "message"


@pytest.mark.parametrize(
    ("rcs", "top", "kind"),
    [
        ({"textMessage": "a", "isTyping": "active"}, {}, "message"),
        ({"suggestedResponse": {}}, {}, "response"),
        ({"sharedData": {}, "status": "sent"}, {}, "response"),
        ({"isTyping": "idle", "status": "sent"}, {}, "isTyping"),
        ({"status": "odd"}, {"file": {}}, "messageStatus"),
        (None, {"file": {}}, "fileStatus"),
        (None, {}, "unknown"),
        ({"textMessage": None}, {}, "unknown"),
        ({"textMessage": 5}, {}, "unknown"),
    ],
)
def test_the_kind_without_a_word(rcs: object, top: dict[str, object], kind: str) -> None:
    assert seen(rcs, **top)["kind"] == kind


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ({"userContact": "33639980001"}, {"msisdn": NUMBER}),
        ({"userContact": " 33639980001"}, {"msisdn": NUMBER}),
        ({"userContact": "0639980001"}, None),
        ({"userContact": "sip:a@b"}, None),
        ({"userContact": 33639980001}, None),
        ({"userContact": None, "chatId": "tk-1"}, {"chat_id": "tk-1"}),
        ({"userContact": NUMBER, "chatId": "tk-1"}, {"msisdn": NUMBER, "chat_id": "tk-1"}),
        ("tk-1", {"chat_id": "tk-1"}),
        ("33639980001", {"msisdn": NUMBER}),
        ([NUMBER], None),
        (7, None),
    ],
)
def test_contacts_are_read_leniently(contact: object, expected: object) -> None:
    assert seen({"textMessage": "a"}, contact).get("contact") == expected


@pytest.mark.parametrize(
    ("pos", "expected"),
    [
        ("48.85 2.35", (48.85, 2.35)),
        ("-90 180", (-90.0, 180.0)),
        ("+1.5 -0.25", (1.5, -0.25)),
        ("91 0", None),
        ("0 181", None),
        ("48.85,2.35", None),
        ("48.85", None),
        ("48.85 2.35 10", None),
        ("1e1 2", None),
        ("٤٨ ٢", None),
        (48.85, None),
        (None, None),
    ],
)
def test_positions(pos: object, expected: tuple[float, float] | None) -> None:
    found = seen({"geolocationPushMessage": {"pos": pos, "label": "x"}}, event="message")
    assert found["content"] == "location"
    place = found.get("location")
    assert (None if place is None else (place["latitude"], place["longitude"])) == expected


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("busy", None, {"code": None, "text": "busy"}),
        ({"code": "41110"}, None, {"code": 41110, "text": None}),
        ({"code": "X1", "text": "no"}, None, {"code": None, "text": "no"}),
        ({"code": 41110.0}, None, {"code": 41110, "text": None}),
        ({"code": "9" * 5000, "text": "no"}, None, {"code": None, "text": "no"}),
        ({"code": [], "text": "no"}, None, {"code": None, "text": "no"}),
        (None, {"code": 1, "text": "a"}, {"code": 1, "text": "a"}),
        ("inner", {"code": 1}, {"code": None, "text": "inner"}),
        (7, "outer", {"code": None, "text": "outer"}),
        (None, None, None),
        ({}, None, None),
    ],
)
def test_reasons(inner: object, outer: object, expected: object) -> None:
    found = seen({"status": "failed", "reason": inner}, event="messageStatus", reason=outer)
    assert found.get("reason") == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("cancelled", "canceled"), ("canceled", "canceled"), ("read", "displayed"), ("odd", "unknown"), (5, None)],
)
def test_status_words(word: object, expected: object) -> None:
    assert seen({"status": word}, event="messageStatus").get("status") == expected


@pytest.mark.parametrize("word", ["pending", "ready", "failed", "expired", "odd", None])
def test_file_status_words(word: object) -> None:
    found = seen(file={"fileId": "f", "status": word}, event="fileStatus")
    assert found.get("status") == ("unknown" if word == "odd" else word)
    assert found["file"] == {"id": "f"}


def test_the_flat_form_of_a_response_counts() -> None:
    flat = {"suggestedResponse": {"action": {"displayText": "Go", "postback": {"data": "x"}}}}
    assert seen(flat, event="response")["tap"] == "action"


def test_members_of_wrong_types_count_as_absent_and_the_rest_stays() -> None:
    odd = {
        "msgId": 7,
        "timestamp": "soon",
        "fileMessage": {"fileUrl": "https://a.example", "fileSize": "big", "fileName": None, "playingLength": 2.5},
        "suggestedResponse": "no",
    }
    found = seen(odd, event="message", reason=False, file=[])
    assert found == {
        "channel": "maap", "kind": "message", "event": "message", "contact": {"msisdn": NUMBER},
        "content": "file", "file": {"url": "https://a.example"},
    }  # fmt: skip
    device = {"deviceSpecifics": {"deviceModel": 5, "clientVendor": "A", "batteryRemainingMinutes": "x", "os": "y"}}
    assert seen({"sharedData": device})["device"] == {"clientVendor": "A", "os": "y"}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"[]", b"null", b'"a"', b"1", b"{", b"{}x", b"{} {}", b'{"a":NaN}', b'{"a":Infinity}', b"{'a':1}",
        b'{"a":1,}', b"\xef\xbb\xbf{}", b'{"a":"\xff"}', b"// x\n{}", b'{"a":01}', b'{"a":"\n"}', b"\xff\xfe{\0}\0",
        b'{"event":"message","textMessage":"\xe9"}',
    ],
)  # fmt: skip
def test_what_is_not_a_json_object_is_malformed(raw: bytes) -> None:
    with pytest.raises(BodyMalformed):
        parse(raw)


def test_a_body_may_have_250_kb_and_not_a_byte_more() -> None:
    start = body({"textMessage": "x"}, event="message")
    assert parse(start + b" " * (256_000 - len(start))).kind == "message"
    with pytest.raises(BodyTooLarge):
        parse(start + b" " * (256_001 - len(start)))


@pytest.mark.parametrize(
    "odd",
    [
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        "[" * 250 + "]" * 250,
        "9" * 5_000,
        "1e999",
        "-1e999",
        '"\\ud800"',
        '"\\udc00\\ud800"',
        "9" * 300,
    ],
)
@pytest.mark.parametrize(
    "member", ["x", "msgId", "fileMessage", "sharedData", "file_size", "battery", "radius", "code"]
)
def test_nesting_numbers_and_half_surrogates_break_nothing(member: str, odd: str) -> None:
    shapes = {
        "file_size": '"fileMessage":{"fileSize":%s}',
        "battery": '"sharedData":{"deviceSpecifics":{"batteryRemainingMinutes":%s}}',
        "radius": '"geolocationPushMessage":{"pos":"1 2","radius":%s}',
        "code": '"status":"failed","reason":{"code":%s}',
    }
    inner = shapes.get(member, f'"{member}":%s') % odd
    raw = f'{{"RCSMessage":{{{inner}}}}}'.encode()
    try:
        found = parse(raw)
    except InboundRefused:
        return
    json.dumps(shown(found), allow_nan=False).encode()
    msgspec.json.encode(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        "RCSMessage",
        "messageContact",
        "event",
        "file",
        "reason",
        "msgId",
        "timestamp",
        "textMessage",
        "fileMessage",
        "geolocationPushMessage",
        "suggestedResponse",
        "response",
        "reply",
        "action",
        "displayText",
        "postback",
        "data",
        "sharedData",
        "deviceSpecifics",
        "isTyping",
        "status",
        "userContact",
        "chatId",
        "code",
        "text",
        "pos",
        "radius",
        "label",
        "fileUrl",
        "fileSize",
        "playingLength",
        "validity",
        "fileId",
    ]
)
WORDS = st.sampled_from(["message", "response", "newUser", "alias", "messageStatus", "fileStatus", START_WORD, NUMBER])
EVENTS = st.recursive(JSON | WORDS, lambda inner: st.dictionaries(NAMES, inner, max_size=6), max_leaves=14).filter(
    lambda value: isinstance(value, dict)
)


@given(EVENTS)
@settings(max_examples=400)
def test_the_fast_and_the_lenient_reader_agree(event: dict[str, Any]) -> None:
    raw = json.dumps(event).encode()
    try:
        slow = decode_leniently(raw)
    except msgspec.DecodeError:
        with pytest.raises(msgspec.DecodeError):
            decode_fast(raw)
        return
    try:
        fast = decode_fast(raw)
    except msgspec.ValidationError:
        fast = slow
    assert fast == slow
    assert isinstance(slow, EventShape)


@given(EVENTS | st.binary().map(lambda raw: {"x": raw.hex()}), st.data())
@settings(max_examples=300)
def test_any_bytes_are_an_event_or_refused(event: dict[str, Any], data: st.DataObject) -> None:
    raw = bytearray(json.dumps(event, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = parse(bytes(raw))
    except BodyMalformed:
        return
    assert isinstance(json.loads(raw.decode()), dict)
    json.dumps(shown(found), allow_nan=False).encode()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Incoming) == found


@given(st.binary(max_size=200))
def test_pure_noise_is_refused_or_read(raw: bytes) -> None:
    try:
        assert isinstance(parse(raw), Incoming)
    except InboundRefused:
        assert True
