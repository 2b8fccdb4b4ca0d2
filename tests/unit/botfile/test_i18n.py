"""Translation files: written, kept, marked, and read again."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.botfile.i18n import digest_of, read_entries, updated
from rbm_bots.botfile.load import inspect_bot
from rbm_bots.cli.i18n import i18n

BOT = """
rbm: 1
bot: {id: demo, name: Demo, languages: [fr, en]}
start: main
slots:
  deal: {type: record}
  size: {type: choice, options: {s: Petite, m: {label: Moyenne}}, label: La taille}
flows:
  main:
    hears: [bonjour, menu]
    steps:
      - do: deal.find
        save: deal
        on_error: {any: {say: Rien trouvé., goto: end}}
      - {ask: size, say: Quelle taille ?, reprompt: ["Petite, ou moyenne ?"], skip: Passer}
      - {id: end_of_it, say: Merci "beaucoup" !}
      - card: {title: "{{ deal.title }}", text: Une offre}
        suggest: [{reply: Encore, goto: main}]
actions:
  deal.find: {http: GET https://shop.example/deal}
"""


THANKS = 'Merci "beaucoup" !'


def bot(folder: Path, text: str = BOT) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "bot.yaml").write_text(text, "utf-8")
    return folder


def extract(folder: Path) -> str:
    result = CliRunner().invoke(i18n, ["extract", str(folder)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_hash_is_the_one_the_language_names() -> None:
    assert digest_of("rdv\nrendez-vous\nréserver") == "5994"
    assert digest_of("Les prochains créneaux pour {{ service.label }} :") == "80b8"


def test_every_text_gets_a_key_and_placeholders_alone_do_not(tmp_path: Path) -> None:
    output = extract(bot(tmp_path))
    text = (tmp_path / "i18n/en.yaml").read_text("utf-8")
    assert output == f"{tmp_path / 'i18n/en.yaml'}: 11 to translate, 0 to look at again, 0 no longer used\n"
    assert set(read_entries(text)) == {
        "slots.size.label", "slots.size.options.s", "slots.size.options.m", "main.hears", "main.do1.on_error.any",
        "main.size.say", "main.size.reprompt", "main.size.skip", "main.card1.text", "main.card1.suggest.1",
        "main.end_of_it.say",
    }  # fmt: skip
    assert f"main.size.say: {{text: ~, of: {digest_of('Quelle taille ?')}}}  # Quelle taille ?\n" in text
    assert "main.hears: {list: ~," in text


def test_a_file_that_was_just_written_has_no_error_and_translates_nothing_yet(tmp_path: Path) -> None:
    extract(bot(tmp_path))
    faults = inspect_bot(tmp_path).faults
    assert {fault.code for fault in faults} == {"i18n-missing"}
    assert inspect_bot(tmp_path).bot is not None


def test_translations_stay_stale_ones_are_marked_and_gone_ones_kept(tmp_path: Path) -> None:
    folder = bot(tmp_path)
    extract(folder)
    path = folder / "i18n/en.yaml"
    path.write_text(
        path.read_text("utf-8")
        .replace("main.size.say: {text: ~", 'main.size.say: {text: "Which \\"size\\"?"')
        .replace("main.hears: {list: ~", "main.hears: {list: [hello, menu]")
        .replace("main.end_of_it.say: {text: ~", "main.end_of_it.say: {text: Thanks!"),
        "utf-8",
    )
    bot(tmp_path, BOT.replace("Quelle taille ?", "Votre taille ?").replace("id: end_of_it", "id: thanks"))
    output = extract(folder)
    text = path.read_text("utf-8")
    assert output.endswith(": 9 to translate, 1 to look at again, 1 no longer used\n")
    assert f"# changed: Votre taille ? (of: {digest_of('Votre taille ?')})\nmain.size.say: " in text
    assert read_entries(text)["main.size.say"].value == 'Which "size"?'
    assert read_entries(text)["main.hears"].value == ("hello", "menu")
    assert text.endswith(
        "# no text of the bot has these keys any more:\n"
        f'main.end_of_it.say: {{text: "Thanks!", of: {digest_of(THANKS)}}}\n'
    )
    assert extract(folder) == output
    assert path.read_text("utf-8") == text
    stale = [fault for fault in inspect_bot(folder).faults if fault.code == "i18n-stale"]
    assert len(stale) == 2


def test_check_lists_what_is_missing_and_what_is_stale(tmp_path: Path) -> None:
    folder = bot(tmp_path)
    result = CliRunner().invoke(i18n, ["check", str(folder)])
    assert result.exit_code == 1
    assert "[i18n-missing]" in result.output
    bot(tmp_path, BOT.replace("[fr, en]", "[fr]"))
    result = CliRunner().invoke(i18n, ["check", str(folder)])
    assert (result.exit_code, result.output) == (0, f"{folder}: fine\n")


def test_a_language_without_built_in_sentences_gets_them_to_translate(tmp_path: Path) -> None:
    folder = bot(tmp_path, BOT.replace("[fr, en]", "[fr, en, de]"))
    faults = inspect_bot(folder).faults
    assert any(fault.code == "i18n-missing" and "built-in" in fault.message for fault in faults)
    extract(folder)
    german = folder / "i18n/de.yaml"
    assert "rbm.yes: {text: ~, of: " in german.read_text("utf-8")
    assert "rbm.yes" not in (folder / "i18n/en.yaml").read_text("utf-8")
    german.write_text(german.read_text("utf-8").replace("rbm.yes: {text: ~", "rbm.yes: {text: Ja"), "utf-8")
    checked = inspect_bot(folder)
    assert checked.bot is not None
    assert checked.bot.sentences["rbm.yes"].pick("de").source == "Ja"


def test_a_single_file_has_no_translations(tmp_path: Path) -> None:
    folder = bot(tmp_path)
    for command in ("extract", "check"):
        result = CliRunner().invoke(i18n, [command, str(folder / "bot.yaml")])
        assert (result.exit_code, "folder" in result.output) == (2, True)


def test_a_faulty_bot_is_told_first(tmp_path: Path) -> None:
    folder = bot(tmp_path, BOT.replace("goto: main", "goto: mian"))
    result = CliRunner().invoke(i18n, ["extract", str(folder)])
    assert result.exit_code == 1
    assert "[no-target]" in result.output
    assert not (folder / "i18n").exists()


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.[a-z0-9]{1,8}", fullmatch=True), WORDS, max_size=8), st.data())
def test_any_translation_survives(texts: dict[str, str], data: st.DataObject) -> None:
    first = updated(texts, "").text
    entries = read_entries(first)
    translated = first
    chosen = {key: data.draw(WORDS) for key in entries}
    for key, words in chosen.items():
        quoted = words.replace("\\", "\\\\").replace('"', '\\"')
        translated = translated.replace(f"\n{key}: {{text: ~", f'\n{key}: {{text: "{quoted}"')
    again = updated(texts, translated).text
    assert {key: entry.value for key, entry in read_entries(again).items()} == chosen
    assert updated(texts, again).text == again
