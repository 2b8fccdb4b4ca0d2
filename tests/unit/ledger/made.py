"""Scenarios written short: hours after a Monday in March, one letter per message."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rbm_bots.ledger.scenario_files import Scenario, read_scenarios

__all__ = ["CASES", "at", "book", "mo", "mt", "receipt", "scenario", "sms"]

CASES = Path(__file__).parents[2] / "cases"
_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_PRICES = [
    {"operator": operator, "product": product, "from": "2021-10-01T00:00:00+02:00", "micros": micros}
    for operator, product, micros in [
        ("ORANGE", "MU", 60_000), ("ORANGE", "CONVERSATION", 95_000), ("ORANGE", "CONV_MO1ST", 0),
        ("SFR", "MU", 55_000), ("SFR", "CONVERSATION", 90_000), ("SFR", "CONV_MO1ST", 1_000),
        ("OPS", "SMS_MT", 30_000),
    ]
]  # fmt: skip


def at(hours: float, *, ms: int = 0) -> str:
    return (_START + timedelta(hours=hours, milliseconds=ms)).isoformat(timespec="milliseconds")


def receipt(name: str, msg: str, hours: float, *, ms: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": f"{name}-{msg}-{hours}-{ms}-{more}", "type": name, "msg": msg, "t": at(hours, ms=ms), **more}


def mt(msg: str, hours: float, *, ms: int = 0, accepted: float | None = None, **more: Any) -> list[dict[str, Any]]:
    """A bot message, delivered when it was accepted unless told otherwise."""
    began = receipt("mt_accepted", msg, hours if accepted is None else accepted, ms=ms, **more)
    return [began, receipt("mt_delivered", msg, hours, ms=ms, **more)]


def mo(msg: str, hours: float, *, ms: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [receipt("mo", msg, hours, ms=ms, **more)]


def sms(msg: str, hours: float) -> list[dict[str, Any]]:
    return [receipt("sms_delivered", msg, hours)]


def scenario(name: str, *events: list[dict[str, Any]], as_of: float = 200, **more: Any) -> dict[str, Any]:
    listed = [event for part in events for event in part]
    return {"id": name, "as_of": at(as_of), "events": listed, **more}


def book(*scenarios: dict[str, Any], prices: list[dict[str, Any]] | None = None) -> list[Scenario]:
    return read_scenarios(json.dumps({"prices": prices or _PRICES, "scenarios": scenarios}).encode())
