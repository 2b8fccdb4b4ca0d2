"""The page of each fault: what it means, why it matters, one wrong and one right example."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rbm_bots.botfile.codes import CODES
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.errors import UsageError

__all__ = ["explain", "list_of_codes"]

_PAGES: Final = Path(__file__).parent / "lint" / "pages"


def explain(code: str) -> str:
    """The page of ``code``, as Markdown. Raises ``UsageError`` when there is no such code."""
    if code not in CODES:
        raise UsageError(f"there is no fault «{code}»", hint=did_you_mean(code, CODES) or "«rbm explain» lists them")
    return (_PAGES / f"{code}.md").read_text("utf-8")


def list_of_codes() -> str:
    """Every code on a line, as a Markdown table."""
    lines = ["| code | | what it means | what helps |", "| --- | --- | --- | --- |"]
    for code, entry in CODES.items():
        hint = entry.hint.replace("|", "\\|")
        lines.append(f"| `{code}` | {entry.severity} | {entry.says} | {hint} |")
    return "\n".join(lines) + "\n"
