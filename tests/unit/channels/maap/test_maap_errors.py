from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.channels.maap import errors as e
from rbm_bots.channels.maap.platform_error import PlatformError, read_error
from rbm_bots.errors import ChannelError, CredentialsRefused, OutcomeUnknown, SendRejected, Throttled, Unreachable


def made(http: int, body: Any = None, *, call: e.Call = "send", **headers: str) -> ChannelError:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return e.error_of_reply(http, raw, call=call, headers=headers)


def gateway(code: int) -> dict[str, Any]:
    return {"code": code, "message": "m", "description": "d"}


def platform(code: int) -> dict[str, Any]:
    return {"reason": {"code": code, "text": "t"}}


GATEWAY = [
    *[(400, code, e.CallMalformed) for code in range(20, 29)],
    *[(401, code, e.TokenRefused) for code in (40, 41, 42)],
    *[(403, code, e.AccessDenied) for code in (50, 51, 52)],
    (403, 53, e.OverQuota), (429, 53, e.OverQuota), (404, 60, e.ResourceMissing), (405, 61, e.CallMalformed),
    (406, 62, e.CallMalformed), (408, 63, e.PlatformFailed), (409, 69, e.Conflict), (411, 64, e.CallMalformed),
    (412, 65, e.CallMalformed), (413, 66, e.CallMalformed), (414, 67, e.CallMalformed), (415, 68, e.CallMalformed),
    (500, 1, e.PlatformFailed), (502, 1, e.PlatformFailed), (503, 5, e.GatewayBusy), (503, 6, e.GatewayBusy),
    (504, 6, e.PlatformFailed),
]  # fmt: skip

PLATFORM = [
    *[(401, code, e.JwtRefused) for code in range(40001, 40006)],
    (403, 40006, e.AccessDenied), (403, 40007, e.AccessDenied), (401, 40006, e.JwtRefused),
    (500, 41000, e.PlatformFailed), (503, 41001, e.PlatformFailed), (409, 41002, e.AlreadyDelivered),
    (400, 41002, e.AlreadyDelivered), (429, 41003, e.OverQuota), (503, 41003, e.OverQuota),
    (503, 41004, e.PlatformFailed), (503, 41005, e.PlatformFailed),
    *[(409, code, e.RevokeImpossible) for code in range(41006, 41011)],
    (409, 41011, e.AlreadyRevoked), *[(503, code, e.PlatformFailed) for code in range(41100, 41110)],
    (404, 41110, e.NotOnRcs), (400, 41110, e.NotOnRcs), (409, 41117, e.RevokeImpossible),
    *[(404, code, e.NotOnRcs) for code in (41200, 41201, 41210, 41211, 41212)],
    (400, 41300, e.FileRefused), (400, 42001, e.BotNotAllowed), (403, 42006, e.BotNotAllowed),
    (403, 42007, e.BotNotAllowed), *[(400, code, e.MessageMalformed) for code in range(42002, 42006)],
    *[(400, code, e.MessageMalformed) for code in (*range(42008, 42016), *range(42031, 42065))],
    *[(400, code, e.MessageMalformed) for code in (*range(42100, 42109), *range(42201, 42209))],
    (400, 42401, e.FileRefused), (400, 42402, e.FileRefused), (400, 42514, e.DuplicateMessage),
    (429, 42601, e.OverQuota), (400, 42601, e.OverQuota), (400, 49999, e.CallMalformed),
]  # fmt: skip


@pytest.mark.parametrize(("http", "code", "cls"), GATEWAY, ids=str)
def test_each_gateway_code_has_its_class(http: int, code: int, cls: type[ChannelError]) -> None:
    error = made(http, gateway(code))
    assert (type(error), error.http, error.platform_code) == (cls, http, str(code))


@pytest.mark.parametrize(("http", "code", "cls"), PLATFORM, ids=str)
def test_each_platform_code_has_its_class(http: int, code: int, cls: type[ChannelError]) -> None:
    error = made(http, platform(code))
    assert (type(error), error.http, error.platform_code) == (cls, http, str(code))


def test_every_code_of_the_table_is_in_a_row_above() -> None:
    rows = {code for _, code, _ in GATEWAY + PLATFORM}
    named = {code for code in e.CLASS_OF_CODE if not 41202 <= code < 41300 and not 42016 <= code < 42401}
    assert named <= rows
    assert len(rows) > 100


@pytest.mark.parametrize(
    ("http", "body", "call", "cls"),
    [
        (404, None, "send", e.NotOnRcs),
        (404, b"<html>", "capabilities", e.NotOnRcs),
        (404, None, "status", e.ResourceMissing),
        (404, None, "file", e.ResourceMissing),
        (404, platform(42002), "status", e.ResourceMissing),
        (404, platform(42002), "send", e.MessageMalformed),
        (404, platform(41110), "status", e.NotOnRcs),
        (405, None, "bulk", e.BulkClosed),
        (405, gateway(61), "bulk", e.BulkClosed),
        (400, None, "send", e.CallMalformed),
        (401, None, "send", e.TokenRefused),
        (403, None, "send", e.AccessDenied),
        (409, None, "bulk", e.Conflict),
        (418, None, "send", e.CallMalformed),
        (429, None, "send", e.OverQuota),
        (302, None, "send", e.PlatformFailed),
        (503, None, "send", e.PlatformFailed),
        (503, platform(5), "send", e.PlatformFailed),
        (400, {"error": "invalid_request"}, "token", e.TokenRefused),
        (401, {"error": "invalid_client"}, "token", e.TokenRefused),
    ],
)
def test_without_a_known_code_the_status_decides(http: int, body: Any, call: e.Call, cls: type[ChannelError]) -> None:
    assert type(made(http, body, call=call)) is cls


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (platform(42005), (42005, "t", "reason")),
        ({"reason": "no", "error": "x"}, (None, "no", "reason")),
        ({"reason": {"code": "42005"}}, (42005, None, "reason")),
        ({"RCSMessage": {"reason": "busy"}}, (None, "busy", "message_reason")),
        ({"reason": {}, "error": {"code": 7, "message": "m", "status": "S"}}, (7, "m", "error")),
        ({"error": {"status": "NOT_FOUND"}}, (None, "NOT_FOUND", "error")),
        ({"error": "invalid_client", "error_description": "d"}, ("invalid_client", "d", "error")),
        (gateway(42), (42, "m", "gateway")),
        ({"code": "42", "description": "d"}, (42, "d", "gateway")),
        (
            {"requestError": {"policyException": {"messageId": "POL1009", "text": "t", "variables": ["RCS"]}}},
            ("POL1009", "t", "request_error"),
        ),
        ({"requestError": {"serviceException": {"messageId": "SVC0001"}}}, ("SVC0001", None, "request_error")),
        ({"reason": {"code": True}}, (None, None, "status")),
        ({"reason": [], "error": 7, "requestError": "x"}, (None, None, "status")),
        ([1], (None, None, "status")),
    ],
)
def test_the_reader_takes_the_first_shape_in_its_order(body: Any, expected: tuple[Any, ...]) -> None:
    found = read_error(400, json.dumps(body).encode())
    assert (found.code, found.text, found.shape) == expected


@given(st.integers(100, 599), st.binary(max_size=60), st.sampled_from(get_args(e.Call)))
def test_any_reply_becomes_one_error(http: int, body: bytes, call: e.Call) -> None:
    assert isinstance(made(http, body, call=call), ChannelError)


def test_the_platforms_words_never_show() -> None:
    body = {"reason": {"code": 42005, "text": "userContact 33639980001 must start with +"}}
    error = made(400, body, **{"X-OAPI-Request-Id": "req-7"})
    assert "33639980001" not in str(error) + repr(error) + repr(read_error(400, json.dumps(body).encode()))
    assert (error.where, error.request_id) == ("HTTP 400, code 42005", "req-7")


def test_a_pause_is_a_minute_at_least() -> None:
    assert made(429).retry_after_s == 60
    assert made(429, **{"Retry-After": "90"}).retry_after_s == 90
    assert made(429, **{"Retry-After": "5"}).retry_after_s == 60
    assert made(503, **{"Retry-After": "5"}).retry_after_s == 5


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0),
        (" 90 ", 90),
        ("86401", 86_400),
        ("9" * 5000, 86_400),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 120),
        ("Wednesday, 21-Oct-26 07:28:00 GMT", 120),
        ("Wed, 21 Oct 2026 09:28:00 +0200", 120),
        ("Wed, 21 Oct 2026 07:20:00 GMT", 0),
        ("Sat, 21 Oct 2062 07:28:00 GMT", 86_400),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
        ("", None),
    ],
)
def test_how_long_to_wait_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    date = "Wed, 21 Oct 2026 07:26:00 GMT"
    assert made(503, **{"Retry-After": said, "Date": date}).retry_after_s == seconds
    assert made(429, **{"Retry-After": said, "Date": date}).retry_after_s == max(60, seconds or 0)


def test_a_date_says_nothing_where_the_reply_has_none_of_its_own() -> None:
    assert made(503, **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}).retry_after_s is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_words_about_waiting_are_a_time_of_at_most_a_day(said: str, date: str) -> None:
    waits = made(429, **{"Retry-After": said, "Date": date}).retry_after_s
    assert waits is not None
    assert 60 <= waits <= 86_400


def test_the_leaves_hang_where_the_docstring_draws_them() -> None:
    parents: dict[type[ChannelError], tuple[type[ChannelError], ...]] = {
        SendRejected: (e.CallMalformed, e.AccessDenied, e.BotNotAllowed, e.ResourceMissing, e.Conflict, e.FileRefused,
                       e.DuplicateMessage, e.BulkClosed, Unreachable),
        e.CallMalformed: (e.MessageMalformed, e.MessageTooBig),
        e.Conflict: (e.AlreadyDelivered, e.AlreadyRevoked, e.RevokeImpossible),
        Unreachable: (e.NotOnRcs,),
        CredentialsRefused: (e.TokenRefused, e.JwtRefused),
        Throttled: (e.OverQuota, e.GatewayBusy),
        OutcomeUnknown: (e.PlatformFailed, e.ConnectionCut, e.TimedOut, e.NoMessageId),
    }  # fmt: skip
    assert all(child.__base__ is parent for parent, children in parents.items() for child in children)
    drawn = e.__doc__ or ""
    assert all(name in drawn for name in e.__all__ if name not in ("CLASS_OF_CODE", "Call", "error_of_reply"))
    assert read_error(404, b"") == PlatformError(http=404)
