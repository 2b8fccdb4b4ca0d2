"""``rbm new``: every starter, in both languages, under any brand: no fault, and its conversations pass at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from rbm_bots.botfile.i18n import read_entries
from rbm_bots.botfile.load import check_bot, inspect_bot, load_bot
from rbm_bots.cli.first_language import exchange_languages, replace_words, written
from rbm_bots.cli.new import new
from rbm_bots.cli.starters import LANGUAGES, read_starters
from rbm_bots.paths import bots_dir
from rbm_bots.testing.suite import cover, find_talk_files, run_files

STARTERS = ["appointment", "parcel", "survey", "dunning", "store-locator", "contest", "faq"]
BRANDS = {"fr": "Crêperie d'Été & Cie: n° 12", "en": "Ye Olde #1 Shop, est. 1901? yes - no | 100 %"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def values(text: str) -> object:
    return yaml.load(text, Loader=yaml.CBaseLoader)


def made(*args: str) -> Result:
    return CliRunner().invoke(new, list(args))


def test_the_starters_are_those_that_ship_and_each_is_told_apart() -> None:
    starters = read_starters()
    assert list(starters) == STARTERS
    assert {starter.bot for starter in starters.values()} == {
        path.parent.name for path in bots_dir().glob("*/bot.yaml")
    }
    assert all(starter.does and len(starter.change) >= 3 for starter in starters.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("starter", STARTERS)
def test_a_new_bot_has_no_fault_and_passes_its_tests(starter: str, language: str) -> None:
    brand = BRANDS[language][:40].strip()
    done = made("my-shop", "--starter", starter, "--brand", brand, "--language", language)
    assert (done.exit_code, done.exception) == (0, None), done.output
    folder = Path("my-shop")
    bot, faults = check_bot(folder)
    assert [f"{fault.file}:{fault.line}: {fault.message}" for fault in faults] == []
    assert bot is not None
    assert (bot.id, bot.name, bot.languages[0], len(bot.languages)) == ("my-shop", brand, language, 2)
    results = asyncio.run(run_files(find_talk_files([folder])))
    runs = [run for found in results for run in found.runs]
    assert len(runs) >= 5
    assert [line for run in runs if run.result.failure is not None for line in run.result.failure.lines()] == []
    assert all(found.good for found in results)
    (covered,) = cover(results)
    assert covered.never == ()


@pytest.mark.parametrize("starter", STARTERS)
def test_nothing_of_the_shipped_brand_is_left(starter: str) -> None:
    assert made("shop", "--starter", starter, "--brand", "Nouveau").exit_code == 0
    source = bots_dir() / read_starters()[starter].bot
    brand = load_bot(source).name
    files = [path for path in Path("shop").rglob("*") if path.suffix in (".yaml", ".md", ".py")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    assert len(texts) >= 4
    assert [text for text in texts if brand in text or f"bots/{source.name}" in text] == []
    readme = Path("shop/README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Nouveau\n")
    assert "rbm dev shop" in readme
    assert "{{" not in readme


def test_turned_twice_a_bot_says_what_it_said() -> None:
    """Back in its first language, every sentence is the one that was there."""
    for starter in read_starters().values():
        at, folder = bots_dir() / starter.bot, Path(starter.bot)
        (folder / "i18n").mkdir(parents=True)
        (folder / "media").symlink_to(bots_dir() / starter.bot / "media")
        for language in ("en", "fr"):
            for path, text in exchange_languages(inspect_bot(at), language).items():
                (folder / path).write_text(text, encoding="utf-8")
            code = bots_dir() / starter.bot / "actions.py"
            if code.is_file():
                (folder / code.name).write_text(code.read_text(encoding="utf-8"), encoding="utf-8")
            (folder / f"i18n/{language}.yaml").unlink(missing_ok=True)
            at = folder
        for path, read in (("bot.yaml", values), ("i18n/en.yaml", read_entries)):
            before, after = (
                one.joinpath(path).read_text(encoding="utf-8") for one in (bots_dir() / starter.bot, folder)
            )
            assert read(after) == read(before), path


class TestRefusals:
    """Wrong use is one sentence, and nothing is written."""

    @pytest.mark.parametrize("name", ["Shop", "1shop", "my shop", "x" * 41, "../shop", "café"])
    def test_a_name_that_is_no_id(self, name: str) -> None:
        done = made(name)
        assert done.exit_code == 2
        assert "small letter" in done.output
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("brand", ["", " ", "x" * 41, "{{ bot.name }}", "bell\x07", 'say "hi"'])
    def test_a_brand_that_cannot_be_shown(self, brand: str) -> None:
        done = made("shop", "--brand", brand)
        assert done.exit_code == 2
        assert "1 to 40 characters" in done.output
        assert list(Path().iterdir()) == []

    def test_a_folder_that_is_there(self) -> None:
        Path("shop").mkdir()
        Path("shop/mine.txt").write_text("mine", encoding="utf-8")
        done = made("shop")
        assert done.exit_code == 2
        assert "nothing is written over" in done.output
        assert [path.name for path in Path("shop").iterdir()] == ["mine.txt"]

    def test_an_unknown_starter(self) -> None:
        assert made("shop", "--starter", "casino").exit_code == 2


def test_without_options_the_name_is_the_brand() -> None:
    done = made("my-garage")
    assert done.exit_code == 0
    assert "rbm test my-garage" in done.output
    bot = load_bot(Path("my-garage"))
    assert (bot.name, bot.languages) == ("My garage", ("fr", "en"))


def test_another_folder_keeps_the_name() -> None:
    assert made("shop", "--starter", "faq", "--folder", "deep/inside").exit_code == 0
    assert load_bot(Path("deep/inside")).id == "shop"
    assert "rbm test deep/inside" in Path("deep/inside/README.md").read_text(encoding="utf-8")


def test_a_person_at_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rbm_bots.cli.new.at_terminal", lambda: True)
    done = CliRunner().invoke(new, ["shop", "--starter", "faq"], input="Chez Nous\nen\n")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("The brand's name: ")
    bot = load_bot(Path("shop"))
    assert (bot.name, bot.languages) == ("Chez Nous", ("en", "fr"))


@pytest.mark.parametrize(
    "words",
    ["oui", "Oui, réserver", "a: b", "a #b", "- x", "*", "&x", "null", "~", "", "é\nè", "ça va ?", "{x}", "'q'", '"q"'],
)
def test_words_are_written_so_that_they_are_read_back(words: str) -> None:
    text = replace_words("a: {b: X, c: [X, y]}\nd: X\n", "X", words)
    assert values(text) == {"a": {"b": words, "c": [words, "y"]}, "d": words}
    assert written("plain words") == "plain words"
