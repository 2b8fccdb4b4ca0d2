"""Every frame case, byte for byte both ways; any octets are a frame or a named fault."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.channels.sms.alphabet import read_septets, septets
from rbm_bots.channels.sms.header import Part, read_part, write_part
from rbm_bots.channels.sms.ucp.codes import ec_class
from rbm_bots.channels.sms.ucp.fields import names_of
from rbm_bots.channels.sms.ucp.frame import Frame, FrameCutter, FrameFault, encode, read_frame, refusal_of
from rbm_bots.channels.sms.ucp.names import pack_name, unpack_name
from rbm_bots.channels.sms.ucp.operations import (
    Deliver,
    Login,
    Report,
    Submit,
    alert_fields,
    read_deliver,
    read_login,
    read_report,
    read_submit,
)
from rbm_bots.channels.sms.ucp.stamps import Stamp, defer_digits, read_stamp, stamp_digits, validity_digits
from rbm_bots.channels.sms.ucp.xser import read_xser, write_xser
from rbm_bots.messages.segments import is_seven_bit

CASES: dict[str, Any] = json.loads((Path(__file__).parents[3] / "cases" / "ucp-frames.json").read_text("utf-8"))
PARIS = ZoneInfo("Europe/Paris")
GOOD: list[dict[str, Any]] = CASES["frames"]
BY_NAME = {case["name"]: case for case in GOOD}


def wire(text: str) -> bytes:
    return text.replace("<STX>", "\x02").replace("<ETX>", "\x03").encode("ascii")


def octets(case: dict[str, Any]) -> bytes:
    """What goes over the wire, STX and ETX included."""
    return bytes.fromhex(case["hex"]) if "hex" in case else wire(case["frame"])


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"])


def frame_of(case: dict[str, Any], *, strict: bool = True) -> Frame:
    read = read_frame(octets(case)[1:-1], strict=strict)
    assert isinstance(read, Frame), read
    return read


def test_there_are_cases() -> None:
    assert (len(GOOD), len(CASES["malformed"]), len(CASES["streams"])) == (54, 25, 7)


@pytest.mark.parametrize("case", GOOD, ids=name_of)
@pytest.mark.parametrize("strict", [True, False])
def test_a_good_frame_is_read_and_written(case: dict[str, Any], strict: bool) -> None:
    frame = frame_of(case, strict=strict)
    head = case["header"]
    assert (frame.trn, frame.kind, frame.ot) == (head["TRN"], head["type"], head["OT"])
    assert frame.named() == case["fields"]
    assert encode(frame) == octets(case)


@pytest.mark.parametrize("case", GOOD, ids=name_of)
def test_a_good_frame_is_written_from_its_named_fields(case: dict[str, Any]) -> None:
    frame = frame_of(case)
    names = names_of(frame.kind, frame.ot, frame.fields)
    if "surplus" in case["name"] or "slash" in case["name"]:
        assert frame.warnings == ("surplus fields",)
        return
    fields = tuple(case["fields"].get(name, "") for name in names)
    assert encode(Frame(trn=frame.trn, kind=frame.kind, ot=frame.ot, fields=fields)) == octets(case)


@pytest.mark.parametrize("case", CASES["malformed"], ids=name_of)
def test_a_malformed_frame_has_its_class_and_its_reply(case: dict[str, Any]) -> None:
    body = octets(case)[1:-1]
    strict, lenient = read_frame(body, strict=True), read_frame(body, strict=False)
    assert isinstance(strict, FrameFault)
    assert strict.fault == case["expected"]
    reply = refusal_of(strict)
    assert (reply and encode(reply)) == (wire(case["reply"]) if case["reply"] else None)
    if case["lenient"] == "accept":
        assert isinstance(lenient, Frame)
        assert lenient.warnings
    else:
        assert isinstance(lenient, FrameFault)
        assert lenient.fault == case["lenient"]


def test_a_refusal_without_a_code_is_told_from_a_lost_result() -> None:
    bare = read_frame(b"03/00025/R/51/N//refus/CE", strict=False)
    assert isinstance(bare, FrameFault)
    assert bare.negative
    odd = read_frame(b"03/00046/R/51/X//0033639981234:241126101502/EC", strict=False)
    assert isinstance(odd, FrameFault)
    assert not odd.negative


@pytest.mark.parametrize("case", CASES["streams"], ids=name_of)
def test_a_stream_is_cut(case: dict[str, Any]) -> None:
    cutter = FrameCutter()
    pieces = [piece for chunk in case["chunks"] for piece in cutter.feed(bytes.fromhex(chunk))]
    read = [read_frame(piece, strict=False) for piece in pieces]
    assert [f"{one.label} {one.fault}" if isinstance(one, FrameFault) else one.label for one in read] == case["frames"]


def test_an_endless_frame_is_dropped() -> None:
    cutter = FrameCutter()
    assert cutter.feed(b"\x02" + b"9" * 5000) == []
    assert cutter.feed(b"\x03\x0207/00027/O/31/36123/0539/FD\x03") == [b"07/00027/O/31/36123/0539/FD"]


@given(st.binary(max_size=200), st.booleans())
def test_any_octets_are_a_frame_or_a_named_fault(data: bytes, strict: bool) -> None:
    assert isinstance(read_frame(data, strict=strict), Frame | FrameFault)
    for piece in FrameCutter().feed(data + b"\x03"):
        read_frame(piece, strict=strict)


@given(st.sampled_from(GOOD), st.integers(0, 400), st.binary(max_size=3), st.booleans())
def test_a_damaged_frame_is_a_frame_or_a_named_fault(case: Any, at: int, noise: bytes, strict: bool) -> None:
    body = octets(case)[1:-1]
    read = read_frame(body[:at] + noise + body[at + 1 :], strict=strict)
    assert isinstance(read, Frame | FrameFault)
    if isinstance(read, FrameFault):
        refusal = refusal_of(read)
        assert refusal is None or encode(refusal)


def local(stamp: datetime | None, form: str = "%Y-%m-%dT%H:%M") -> str | None:
    return None if stamp is None else stamp.astimezone(PARIS).strftime(form)


SUBMITS = [case for case in GOOD if case["header"]["OT"] == 51 and case["header"]["type"] == "O"]


@pytest.mark.parametrize("case", SUBMITS, ids=name_of)
def test_a_submit_means_what_the_case_says(case: dict[str, Any]) -> None:
    meaning = case["meaning"]
    submit = read_submit(frame_of(case), PARIS)
    assert (submit.to, submit.sender) == (meaning["to"], meaning["from"])
    assert submit.text == meaning.get("text", meaning.get("digits"))
    assert submit.coding == meaning.get("coding", "digits")
    assert submit.sender_kind == meaning.get("sender_kind", "short").replace("alphanumeric", "name")
    wanted = {"delivered": 1, "not delivered": 2, "buffered": 4}
    if "report" in meaning:
        assert submit.report
        assert submit.notify == sum(wanted[name] for name in meaning["report"])
    assert local(submit.validity) == meaning.get("validity")
    assert local(submit.deferred_to) == meaning.get("deferred_to")
    assert submit.part == (Part(**meaning["concat"]) if "concat" in meaning else None)
    if "septets" in meaning:
        assert len(septets(submit.text)) == meaning["septets"]
    if "message_class" in meaning:
        assert submit.message_class == meaning["message_class"]


@pytest.mark.parametrize("case", SUBMITS, ids=name_of)
def test_a_submit_is_written_as_it_was_read(case: dict[str, Any]) -> None:
    frame = frame_of(case)
    again = Frame(trn=frame.trn, kind="O", ot=51, fields=read_submit(frame, PARIS).fields(PARIS))
    if case["name"] == "submit-ucs2-no-class":  # NB without leading zeros: we write four digits
        assert again.named() == frame.named() | {"NB": "0064"}
    else:
        assert encode(again) == octets(case)


DELIVERS = [case for case in GOOD if case["header"]["OT"] in (1, 52) and case["header"]["type"] == "O"]


@pytest.mark.parametrize("case", DELIVERS, ids=name_of)
def test_a_message_from_a_phone_means_what_the_case_says(case: dict[str, Any]) -> None:
    meaning = case["meaning"]
    message = read_deliver(frame_of(case), zone=PARIS)
    assert (message.to, message.sender, message.text) == (meaning["to"], meaning["from"], meaning["text"])
    assert message.coding == meaning.get("coding", "gsm7")
    assert local(message.scts.at, "%Y-%m-%dT%H:%M:%S") == meaning["scts"]
    assert message.part == (Part(**meaning["concat"]) if "concat" in meaning else None)
    assert message.home_network == meaning.get("home_network", "")


@pytest.mark.parametrize(
    "name", ["mo-stop-from-msisdn", "mo-ucs2", "mo-part-2-of-2-first", "mo-by-call-input", "mo-empty-text"]
)
def test_a_message_from_a_phone_is_written(name: str) -> None:
    frame = frame_of(BY_NAME[name])
    written = read_deliver(frame, zone=PARIS).fields()
    assert Frame(trn=frame.trn, kind="O", ot=frame.ot, fields=written).named() | {"NB": ""} == frame.named() | {
        "NB": ""
    }


REPORTS = [case for case in GOOD if case["header"]["OT"] == 53 and case["header"]["type"] == "O"]


@pytest.mark.parametrize("case", REPORTS, ids=name_of)
def test_a_report_means_what_the_case_says(case: dict[str, Any]) -> None:
    meaning = case["meaning"]
    frame = frame_of(case)
    report = read_report(frame, zone=PARIS)
    assert (report.to, report.recipient, report.reason) == (meaning["to"], meaning["recipient"], meaning["reason"])
    assert report.state == {"not delivered": "failed"}.get(meaning["state"], meaning["state"])
    assert local(report.scts.at, "%Y-%m-%dT%H:%M:%S") == meaning["scts"]
    if "done_at" in meaning:
        assert local(report.done.at, "%Y-%m-%dT%H:%M:%S") == meaning["done_at"]
    assert report.text == meaning.get("text", report.text)
    assert encode(Frame(trn=frame.trn, kind="O", ot=53, fields=report.fields())) == octets(case)


@pytest.mark.parametrize("name", ["open-session", "open-session-with-opid", "change-password"])
def test_a_login_is_read_and_written(name: str) -> None:
    case = BY_NAME[name]
    login = read_login(frame_of(case))
    assert (login.account, login.password) == (case["meaning"]["account"], case["meaning"]["password"])
    assert login.new_password == case["meaning"].get("new_password", "")
    head = case["header"]
    assert encode(Frame(trn=head["TRN"], kind="O", ot=60, fields=login.fields())) == octets(case)
    assert "lune" not in repr(login)


def test_a_keepalive_is_written() -> None:
    assert encode(Frame(trn=7, kind="O", ot=31, fields=alert_fields("36123"))) == octets(BY_NAME["keepalive"])


def test_a_refusal_has_the_class_of_the_case() -> None:
    refused = [case for case in GOOD if "class" in case["meaning"] and case["header"]["OT"] == 51]
    assert refused
    for case in refused:
        assert ec_class(case["meaning"]["error"]) == case["meaning"]["class"]
    assert ec_class("99") == "other"
    assert ec_class("99", overrate=frozenset({"99"})) == "throttle"


@pytest.mark.parametrize(
    ("name", "digits"),
    [("MaMarque", "0ECD70332C8FD7CB"), ("VeloLumen", "10D632FBCDACB7CB6E"), ("AtelierNord", "14417A999D2ECB9D6F3919")],
)
def test_a_name_is_packed(name: str, digits: str) -> None:
    assert pack_name(name) == digits
    assert unpack_name(digits) == name


@pytest.mark.parametrize("name", ["", "AtelierNord2", "Atelier ✨"])
def test_a_name_that_cannot_be_packed(name: str) -> None:
    with pytest.raises(ValueError, match=r"septets|alphabet"):
        pack_name(name)


def test_the_alphabet_is_the_one_that_parts_are_counted_with() -> None:
    for code in range(0x3000):
        char = chr(code)
        try:
            octets_of = septets(char)
        except ValueError:
            assert not is_seven_bit(char), char
        else:
            assert is_seven_bit(char), char
            assert read_septets(octets_of) == char


def test_escapes_that_lead_nowhere() -> None:
    assert read_septets(b"\x1b\x1ba\x1bB\xff\x1b") == " aB\ufffd"


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
seven_bit = st.text(st.sampled_from([chr(code) for code in range(0x400) if is_seven_bit(chr(code))]), max_size=80)


@given(anything, st.integers(0, 99))
def test_any_text_makes_the_round_trip(text: str, trn: int) -> None:
    submit = Submit(to="0033639981234", sender="36123", text=text, coding="ucs2")
    written = encode(Frame(trn=trn, kind="O", ot=51, fields=submit.fields(PARIS)))
    read = read_frame(written[1:-1], strict=True)
    assert isinstance(read, Frame)
    assert read_submit(read, PARIS) == submit


@given(seven_bit)
def test_any_seven_bit_text_makes_the_round_trip(text: str) -> None:
    scts = read_stamp("241126101640", PARIS)
    message = Deliver(to="36123", sender="33639981234", text=text, scts=scts)
    written = encode(Frame(trn=1, kind="O", ot=52, fields=message.fields()))
    read = read_frame(written[1:-1], strict=True)
    assert isinstance(read, Frame)
    assert read_deliver(read, zone=PARIS) == message


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=20)), max_size=5).map(tuple))
def test_services_make_the_round_trip(services: tuple[tuple[int, bytes], ...]) -> None:
    assert read_xser(write_xser(services)) == services


@given(st.binary(max_size=12))
def test_any_header_is_a_part_or_none(header: bytes) -> None:
    part = read_part(header)
    assert part is None or read_part(write_part(part)) == part


class TestTheHourThatExistsTwice:
    """25 October 2026, 02:00 to 03:00 in Paris."""

    def test_a_validity_ends_before_it(self) -> None:
        assert validity_digits(datetime.fromisoformat("2026-10-25T00:30:00Z"), PARIS) == "2510260159"
        assert validity_digits(datetime.fromisoformat("2026-10-25T01:30:00Z"), PARIS) == "2510260159"
        assert validity_digits(datetime.fromisoformat("2026-10-25T02:30:00Z"), PARIS) == "2510260330"

    def test_a_deferred_delivery_starts_after_it(self) -> None:
        assert defer_digits(datetime.fromisoformat("2026-10-25T00:30:00Z"), PARIS) == "2510260300"
        assert defer_digits(datetime.fromisoformat("2026-11-25T07:00:01Z"), PARIS) == "2511260801"

    def test_a_stamp_keeps_its_digits(self) -> None:
        stamp = read_stamp("251026023000", PARIS)
        assert (stamp.digits, stamp.uncertain) == ("251026023000", True)
        assert read_stamp("320126103000", PARIS) == Stamp(digits="320126103000", at=None)
        at = datetime.fromisoformat("2026-11-24T09:15:02Z")
        assert stamp_digits(at, PARIS) == "241126101502"
        assert read_stamp("241126101502", PARIS) == Stamp(digits="241126101502", at=at)


def test_a_stroke_in_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match="stroke"):
        encode(Frame(trn=1, kind="R", ot=31, fields=("A", "1/2")))


def test_a_report_names_the_recipient() -> None:
    scts = read_stamp("241126101502", PARIS)
    report = Report(to="36123", recipient="33639981234", scts=scts, state="failed", reason="107", done=scts)
    assert report.fields()[15:18] == ("2", "107", "241126101502")


def test_a_login_can_name_other_kinds_of_address() -> None:
    assert Login(account="33199001234", password="x", oton="1", onpi="1").fields()[1:3] == ("1", "1")
