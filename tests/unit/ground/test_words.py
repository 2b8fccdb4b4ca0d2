"""Folding, and the one typing error that is forgiven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.words import fold, fold_words, is_one_typo

TALK = st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["merci", "'", "s’il vous plaît", "👍", "Hi", "été"])))
LETTERS = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Été à la PLAGE !", "ete a la plage"),
        ("c’est  l'Œuf", "c'est l'oeuf"),
        ("Bonjour, oui merci", "oui"),
        ("oui s'il vous plaît", "oui"),
        ("Merci", "merci"),
        ("bonjour merci", "bonjour merci"),
        ("pas merci du tout", "pas merci du tout"),
        ("👍🏽", "👍"),
        ("super 🎉", "super"),
        ("ﬁn", "fin"),
        ("2.", "2"),
        ("n° 2", "n 2"),
        ("'oui'", "oui"),
        ("merci ' bonjour", "merci bonjour"),
        ("!?", ""),
    ],
)
def test_texts_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(TALK)
def test_folding_twice_changes_nothing(words: list[str]) -> None:
    once = fold(" ".join(words))
    assert fold(once) == once
    assert fold_words(fold_words(" ".join(words))) == fold_words(" ".join(words))


@given(TALK)
def test_what_is_folded_has_single_spaces_and_no_capitals(words: list[str]) -> None:
    folded = fold_words(" ".join(words))
    assert folded == " ".join(folded.split()) == folded.lower()


@given(st.text("abc", min_size=1), st.text("ABC é!"))
def test_courtesy_at_the_ends_means_nothing(word: str, rest: str) -> None:
    assert fold(f"Bonjour ! {word} {rest}, s’il vous plaît, merci !") == fold(f"{word} {rest}")


def edits(word: str) -> set[str]:
    """Every word one typing error away from ``word``."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return (
        {head + tail[1:] for head, tail in cuts if tail}
        | {head + letter + tail for head, tail in cuts for letter in "abc"}
        | {head + letter + tail[1:] for head, tail in cuts if tail for letter in "abc"}
        | {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    ) - {word}


@given(LETTERS, LETTERS)
def test_a_typo_is_exactly_one_edit(written: str, meant: str) -> None:
    assert is_one_typo(written, meant) == (written in edits(meant))


@given(LETTERS.flatmap(lambda word: st.sampled_from(sorted(edits(word))).map(lambda typo: (word, typo))))
def test_every_single_edit_is_seen_from_both_sides(pair: tuple[str, str]) -> None:
    assert is_one_typo(*pair)
    assert is_one_typo(*reversed(pair))
