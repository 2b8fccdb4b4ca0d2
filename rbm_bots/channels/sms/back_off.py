"""How long to wait before a link is opened again."""

from __future__ import annotations

from typing import Final

__all__ = ["back_off_s"]

_LONGEST_S: Final = 60.0
_REFUSED_S: Final = (60.0, 600.0)  # the first and the longest after a refused login


def back_off_s(failures: int, refusals: int) -> float:
    """Seconds before the next try: 1 to 60, longer each time; after refused logins 60 to 600.

    A storm of bad logins gets accounts blocked.
    """
    if refusals:
        first, longest = _REFUSED_S
        return min(longest, first * 2.0 ** min(refusals - 1, 10))
    return min(_LONGEST_S, 2.0 ** min(max(failures - 1, 0), 10))
