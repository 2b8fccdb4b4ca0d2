"""Which files make a bot: the folder's ``bot.yaml``, ``flows/*.yaml``, ``i18n/*.yaml`` (bot language, chapter 2).

A file of another name is a bot that stands alone; only ``actions.py`` and ``media/`` beside it are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.source import MAX_BYTES
from rbm_bots.errors import UsageError

__all__ = ["BotFiles", "read_files", "stored_files"]

_BOT: Final = "bot.yaml"


@dataclass(slots=True, kw_only=True)
class BotFiles:
    """What was read.

    ``texts``: file as shown in faults to its text, the bot file first; ``i18n``: language to such a file. ``raw``: name
    within the folder to its bytes.
    """

    folder: Path
    main: str
    texts: dict[str, str] = field(default_factory=dict)
    i18n: dict[str, str] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)


def read_files(path: Path, faults: Faults) -> BotFiles:
    """The files of the bot at ``path``, a folder or a file. Raises ``UsageError`` when there is no bot there."""
    main = path / _BOT if path.is_dir() else path
    if not main.is_file():
        raise UsageError(f"there is no bot at «{path}»", hint="give a bot folder (with bot.yaml) or a bot file")
    files = BotFiles(folder=main.parent, main=str(main))
    _add(files, main, main.name, faults)
    if main.name == _BOT:
        for part in sorted((main.parent / "flows").glob("*.yaml")):
            _add(files, part, f"flows/{part.name}", faults)
        for part in sorted((main.parent / "i18n").glob("*.yaml")):
            _add(files, part, f"i18n/{part.name}", faults)
            files.i18n[part.stem] = str(part)
    return files


def stored_files(raw: Mapping[str, bytes], folder: Path) -> BotFiles:
    """Files that were read once and kept, as if they lay in ``folder``."""
    main = next(name for name in raw if "/" not in name)
    files = BotFiles(folder=folder, main=main, raw=dict(raw))
    for name, content in raw.items():
        files.texts[name] = content.decode("utf-8-sig")
        if name.startswith("i18n/"):
            files.i18n[Path(name).stem] = name
    return files


def _add(files: BotFiles, path: Path, name: str, faults: Faults) -> None:
    shown = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            faults.error(Mark(shown, 1, 1), "yaml", "the file is larger than 1 MiB", "split it: flows/*.yaml")
            return
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"«{shown}» cannot be read: {error.strerror}") from error
    files.raw[name] = raw
    try:
        files.texts[shown] = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        mark = Mark(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))
        faults.error(mark, "yaml", "this file is not UTF-8", "save it as UTF-8")
