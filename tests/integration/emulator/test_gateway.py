"""Who may pass: tokens, the bot's JWT in the order of its checks, quotas with their windows."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.emulator.side import AT, BOT, Operator, Started, claims_at, signed

BODY = {"RCSMessage": {"textMessage": "Bonjour"}, "messageContact": {"userContact": "+33639980001"}}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


async def ask_token(operator: Operator, body: str, path: str = "/oauth/v3/token", **headers: str) -> tuple[int, Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with operator.session.post(
        operator.base + path, data=body, headers=sent, skip_auto_headers=["Accept", "Content-Type"]
    ) as answer:
        assert answer.headers["X-OAPI-Request-Id"]
        return answer.status, await answer.json()


TOKEN_FAULTS = [
    ({**FORM}, "", 400, "invalid_request"),
    ({**FORM}, "grant_type=", 400, "invalid_request"),
    ({**FORM}, "grant_type=password", 400, "unsupported_grant_type"),
    ({**FORM, "Authorization": basic("APP1", "wrong")}, "grant_type=client_credentials", 401, "invalid_client"),
    ({**FORM, "Authorization": "Basic %%%"}, "grant_type=client_credentials", 401, "invalid_client"),
    ({**FORM}, "grant_type=client_credentials", 401, "invalid_client"),
    ({"Content-Type": FORM["Content-Type"]}, "grant_type=client_credentials", 406, "invalid_request"),
    ({**FORM, "Accept": "text/html"}, "grant_type=client_credentials", 406, "invalid_request"),
    ({**FORM, "Content-Type": "application/json"}, "grant_type=client_credentials", 415, "invalid_request"),
]


@pytest.mark.parametrize(("headers", "body", "status", "error"), TOKEN_FAULTS)
async def test_a_token_is_refused(
    headers: dict[str, str], body: str, status: int, error: str, started: Started
) -> None:
    operator = await started(auth="orange")
    given, reply = await ask_token(operator, body, **headers)
    assert (given, reply["error"], set(reply)) == (status, error, {"error", "error_description"})


async def test_a_token_is_given_for_basic_or_form_credentials(started: Started) -> None:
    operator = await started(auth="orange", expires_in_type="integer")
    form = "grant_type=client_credentials&client_id=APP1&client_secret=s3cr3t"
    status, reply = await ask_token(operator, form, **FORM)
    assert (status, reply["token_type"], reply["expires_in"]) == (200, "Bearer", 3600)
    for _ in range(49):
        assert (await ask_token(operator, form, **FORM))[0] == 200
    assert (await ask_token(operator, form, **FORM))[0] == 429
    await operator.advance(60)
    assert (await ask_token(operator, form, **FORM))[0] == 200
    record = str((await operator.control("GET", "record"))[1])
    assert "s3cr3t" not in record
    assert reply["access_token"] not in record


async def test_the_oauth_401_may_have_the_gateways_shape(started: Started) -> None:
    operator = await started(auth="orange", oauth_error_401="gateway")
    status, reply = await ask_token(operator, "grant_type=client_credentials", **FORM, Authorization=basic("APP1", "x"))
    assert (status, reply["code"]) == (401, 41)


@pytest.fixture
async def orange(started: Started, public_pem: str) -> Operator:
    operator = await started(auth="orange", bot_key=public_pem)
    operator.emulator.platform.gateway.tokens.grant("live", "APP1", AT + timedelta(hours=1))
    return operator


@pytest.mark.parametrize(
    ("header", "code"),
    [(None, 40), ("Basic eA==", 41), ("Bearer never-given", 41), ("Bearer", 41)],
)
async def test_the_applications_bearer_comes_first(header: str | None, code: int, orange: Operator) -> None:
    headers = {} if header is None else {"Authorization": header}
    status, reply = await orange.call("POST", f"v1/{BOT}/messages", BODY, **headers)
    assert (status, reply["code"], set(reply)) == (401, code, {"code", "message", "description"})


async def test_a_bearer_ends_after_an_hour(orange: Operator) -> None:
    await orange.advance(3600)
    status, reply = await orange.call("POST", f"v1/{BOT}/messages", BODY, Authorization="Bearer live")
    assert (status, reply["code"]) == (401, 42)


def second(offset: int) -> int:
    return int(AT.timestamp()) + offset


JWT_FAULTS: list[tuple[str, dict[str, Any], int, int]] = [
    ("claims missing", {"scope": None}, 401, 40005),
    ("a claim of another type", {"exp": "1768474800"}, 401, 40005),
    ("another bot, and expired too", {"iss": "other", "iat": second(-9000), "exp": second(-5400)}, 403, 40006),
    ("another audience, and scope", {"aud": "https://api.orange.com/bothub/v1", "scope": "x"}, 401, 40005),
    ("two audiences", {"aud": ["https://api.orange.com/bothub/v1/gsma", "b"]}, 401, 40005),
    ("another scope, and expired", {"scope": "chatbot message", "exp": second(-100)}, 403, 40007),
    ("expired", {"iat": second(-3700), "exp": second(-60)}, 401, 40004),
    ("from the future", {"iat": second(61)}, 401, 40005),
    ("too long", {"iat": second(0), "exp": second(3661)}, 401, 40005),
]


@pytest.mark.parametrize(
    ("changed", "status", "code"), [fault[1:] for fault in JWT_FAULTS], ids=[f[0] for f in JWT_FAULTS]
)
async def test_a_jwt_is_refused(changed: dict[str, Any], status: int, code: int, orange: Operator, key: Any) -> None:
    assert await send_with(orange, f"Bearer {signed(key, claims_at(**changed))}") == (status, code)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"aud": ["https://api.orange.com/bothub/v1/gsma"]},
        {"iat": second(60)},
        {"iat": second(-3650), "exp": second(-59)},
    ],
)
async def test_a_jwt_is_taken(changed: dict[str, Any], orange: Operator, key: Any) -> None:
    assert await send_with(orange, f"Bearer {signed(key, claims_at(**changed))}") == (202, None)


async def test_a_jwts_form_is_looked_at_before_its_claims(orange: Operator, key: Any) -> None:
    good = signed(key, claims_at())
    head, claims, _ = good.split(".")
    assert await send_with(orange, None) == (401, 40001)
    assert await send_with(orange, "Bearer ") == (401, 40002)
    assert await send_with(orange, "Bearer a.b") == (401, 40002)
    assert await send_with(orange, good) == (401, 40002)
    assert await send_with(orange, f"Bearer {signed(key, claims_at(), alg='HS256')}") == (401, 40003)
    assert await send_with(orange, f"Bearer {head}.{claims}.AAAA") == (401, 40003)
    assert await send_with(orange, "Bearer e30.e30.e30") == (401, 40003)
    assert await send_with(orange, "Bearer é.%.x") == (401, 40003)


async def test_without_a_public_key_claims_alone_are_checked(started: Started, key: Any) -> None:
    operator = await started(auth="orange")
    operator.emulator.platform.gateway.tokens.grant("live", "APP1", AT + timedelta(hours=1))
    head, claims, _ = signed(key, claims_at()).split(".")
    assert not operator.emulator.checks_signatures
    assert await send_with(operator, f"Bearer {head}.{claims}.AAAA") == (202, None)
    assert await send_with(operator, f"Bearer {signed(key, claims_at(iss='x'))}") == (403, 40006)


async def send_with(operator: Operator, jwt: str | None) -> tuple[int, int | None]:
    headers = {"Authorization": "Bearer live"} | ({} if jwt is None else {"X-Gsma-Authorization": jwt})
    status, reply = await operator.call("POST", f"v1/{BOT}/messages", BODY, **headers)
    return status, reply.get("reason", {}).get("code")


async def plain(operator: Operator, header: str | None, bot: str = "b1") -> tuple[int, int | None]:
    headers = {} if header is None else {"Authorization": header}
    status, reply = await operator.call("POST", f"v1/{bot}/messages", BODY, **headers)
    return status, reply.get("reason", {}).get("code")


async def test_gsma_takes_any_bearer_or_the_one_it_was_told(started: Started) -> None:
    free, bound = await started(), await started(token="T")
    assert await plain(free, None) == (401, 40001)
    assert await plain(free, "Bearer ") == (401, 40002)
    assert await plain(free, "Bearer anything") == (202, None)
    assert await plain(bound, "Bearer T") == (202, None)
    assert await plain(bound, "Bearer anything") == (401, 40003)


async def test_gsma_gives_tokens_to_bots_and_refreshes_them(started: Started) -> None:
    operator = await started(token="T")
    form, path = "grant_type=client_credentials&scope=botmessage", "/oauth2/v1/token"
    assert (await ask_token(operator, form, path, **FORM, Authorization=basic("b1", "wrong")))[0] == 401
    assert (await ask_token(operator, form[:29], path, **FORM, Authorization=basic("b1", "T")))[1][
        "error"
    ] == "invalid_scope"
    status, reply = await ask_token(operator, form, path, **FORM, Authorization=basic("b1", "T"))
    assert (status, set(reply)) == (200, {"access_token", "refresh_token", "expires_in", "token_type"})
    bearer = f"Bearer {reply['access_token']}"
    assert [await plain(operator, bearer), await plain(operator, bearer, "b2")] == [(202, None), (403, 40006)]
    await operator.advance(3600)
    assert await plain(operator, bearer) == (401, 40004)
    refresh = f"grant_type=refresh_token&scope=botmessage&refresh_token={reply['refresh_token']}"
    status, again = await ask_token(operator, refresh, path, **FORM, Authorization=basic("b1", "T"))
    assert (status, await plain(operator, f"Bearer {again['access_token']}")) == (200, (202, None))
    assert (await ask_token(operator, refresh + "x", path, **FORM, Authorization=basic("b1", "T")))[0] == 401


async def statuses(operator: Operator, times: int) -> list[int]:
    return [(await operator.bot("POST", "messages", BODY))[0] for _ in range(times)]


async def test_thirty_a_second_and_not_one_more(operator: Operator) -> None:
    assert await statuses(operator, 31) == [202] * 30 + [429]
    await operator.advance(0.999)
    assert await statuses(operator, 1) == [429]
    await operator.advance(0.001)
    assert await statuses(operator, 30) == [202] * 30


async def test_the_minute_counts_beside_the_second(started: Started) -> None:
    operator = await started(quota_per_min=40)
    assert await statuses(operator, 30) == [202] * 30
    await operator.advance(1)
    assert await statuses(operator, 11) == [202] * 10 + [429]
    await operator.advance(58.999)
    assert await statuses(operator, 1) == [429]
    await operator.advance(0.001)
    assert await statuses(operator, 31) == [202] * 30 + [429]


async def test_a_window_can_be_chosen(started: Started) -> None:
    second_only = await started(quota_window="second", quota_per_s=2, quota_per_min=3)
    minute_only = await started(quota_window="minute", quota_per_s=2, quota_per_min=3)
    assert await statuses(second_only, 3) == [202, 202, 429]
    await second_only.advance(1)
    assert await statuses(second_only, 2) == [202, 202]
    assert await statuses(minute_only, 4) == [202, 202, 202, 429]


async def test_what_counts_is_a_setting(started: Started) -> None:
    typing = {"RCSMessage": {"isTyping": "active"}, "messageContact": {"userContact": "+33639980001"}}
    for scope, expected in (("messages", [202, 429, 200]), ("no_typing", [202, 202, 200]), ("all", [202, 429, 429])):
        operator = await started(quota_scope=scope, quota_per_s=1)
        seen = [
            (await operator.bot("POST", "messages", typing))[0],
            (await operator.bot("POST", "messages", typing))[0],
            (await operator.bot("GET", "contactCapabilities?userContact=%2B33639980001"))[0],
        ]
        assert seen == expected, scope


async def test_throttling_may_be_the_older_403(started: Started, key: Any) -> None:
    operator = await started(auth="orange", throttle_status=403, quota_per_s=1)
    operator.emulator.platform.gateway.tokens.grant("live", "APP1", AT + timedelta(hours=1))
    headers = {"Authorization": "Bearer live", "X-Gsma-Authorization": f"Bearer {signed(key, claims_at())}"}
    await operator.call("POST", f"v1/{BOT}/messages", BODY, **headers)
    status, reply = await operator.call("POST", f"v1/{BOT}/messages", BODY, **headers)
    assert (status, reply["code"]) == (403, 53)


async def test_too_many_wrong_numbers_may_switch_an_application_off(started: Started, key: Any) -> None:
    operator = await started(auth="orange", wrong_number_action="block", quota_per_s=1000)
    operator.emulator.platform.gateway.tokens.grant("live", "APP1", AT + timedelta(hours=3))
    headers = {"Authorization": "Bearer live", "X-Gsma-Authorization": f"Bearer {signed(key, claims_at())}"}
    seen = []
    for number in range(120):
        who = "+33639980002" if number % 6 == 0 else "+33639980001"
        body = {"RCSMessage": {"textMessage": "a"}, "messageContact": {"userContact": who}}
        seen.append((await operator.call("POST", f"v1/{BOT}/messages", body, **headers))[0])
    assert seen == [202] * 103 + [403] * 17
    await operator.advance(3600)
    fresh = {**headers, "X-Gsma-Authorization": f"Bearer {signed(key, claims_at(AT + timedelta(hours=1)))}"}
    assert (await operator.call("POST", f"v1/{BOT}/messages", BODY, **fresh))[0] == 202
