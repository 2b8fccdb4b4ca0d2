"""``rbm preview``: every message of a bot on its wire."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rbm_bots.cli.preview import preview

BOTS = Path(__file__).parents[2] / "cases" / "bots"


def shown(bot: Path, channel: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(preview, [str(bot), "--channel", channel, "--format", "json"], catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.output)


def test_the_garage_bot_on_the_wire() -> None:
    bodies = {entry["id"]: entry["body"] for entry in shown(BOTS / "garage", "maap")}
    assert set(bodies) >= {
        "welcome/card1", "packages/carousel1", "booking/service", "booking/service/reprompt/1", "booking/plate",
        "booking/confirm1", "booking/say1", "booking/do1/on_error/slot_taken", "faq/opening",
        "always/help", "unknown/1",
    }  # fmt: skip
    welcome = bodies["welcome/card1"]["RCSMessage"]
    card = welcome["richcardMessage"]["message"]["generalPurposeCard"]
    assert card["content"]["title"] == "Garage Martin"
    assert len(welcome["suggestedChipList"]["suggestions"]) == 4
    deals = bodies["packages/carousel1"]["RCSMessage"]["richcardMessage"]["message"]["generalPurposeCardCarousel"]
    assert [item["description"] for item in deals["content"]] == ["Dès 12,50\xa0€"] * 2
    assert len(deals["content"][0]["suggestions"]) == 2
    confirm = bodies["booking/confirm1"]["RCSMessage"]["textMessage"]
    assert confirm == "Révision le mardi 24 novembre à 08:30 : je réserve ?"


@pytest.mark.parametrize(
    "bot", ["examples/parcel.yaml", "examples/survey.yaml", "examples/invoice.yaml", "examples/store.yaml"]
)
def test_every_example_is_drawn_whole(bot: str) -> None:
    entries = shown(BOTS / bot, "maap")
    assert len(entries) >= 4
    assert all(set(entry) == {"id", "language", "body"} for entry in entries)
    assert all(entry["body"]["messageContact"] == {"userContact": "+33639980001"} for entry in entries)  # type: ignore[index]  # plain JSON


def test_by_sms_each_message_has_its_text_and_parts() -> None:
    bodies = {entry["id"]: entry["body"] for entry in shown(BOTS / "garage", "sms")}
    assert bodies["booking/service"] == {"text": "Pour quelle prestation ?\n1 Révision\n2 Pneus\n3 Freins", "parts": 1}


def test_people_can_read_it_too() -> None:
    result = CliRunner().invoke(preview, [str(BOTS / "garage"), "--channel", "sms"])
    assert result.exit_code == 0
    assert "--- booking/service (fr)\nPour quelle prestation ?" in result.output


def test_a_faulty_bot_shows_its_faults(tmp_path: Path) -> None:
    result = CliRunner().invoke(preview, [str(BOTS / "garage" / "broken.yaml"), "--format", "json"])
    assert result.exit_code == 1
    assert "[no-target]" in result.output
    assert CliRunner().invoke(preview, [str(tmp_path)]).exit_code == 2


def page_of(bot: Path) -> str:
    result = CliRunner().invoke(preview, [str(bot), "--format", "html"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_page_shows_every_message_as_rcs_beside_sms() -> None:
    page = page_of(BOTS / "garage")
    ids = {str(entry["id"]) for entry in shown(BOTS / "garage", "maap")}
    assert len(ids) > 15
    assert set(re.findall(r'<article id="([^"]+)">', page)) == ids
    pairs = page.count('<div class="label">RCS</div>')
    assert pairs == page.count('<div class="label">SMS</div>') >= len(ids)
    assert "characters · GSM-7 · 1 part<" in page
    assert "Pour quelle prestation ?\n1 Révision\n2 Pneus\n3 Freins" in page


def test_the_page_has_each_language_and_is_one_file(tmp_path: Path) -> None:
    bot = tmp_path / "bot"
    (bot / "media").mkdir(parents=True)
    (bot / "media/a.png").write_bytes(b"\x89PNG small")
    (bot / "bot.yaml").write_text(
        "rbm: 1\nbot: {id: a, name: 'A <b>', languages: [fr, en]}\nstart: main\nflows: {main: {steps: "
        "[{card: {title: {fr: Bonjour, en: Hello}, image: media/a.png, suggest: [{open: 'https://a.example', "
        "label: Ouvrir}]}}, {say: {fr: 'Ça & <là>', en: 'There'}}]}}\n",
        "utf-8",
    )
    out = tmp_path / "page.html"
    result = CliRunner().invoke(preview, [str(bot), "--format", "html", "--out", str(out)])
    page = out.read_text("utf-8")
    assert (result.exit_code, result.output) == (0, "")
    assert page.count("data:image/png;base64,") == 2
    assert "Hello" in page
    assert "Ça &amp; &lt;là&gt;" in page
    assert "<b>" not in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert "<script" not in page


def test_a_file_that_cannot_be_written_is_wrong_use(tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "page.html"
    result = CliRunner().invoke(preview, [str(BOTS / "garage"), "--format", "html", "--out", str(out)])
    assert result.exit_code == 2
    assert str(out) in result.output.replace("\n", "")
