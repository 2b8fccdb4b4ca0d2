"""One object, shown: as strict JSON for programs, or one line per member for a person."""

from __future__ import annotations

import json
from typing import Any

import click

__all__ = ["print_members"]


def print_members(found: dict[str, Any], *, as_json: bool) -> None:
    """Print ``found`` in UTF-8, whatever the terminal's own encoding."""
    if as_json:
        text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    else:
        width = max(map(len, found))
        text = "\n".join(f"{name:{width}}  {_plain(value)}" for name, value in found.items())
    click.echo((text + "\n").encode(), nl=False)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
