"""What comes back: shaped as the file says, or a code."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.dialogue.stored import store
from rbm_bots.http_actions.answer import read_answer
from rbm_bots.http_actions.faults import AnswerRefused
from tests.unit.http_actions.bot import bot_with

PARIS = ZoneInfo("Europe/Paris")
PLAIN = bot_with("GET https://a.example/x", "errors: {gone: 404, busy: 200}").http["it"]
PARCEL = bot_with("GET https://a.example/x", "gives: {status: text, eta: date, price: number}").http["it"]
SHOPS = bot_with("GET https://a.example/x", "gives: list", "pick: data.shops.0").http["it"]
OPEN = bot_with("GET https://a.example/x").http["it"]


def read(action, body, status=200):
    return read_answer(action, status=status, body=body, zone=PARIS)


def test_fields_have_their_types_and_no_others_are_kept() -> None:
    found = read(PARCEL, b'{"status": "on its way", "eta": "2026-11-24", "price": 12.10, "secret": 1}')
    assert found == {"status": "on its way", "eta": date(2026, 11, 24), "price": Decimal("12.10")}
    assert read(PARCEL, b'{"status": "lost"}') == {"status": "lost", "eta": None, "price": None}


def test_a_list_is_picked_out_of_the_answer() -> None:
    assert read(SHOPS, b'{"data": {"shops": [[{"name": "Lille", "km": 1.5}]]}}') == [
        {"name": "Lille", "km": Decimal("1.5")}
    ]


@pytest.mark.parametrize(
    ("body", "value"), [(b"", None), (b" \n", None), (b"null", None), (b"[1]", [1]), (b'"x"', "x")]
)
def test_without_gives_it_is_what_it_is(body: bytes, value: object) -> None:
    assert read(OPEN, body) == value


@pytest.mark.parametrize(
    ("action", "status", "body", "code"),
    [
        (PLAIN, 404, b"", "gone"), (PLAIN, 200, b"{}", "busy"), (PLAIN, 500, b"", "error"), (PLAIN, 301, b"", "error"),
        (PARCEL, 200, b"<html>", "error"), (PARCEL, 200, b"[]", "error"), (PARCEL, 200, b'{"eta": "soon"}', "error"),
        (SHOPS, 200, b'{"data": {"shops": []}}', "error"), (SHOPS, 200, b'{"data": {"shops": [{}]}}', "error"),
        (SHOPS, 200, b"{}", "error"), (OPEN, 200, b"[" * 100_000, "error"), (OPEN, 200, b"\xff", "error"),
    ],
)  # fmt: skip
def test_what_is_no_result_is_a_code(action, status: int, body: bytes, code: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        read(action, body, status)
    assert refused.value.code == code


@given(st.binary(max_size=200) | st.from_regex(rb'[\[{"0-9eE+\-.:,}\]ntrufals ]{0,60}', fullmatch=True))
def test_no_body_breaks_it(body: bytes) -> None:
    for action in (OPEN, PARCEL, SHOPS):
        with contextlib.suppress(AnswerRefused):
            store(read(action, body))
