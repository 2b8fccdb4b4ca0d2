from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.messages import Postback, read_postback

SAFE = st.text("abcxyz019_-", min_size=1, max_size=12)
POSTBACKS = st.builds(
    Postback,
    bot_version=SAFE,
    talk=st.integers(0, 10**12),
    turn=st.integers(0, 10**6),
    step=st.lists(SAFE, min_size=1, max_size=3).map("/".join),
    option=st.text("abc019_-.:/+", min_size=1, max_size=20),
)


def test_its_form_is_stable() -> None:
    postback = Postback(bot_version="3f2a", talk=12, turn=4, step="booking/pick", option="pneus")
    assert postback.pack() == "v1.3f2a.12.4.booking/pick.pneus"


@given(POSTBACKS)
def test_what_is_packed_is_read(postback: Postback) -> None:
    assert read_postback(postback.pack()) == postback


@given(st.text())
def test_foreign_data_is_none_and_breaks_nothing(data: str) -> None:
    found = read_postback(data)
    assert found is None or found.pack() == data


@pytest.mark.parametrize(
    "data",
    [None, "", "order", "v2.a.1.1.s.o", "v1.a.1.1.s", "v1.a.x.1.s.o", "v1.a.01.1.s.o", "v1.a.1.1.s.", "v1.a.1.1.s.é"],
)
def test_data_of_another_form_is_none(data: str | None) -> None:
    assert read_postback(data) is None


@pytest.mark.parametrize(
    "change",
    [{"bot_version": "a.b"}, {"talk": -1}, {"step": ""}, {"step": "a.b"}, {"option": "a b"}, {"option": "o" * 2048}],
)
def test_what_would_break_the_form_is_refused_without_its_value(change: dict[str, object]) -> None:
    parts = {"bot_version": "a", "talk": 1, "turn": 1, "step": "s", "option": "o", **change}
    with pytest.raises(ValueError, match=r"postback"):
        Postback(**parts).pack()  # type: ignore[arg-type]  # wrong on purpose
