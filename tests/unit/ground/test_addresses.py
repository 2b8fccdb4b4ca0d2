"""Numbers: read, repaired, never shown whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.addresses import Address, mask, read_msisdn

NUMBERS = st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True)


@given(NUMBERS)
def test_a_number_is_itself_and_gets_its_plus_back(number: str) -> None:
    assert read_msisdn(number) == number
    assert read_msisdn(number[1:]) == number
    assert read_msisdn(" " + number[1:]) == number  # a «+» that a form turned into a blank


@given(st.text())
def test_what_is_read_is_e164(text: str) -> None:
    read = read_msisdn(text)
    assert read is None or (read[0] == "+" and read[1:].isascii() and read[1:].isdigit() and 9 <= len(read) <= 16)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "0639980001",
        "+0639980001",
        "+33 6 39 98 00 01",
        "+3363998000100000",
        "+٣٣٦٣٩٩٨٠٠٠١",
        "tok-abc",
        "+33639980001\n",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_msisdn(text) is None


@given(NUMBERS)
def test_a_mask_hides_most_digits_and_an_address_shows_no_more(number: str) -> None:
    shown = mask(number)
    assert number not in shown
    assert sum(char.isdigit() for char in shown) == 5
    assert repr(Address(msisdn=number, chat_id="tok-abc")) == f"Address({shown})"


def test_short_words_are_hidden_whole() -> None:
    assert mask("+33639") == "••••••"


def test_an_address_is_somebody_or_nobody() -> None:
    assert not Address()
    assert Address(chat_id="tok-abc")
    assert (repr(Address(chat_id="tok-abc")), repr(Address())) == ("Address(chat id)", "Address(nobody)")


def test_an_answer_goes_to_the_chat_id_that_hides_a_number() -> None:
    assert Address(msisdn="+33639980001", chat_id="tok-abc").identity == ("chat", "tok-abc")
    assert Address(msisdn="+33639980001").identity == ("msisdn", "+33639980001")
    assert Address().identity is None
