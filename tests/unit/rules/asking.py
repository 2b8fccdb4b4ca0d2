"""Questions to the gate, made from what a test wants to differ."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from rbm_bots.rules.question import Question

LEG = {
    "id": "m1", "class": "marketing", "channel": "sms", "brand": "garage", "code": "36123",
    "text": "Garage Martin : -20 % samedi. STOP 36123",
}  # fmt: skip
RCS = {"channel": "rcs", "code": None}
FACTS = {"consent": {"at": "2015-01-10T10:00:00+01:00", "proof": True}}
TUESDAY = "2026-11-24T10:00:00+01:00"


def question(
    *,
    now: str | datetime = TUESDAY,
    facts: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    rule_set: str = "auto",
    **leg: Any,
) -> Question:
    """Marketing that may leave, but for what is given. ``kind`` stands for the member ``class``."""
    if "kind" in leg:
        leg["class"] = leg.pop("kind")
    asked = {
        "leg": {**LEG, **leg},
        "now": now,
        "facts": {**FACTS, **(facts or {})},
        "settings": settings or {},
        "rule_set": rule_set,
    }
    return msgspec.convert(asked, type=Question)
