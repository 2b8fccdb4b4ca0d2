"""The operator's validator: each fault gives its code, what is right passes, lenient takes what only some refuse."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rbm_bots.emulator.refusals import CallRefused, refusal_body, refusal_status
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.emulator.validate import Posted, read_send, read_status

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
STRICT, LENIENT = EmulatorSettings(), EmulatorSettings(strict=False)
CONTACT = {"userContact": "+33639980001"}
MEDIA = {
    "mediaUrl": "https://a.example/a.jpg",
    "mediaContentType": "image/jpeg",
    "mediaFileSize": 4,
    "height": "TALL_HEIGHT",
}


def read(message: Any, settings: EmulatorSettings = STRICT, contact: Any = None) -> Posted:
    body = {"RCSMessage": message, "messageContact": CONTACT if contact is None else contact}
    return read_send(json.dumps(body).encode(), settings, NOW)


def code_of(message: Any, settings: EmulatorSettings = STRICT, contact: Any = None) -> int | str:
    """The code of the refusal; ``fine`` when there is none."""
    try:
        read(message, settings, contact)
    except CallRefused as refusal:
        return refusal.number
    return "fine"


def chips(*suggestions: Any) -> dict[str, Any]:
    return {"textMessage": "?", "suggestedChipList": {"suggestions": list(suggestions)}}


def reply(label: str = "Oui", data: str = "y") -> dict[str, Any]:
    return {"reply": {"displayText": label, "postback": {"data": data}}}


def action(**category: Any) -> dict[str, Any]:
    return {"action": {"displayText": "Faire", "postback": {"data": "a"}, **category}}


def card(content: Any = None, **layout: Any) -> dict[str, Any]:
    made = {
        "layout": layout or {"cardOrientation": "VERTICAL"},
        "content": {"title": "T"} if content is None else content,
    }
    return {"richcardMessage": {"message": {"generalPurposeCard": made}}}


def carousel(*cards: Any, width: str | None = "MEDIUM_WIDTH") -> dict[str, Any]:
    layout = {} if width is None else {"cardWidth": width}
    return {"richcardMessage": {"message": {"generalPurposeCardCarousel": {"layout": layout, "content": list(cards)}}}}


def place(**location: Any) -> dict[str, Any]:
    return chips(action(mapAction={"showLocation": {"location": location}}))


def meeting(**changed: Any) -> dict[str, Any]:
    event = {"startTime": "2026-01-16T07:00:00+01:00", "endTime": "2026-01-16T08:00:00Z", "title": "T", **changed}
    return chips(action(calendarAction={"createCalendarEvent": {k: v for k, v in event.items() if v is not None}}))


def without(member: str) -> dict[str, Any]:
    media = copy.deepcopy(MEDIA)
    del media[member]
    return card({"media": media})


T = {"title": "T"}
URL = action(urlAction={"openUrl": {"url": "https://a.example/"}})
GEO, FILE, AUDIO = "geolocationPushMessage", "fileMessage", "audioMessage"

FAULTS: list[tuple[str, Any, int]] = [
    ("no content", {}, 42008),
    ("unknown content", {"videoMessage": {}}, 42009),
    ("two contents", {"textMessage": "a", FILE: {"fileUrl": "https://a.example/a"}}, 42010),
    ("content and typing", {"textMessage": "a", "isTyping": "active"}, 42010),
    ("typing word", {"isTyping": "yes"}, 42012),
    ("traffic type", {"textMessage": "a", "trafficType": "spam"}, 42013),
    ("chips alone", {"suggestedChipList": {"suggestions": [reply()]}}, 42014),
    ("chips with typing", {"isTyping": "active", "suggestedChipList": {"suggestions": [reply()]}}, 42014),
    ("empty text", {"textMessage": ""}, 42015),
    ("text of another type", {"textMessage": 4}, 42002),
    ("long text", {"textMessage": "x" * 2501}, 42002),
    ("no message", [], 42002),
    ("expiry malformed", {"textMessage": "a", "expiry": "tomorrow"}, 42207),
    ("expiry naive", {"textMessage": "a", "expiry": "2026-01-16T10:00:00"}, 42207),
    ("expiry past", {"textMessage": "a", "expiry": "2026-01-15T10:00:00Z"}, 42208),
    ("file without url", {FILE: {"fileName": "a"}}, 42101),
    ("file over http", {FILE: {"fileUrl": "http://a.example/a"}}, 42002),
    ("file size", {FILE: {"fileUrl": "https://a.example/a", "fileSize": -1}}, 42206),
    ("file size as text", {FILE: {"fileUrl": "https://a.example/a", "fileSize": "1"}}, 42002),
    ("bare thumbnail", {FILE: {"fileUrl": "https://a.example/a", "thumbnailUrl": "https://a.example/t"}}, 42100),
    ("audio without url", {AUDIO: {}}, 42102),
    ("audio length", {AUDIO: {"fileUrl": "https://a.example/a", "playingLength": "5"}}, 42002),
    ("place without pos", {GEO: {"label": "a"}}, 42103),
    ("pos with comma", {GEO: {"pos": "48.85,2.35"}}, 42002),
    ("pos with two blanks", {GEO: {"pos": "48.85  2.35"}}, 42002),
    ("pos out of range", {GEO: {"pos": "91 2"}}, 42002),
    ("pos not numbers", {GEO: {"pos": "inf nan"}}, 42002),
    ("place label", {GEO: {"pos": "48.85 2.35", "label": "x" * 201}}, 42201),
    ("place time", {GEO: {"pos": "48.85 2.35", "timestamp": "now"}}, 42003),
    ("no card", {"richcardMessage": {"message": {}}}, 42031),
    ("card of another type", {"richcardMessage": {"message": {"generalPurposeCard": []}}}, 42031),
    ("both", {"richcardMessage": {"message": {"generalPurposeCard": {}, "generalPurposeCardCarousel": {}}}}, 42032),
    ("too many cards", carousel(*[T] * 11), 42033),
    ("one card", carousel(T), 42002),
    ("no cards", carousel(), 42035),
    ("card of a carousel", carousel(T, "T"), 42035),
    ("no layout", {"richcardMessage": {"message": {"generalPurposeCard": {"content": T}}}}, 42034),
    ("no content of a card", {"richcardMessage": {"message": {"generalPurposeCard": {"layout": {}}}}}, 42035),
    ("orientation", card(cardOrientation="DIAGONAL"), 42036),
    ("empty layout", {"richcardMessage": {"message": {"generalPurposeCard": {"layout": {}, "content": T}}}}, 42036),
    ("alignment missing", card(cardOrientation="HORIZONTAL"), 42037),
    ("alignment wrong", card(cardOrientation="HORIZONTAL", imageAlignment="TOP"), 42038),
    ("alignment on vertical", card(cardOrientation="VERTICAL", imageAlignment="LEFT"), 42039),
    ("width missing", carousel(T, T, width=None), 42040),
    ("width wrong", carousel(T, T, width="WIDE"), 42040),
    ("tall and small", carousel({"media": MEDIA}, T, width="SMALL_WIDTH"), 42041),
    ("card of suggestions only", card({"suggestions": [reply()]}), 42042),
    ("card title", card({"title": "x" * 201}), 42203),
    ("empty title", card({"title": ""}), 42203),
    ("card description", card({"description": "x" * 2001}), 42204),
    ("content description", card({"media": {**MEDIA, "contentDescription": "x" * 201}}), 42202),
    ("media url", without("mediaUrl"), 42104),
    ("media type", without("mediaContentType"), 42105),
    ("media size", without("mediaFileSize"), 42106),
    ("media size negative", card({"media": {**MEDIA, "mediaFileSize": -1}}), 42206),
    ("media height", without("height"), 42107),
    ("media height as number", card({"media": {**MEDIA, "height": 168}}), 42107),
    ("media thumbnail", card({"media": {**MEDIA, "thumbnailUrl": "https://a.example/t"}}), 42100),
    ("empty chips", chips(), 42043),
    ("empty suggestions of a card", card({**T, "suggestions": []}), 42043),
    ("12 chips", chips(*[reply()] * 12), 42044),
    ("neither", chips({}), 42045),
    ("not an object", chips("Oui"), 42045),
    ("both kinds", chips({**reply(), **URL}), 42046),
    ("two categories", chips(action(urlAction={}, mapAction={})), 42047),
    ("5 suggestions of a card", card({**T, "suggestions": [reply()] * 5}), 42048),
    ("postback too long", chips(reply(data="x" * 2049)), 42049),
    ("postback without data", chips({"reply": {"displayText": "a", "postback": {}}}), 42108),
    ("label missing", chips({"reply": {"postback": {"data": "a"}}}), 42002),
    ("label too long", chips(reply("x" * 26)), 42002),
    ("no category", chips(action()), 42050),
    ("vendor category", chips(action(shareAction={})), 42050),
    ("url missing", chips(action(urlAction={"openUrl": {}})), 42050),
    ("url with a blank", chips(action(urlAction={"openUrl": {"url": "https://a b/"}})), 42050),
    ("url without scheme", chips(action(urlAction={"openUrl": {"url": "a.example"}})), 42050),
    ("empty dialer", chips({**action(dialerAction={}), "dialerAction": {"dialPhoneNumber": {}}}), 42051),
    ("two dialers", chips(action(dialerAction={"dialVideoCall": {}, "dialPhoneNumber": {}})), 42051),
    ("no number", chips(action(dialerAction={"dialPhoneNumber": {}})), 42051),
    ("subject", chips(action(dialerAction={"dialEnrichedCall": {"phoneNumber": "1", "subject": "x" * 61}})), 42051),
    ("place as text", place(latitude="48.8", longitude="2.3"), 42052),
    ("half a place", place(latitude=48.8), 42052),
    ("place and query", place(latitude=48.8, longitude=2.3, query="a"), 42052),
    ("nowhere", place(label="a"), 42052),
    ("map label", place(query="a", label="x" * 101), 42052),
    ("map query", place(query="x" * 201), 42052),
    ("meeting without title", meeting(title=None), 42053),
    ("meeting without end", meeting(endTime=None), 42053),
    ("meeting at no time", meeting(startTime="noon"), 42003),
    ("meeting title", meeting(title="x" * 101), 42053),
    ("meeting description", meeting(description="x" * 501), 42053),
    ("compose", chips(action(composeAction={"composeTextMessage": {"phoneNumber": "1", "text": "x" * 101}})), 42054),
    ("record", chips(action(composeAction={"composeRecordingMessage": {"phoneNumber": "1", "type": "SONG"}})), 42054),
    ("record what", chips(action(composeAction={"composeRecordingMessage": {"phoneNumber": "1"}})), 42054),
    ("device", chips(action(deviceAction={})), 42055),
    ("settings", chips(action(settingsAction={"enableDisplayNotifications": {}})), 42056),
]


@pytest.mark.parametrize(("message", "code"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_fault_gives_its_code(message: Any, code: int) -> None:
    assert code_of(message) == code


def test_many_faults_were_tried() -> None:
    assert len({code for _, _, code in FAULTS}) > 45


RIGHT: list[Any] = [
    {"textMessage": "x" * 2500, "trafficType": "plugin", "expiry": "2026-01-15T10:00:00.001Z", "vendorMember": {}},
    {"textMessage": "👍" * 2500},
    {"isTyping": "idle"},
    card({"title": "é" * 200, "description": "x" * 2000, "suggestions": [reply()] * 4}),
    card({"media": MEDIA}, cardOrientation="HORIZONTAL", imageAlignment="RIGHT"),
    carousel(*[{"media": MEDIA}] * 10),
    chips(*[reply("x" * 25, "x" * 2048)] * 11),
    chips({"reply": {"displayText": "sans postback"}}, reply(data="")),
    place(latitude=-90, longitude=180.0, label="x" * 100),
    meeting(description="x" * 500),
    {GEO: {"pos": "-48.85 +2.35", "radius": 0, "timeOffset": -60}},
    {FILE: {"fileUrl": "https://a.example/a", "fileName": None, "thumbnailUrl": None, "thumbnailFileSize": None}},
]


@pytest.mark.parametrize("message", RIGHT, ids=range(len(RIGHT)))
def test_what_is_right_passes(message: Any) -> None:
    assert code_of(message) == "fine"


CONTACTS: list[tuple[Any, int | str]] = [
    ({}, 42004), ({"chatId": ""}, 42004), ("+33639980001", 42002), ({"userContact": "33639980001"}, 42005),
    ({"userContact": "+0639980001"}, 42005), ({"userContact": "+33 639980001"}, 42005), ({"userContact": 7}, 42005),
    ({"userContact": None, "chatId": "tk"}, "fine"), ({**CONTACT, "chatId": "tk"}, "fine"),
]  # fmt: skip


@pytest.mark.parametrize(("contact", "code"), CONTACTS, ids=range(len(CONTACTS)))
def test_whom_a_message_is_for(contact: Any, code: int | str) -> None:
    assert code_of({"textMessage": "a"}, contact=contact) == code


def test_lenient_takes_what_only_some_refuse() -> None:
    posted = read(chips(reply("x" * 30)), LENIENT, "+33639980001")
    assert (posted.contact, posted.suggestions[0]["reply"]["displayText"]) == (CONTACT, "x" * 25)
    assert read({"textMessage": "a"}, LENIENT, "tk-1").contact == {"chatId": "tk-1"}
    for message in (
        {"textMessage": "x" * 9000},
        card({**T, "suggestions": [reply()] * 11}),
        carousel(*[T] * 12),
        card({"media": {**MEDIA, "height": 168}}),
        card(cardOrientation="VERTICAL", imageAlignment="LEFT"),
        chips(action(shareAction={})),
    ):
        assert code_of(message, LENIENT) == "fine", message
    assert code_of(carousel(*[T] * 13), LENIENT) == 42033
    assert read_status(b'{"RCSMessage": {"status": "read"}}', LENIENT) == "displayed"


def test_profiles_move_the_limits() -> None:
    v8, v11 = EmulatorSettings(profile="v8"), EmulatorSettings(profile="v11")
    assert code_of(carousel(T, T, width=None), v8) == "fine"
    assert code_of(card({**T, "suggestions": [reply()] * 11}), v8) == "fine"
    assert code_of(chips(action(composeAction={"composeRecordingMessage": {"phoneNumber": "1"}})), v8) == "fine"
    assert code_of(carousel(*[T] * 12), v11) == "fine"
    assert code_of(chips(URL), v11) == 42050
    opened = {"url": "https://a.example/", "application": "webview", "viewMode": "half"}
    assert code_of(chips(action(urlAction={"openUrl": opened})), v11) == "fine"
    for wrong in ({"application": "app"}, {"viewMode": "huge"}, {"parameters": "x" * 201}):
        assert code_of(chips(action(urlAction={"openUrl": {**opened, **wrong}})), v11) == 42050


def test_nulls_may_be_refused_and_traffic_types_be_open() -> None:
    assert code_of({"textMessage": "a", "expiry": None}, EmulatorSettings(null_members="refused")) == 42002
    assert code_of({"textMessage": "a", "trafficType": "spam"}, EmulatorSettings(traffic_types="any")) == "fine"


@pytest.mark.parametrize(
    ("word", "read_as"), [("cancelled", "canceled"), ("canceled", "canceled"), ("displayed", "displayed")]
)
def test_both_spellings_of_a_revocation(word: str, read_as: str) -> None:
    assert read_status(json.dumps({"RCSMessage": {"status": word}}).encode(), STRICT) == read_as


@pytest.mark.parametrize("body", ["{}", '{"RCSMessage": {}}', '{"RCSMessage": {"status": "revoked"}}'])
def test_another_status_is_refused(body: str) -> None:
    with pytest.raises(CallRefused):
        read_status(body.encode(), STRICT)


@pytest.mark.parametrize(
    ("code", "http"),
    [(40001, 401), (40006, 403), (41000, 500), (41003, 429), (41008, 409), (41104, 503), (41110, 404), (41117, 409),
     (41211, 404), (41300, 400), (42007, 403), (42044, 400), (42601, 429)],
)  # fmt: skip
def test_a_code_has_its_http_status(code: int, http: int) -> None:
    refusal = CallRefused("x", origin="platform", number=code)
    assert refusal_status(refusal, STRICT) == http
    assert refusal_status(refusal, EmulatorSettings(platform_codes={str(code): 418})) == 418


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("reason", {"reason": {"code": 42044, "text": "x"}}),
        ("message_reason", {"RCSMessage": {"reason": "x"}}),
        ("error", {"error": {"code": 42044, "message": "x", "status": 400}}),
        ("gateway", {"code": 42044, "message": "Refused", "description": "x"}),
    ],
)
def test_the_shape_of_a_refusal_is_a_setting(shape: Any, body: Any) -> None:
    assert refusal_body(CallRefused("x", origin="platform", number=42044), EmulatorSettings(error_shape=shape)) == body
