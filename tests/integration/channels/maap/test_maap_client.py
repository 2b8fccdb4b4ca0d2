"""The client against real sockets: every worked request of the API, and every way a call can go wrong."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from pydantic import SecretStr

from rbm_bots.addresses import Address
from rbm_bots.channels.maap import errors as e
from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.replies import Accepted, BulkResult, FileInfo, StatusReply
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot, MaapSettings
from rbm_bots.channels.maap.webhook_auth import NoAuth
from rbm_bots.clock import FixedClock
from rbm_bots.errors import NotSent, OutcomeUnknown, SettingsError
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
    Text,
    Thumbnail,
)

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[3] / "cases" / "maap-requests.json").read_text())
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))
USER, NOBODY = Address(msisdn="+33639980001"), Address(msisdn="+33639980002")
SHOP = "+33199000010"
HI = Message(content=Text(text="Bonjour"))
OK = {"RCSMessage": {"msgId": "m-1", "status": "pending", "timestamp": "2026-01-15T10:00:00.000Z"}}


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem() -> SecretStr:
    form = serialization.PrivateFormat.PKCS8
    return SecretStr(key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


def bot(**changes: Any) -> MaapBot:
    members = {"private_key": private_pem(), "webhook_auth": NoAuth(), **changes}
    return MaapBot(id="bakery", platform_id="bakery.demo@bots.example", application="APP1", **members)


class Received(msgspec.Struct):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Platform:
    """Records each call and answers from a list; the token endpoint hands out the tokens of another."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.replies: list[tuple[int, Any]] = []
        self.tokens = ["OAT-77aa"]
        self.token_status = 200
        self.token_calls: list[Received] = []
        self.reply_headers = {"X-OAPI-Request-Id": "req-7"}
        self.gate: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        call = Received(
            method=request.method,
            path=request.raw_path,
            headers={name.title(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        if request.path.endswith("/token"):
            return await self._token(call)
        self.received.append(call)
        if self.gate is not None:
            await self.gate.wait()
        status, body = self.replies.pop(0) if self.replies else (202, OK)
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=self.reply_headers)

    async def _token(self, call: Received) -> web.Response:
        self.token_calls.append(call)
        await asyncio.sleep(0)
        if self.token_status != 200:
            return web.json_response({"error": "invalid_client"}, status=self.token_status)
        token = self.tokens[min(len(self.token_calls), len(self.tokens)) - 1]
        return web.json_response(
            {"token_type": "Bearer", "access_token": token, "expires_in": "3600", "refresh_token": "R1"}
        )


class Bench:
    """A platform, a client of it, and a clock that moves instead of waiting."""

    def __init__(self, platform: Platform, session: aiohttp.ClientSession, url: str) -> None:
        self.platform, self._session, self._url = platform, session, url
        self.clock = FixedClock(NOW)

    def client(self, **settings: Any) -> MaapClient:
        members = {
            "api_base": f"{self._url}/bothub/v1/gsma",
            "oauth_url": f"{self._url}/oauth/v3/token",
            "timeout_s": 5,
            **settings,
        }
        application = MaapApplication(
            id="APP1", client_id="APP1", client_secret=SecretStr("s3cr3t"), settings=MaapSettings(**members)
        )
        return MaapClient(self._session, application, clock=self.clock)

    def slept(self) -> float:
        return (self.clock.now() - NOW).total_seconds()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    platform = Platform()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Bench(platform, session, f"http://127.0.0.1:{server.port}")


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


def text(words: str, **more: Any) -> Message:
    return Message(content=Text(text=words), **more)


BULK = ["+33639980001", "+33639980002"]
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


async def test_the_token_request_is_sent_as_written(bench: Bench) -> None:
    case = next(case for case in CASES if case["name"] == "OAuth token")
    await bench.client().send(bot(), USER, HI)
    [call] = bench.platform.token_calls
    assert (call.method, call.path, call.body.decode()) == (case["method"], case["path"], case["body"])
    assert all(call.headers[name.title()] == value for name, value in case["headers"].items())


async def test_credentials_may_travel_as_form_members(bench: Bench) -> None:
    await bench.client(oauth_credentials="form").send(bot(), USER, HI)
    [call] = bench.platform.token_calls
    assert call.body == b"grant_type=client_credentials&client_id=APP1&client_secret=s3cr3t"
    assert "Authorization" not in call.headers


async def test_concurrent_calls_share_one_token_request(bench: Bench) -> None:
    client = bench.client()
    await asyncio.gather(*(client.send(bot(), USER, HI) for _ in range(5)))
    assert (len(bench.platform.token_calls), len(bench.platform.received)) == (1, 5)


async def test_a_stale_token_is_renewed_once_and_the_call_repeated(bench: Bench) -> None:
    bench.platform.tokens = ["OAT-stale", "OAT-77aa"]
    stale = {"code": 42, "message": "Expired credentials", "description": "d"}
    bench.platform.replies = [(401, stale), (202, OK)]
    assert (await bench.client().send(bot(), USER, HI)).message_id == "m-1"
    sent = [call.headers["Authorization"] for call in bench.platform.received]
    assert sent == ["Bearer OAT-stale", "Bearer OAT-77aa"]


async def test_a_secret_that_stays_wrong_costs_one_token_a_minute(bench: Bench) -> None:
    client = bench.client()
    bench.platform.replies = [(401, {"code": 41, "message": "m"})] * 20
    for _ in range(5):
        with pytest.raises(e.TokenRefused):
            await client.send(bot(), USER, HI)
    assert (len(bench.platform.token_calls), len(bench.platform.received)) == (2, 6)


async def test_a_refused_jwt_is_signed_anew_and_the_token_kept(bench: Bench) -> None:
    refused = {"reason": {"code": 40004, "text": "expired"}}
    bench.platform.replies = [(202, OK), (401, refused), (202, OK)]
    client = bench.client()
    await client.send(bot(), USER, HI)
    bench.clock.advance(10)
    await client.send(bot(), USER, HI)
    first, second, third = (call.headers["X-Gsma-Authorization"] for call in bench.platform.received)
    assert first == second != third
    assert len(bench.platform.token_calls) == 1


async def test_gsma_only_with_a_static_token(bench: Bench) -> None:
    client = bench.client(auth_mode="gsma_only", gsma_token="static")
    await client.send(bot(token=SecretStr("T")), USER, HI)
    [call] = bench.platform.received
    assert call.headers["Authorization"] == "Bearer T"
    assert "X-Gsma-Authorization" not in call.headers
    bench.platform.replies = [(401, None)]
    with pytest.raises(e.TokenRefused):
        await client.send(bot(token=SecretStr("T")), USER, HI)
    assert (len(bench.platform.received), len(bench.platform.token_calls)) == (2, 0)


async def test_gsma_only_with_a_jwt(bench: Bench) -> None:
    await bench.client(auth_mode="gsma_only").send(bot(), USER, HI)
    [call] = bench.platform.received
    token = call.headers["Authorization"].removeprefix("Bearer ")
    assert jwt.decode(token, verify=False)["scope"] == "Chatbot message"


async def test_gsma_only_with_its_own_token_endpoint(bench: Bench) -> None:
    client = bench.client(auth_mode="gsma_only", gsma_token="oauth2")
    await client.send(bot(secret=SecretStr("s")), USER, HI)
    bench.clock.advance(3500)
    await client.send(bot(secret=SecretStr("s")), USER, HI)
    first, second = bench.platform.token_calls
    assert first.path == "/oauth2/v1/token"
    assert first.body == b"grant_type=client_credentials&scope=botmessage"
    assert second.body == b"grant_type=refresh_token&refresh_token=R1&scope=botmessage"
    bench.clock.advance(3500)
    bench.platform.token_status = 401
    with pytest.raises(e.TokenRefused):
        await client.send(bot(secret=SecretStr("s")), USER, HI)
    assert [call.body[:25] for call in bench.platform.token_calls[2:]] == [
        b"grant_type=refresh_token&",
        b"grant_type=client_credent",
    ]


async def test_a_missing_key_is_a_settings_error(bench: Bench) -> None:
    with pytest.raises(SettingsError, match="private_key"):
        await bench.client().send(bot(private_key=None), USER, HI)


async def test_without_a_token_nothing_leaves(bench: Bench) -> None:
    bench.platform.token_status = 503
    with pytest.raises(e.NoToken):
        await bench.client().send(bot(), USER, HI)
    assert (len(bench.platform.token_calls), bench.platform.received, bench.slept()) == (4, [], 3.5)


GATEWAY_BUSY = {"code": 6, "message": "m", "description": "d"}


@pytest.mark.parametrize(
    ("status", "body", "cls"),
    [
        (200, {}, e.NoMessageId),
        (202, None, e.NoMessageId),
        (202, "<html>", e.NoMessageId),
        (302, None, e.PlatformFailed),
        (404, None, e.NotOnRcs),
        (403, {"code": 53, "message": "m"}, e.OverQuota),
        (408, None, e.PlatformFailed),
        (500, None, e.PlatformFailed),
        (502, None, e.PlatformFailed),
        (503, None, e.PlatformFailed),
        (503, GATEWAY_BUSY, e.GatewayBusy),
        (504, None, e.PlatformFailed),
    ],
)
async def test_a_send_is_posted_once_whatever_comes_back(
    status: int, body: Any, cls: type[Exception], bench: Bench
) -> None:
    bench.platform.replies = [(status, body)]
    with pytest.raises(cls):
        await bench.client().send(bot(), USER, HI)
    assert (len(bench.platform.received), bench.slept()) == (1, 0)


async def test_any_2xx_with_an_id_is_accepted(bench: Bench) -> None:
    bench.platform.replies = [(200, {"RCSMessage": {"msgId": "x"}, "error": None})]
    assert await bench.client().send(bot(), USER, HI) == Accepted(message_id="x")
    bench.platform.replies = [(200, {})]
    await bench.client().typing(bot(), USER, active=False)  # needs no id
    bench.platform.replies = [(200, {})]
    await bench.client().read_report(bot(), "in-1")


async def test_a_faulty_message_is_never_posted(bench: Bench) -> None:
    for faulty in (text("x" * 2501), text("x", expires_at=NOW)):
        with pytest.raises(e.MessageMalformed):
            await bench.client().send(bot(), USER, faulty)
    assert (bench.platform.received, bench.platform.token_calls) == ([], [])


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_question_is_repeated_with_a_growing_wait(status: int, bench: Bench) -> None:
    bench.platform.replies = [(status, None), (status, GATEWAY_BUSY), (200, {"RCSMessage": {"status": "sent"}})]
    assert (await bench.client().status(bot(), "m-1")).status == "sent"
    assert len(bench.platform.received) == 3
    assert bench.slept() == (60.5 if status == 503 else 1.5)  # the gateway's own 503 asks for a minute


async def test_a_question_is_given_up_after_four_times_and_honours_retry_after(bench: Bench) -> None:
    bench.platform.replies = [(503, None)] * 9
    bench.platform.reply_headers = {"Retry-After": "7"}
    with pytest.raises(e.PlatformFailed):
        await bench.client().file_info(bot(), "f-1")
    assert (len(bench.platform.received), bench.slept()) == (4, 21)


@pytest.mark.parametrize(("status", "cls"), [(404, e.ResourceMissing), (429, e.OverQuota), (403, e.AccessDenied)])
async def test_other_refusals_of_a_question_are_not_repeated(status: int, cls: type[Exception], bench: Bench) -> None:
    bench.platform.replies = [(status, None)]
    with pytest.raises(cls):
        await bench.client().status(bot(), "m-1")
    assert (len(bench.platform.received), bench.slept()) == (1, 0)


async def test_a_late_revocation_says_why(bench: Bench) -> None:
    for code, cls in ((41002, e.AlreadyDelivered), (41011, e.AlreadyRevoked)):
        bench.platform.replies = [(409, {"reason": {"code": code}})]
        with pytest.raises(cls):
            await bench.client(cancel_word="canceled").revoke(bot(), "m/1")
    assert bench.platform.received[0].path.endswith("/messages/m%2F1/status")
    assert bench.platform.received[0].body == b'{"RCSMessage":{"status":"canceled"}}'


async def test_the_capability_query_is_off_until_configured(bench: Bench) -> None:
    with pytest.raises(SettingsError):
        await bench.client().capabilities(bot(), USER)
    assert bench.platform.received == []


async def test_both_ways_of_not_being_there_are_an_empty_set_and_a_wrong_path_is_not(bench: Bench) -> None:
    client = bench.client(caps_in_production=True)
    bench.platform.replies = [(404, {"reason": {"code": 41110}}), (200, {"capabilities": []})]
    assert await client.capabilities(bot(), NOBODY) == frozenset()
    assert await client.capabilities(bot(), Address(chat_id="tk 1")) == frozenset()
    assert bench.platform.received[1].path.endswith("contactCapabilities?chatId=tk%201")
    bench.platform.replies = [(404, {"code": 60, "message": "Resource not found"})]
    with pytest.raises(e.ResourceMissing):
        await client.capabilities(bot(), NOBODY)


async def test_capability_queries_keep_to_one_a_second(bench: Bench) -> None:
    client = bench.client(caps_in_production=True)
    bench.platform.replies = [(200, {"capabilities": ["chat"]})] * 3
    await asyncio.gather(*(client.capabilities(bot(), USER) for _ in range(3)))
    assert bench.slept() == 2


async def test_bulk_checks_are_refused_here_by_day_and_when_wrong(bench: Bench) -> None:
    client = bench.client()
    for act in (client.start_bulk(bot(), BULK), client.bulk_result(bot())):
        with pytest.raises(e.BulkClosed):
            await act
    for numbers in ([], ["+33639980001"] * 10_001, ["0639980001"]):
        with pytest.raises(ValueError, match="bulk check"):
            await client.start_bulk(bot(), numbers)
    assert bench.platform.received == []
    bench.platform.replies = [(404, None), (202, {"status": "pending"})]
    by_day = bench.client(bulk_slot_methods="post")
    assert (await by_day.bulk_result(bot())).state == "none"
    assert (await by_day.bulk_result(bot())).state == "pending"


async def test_versions_and_the_files_path_are_settings(bench: Bench) -> None:
    client = bench.client(version_messages="v2", files_path="fileuploads")
    await client.delete_file(bot(), "f 1")
    base = "/bothub/v1/gsma/bot/v2/bakery.demo%40bots.example"
    assert bench.platform.received[0].path == f"{base}/fileuploads/f%201"


@asynccontextmanager
async def raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def direct(port: int, session: aiohttp.ClientSession, *, scheme: str = "http", timeout_s: float = 5) -> MaapClient:
    settings = MaapSettings(
        api_base=f"{scheme}://127.0.0.1:{port}",
        auth_mode="gsma_only",
        gsma_token="static",
        timeout_s=timeout_s,
    )
    return MaapClient(session, MaapApplication(id="a", settings=settings), clock=FixedClock(NOW))


async def send_to(port: int, **more: Any) -> None:
    async with aiohttp.ClientSession() as session:
        await direct(port, session, **more).send(bot(token=SecretStr("T")), USER, HI)


async def test_a_refused_connection_is_not_sent() -> None:
    with pytest.raises(NotSent):
        await send_to(unused_port())


async def test_a_connection_reset_before_writing_is_not_sent() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)  # the first byte of the handshake, then the reset

    async with raw_server(hang_up) as port:
        with pytest.raises(NotSent):
            await send_to(port, scheme="https")


async def test_a_connection_that_never_comes_up_is_not_sent() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # never answers the handshake

    async with raw_server(silent) as port:
        with pytest.raises(NotSent):
            await send_to(port, scheme="https", timeout_s=0.2)


async def test_a_cut_after_writing_is_unknown_and_posted_once() -> None:
    seen: list[bytes] = []

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b'"}}'))

    async with raw_server(cut) as port:
        with pytest.raises(e.ConnectionCut):
            await send_to(port)
    assert len(seen) == 1


async def test_a_time_out_after_writing_is_unknown() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw_server(silent) as port:
        with pytest.raises(e.TimedOut) as raised:
            await send_to(port, timeout_s=0.2)
    assert isinstance(raised.value, OutcomeUnknown)


@pytest.mark.parametrize(("status", "cls"), [(b"202 Accepted", e.NoMessageId), (b"404 Not Found", e.NotOnRcs)])
async def test_a_reply_cut_in_its_body_still_has_its_status(status: bytes, cls: type[Exception]) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b'"}}')
        writer.write(b"HTTP/1.1 " + status + b'\r\nContent-Length: 100\r\n\r\n{"RCSMessage"')
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with raw_server(half) as port:
        with pytest.raises(cls):
            await send_to(port)


async def test_a_kept_connection_that_the_platform_closed_is_never_posted_to_twice() -> None:
    seen: list[bytes] = []
    answer = json.dumps(OK).encode()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b'"}}'))
        head = f"HTTP/1.1 202 Accepted\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
        writer.write(head + answer)
        await writer.drain()
        seen.append(await reader.readuntil(b'"}}'))  # the second request is read, then the line goes dead

    async with raw_server(once) as port, aiohttp.ClientSession() as session:
        client = direct(port, session)
        await client.send(bot(token=SecretStr("T")), USER, HI)
        with pytest.raises(e.ConnectionCut):
            await client.send(bot(token=SecretStr("T")), USER, HI)
    assert len(seen) == 2


async def test_a_cut_question_is_asked_again() -> None:
    asked = 0

    async def cut_twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        if asked > 2:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()

    async with raw_server(cut_twice) as port, aiohttp.ClientSession() as session:
        found = await direct(port, session).status(bot(token=SecretStr("T")), "m-1")
    assert (found, asked) == (StatusReply(status=None), 3)
