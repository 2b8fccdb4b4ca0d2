"""The client and the emulator, which know nothing of each other, speak the same wire; in both authentication modes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from rbm_bots.addresses import Address
from rbm_bots.channels.maap import errors as e
from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.inbound import parse
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot, MaapSettings
from rbm_bots.channels.maap.webhook_auth import NoAuth
from rbm_bots.clock import FixedClock
from rbm_bots.emulator import EmulatorSettings, build_emulator
from rbm_bots.events import Incoming, StatusChanged
from rbm_bots.messages import Card, Carousel, FileContent, Message, Place, Reply, Text

AT = datetime(2026, 1, 15, 10, tzinfo=UTC)
USER = Address(msisdn="+33639980001")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Line:
    """A client, its bot, and what the operator told that bot's webhook."""

    def __init__(self, client: MaapClient, bot: MaapBot, clock: FixedClock, base: str, session: ClientSession) -> None:
        self.client, self.bot, self.clock = client, bot, clock
        self._base, self._session = base, session
        self.heard: list[Incoming] = []
        self.settled: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Move the operator's time and ours."""
        self.clock.advance(seconds)
        async with self._session.post(f"{self._base}/_emulator/clock", json={"advance": seconds}) as answer:
            assert answer.status == 200
        await self.settled()

    def statuses(self) -> list[str | None]:
        return [heard.event.status for heard in self.heard if isinstance(heard.event, StatusChanged)]


Connect = Callable[..., Awaitable[Line]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    closing: list[Callable[[], Awaitable[object]]] = []

    async def start(emulated: dict[str, Any], spoken: dict[str, Any], at: datetime = AT) -> Line:
        heard: list[Incoming] = []

        async def webhook(request: web.Request) -> web.Response:
            heard.append(parse(await request.read()))
            return web.json_response({"status": "ok"})

        hook = web.Application()
        hook.router.add_post("/webhooks/{bot}", webhook)
        hook_server = TestServer(hook)
        await hook_server.start_server()
        settings = EmulatorSettings(webhook=f"http://127.0.0.1:{hook_server.port}/webhooks/{{bot}}", **emulated)
        emulator = build_emulator(settings, clock=FixedClock(at))
        app = web.Application()
        emulator.add_routes(app)
        server = TestServer(app)
        await emulator.start()
        await server.start_server()
        session = ClientSession()
        closing.extend([session.close, server.close, emulator.stop, hook_server.close])
        base = f"http://127.0.0.1:{server.port}"
        clock = FixedClock(at)
        members = {"api_base": f"{base}/bothub/v1/gsma", "oauth_url": f"{base}/oauth/v3/token", **spoken}
        application = MaapApplication(
            id="a", client_id="APP1", client_secret=SecretStr("s3cr3t"), settings=MaapSettings(**members)
        )
        bot = MaapBot(
            id="bakery", platform_id="bakery.demo@bots.example", application="a", webhook_auth=NoAuth(),
            private_key=SecretStr(PRIVATE), token=SecretStr("T"), secret=SecretStr("s"),
        )  # fmt: skip
        line = Line(MaapClient(session, application, clock=clock), bot, clock, base, session)
        line.heard, line.settled = heard, emulator.platform.webhook.settled
        return line

    yield start
    for close in closing:
        await close()


MODES = {
    "bothub": ({"auth": "orange", "bot_key": PUBLIC}, {}),
    "bothub, credentials in the form": ({"auth": "orange", "bot_key": PUBLIC}, {"oauth_credentials": "form"}),
    "gsma, static token": ({"auth": "gsma", "token": "T"}, {"auth_mode": "gsma_only", "gsma_token": "static"}),
    "gsma, token endpoint": ({"auth": "gsma"}, {"auth_mode": "gsma_only", "gsma_token": "oauth2"}),
}


@pytest.mark.parametrize("mode", MODES)
async def test_every_way_of_proving_who_calls_is_accepted(mode: str, connect: Connect) -> None:
    line = await connect(*MODES[mode])
    accepted = await line.client.send(line.bot, USER, Message(content=Text(text="Bonjour")))
    assert (await line.client.status(line.bot, accepted.message_id)).status in ("pending", "sent")


async def test_a_strict_operator_takes_every_content_and_tells_its_life(connect: Connect) -> None:
    line = await connect(*MODES["bothub"])
    cards = (Card(title="Révision", suggestions=(Reply(label="Choisir", postback="1"),)), Card(text="Pneus"))
    contents = (
        Text(text="Bonjour"),
        Carousel(cards=cards),
        FileContent(url="https://cdn.example/a.pdf", size=12),
        Place(latitude=48.8566, longitude=2.3522, label="Atelier"),
    )
    ids = [
        (await line.client.send(line.bot, USER, Message(content=content, chips=(Reply(label="ok"),)))).message_id
        for content in contents
    ]
    await line.client.typing(line.bot, USER)
    await line.advance(10)
    assert {heard.message_id for heard in line.heard if heard.kind == "messageStatus"} == set(ids)
    assert line.statuses().count("delivered") == len(contents)


async def test_an_unknown_number_fails_later_with_its_reason(connect: Connect) -> None:
    line = await connect(*MODES["bothub"])
    await line.client.send(line.bot, Address(msisdn="+33639980002"), Message(content=Text(text="Bonjour")))
    await line.advance(10)
    [failed] = [heard.event for heard in line.heard if isinstance(heard.event, StatusChanged)]
    assert failed.reason is not None
    assert (failed.status, failed.reason.code) == ("failed", 41110)


async def test_the_other_resources(connect: Connect) -> None:
    line = await connect(MODES["bothub"][0], {"caps_in_production": True})
    assert "chatBotCommunication" in await line.client.capabilities(line.bot, USER)
    assert await line.client.capabilities(line.bot, Address(msisdn="+33639980002")) == frozenset()
    file = await line.client.upload(line.bot, content=b"\xff\xd8", name="a.jpg", mime_type="image/jpeg")
    assert file.id is not None
    await line.advance(5)
    assert (await line.client.file_info(line.bot, file.id)).status == "ready"
    await line.client.delete_file(line.bot, file.id)
    with pytest.raises(e.ResourceMissing):
        await line.client.status(line.bot, "nobody-knows")


async def test_a_bulk_check_at_night(connect: Connect) -> None:
    line = await connect(*MODES["bothub"], at=AT + timedelta(hours=11, minutes=30))
    assert (await line.client.bulk_result(line.bot)).state == "none"
    await line.client.start_bulk(line.bot, ["+33639980001", "+33639980002"])
    assert (await line.client.bulk_result(line.bot)).state == "pending"
    await line.advance(10)
    found = await line.client.bulk_result(line.bot)
    assert (found.enabled, found.disabled) == ({"+33639980001"}, {"+33639980002"})


async def test_a_revoked_message_and_one_too_late(connect: Connect) -> None:
    line = await connect(*MODES["bothub"])
    late = await line.client.send(line.bot, USER, Message(content=Text(text="Bonjour")))
    await line.advance(10)
    with pytest.raises(e.AlreadyDelivered):
        await line.client.revoke(line.bot, late.message_id)


async def test_a_bot_with_another_key_is_refused(connect: Connect) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    public = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    line = await connect({"auth": "orange", "bot_key": public}, {})
    with pytest.raises(e.JwtRefused):
        await line.client.send(line.bot, USER, Message(content=Text(text="Bonjour")))


async def test_the_31st_send_of_a_second_is_throttled(connect: Connect) -> None:
    line = await connect(*MODES["bothub"])
    hello = Message(content=Text(text="Bonjour"))
    for _ in range(30):
        await line.client.send(line.bot, USER, hello)
    with pytest.raises(e.OverQuota) as raised:
        await line.client.send(line.bot, USER, hello)
    assert raised.value.retry_after_s == 60
