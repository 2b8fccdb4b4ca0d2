"""Asynchronous capability checks: one job per bot, at night only.

(Orange) At most 10,000 numbers; calls are taken from 22:00 to 07:00 only, else 405. The night is read as Paris civil
time, from 22:00:00 inclusive to 07:00:00 exclusive (setting ``bulk_timezone``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.refusals import CallRefused, by_gateway, by_platform
from rbm_bots.emulator.validate import check_msisdn, decode_json
from rbm_bots.errors import SettingsError

__all__ = ["BulkChecks"]

_OPENS, _CLOSES = time(22), time(7)
_MOST = 10_000
_MEMBERS = ("users", "userContacts", "contacts", "msisdns")
_OUTSIDE = "Bulk capability requests run only in the time slot 10 PM CET to 7 AM CET."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    numbers: tuple[str, ...]
    ready_at: datetime


class BulkChecks:
    """The job of each bot. Raises ``SettingsError`` for a zone nobody knows."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self._settings, self._clock = platform, platform.settings, platform.clock
        self._zone = _zone(platform.settings.bulk_timezone)
        self._jobs: dict[str, _Job] = {}

    def check_slot(self, method: str) -> None:
        """Refuse with 405 outside the night. Raises ``CallRefused``."""
        local = self._clock.now().astimezone(self._zone).time()
        if method in self._settings.bulk_slot_methods and _CLOSES <= local < _OPENS:
            raise self._outside()

    def start(self, bot: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """``POST``: begin a job; HTTP status and body. Raises ``CallRefused``."""
        numbers = _numbers(body)
        now, running = self._clock.now(), self._jobs.get(bot)
        if running is not None and now < running.ready_at and self._settings.bulk_second_job == "409":
            raise by_gateway(409, 69, "A bulk capability check of this bot is running.")
        self._jobs[bot] = _Job(numbers=numbers, ready_at=now + timedelta(seconds=self._settings.bulk_takes_s))
        return self._pending()

    def result(self, bot: str) -> tuple[int, dict[str, Any]]:
        """``GET``: pending or completed; HTTP status and body. Raises ``CallRefused`` (404) without a job."""
        job = self._jobs.get(bot)
        if job is None:
            raise by_gateway(404, 60)
        return (200, self._completed(bot, job)) if self._clock.now() >= job.ready_at else self._pending()

    def _pending(self) -> tuple[int, dict[str, Any]]:
        return int(self._settings.bulk_statuses), {"status": "pending"}

    def _completed(self, bot: str, job: _Job) -> dict[str, Any]:
        found = {
            number: self._platform.capabilities(bot, self._platform.phones.of_msisdn(number)) for number in job.numbers
        }
        flat = {"rcsEnabledContacts": [number for number, capabilities in found.items() if capabilities]}
        detail = {
            "contacts": [
                {"userContact": number, "rcsEnabled": bool(capabilities), "capabilities": list(capabilities)}
                for number, capabilities in found.items()
            ]
        }
        shape = self._settings.bulk_result_shape
        return {
            "status": "completed",
            **(flat if shape != "detail" else {}),
            **(detail if shape != "flat" else {}),
        }

    def _outside(self) -> CallRefused:
        if self._settings.bulk_slot_body == "reason":
            return by_platform(42001, _OUTSIDE, http=405)
        return by_gateway(405, 61, _OUTSIDE, title="Method Not Allowed")


def _numbers(body: bytes) -> tuple[str, ...]:
    data = decode_json(body)
    if isinstance(data, dict):
        data = next((data[name] for name in _MEMBERS if data.get(name) is not None), None)
    if not isinstance(data, list):
        raise by_platform(42002, "The numbers must be a list: users")
    if not data:
        raise by_platform(42004, "The list of numbers is empty")
    if len(data) > _MOST:
        raise by_platform(42002, f"At most {_MOST} numbers, not {len(data)}")
    return tuple(dict.fromkeys(check_msisdn(number) for number in data))


def _zone(name: str) -> tzinfo:
    """An IANA zone, or a fixed offset such as ``+01:00``."""
    try:
        return (
            timezone(datetime.strptime(name, "%z").utcoffset() or timedelta()) if name[:1] in "+-" else ZoneInfo(name)
        )
    except (ValueError, KeyError, OSError):
        raise SettingsError("the emulator setting «bulk_timezone» is no time zone") from None
