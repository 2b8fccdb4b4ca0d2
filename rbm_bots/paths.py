"""Where files that ship with the package lie: in the wheel beside the code, in a checkout at its top."""

from __future__ import annotations

from pathlib import Path

__all__ = ["bots_dir", "templates_dir"]

_PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The folder of the Jinja2 templates (``pages/``, ``starters/``)."""
    packaged = _PACKAGE / "templates"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "templates"


def bots_dir() -> Path:
    """The folder of the bots that ship with the project."""
    packaged = _PACKAGE / "bots"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "bots"
