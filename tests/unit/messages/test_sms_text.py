"""What leaves by SMS: four modes, a cap on parts, links made short."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.messages.sms_text import MODES, PARTS_MAX, PARTS_MAX_MARKETING, SmsTextRefused, shorten_links, sms_text

CASES = json.loads((Path(__file__).parents[2] / "cases" / "sms-segments.json").read_text(encoding="utf-8"))["cases"]
LONG = "Reçu à la fête : l’été arrive en forêt, où sont prêts vos cadeaux. Reç."


def test_there_are_cases() -> None:
    assert {case["smart"] for case in CASES} == {"as-is", "transliterated"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_smart_rewrites_only_where_that_saves_parts(case: dict[str, Any]) -> None:
    found = sms_text(case["text"])
    assert found.transliterated is (case["smart"] == "transliterated")
    assert found.segments == (found.after if found.transliterated else found.before)
    assert list(found.before.sizes) == case["part_units"]


@pytest.mark.parametrize("case", [case for case in CASES if "part_units_16_bit_ref" in case], ids=lambda c: c["name"])
def test_a_longer_reference_leaves_less_room(case: dict[str, Any]) -> None:
    assert list(sms_text(case["text"], reference_bits=16).before.sizes) == case["part_units_16_bit_ref"]


def test_the_modes_differ() -> None:
    assert MODES == ("strict", "gsm", "ucs2", "smart")
    assert sms_text("Reçu", mode="gsm").text == "Recu"
    assert sms_text("Reçu", mode="ucs2").text == sms_text("Reçu").text == "Reçu"
    assert sms_text(LONG).text.endswith("Rec.")
    assert sms_text(LONG, mode="ucs2").segments.parts == 2
    assert sms_text("E\u0301té", mode="strict").text == "Été"


@pytest.mark.parametrize(
    ("text", "mode", "most"),
    [("Reçu", "strict", None), ("да", "gsm", None), ("👍", "gsm", None), ("x" * 460, "smart", PARTS_MAX_MARKETING)],
)
def test_what_does_not_fit_is_refused(text: str, mode: Any, most: int | None) -> None:
    with pytest.raises(SmsTextRefused) as refused:
        sms_text(text, mode=mode, most_parts=most)
    assert text not in str(refused.value)


def test_the_cap_counts_what_leaves() -> None:
    assert sms_text("x" * 460, most_parts=PARTS_MAX).segments.parts == 4
    assert sms_text(LONG, most_parts=1).segments.parts == 1


def test_links_are_made_short_one_by_one() -> None:
    seen: list[str] = []

    def shorten(link: str) -> str:
        seen.append(link)
        return f"https://l.exemple.fr/{len(seen)}"

    text = "Ici https://exemple.fr/a?b=1, (ou http://exemple.fr/ça). Fin"
    assert shorten_links(text, shorten) == "Ici https://l.exemple.fr/1, (ou https://l.exemple.fr/2). Fin"
    assert seen == ["https://exemple.fr/a?b=1", "http://exemple.fr/ça"]
    assert shorten_links("sans lien", shorten) == "sans lien"
