"""Every worked request of the API, sent by the client as it is written, and every worked refusal."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.auth import jwt

from rbm_bots.addresses import Address
from rbm_bots.channels.maap import errors as e
from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.replies import Accepted, BulkResult, FileInfo, StatusReply
from rbm_bots.messages import (
    Audio,
    CalendarEvent,
    Card,
    Carousel,
    ComposeRecording,
    ComposeText,
    Dial,
    DialEnriched,
    DialVideo,
    DisableAnonymization,
    EnableDisplayed,
    FileContent,
    Media,
    Message,
    OpenUrl,
    Place,
    Reply,
    RequestDevice,
    RequestLocation,
    RichCard,
    ShowPlace,
    Thumbnail,
)
from tests.integration.channels.maap.platform import (
    BULK,
    CASES,
    HI,
    NOBODY,
    NOW,
    PARIS,
    SHOP,
    USER,
    Bench,
    Received,
    bot,
    text,
)


def jpeg(name: str, size: int, **more: Any) -> Media:
    return Media(url=f"https://cdn.example/{name}.jpg", mime_type="image/jpeg", size=size, **more)


CAKES = Carousel(
    cards=(
        Card(
            title="Tarte aux pommes",
            media=jpeg("a", 40000, height="tall"),
            suggestions=(Reply(label="Choisir", postback="pick:1"),),
        ),
        Card(
            title="Éclair au café",
            media=jpeg("b", 41000, height="tall"),
            suggestions=(Reply(label="Choisir", postback="pick:2"),),
        ),
    )
)
GALETTE = RichCard(
    card=Card(
        title="Galette des rois",
        text="6 parts, 18 €",
        media=jpeg(
            "galette",
            120331,
            alt="Une galette",
            thumbnail=Thumbnail(url="https://cdn.example/galette-t.jpg", mime_type="image/jpeg", size=6120),
        ),
        suggestions=(
            Reply(label="Réserver", postback="book:galette"),
            OpenUrl(label="En savoir plus", postback="a:galette", url="https://bakery.example/galette"),
        ),
    )
)
NINE_CHIPS = (
    Reply(label="Commander", postback="order"),
    OpenUrl(label="Voir la carte", postback="a:menu", url="https://bakery.example/menu"),
    Dial(label="Appeler", postback="a:call", phone=SHOP, fallback_url="https://bakery.example/tel"),
    DialEnriched(label="Appel enrichi", postback="a:ecall", phone=SHOP, subject="Commande 4711"),
    DialVideo(label="Appel vidéo", postback="a:vcall", phone=SHOP),
    ShowPlace(
        label="Voir le plan", postback="a:map", latitude=48.8566, longitude=2.3522, name="La boulangerie",
        fallback_url="https://bakery.example/plan",
    ),
    ShowPlace(label="Chercher autour", postback="a:near", query="boulangerie"),
    RequestLocation(label="Ma position", postback="a:loc"),
    CalendarEvent(
        label="Ajouter au calendrier", postback="a:cal", title="Retrait", description="Commande 4711",
        start=datetime(2026, 1, 16, 7, tzinfo=PARIS), end=datetime(2026, 1, 16, 7, 30, tzinfo=PARIS),
    ),
)  # fmt: skip
FIVE_CHIPS = (
    ComposeText(label="Écrire", postback="a:txt", phone="+33639980009", text="Je confirme."),
    ComposeRecording(label="Enregistrer", postback="a:rec", phone="+33639980009", media="audio"),
    RequestDevice(label="Mon téléphone", postback="a:dev"),
    DisableAnonymization(label="Donner mon numéro", postback="a:anon"),
    EnableDisplayed(label="Accusés de lecture", postback="a:read"),
)
INVOICE = FileContent(
    url="https://cdn.example/fact-4711.pdf",
    name="fact-4711.pdf",
    mime_type="application/pdf",
    size=83211,
    thumbnail=Thumbnail(
        url="https://cdn.example/fact-4711.jpg", name="fact-4711.jpg", mime_type="image/jpeg", size=4096
    ),
)
THANKS = Audio(url="https://cdn.example/merci.amr", name="merci.amr", mime_type="audio/amr", size=9120, duration=6)
BAKERY = Place(
    latitude=48.8566, longitude=2.3522, label="La boulangerie", timestamp=NOW, expiry=NOW + timedelta(days=1),
    offset=60, radius=10,
)  # fmt: skip

Act = Callable[[MaapClient], Awaitable[object]]


def sending(message: Message, address: Address = USER) -> Act:
    return lambda client: client.send(bot(), address, message)


NIGHT = {
    "bulk capability start (22:30 Paris time)": datetime(2026, 1, 15, 21, 30, tzinfo=UTC),
    "bulk capability result (22:35 Paris time, job done)": datetime(2026, 1, 15, 21, 35, tzinfo=UTC),
}
WORKED: dict[str, Act] = {
    "text with traffic type and expiry": sending(
        text("Votre commande 4711 est prête.", traffic_type="payment", expires_at=NOW + timedelta(days=1))
    ),
    "text to a number without RCS (event failed, 41110, follows)": sending(
        text("Votre commande 4712 est prête."), NOBODY
    ),
    "text to an anonymous user": sending(text("Bonjour !"), Address(chat_id="tk-5f2c")),
    "text with chips: reply, URL, three calls, map by position, map by query, location request, calendar": sending(
        text("Que souhaitez-vous faire ?", chips=NINE_CHIPS)
    ),
    "text with chips: compose text, compose recording, device data, two settings": sending(
        text("Encore…", chips=FIVE_CHIPS)
    ),
    "file": sending(Message(content=INVOICE)),
    "audio": sending(Message(content=THANKS)),
    "location": sending(Message(content=BAKERY)),
    "rich card, vertical, with card suggestions and chips": sending(
        Message(content=GALETTE, chips=(Reply(label="Menu", postback="menu"),))
    ),
    "rich card, horizontal": sending(
        Message(
            content=RichCard(
                layout="horizontal",
                image_side="left",
                card=Card(title="Pain au levain", media=jpeg("pain", 50210, height="short")),
            )
        )
    ),
    "carousel": sending(Message(content=CAKES)),
    "typing": lambda client: client.typing(bot(), USER),
    "status query": lambda client: client.status(bot(), "m-0001"),
    "read report for an inbound message": lambda client: client.read_report(bot(), "in-0042"),
    "revocation of an undelivered message (event revoked follows)": lambda client: client.revoke(bot(), "m-0003"),
    "capability query": lambda client: client.capabilities(bot(), USER),
    "bulk capability start (22:30 Paris time)": lambda client: client.start_bulk(bot(), BULK),
    "bulk capability result (22:35 Paris time, job done)": lambda client: client.bulk_result(bot()),
    "upload by content": lambda client: client.upload(
        bot(), content=b"{file_bytes}", name="galette.jpg", mime_type="image/jpeg"
    ),
    "upload by URL": lambda client: client.upload_from_url(
        bot(), url="https://cdn.example/galette.jpg", mime_type="image/jpeg"
    ),
    "file information": lambda client: client.file_info(bot(), "f-7f3a"),
    "file deletion": lambda client: client.delete_file(bot(), "f-7f3a"),
}
RESULTS: dict[str, object] = {
    "carousel": Accepted(message_id="m-0011", at=NOW),
    "status query": StatusReply(status="delivered", at=NOW + timedelta(seconds=3, milliseconds=410)),
    "capability query": frozenset({"chat", "fileTransfer", "geolocationPush", "chatBotCommunication"}),
    "bulk capability result (22:35 Paris time, job done)": BulkResult(
        state="completed",
        enabled=frozenset(BULK[:1]),
        disabled=frozenset(BULK[1:]),
        capabilities={BULK[0]: frozenset({"chat", "chatBotCommunication"}), BULK[1]: frozenset()},
    ),
    "upload by content": FileInfo(id="f-7f3a", status="pending"),
    "file information": FileInfo(
        id="f-7f3a",
        url="https://files.bothub.example/f-7f3a.jpg",
        size=120331,
        status="ready",
        valid_until=datetime(2026, 2, 14, 10, tzinfo=UTC),
    ),
}
REFUSED: dict[str, tuple[Act, type[Exception]]] = {
    "error: OAuth token missing": (sending(HI), e.TokenRefused),
    "error: OAuth token expired": (sending(HI), e.TokenRefused),
    "error: over quota (1,801st call within a minute)": (sending(HI), e.OverQuota),
    "error: JWT signature wrong": (sending(HI), e.JwtRefused),
    "error: number without leading +": (sending(HI), e.MessageMalformed),
    "error: 12 chips": (sending(HI), e.MessageMalformed),
    "bulk capability start outside the time slot (14:00 Paris time)": (
        lambda client: client.start_bulk(bot(), BULK),
        e.BulkClosed,
    ),
}


def test_every_worked_request_is_played() -> None:
    names = {case["name"] for case in CASES}
    assert names == {*WORKED, *REFUSED, "OAuth token"}
    assert len(WORKED) == 22


def parts(body: bytes, content_type: str) -> list[tuple[str, str | None, str, bytes]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    found = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in found.iter_parts()
    ]


def assert_same_request(call: Received, case: dict[str, Any]) -> None:
    assert (call.method, call.path) == (case["method"], case["path"])
    for name, value in case["headers"].items():
        sent = call.headers[name.title()]
        if "{gsma_jwt}" in value:
            claims = jwt.decode(sent.removeprefix("Bearer "), verify=False)
            assert claims["iss"] == "bakery.demo@bots.example"
        elif not value.startswith("multipart"):
            assert sent == value, name
    if isinstance(case["body"], str):
        expected = parts(case["body"].encode(), case["headers"]["Content-Type"])
        assert len(expected) == 3
        assert parts(call.body, call.headers["Content-Type"]) == expected
    elif case["body"] is None:
        assert call.body == b""
    else:
        assert json.loads(call.body) == case["body"]


@pytest.mark.parametrize("case", [case for case in CASES if case["name"] in WORKED], ids=lambda case: case["name"])
async def test_a_worked_request_is_sent_as_written(case: dict[str, Any], bench: Bench) -> None:
    name = case["name"]
    bench.clock.move_to(NIGHT.get(name, NOW))
    bench.platform.replies = [(case["reply_status"], case["reply_body"])]
    result = await WORKED[name](bench.client(caps_in_production=True))
    [call] = bench.platform.received
    assert_same_request(call, case)
    if name in RESULTS:
        assert result == RESULTS[name]


@pytest.mark.parametrize("case", [case for case in CASES if case["name"] in REFUSED], ids=lambda case: case["name"])
async def test_a_worked_refusal_has_its_class(case: dict[str, Any], bench: Bench) -> None:
    act, cls = REFUSED[case["name"]]
    bench.platform.replies = [(case["reply_status"], case["reply_body"])] * 2
    bench.clock.move_to(datetime(2026, 1, 15, 21, 30, tzinfo=UTC))
    with pytest.raises(cls) as raised:
        await act(bench.client())
    assert raised.value.http == case["reply_status"]
    assert raised.value.request_id == "req-7"
