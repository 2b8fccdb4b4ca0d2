from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from pydantic import SecretStr, TypeAdapter, ValidationError

from rbm_bots.channels.maap.verify import UrlCheck, Verifier, answer_url_check, verifier_for
from rbm_bots.channels.maap.webhook_auth import AddressAuth, BasicWebhookAuth, HeaderAuth, JwtAuth, NoAuth, WebhookAuth
from rbm_bots.clock import FixedClock
from rbm_bots.errors import NotVerified, SettingsError

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
T = int(NOW.timestamp())
CLOCK = FixedClock(NOW)
SHARED = "a shared secret of some length, as HS256 wants"


def passes(verifier: Verifier, headers: Any = None, peer: str | None = None) -> bool:
    try:
        verifier.verify(headers or {}, b"{}", peer)
    except NotVerified:
        return False
    return True


def test_without_a_proof_everybody_passes() -> None:
    assert passes(verifier_for(NoAuth(), clock=CLOCK))


def test_the_shared_header_must_be_equal_whatever_the_case_of_its_name() -> None:
    verifier = verifier_for(HeaderAuth(value=SecretStr("s3cr3t-é")), clock=CLOCK)
    assert passes(verifier, {"authorization": "s3cr3t-é"})
    assert passes(verifier, CIMultiDict({"AUTHORIZATION": "s3cr3t-é"}))
    for wrong in ("", "s3cr3t", "S3CR3T-é", "Bearer s3cr3t-é", "\udcff"):
        assert not passes(verifier, {"Authorization": wrong})
    assert not passes(verifier)
    named = verifier_for(HeaderAuth(name="X-Token", value=SecretStr("t")), clock=CLOCK)
    assert passes(named, {"X-Token": "t"})
    assert not passes(named, {"Authorization": "t"})


def test_the_url_check_is_answered_ok_to_the_same_proof_only() -> None:
    verifier = verifier_for(HeaderAuth(value=SecretStr("s3cr3t")), clock=CLOCK)
    assert answer_url_check(verifier, {"Authorization": "s3cr3t"}, None) == UrlCheck(http=200, body=b"ok")
    with pytest.raises(NotVerified) as raised:
        answer_url_check(verifier, {}, None)
    assert raised.value.http == 401


def test_basic() -> None:
    verifier = verifier_for(BasicWebhookAuth(user="op", password=SecretStr("p:é")), clock=CLOCK)
    assert passes(verifier, {"Authorization": "Basic " + b64encode("op:p:é".encode()).decode()})
    assert not passes(verifier, {"Authorization": "Basic " + b64encode(b"op:p").decode()})


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "expected"),
    [
        (0, None, "192.0.2.7", True),
        (0, None, "::ffff:192.0.2.7", True),
        (0, None, "2001:db8::1%eth0", True),
        (0, "192.0.2.7", "203.0.113.9", False),
        (0, None, None, False),
        (0, None, "unix", False),
        (1, "192.0.2.7", "10.0.0.1", True),
        (1, "192.0.2.7, 203.0.113.9", "10.0.0.1", False),
        (1, "203.0.113.9, 192.0.2.7", "10.0.0.1", True),
        (2, "203.0.113.9, 192.0.2.7, 10.0.0.2", "10.0.0.1", True),
        (2, "192.0.2.7", "10.0.0.1", False),
        (1, None, "192.0.2.7", False),
    ],
)
def test_addresses(proxies: int, forwarded: str | None, peer: str | None, expected: bool) -> None:
    verifier = verifier_for(AddressAuth(networks=("192.0.2.0/24", "2001:db8::/32"), proxies=proxies), clock=CLOCK)
    assert passes(verifier, {"X-Forwarded-For": forwarded} if forwarded else {}, peer) is expected


def test_the_last_of_several_forwarded_lines_counts() -> None:
    verifier = verifier_for(AddressAuth(networks=("192.0.2.0/24",), proxies=1), clock=CLOCK)
    lines = CIMultiDict([("X-Forwarded-For", "192.0.2.7"), ("x-forwarded-for", "203.0.113.9")])
    assert not passes(verifier, lines)


def token(claims: dict[str, Any], *, alg: str = "HS256", key: str = SHARED) -> str:
    def part(value: dict[str, Any]) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    signed = f"{part({'alg': alg})}.{part(claims)}"
    signature = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


GOOD: dict[str, Any] = {"iss": "op", "aud": "us", "exp": T + 60, "iat": T}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"aud": ["them", "us"]}, True),
        ({"exp": T - 59}, True),
        ({"exp": T - 60}, False),
        ({"exp": None}, False),
        ({"exp": "soon"}, False),
        ({"exp": True}, False),
        ({"iat": T + 61}, False),
        ({"nbf": T + 61}, False),
        ({"nbf": "x"}, False),
        ({"iss": "other"}, False),
        ({"aud": "them"}, False),
        ({"aud": None}, False),
    ],
)
def test_the_claims_of_a_jwt(change: dict[str, Any], expected: bool) -> None:
    auth = JwtAuth(algorithm="HS256", key=SecretStr(SHARED), issuer="op", audience="us")
    given_token = token({**GOOD, **change})
    assert passes(verifier_for(auth, clock=CLOCK), {"Authorization": f"Bearer {given_token}"}) is expected


def test_the_algorithm_is_ours_to_choose() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    verifier = verifier_for(JwtAuth(key=SecretStr(public), prefix=""), clock=CLOCK)
    good = jwt.encode(crypt.RSASigner.from_string(private), GOOD).decode()
    assert passes(verifier, {"Authorization": good})
    assert not passes(verifier, {"Authorization": good[:-8] + "AAAAAAAA"})
    assert not passes(verifier, {"Authorization": token(GOOD, key=public)})  # HS256 with the public key
    assert not passes(verifier, {"Authorization": token(GOOD, alg="none")})
    hs = verifier_for(JwtAuth(algorithm="HS256", key=SecretStr(SHARED)), clock=CLOCK)
    assert not passes(hs, {"Authorization": f"Bearer {token(GOOD, key='another')}"})
    assert not passes(hs, {"Authorization": token(GOOD)})


@given(st.text() | st.lists(st.text(max_size=8), min_size=3, max_size=3).map(".".join))
def test_no_header_breaks_the_jwt_check(value: str) -> None:
    verifier = verifier_for(JwtAuth(algorithm="HS256", key=SecretStr(SHARED), prefix=""), clock=CLOCK)
    assert not passes(verifier, {"Authorization": value})


def test_wrong_settings_are_told() -> None:
    with pytest.raises(SettingsError):
        verifier_for(JwtAuth(key=SecretStr("no key")), clock=CLOCK)
    with pytest.raises(ValidationError):
        AddressAuth(networks=("192.0.2.1/24",))
    with pytest.raises(ValidationError):
        TypeAdapter(WebhookAuth).validate_python({"kind": "header", "value": ""})
    assert TypeAdapter(WebhookAuth).validate_python({"kind": "none"}) == NoAuth()
