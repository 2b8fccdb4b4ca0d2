from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from google.auth import jwt

from rbm_bots.channels.maap.bot_jwt import BotJwt, read_private_key
from rbm_bots.channels.maap.errors import TokenRefused
from rbm_bots.channels.maap.tokens import TokenKeeper, TokenReply, read_token_reply
from rbm_bots.clock import FixedClock
from rbm_bots.errors import SettingsError

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
AUD = "https://api.orange.com/bothub/v1/gsma"


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8) -> str:
    return key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public_pem() -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key().public_key().public_bytes(serialization.Encoding.PEM, form)


def claims_of(token: str) -> dict[str, object]:
    """The claims, once the signature fits."""
    part = token.split(".")
    key().public_key().verify(base64.urlsafe_b64decode(part[2] + "=="), f"{part[0]}.{part[1]}".encode(), *_rs256())
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part[1] + "=="))
    return found


def _rs256() -> tuple[object, object]:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return PKCS1v15(), SHA256()


PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
CONTAINERS = {
    "pkcs8": lambda: pem(),
    "pkcs1": lambda: pem(PKCS1),
    "base64": lambda: base64.b64encode(pem().encode()).decode(),
    "base64 in lines": lambda: base64.encodebytes(pem(PKCS1).encode()).decode(),
    "flattened": lambda: pem().replace("\n", "\\n"),
    "blanks for line ends": lambda: pem(PKCS1).replace("\n", " "),
    "windows": lambda: pem().replace("\n", "\r\n"),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_of_a_key_is_read(container: str) -> None:
    bot = BotJwt("bakery.demo@bots.example", CONTAINERS[container](), audience=AUD, clock=FixedClock(NOW))
    assert claims_of(bot.token()) == {
        "iss": "bakery.demo@bots.example",
        "scope": "Chatbot message",
        "aud": AUD,
        "iat": 1768471200,
        "exp": 1768474800,
    }
    header = jwt.decode_header(bot.token())
    assert header == {"typ": "JWT", "alg": "RS256"}


def test_what_is_no_rsa_key_is_a_settings_error_that_shows_nothing() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for wrong in ("s3cr3t", "", "é", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", curve.decode()):
        with pytest.raises(SettingsError) as raised:
            BotJwt("b", wrong, audience=AUD, clock=FixedClock(NOW))
        assert "s3cr3t" not in str(raised.value)
    assert read_private_key(pem()) == pem()


def test_a_jwt_is_signed_again_after_55_minutes_or_when_refused() -> None:
    clock = FixedClock(NOW)
    bot = BotJwt("b", pem(), audience=AUD, clock=clock)
    first = bot.token()
    clock.advance(55 * 60 - 1)
    assert bot.token() == first
    clock.advance(1)
    second = bot.token()
    assert second != first
    bot.forget(first)
    clock.advance(1)
    assert bot.token() == second
    bot.forget(second)
    assert bot.token() != second


def test_the_claims_may_be_lists_of_one() -> None:
    bot = BotJwt("b", pem(), audience=AUD, clock=FixedClock(NOW), claim_form="arrays")
    found = claims_of(bot.token())
    assert (found["iss"], found["iat"], found["exp"], found["aud"]) == (["b"], [1768471200], [1768474800], AUD)


class Endpoint:
    """Gives T1, T2, … and remembers what it was asked with."""

    def __init__(self, expires_in: int = 3600) -> None:
        self.asked: list[str | None] = []
        self.expires_in = expires_in
        self.failing = False

    async def __call__(self, refresh_token: str | None) -> TokenReply:
        self.asked.append(refresh_token)
        await asyncio.sleep(0)
        if self.failing:
            raise TokenRefused
        n = len(self.asked)
        return TokenReply(access_token=f"T{n}", expires_in=self.expires_in, refresh_token=f"R{n}")


async def test_a_hundred_callers_cause_one_token_request() -> None:
    endpoint = Endpoint()
    keeper = TokenKeeper(endpoint, clock=FixedClock(NOW))
    assert set(await asyncio.gather(*(keeper.token() for _ in range(100)))) == {"T1"}
    assert len(endpoint.asked) == 1


async def test_a_token_is_renewed_five_minutes_before_its_end() -> None:
    clock, endpoint = FixedClock(NOW), Endpoint()
    keeper = TokenKeeper(endpoint, clock=clock)
    assert await keeper.token() == "T1"
    clock.advance(55 * 60 - 1)
    assert await keeper.token() == "T1"
    clock.advance(1)
    assert await keeper.token() == "T2"
    assert endpoint.asked == [None, "R1"]


async def test_a_short_life_keeps_three_quarters_of_it() -> None:
    clock, endpoint = FixedClock(NOW), Endpoint(expires_in=40)
    keeper = TokenKeeper(endpoint, clock=clock)
    await keeper.token()
    clock.advance(29)
    assert await keeper.token() == "T1"
    clock.advance(1)
    assert await keeper.token() == "T2"


async def test_a_refused_token_is_dropped_once_a_minute() -> None:
    clock, endpoint = FixedClock(NOW), Endpoint()
    keeper = TokenKeeper(endpoint, clock=clock)
    assert keeper.renew(await keeper.token())
    assert keeper.renew("T1")  # a second caller held it too: nothing to drop, the repeat makes sense
    assert await keeper.token() == "T2"
    assert keeper.renew("T1")
    assert await keeper.token() == "T2"
    assert not keeper.renew("T2")
    clock.advance(60)
    assert keeper.renew("T2")
    assert await keeper.token() == "T3"
    assert endpoint.asked == [None, None, None]


async def test_a_failed_fetch_is_not_kept() -> None:
    endpoint = Endpoint()
    keeper = TokenKeeper(endpoint, clock=FixedClock(NOW))
    endpoint.failing = True
    with pytest.raises(TokenRefused):
        await keeper.token()
    endpoint.failing = False
    assert await keeper.token() == "T2"


async def test_a_cancelled_caller_does_not_stop_the_others() -> None:
    endpoint = Endpoint()
    keeper = TokenKeeper(endpoint, clock=FixedClock(NOW))
    first, second = asyncio.create_task(keeper.token()), asyncio.create_task(keeper.token())
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "T2"


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"access_token":"a","expires_in":"3600"}', 3600),
        (b'{"access_token":"a","expires_in":7776000}', 7776000),
        (b'{"access_token":"a"}', 3600),
    ],
)
def test_the_life_comes_as_a_text_or_a_number(body: bytes, seconds: int) -> None:
    assert read_token_reply(body) == TokenReply(access_token="a", expires_in=seconds)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"access_token":7}', b'{"access_token":""}', b'{"access_token":"a\\r\\nX: y"}',
     b'{"access_token":"a","expires_in":"soon"}', b'{"access_token":"a","expires_in":1.5}', b"\xff"],
)  # fmt: skip
def test_an_unreadable_token_reply_is_refused(body: bytes) -> None:
    with pytest.raises(TokenRefused):
        read_token_reply(body)


def test_a_long_life_breaks_no_clock() -> None:
    reply = read_token_reply(b'{"access_token":"a","expires_in":"999999999999999999"}')
    assert NOW + timedelta(seconds=reply.expires_in) > NOW
