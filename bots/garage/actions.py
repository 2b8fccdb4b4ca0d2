"""Code of the garage bot: what YAML alone cannot say. Bookings lie in a small SQLite file of the garage's own."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rbm_bots import Actions, Context, Reject

actions = Actions()

_PLATE = re.compile(r"[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}")  # since 2009; I, O and U are not used
_OPENS, _CLOSES = 8, 18
_OFFERED_HOURS = (9, 11, 14, 16)
_OFFERED = 6
_LOOK_AHEAD_DAYS = 14
_SATURDAY = 5
_HERE = ZoneInfo("Europe/Paris")


class SlotTaken(Exception):
    """Somebody else has this hour already."""


def _hour(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="hours")


class Bookings:
    """The garage's diary. One bay: one car an hour."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        with self._db:
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS booking (ref INTEGER PRIMARY KEY, call TEXT UNIQUE, hour TEXT UNIQUE,"
                " service TEXT, plate TEXT)"
            )

    def book(self, service: str, when: datetime, plate: str | None, *, call: str) -> str:
        """Book the hour of ``when``. The same call books once, however often it is repeated."""
        known = self._db.execute("SELECT ref FROM booking WHERE call = ?", (call,)).fetchone()
        if known is None:
            row = (call, _hour(when), service, plate)
            try:
                with self._db:
                    self._db.execute("INSERT INTO booking (call, hour, service, plate) VALUES (?,?,?,?)", row)
            except sqlite3.IntegrityError:
                raise SlotTaken from None
            known = self._db.execute("SELECT ref FROM booking WHERE call = ?", (call,)).fetchone()
        return f"R-{known[0]}"

    def free(self, after: datetime) -> list[datetime]:
        """The next free hours, earliest first."""
        taken = {row[0] for row in self._db.execute("SELECT hour FROM booking")}
        found = []
        for days in range(1, _LOOK_AHEAD_DAYS + 1):
            day = after.astimezone(_HERE) + timedelta(days=days)
            for hour in _OFFERED_HOURS if day.weekday() < _SATURDAY else ():
                at = day.replace(hour=hour, minute=0, second=0, microsecond=0)
                if _hour(at) not in taken:
                    found.append(at)
        return found[:_OFFERED]

    def cancel(self, ref: str) -> None:
        """Give the hour back; a booking that is gone is fine."""
        with self._db:
            self._db.execute("DELETE FROM booking WHERE ref = ?", (ref.removeprefix("R-"),))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@actions.resource("bookings")
async def bookings(settings: Mapping[str, str]) -> AsyncIterator[Bookings]:
    """Open the diary when the bot starts, close it when it stops. GARAGE_BOOKINGS names another file."""
    diary = Bookings(Path(settings.get("GARAGE_BOOKINGS", ".rbm/garage-bookings.sqlite3")))
    try:
        yield diary
    finally:
        diary.close()


@actions.check("plate_fr")
def plate_fr(value: str) -> str:
    """Give a French plate its usual form, or refuse it."""
    plate = "".join(c for c in value.upper() if c.isalnum())
    if not _PLATE.fullmatch(plate):
        raise Reject("bad_plate")
    return f"{plate[:2]}-{plate[2:5]}-{plate[5:]}"


@actions.check("open_hours")
def open_hours(value: datetime) -> datetime:
    """Take an hour of a working day, or refuse it."""
    if value.weekday() >= _SATURDAY or not _OPENS <= value.hour < _CLOSES:
        raise Reject("closed")
    return value


@actions.action("bookings.free", timeout=5)
async def free(ctx: Context) -> list[dict[str, datetime]]:
    """The next free hours."""
    hours = await asyncio.to_thread(ctx.resources["bookings"].free, ctx.now)
    return [{"when": hour} for hour in hours]


@actions.action("bookings.book", timeout=5, errors={"slot_taken": SlotTaken})
async def book(ctx: Context, service: str, when: datetime, plate: str | None) -> dict[str, object]:
    """Book once, however often the step is repeated: ctx.key does not change."""
    ref = await asyncio.to_thread(ctx.resources["bookings"].book, service, when, plate, call=ctx.key)
    return {"ref": ref, "service": service, "when": when}


@actions.action("bookings.cancel", timeout=5)
async def cancel(ctx: Context, ref: str) -> None:
    """Cancel a booking."""
    await asyncio.to_thread(ctx.resources["bookings"].cancel, ref)
