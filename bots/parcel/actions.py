"""The carrier's computer, invented: with this file the bot can be tried without a network.

Each action here stands in for the call of the same name in ``bot.yaml``. Delete the file, and the real calls are made.
"""

from __future__ import annotations

from datetime import date, timedelta

from rbm_bots import Actions, Context, File

actions = Actions()

_URL = "https://www.colis-boreal.example/suivi/"
_PARCELS = {
    "AB123456789FR": ("moving", "centre de tri de Lille", 1),
    "CD123456789FR": ("moving", "dépôt de Nantes", 3),
    "EF123456789FR": ("delivered", "Boîte aux lettres", 0),
}


class UnknownParcel(Exception):
    """No parcel has this number."""


class TooLate(Exception):
    """The parcel cannot be redirected any more."""


@actions.action("parcel.track", errors={"unknown_parcel": UnknownParcel})
async def track(ctx: Context, number: str) -> dict[str, object]:
    """Where the parcel is."""
    key = number.replace(" ", "").upper()
    if key not in _PARCELS:
        raise UnknownParcel
    status, place, days = _PARCELS[key]
    return {"status": status, "place": place, "eta": ctx.now.date() + timedelta(days=days), "url": _URL + key}


@actions.action("parcel.redirect", errors={"too_late": TooLate})
async def redirect(ctx: Context, number: str, where: str, day: date | None) -> None:
    """Change the delivery; ``ctx.key`` would go with the order, so that a repeat changes nothing twice."""
    if _PARCELS.get(number.replace(" ", "").upper(), ("moving",))[0] == "delivered":
        raise TooLate
    ctx.log.info("redirected to %s", where if day is None else day.isoformat())


@actions.action("parcel.claim")
async def claim(ctx: Context, number: str, photo: File | None) -> None:
    """Open a claim."""
    ctx.log.info("claim opened for a number of %d characters, %s photo", len(number), "with" if photo else "without")
