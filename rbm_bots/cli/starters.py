"""What ``rbm new`` can begin with: the bots that ship, under another name, brand and first language.

There is no second copy of them. ``starters.toml`` says which bot each starter is made of and what its owner changes
first; the files are made from that bot's own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rbm_bots.botfile.load import Checked, inspect_bot
from rbm_bots.cli.first_language import exchange_languages, replace_words, written
from rbm_bots.paths import bots_dir, templates_dir

__all__ = ["LANGUAGES", "Starter", "new_bot", "read_starters", "write_new"]

LANGUAGES: Final = {"fr": "French", "en": "English"}
"""The languages that every starter speaks, by their codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """One starter: the shipped ``bot`` it is made of, what that does, and what a new owner changes first."""

    bot: str
    does: str
    change: tuple[str, ...]


def read_starters() -> dict[str, Starter]:
    """Every starter by its name, in the order in which they are offered."""
    written_down = tomllib.loads((templates_dir() / "starters" / "starters.toml").read_text(encoding="utf-8"))
    return {
        name: Starter(bot=entry["bot"], does=entry["does"], change=tuple(entry["change"]))
        for name, entry in written_down.items()
    }


def new_bot(starter: Starter, *, name: str, brand: str, language: str, shown: str) -> dict[str, bytes]:
    """The files of a new bot, by their paths in its folder. ``name`` becomes its id; ``shown`` is the folder's name."""
    source = bots_dir() / starter.bot
    checked = inspect_bot(source)
    bot = checked.bot
    assert bot is not None, "a bot that ships has no fault"
    texts = _bot_texts(checked, language)
    for path in sorted(source.glob("*.test.yaml")):
        texts[path.name] = path.read_text(encoding="utf-8")
    texts = {path: replace_words(text, bot.name, brand) for path, text in texts.items()}
    texts["bot.yaml"] = texts["bot.yaml"].replace(f"\n  id: {bot.id}\n", f"\n  id: {written(name)}\n", 1)
    code = source / "actions.py"
    if code.is_file():
        texts["actions.py"] = code.read_text(encoding="utf-8")
    texts = {path: text.replace(f"bots/{starter.bot}", shown) for path, text in texts.items()}
    texts["README.md"] = _readme(starter, brand=brand, language=language, shown=shown, has_code=code.is_file())
    media = {f"media/{path.name}": path.read_bytes() for path in sorted((source / "media").iterdir())}
    return {path: text.encode() for path, text in texts.items()} | media


def write_new(files: dict[str, bytes], folder: Path) -> None:
    """Write the files into a folder that is not there yet. Raises ``FileExistsError``; nothing is ever overwritten."""
    folder.mkdir(parents=True)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)


def _bot_texts(checked: Checked, language: str) -> dict[str, str]:
    """The bot's own YAML, with ``language`` as its first."""
    assert checked.bot is not None, "a bot that ships has no fault"
    if language != checked.bot.languages[0]:
        return exchange_languages(checked, language)
    return {path: content.decode() for path, content in checked.bot.files.items()}


def _readme(starter: Starter, *, brand: str, language: str, shown: str, has_code: bool) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Markdown for a file of the person's own: nothing here is HTML
    environment = Environment(  # noqa: S701 - see above
        loader=FileSystemLoader(templates_dir() / "starters"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    other = next(code for code in LANGUAGES if code != language)
    return environment.get_template("README.md.jinja").render(
        brand=brand,
        does=starter.does,
        change=starter.change,
        folder=shown,
        has_code=has_code,
        first=LANGUAGES[language],
        other=LANGUAGES[other],
        other_code=other,
    )
