"""Bot files for tests, written short: «🌷 × 2000» for a long text, a file name of its own for a large picture."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

__all__ = ["LARGE", "completed", "copy_cases", "expanded", "large_file"]

LARGE = "large.jpg"
_REPEAT = re.compile(r"(\S) × (\d+)")
_MIB = 1024 * 1024
_SECTION = re.compile(r"^([a-z_]+):(.*\n(?:(?:[ #].*)?\n)*)", re.MULTILINE)
_NEEDED = {"rbm": " 1\n", "bot": " {id: demo, name: Demo}\n", "start": " main\n"}


def expanded(text: str) -> str:
    """The text with every «x × 3» written out as «xxx»."""
    return _REPEAT.sub(lambda match: match[1] * int(match[2]), text)


def copy_cases(source: Path, to: Path) -> Path:
    """A copy of a folder of bot files, long texts written out, with a picture just over 1 MiB in ``media/``."""
    shutil.copytree(source, to)
    for file in to.rglob("*.yaml"):
        text = file.read_text("utf-8")
        if " × " in text:
            file.write_text(expanded(text), "utf-8")
    large_file(to)
    return to


def large_file(folder: Path) -> None:
    """A picture just over 1 MiB in ``media/``."""
    media = folder / "media"
    media.mkdir(exist_ok=True)
    with (media / LARGE).open("wb") as large:
        large.truncate(_MIB + 1)


def completed(fragment: str) -> str:
    """A fragment of a bot file as a whole one: what every bot needs is added, ``steps:`` are those of ``main``."""
    if fragment.startswith("rbm: 1"):
        return fragment
    sections = dict(_SECTION.findall(expanded(fragment)))
    steps = sections.pop("steps", "\n  - say: Bonjour\n")
    main = "\n  main:\n    steps:" + textwrap.indent(steps, "    ").lstrip(" ")
    sections["flows"] = main + sections.get("flows", "\n").removeprefix("\n")
    for name, words in _NEEDED.items():
        sections.setdefault(name, words)
    return "".join(f"{name}:{words}" for name, words in sections.items())
