"""Which files make up the project, found without git: a check must also work in an unpacked archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["ROOT", "python_files", "read", "text_files"]

ROOT = Path(__file__).resolve().parent.parent
_MADE = frozenset({"__pycache__", "build", "dist", "htmlcov", "node_modules"})
_HIDDEN_BUT_OURS = frozenset({".ci", ".gitignore"})
_BINARY = frozenset(
    {".gif", ".ico", ".jpg", ".jpeg", ".mp3", ".mp4", ".pdf", ".png", ".sqlite3", ".webm", ".webp", ".woff2"}
)


def text_files(folder: Path = ROOT) -> Iterator[Path]:
    """Every text file that is kept; what a tool or a run makes is left out."""
    for path in sorted(folder.iterdir()):
        if path.name in _MADE or (path.name.startswith(".") and path.name not in _HIDDEN_BUT_OURS):
            continue
        if path.is_dir():
            yield from text_files(path)
        elif path.suffix not in _BINARY:
            yield path


def python_files() -> list[Path]:
    """Every Python file of the package, the bots and the tests."""
    return [path for path in text_files() if path.suffix == ".py"]


def read(path: Path) -> str:
    """The file's text, in UTF-8 whatever the machine's locale is."""
    return path.read_text(encoding="utf-8")
