"""What is the same for every transport: addresses, parts, settings, and the way from settings to a transport."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from rbm_bots.channels.sms.address import NumberForm, SmsAddress, read_sender, written
from rbm_bots.channels.sms.alphabet import septets, utf16
from rbm_bots.channels.sms.back_off import back_off_s
from rbm_bots.channels.sms.factory import TransportSettings, transport_for
from rbm_bots.channels.sms.hosts import read_host
from rbm_bots.channels.sms.http.profiles import PROFILES
from rbm_bots.channels.sms.http.template import filled_form, filled_json, filled_text, filled_url
from rbm_bots.channels.sms.inbound import inbound_id
from rbm_bots.channels.sms.parts import SmsPart, cut
from rbm_bots.channels.sms.smpp.pdu import read_delivery
from rbm_bots.channels.sms.transport import InboundSms
from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.clock import SystemClock
from rbm_bots.errors import SettingsError
from rbm_bots.settings import load_settings
from tests.project_files import ROOT

SETTINGS: TypeAdapter[Any] = TypeAdapter(TransportSettings)
NUMBER = SmsAddress(kind="msisdn", value="+33639981234")
ALIAS = SmsAddress(kind="alias", value="412700583916")


class Deaf:
    async def take(self, event: object) -> None:
        return None


@pytest.mark.parametrize(
    ("form", "wire"),
    [("plus", "+33639981234"), ("00", "0033639981234"), ("bare", "33639981234"), ("national", "0639981234")],
)
def test_a_number_in_each_form(form: NumberForm, wire: str) -> None:
    assert written(NUMBER, form) == wire
    assert read_sender(wire, "msisdn") == NUMBER
    assert written(ALIAS, form) == "412700583916"


def test_a_number_from_abroad_has_no_national_form() -> None:
    digits = "262" + NUMBER.value[3:]
    assert written(SmsAddress(kind="msisdn", value=f"+{digits}"), "national") == f"00{digits}"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("412700583916", "alias", "412700583916"),
        ("412700583916", "msisdn", "+" + ALIAS.value),
        ("+33639981234", "alias", None),
        ("33639981234", "alias", None),
        ("36123", "msisdn", None),
        ("Info", "msisdn", None),
        ("", "msisdn", None),
        (" 0639981234 ", "msisdn", "+33639981234"),
    ],
)
def test_the_kind_of_a_sender_comes_from_the_settings(text: str, kind: Any, value: str | None) -> None:
    found = read_sender(text, kind)
    assert (found.value if found is not None else None) == value


@pytest.mark.parametrize(("kind", "value"), [("msisdn", "33639981234"), ("msisdn", "412700583916"), ("alias", "+33")])
def test_a_value_of_another_kind_is_refused(kind: Any, value: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164|12 digits"):
        SmsAddress(kind=kind, value=value)


def test_neither_numbers_nor_texts_are_shown() -> None:
    now = SystemClock().now()
    shown = f"{NUMBER!r} {ALIAS!r} {SmsPart(text='Bonjour')!r} "
    shown += repr(InboundSms(id="i", sender=NUMBER, to="36123", text="Bonjour", sent=now))
    assert not [secret for secret in ("639981234", ALIAS.value, "Bonjour") if secret in shown]


@pytest.mark.parametrize(("bits", "seven", "wide"), [(8, 153, 67), (16, 152, 66)])
def test_parts_fill_what_their_header_leaves(bits: Any, seven: int, wide: int) -> None:
    plain, emoji = "à" * 152 + "€" + "x" * 160, "é📄ç" * 40
    for text, size, units in ((plain, seven, septets), (emoji, wide, lambda piece: utf16(piece)[::2])):
        parts = cut(text, reference=0x1_2345, reference_bits=bits)
        assert "".join(part.text for part in parts) == text
        assert [part.number for part in parts] == list(range(1, parts[0].count + 1))
        assert all(len(units(part.text)) <= size for part in parts)
        assert {part.place.ref for part in parts if part.place} == {0x45 if bits == 8 else 0x2345}
        assert all(msgspec.json.decode(msgspec.json.encode(part), type=SmsPart) == part for part in parts)


def test_a_text_that_is_taken_whole() -> None:
    (part,) = cut("e\u0301" * 400, reference=1, whole=True)
    assert (part.text, part.place) == ("é" * 400, None)
    for text in ("", "x" * 153 * 256):
        with pytest.raises(ValueError, match="255"):
            cut(text, reference=1)


def test_how_long_a_link_waits() -> None:
    assert [back_off_s(failures, 0) for failures in range(9)] == [1, 1, 2, 4, 8, 16, 32, 60, 60]
    assert [back_off_s(0, refusals) for refusals in range(1, 6)] == [60, 120, 240, 480, 600]


@pytest.mark.parametrize(("text", "host"), [("smsc.test:5000", ("smsc.test", 5000)), ("[::1]:1", ("::1", 1))])
def test_a_host(text: str, host: tuple[str, int]) -> None:
    assert read_host(text) == host


@pytest.mark.parametrize("text", ["smsc.test", ":5000", "smsc.test:", "smsc.test:0", "smsc.test:70000", "a:b"])
def test_no_host(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        read_host(text)


def test_an_id_that_is_worked_out() -> None:
    assert inbound_id("a", "bc") == inbound_id("a", "bc")
    assert inbound_id("a", "bc") != inbound_id("ab", "c")
    assert len(inbound_id("\ud800")) == 32


VALUES = {"url": "http://h/a", "to": "+33 /?&", "udh": b"\x05\x00\xff", "none": None, "parts": 2}


class TestTemplate:
    def test_an_address_keeps_its_shape(self) -> None:
        assert filled_url("{url}/to/{to}", VALUES) == "http://h/a/to/%2B33%20%2F%3F%26"

    @given(st.text())
    def test_no_value_changes_host_or_path(self, value: str) -> None:
        value = value.encode("utf-8", "replace").decode("utf-8")
        made = urlsplit(filled_url("{url}/to/{to}/end", {"url": "http://h:1/a", "to": value}))
        assert (made.scheme, made.netloc, made.query, made.fragment) == ("http", "h:1", "", "")
        assert [unquote(part) for part in made.path.split("/")] == ["", "a", "to", value, "end"]
        assert parse_qsl(filled_form({"t": "{to}", "k": "s"}, {"to": value}), keep_blank_values=True) == [
            ("t", value),
            ("k", "s"),
        ]

    def test_pairs_without_a_value_are_left_out(self) -> None:
        template = {"to": "{to}", "udh": "{udh}", "none": "{none}", "mixed": "x{none}y", "n": "{parts}"}
        assert filled_form(template, VALUES) == "to=%2B33+%2F%3F%26&udh=%05%00%FF&mixed=xy&n=2"

    def test_json_keeps_types(self) -> None:
        template = {"n": "{parts}", "none": "{none}", "list": ["{to}", 1, True], "deep": {"t": "{parts}/{parts}"}}
        wanted = {"n": 2, "list": ["+33 /?&", 1, True], "deep": {"t": "2/2"}}
        assert filled_json(template, VALUES) == wanted

    def test_a_header(self) -> None:
        assert filled_text("Bearer {parts}", VALUES) == "Bearer 2"
        assert filled_text("{none}", VALUES) is None


def test_every_transport_of_the_document_can_be_made(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "sms.md").read_text(encoding="utf-8")
    file = tmp_path / "rbm.toml"
    file.write_text(document.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    codes = load_settings(file).sms["codes"]
    made = []
    for code, table in codes.items():
        settings = SETTINGS.validate_python(table["transport"])
        transport = transport_for(settings, code=code, inbox=Deaf(), clock=SystemClock(), public_url="https://b.test")
        made.append(transport.name)
        assert "…" not in repr(settings)
    assert made == ["ucp", "kannel", "smpp", "plain", *sorted(set(PROFILES) - {"plain", "kannel"})]


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({"kind": "pigeon"}, "pigeon"),
        ({"kind": "ucp", "hosts": [], "account": "36123", "password": "x"}, "hosts"),
        ({"kind": "ucp", "hosts": ["nowhere"], "account": "36123", "password": "x"}, "host:port"),
        ({"kind": "ucp", "hosts": ["h:1"], "account": "us", "password": "x"}, "account"),
        ({"kind": "ucp", "hosts": ["h:1"], "account": "36123", "password": "x", "number_form": "plus"}, "digits only"),
        ({"kind": "ucp", "hosts": ["h:1"], "account": "36123", "password": "x" * 17}, "password"),
        ({"kind": "smpp", "host": "nowhere", "system_id": "us"}, "host:port"),
        ({"kind": "smpp", "host": "h:1", "system_id": "us", "password": "123456789"}, "password"),
        ({"kind": "http", "request": {"body": {"udh": "{udh}"}}}, "udh_hex"),
    ],
)
def test_settings_that_cannot_work(raw: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        SETTINGS.validate_python(raw)


def test_a_time_zone_that_does_not_exist() -> None:
    settings = UcpTransportSettings(hosts=("h:1",), account="36123", password="x", time_zone="Mars/Olympus")
    with pytest.raises(SettingsError, match="time zone"):
        transport_for(settings, code="36123", inbox=Deaf(), clock=SystemClock())


@pytest.mark.parametrize("octets", [b"", b"\0" * 16, b"\0" * 20, b"\0" * 16 + b"x" * 40])
def test_a_delivery_that_ends_too_early(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_delivery(octets)


def test_a_delivery_of_nothing() -> None:
    empty = read_delivery(b"\0" * 33)
    assert (empty.source, empty.text, empty.place, empty.is_receipt) == ("", "", None, False)
