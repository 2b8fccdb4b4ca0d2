"""Reading a ``deliver_sm``: what an independent library writes, and whatever else comes."""

from __future__ import annotations

from typing import Any

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.channels.sms.alphabet import septets, utf16
from rbm_bots.channels.sms.header import Part, write_part
from rbm_bots.channels.sms.smpp.pdu import command_status, read_delivery, read_receipt
from rbm_bots.channels.sms.smpp.results import refusal_error

SEVEN_BIT = st.text(alphabet="abcdefgh ABC0123456789éàùò€[]{}@£\n", max_size=100)
PLACES = st.none() | st.builds(
    lambda ref, total, seq, bits: Part(ref=ref % (1 << bits), total=total, seq=1 + seq % total, ref_bits=bits),
    st.integers(0, 65_535),
    st.integers(2, 255),
    st.integers(0, 254),
    st.sampled_from([8, 16]),
)
TLVS = st.lists(st.builds(smpp34.Tlv, st.sampled_from([0x0423, 0x1400, 0x0005]), st.binary(max_size=9)), max_size=4)


def delivered(octets: bytes, **options: Any) -> bytes:
    return smpp34.DeliverSm("33639981234", "36123", octets, sequence_number=7, **options).encode()


@given(text=SEVEN_BIT, place=PLACES, tlvs=TLVS)
def test_a_text_of_the_seven_bit_alphabet(text: str, place: Part | None, tlvs: Any) -> None:
    header = b"" if place is None else write_part(place)
    read = read_delivery(delivered(header + septets(text), esm_class=0x40 if place else 0, tlvs=tlvs))
    assert (read.source, read.destination, read.text, read.place) == ("33639981234", "36123", text, place)
    assert not read.is_receipt


@given(text=st.text(max_size=60), service=st.sampled_from(["", "CMT"]))
def test_a_text_in_ucs2(text: str, service: str) -> None:
    assert read_delivery(delivered(utf16(text), data_coding=8, service_type=service)).text == text


def test_a_text_in_a_parameter() -> None:
    octets = delivered(b"", data_coding=8, tlvs=[smpp34.Tlv(0x0424, utf16("Ça" * 300))])
    assert read_delivery(octets).text == "Ça" * 300


@given(st.binary(max_size=120))
def test_whatever_comes_is_read_or_refused(octets: bytes) -> None:
    for pdu in (octets, delivered(octets[:60], esm_class=0x44)):
        try:
            read = read_delivery(pdu)
        except ValueError:
            assert pdu is octets
            continue
        receipt = read_receipt(read)
        assert receipt is None or receipt.reference


@pytest.mark.parametrize("word", ["DELIVRD", "delivrd"])
def test_a_report_in_words(word: str) -> None:
    text = f"id:A1-b_2 sub:001 dlvrd:001 submit date:2611241015 done date:2611241016 stat:{word} err:000 text:id:9"
    receipt = read_receipt(read_delivery(delivered(text.encode(), esm_class=4)))
    assert receipt is not None
    assert (receipt.reference, receipt.state, receipt.reason) == ("A1-b_2", "delivered", "")


@pytest.mark.parametrize(("status", "code"), [(0x0B, "sms_address"), (0x58, "sms_rate"), (0x0499, "sms_rejected")])
def test_each_status_has_its_error(status: int, code: str) -> None:
    octets = b"\0\0\0\x10\x80\0\0\4" + status.to_bytes(4) + b"\0\0\0\1"
    error = refusal_error(command_status(octets))
    assert (error.code, error.platform_code) == (code, f"{status:04X}")
