"""What a file expected against what came: for scenarios and for fees."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

__all__ = ["differences"]


def differences(found: dict[str, Any], expect: msgspec.Struct | None) -> list[dict[str, Any]]:
    """Each member of ``expect`` that ``found`` does not equal; ``None`` expects nothing.

    Lists count with multiplicity and without order.
    """
    expected = {} if expect is None else msgspec.structs.asdict(expect)
    return [
        msgspec.to_builtins({"key": key, "expected": wanted, "got": found[key]})
        for key, wanted in expected.items()
        if wanted is not None and not _equal(wanted, found[key])
    ]


def _equal(wanted: object, got: object) -> bool:
    if isinstance(wanted, list) and isinstance(got, list):
        return Counter(wanted) == Counter(got)
    return wanted == got
