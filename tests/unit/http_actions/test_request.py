"""What leaves: whatever a person wrote stays a value."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from rbm_bots.botfile.model import Bot
from rbm_bots.http_actions.faults import RequestRefused
from rbm_bots.http_actions.request import HttpRequest, build_request
from rbm_bots.values import Location
from tests.unit.http_actions.bot import bot_with

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
TRACK = bot_with(
    "GET https://api.colis.example/v1/parcels/{{ number }}/state?a={{ number }}",
    'query: {q: "{{ number }}", at: "{{ more }}"}',
    "takes: {number: text, more: text}",
)


def request(bot: Bot, *, secrets: dict[str, str] | None = None, **args: Any) -> HttpRequest:
    return build_request(bot.http["it"], bot=bot, args=args, now=NOW, key="k-1", secrets=secrets or {})


@given(st.text(max_size=60))
@example("../../admin")
@example("..")
@example(".")
@example("")
@example("a/b?c#d@e:80")
@example("%2e%2e")
@example("\\..\\")
@example("é ü\r\nHost: evil.example")
@example("\ud800")
def test_no_value_changes_the_host_or_the_shape_of_the_path(value: str) -> None:
    try:
        made = request(TRACK, number=value)
    except RequestRefused:
        assert not value or {".", ".."} & set(re.split(r"[/\\]", value))
        return
    sent = URL(made.url, encoded=True)
    assert (sent.scheme, sent.host, sent.explicit_port, sent.user) == ("https", "api.colis.example", None, None)
    segments = sent.raw_path.split("/")
    assert [segments[:3], segments[4:]] == [["", "v1", "parcels"], ["state"]]
    whole = value.encode("utf-8", "replace").decode()
    assert unquote(segments[3]) == whole
    assert parse_qsl(urlsplit(made.url).query, keep_blank_values=True) == [("a", whole), ("q", whole)]
    assert made.url.isascii()
    assert made.url.isprintable()
    assert "#" not in made.url


@given(st.text(alphabet=".%2eE/\\", max_size=8))
def test_dots_never_climb(value: str) -> None:
    bot = bot_with("GET https://api.colis.example/v1/.{{ number }}/x", "takes: {number: text}")
    try:
        made = request(bot, number=value)
    except RequestRefused:
        return
    assert URL(made.url).raw_path.split("/")[3:] == ["x"]  # read by somebody who resolves dots
    assert not {".", ".."} & set(unquote(made.url).replace("\\", "/").split("/"))


@given(st.text(max_size=40))
@example("a\r\nX-Admin: 1")
def test_no_value_adds_a_header(value: str) -> None:
    bot = bot_with(
        "POST https://api.colis.example/v1", 'headers: {X-Name: "n {{ name }}"}', "takes: {name: text}", "json: {}"
    )
    try:
        made = request(bot, name=value)
    except RequestRefused:
        assert not value.isprintable()
        return
    assert set(made.headers) == {"X-Name", "Content-Type", "Idempotency-Key"}
    assert made.headers["X-Name"] == f"n {value}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("12.50"), "12.50"), (Decimal("1E+3"), "1000"), (7, "7"), (True, "true"),
        (date(2026, 11, 24), "2026-11-24"), (NOW, "2026-11-24T08%3A30%3A00%2B00%3A00"),
        (Location(48.85, 2.35), "48.85%2C2.35"),
    ],
)  # fmt: skip
def test_values_are_written_for_machines(value: object, written: str) -> None:
    bot = bot_with("GET https://api.colis.example/v1", 'query: {v: "{{ v }}"}', "takes: {v: record}")
    assert request(bot, v=value).url == f"https://api.colis.example/v1?v={written}"


def test_parts_filters_lists_and_empty_values() -> None:
    bot = bot_with(
        "GET https://api.colis.example/shops",
        'query: {lat: "{{ where.lat }}", tag: "{{ tags }}", none: "{{ nothing }}", max: 5, day: "{{ today }}",',
        '        u: "{{ name | upper }}"}',
        "takes: {where: location, tags: list, nothing: text, name: text}",
    )
    made = request(bot, where=Location(48.85, 2.35), tags=["a", "b c"], nothing=None, name="léa")
    assert made.url.partition("?")[2] == "lat=48.85&tag=a&tag=b%20c&max=5&day=2026-11-24&u=L%C3%89A"


def test_a_body_keeps_kinds_and_a_post_has_its_key() -> None:
    bot = bot_with(
        "POST https://api.colis.example/orders",
        'json: {n: "{{ n }}", at: "{{ now }}", deep: {list: ["{{ n }}", "x {{ n }}"]}, empty: "{{ gone }}"}',
        "takes: {n: number, gone: text}",
    )
    made = request(bot, n=Decimal("1.5"), gone=None)
    assert json.loads(made.body or b"") == {
        "n": 1.5, "at": "2026-11-24T09:30:00+01:00", "deep": {"list": [1.5, "x 1.5"]}, "empty": None,
    }  # fmt: skip
    assert made.headers == {"Content-Type": "application/json", "Idempotency-Key": "k-1"}
    assert "Idempotency-Key" not in request(TRACK, number="x").headers


def test_a_secret_stands_in_a_header_and_a_missing_one_is_named() -> None:
    bot = bot_with("GET https://api.colis.example/", 'headers: {Authorization: "Bearer {{ secret.COLIS_KEY }}"}')
    assert request(bot, secrets={"RBM_SECRET_COLIS_KEY": "s3"}).headers == {"Authorization": "Bearer s3"}
    with pytest.raises(RequestRefused, match="RBM_SECRET_COLIS_KEY is not set"):
        request(bot)


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding"])
def test_headers_of_the_connection_are_ours(name: str) -> None:
    bot = bot_with("GET https://api.colis.example/", f"headers: {{{name}: x}}")
    with pytest.raises(RequestRefused, match="not yours"):
        request(bot)


def test_an_endless_address_and_a_record_in_one_are_refused() -> None:
    with pytest.raises(RequestRefused, match="8192"):
        request(TRACK, number="x" * 9000)
    with pytest.raises(RequestRefused, match="record"):
        request(TRACK, number={"a": 1})
