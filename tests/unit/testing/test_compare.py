"""Lines and messages find each other."""

from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.botfile.model import Mark
from rbm_bots.testing.compare import pair_up
from rbm_bots.testing.talks import Anything, BotSays

HERE = Mark("x", 1, 1)


def said(text):
    return BotSays(mark=HERE, patterns={"say": text})


def paired(lines, messages):
    """Each pair as «line=message», a tilde where one is missing."""
    read = [Anything(mark=HERE) if text == "any" else said(text) for text in lines]
    pairs = pair_up(read, [{"say": text} for text in messages])
    return [
        f"{pair.line.patterns['say'] if pair.line else '~'}={pair.message['say'] if pair.message else '~'}"
        for pair in pairs
    ]


def test_one_more_is_one_more():
    assert paired("ABC", "AXBC") == ["A=A", "~=X", "B=B", "C=C"]
    assert paired("AXBC", "ABC") == ["A=A", "X=~", "B=B", "C=C"]


def test_what_differs_is_paired_by_rank():
    assert paired("ABC", "AXC") == ["A=A", "B=X", "C=C"]
    assert paired("AB", "XYZ") == ["A=X", "B=Y", "~=Z"]


def test_nothing_is_nothing():
    assert paired("", "") == []
    assert paired("A", "") == ["A=~"]
    assert paired("", "A") == ["~=A"]


def test_any_takes_what_is_left():
    assert paired(["any"], "ABC") == []
    assert paired(["A", "any"], "ABC") == ["A=A"]
    assert paired(["A", "any", "C"], "ABXC") == ["A=A", "C=C"]
    assert paired(["A", "any", "C"], "A") == ["A=A", "C=~"]
    assert paired(["A", "any", "C"], "AX") == ["A=A", "C=X"]


@given(st.lists(st.sampled_from("ABC*"), max_size=6), st.lists(st.sampled_from("ABC"), max_size=6))
def test_every_line_and_every_message_has_one_place(lines, messages):
    pairs = pair_up([said(text) for text in lines], [{"say": text} for text in messages])
    assert [pair.line.patterns["say"] for pair in pairs if pair.line] == lines
    assert [pair.message["say"] for pair in pairs if pair.message] == messages
    assert all(pair.line or pair.message for pair in pairs)
    if len(lines) == len(messages) and all(one in ("*", other) for one, other in zip(lines, messages, strict=True)):
        assert all(pair.good for pair in pairs)
