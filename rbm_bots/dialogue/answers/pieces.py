"""Lists: a message cut into pieces at commas, semicolons, line ends, «et», «and» and «&»."""

from __future__ import annotations

import re

from rbm_bots.dialogue.answers.plain import LONGEST

__all__ = ["cut_into_pieces"]

_CUT = re.compile(r"[,;\n&]|\bet\b|\band\b", re.IGNORECASE)
_CUT_BESIDE_DECIMALS = re.compile(r",(?![0-9])|(?<![0-9]),|[;\n&]|\bet\b|\band\b", re.IGNORECASE)


def cut_into_pieces(text: str, *, decimals: bool = False) -> tuple[str, ...]:
    """The pieces of ``text``, empty ones dropped. ``decimals``: a comma between two digits does not cut."""
    pattern = _CUT_BESIDE_DECIMALS if decimals else _CUT
    return tuple(piece for part in pattern.split(text[:LONGEST]) if (piece := part.strip()))
