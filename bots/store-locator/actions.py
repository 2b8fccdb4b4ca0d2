"""The shops and how far they are. Replace the tables by the brand's own, or by a call to its map service."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

from rbm_bots import Actions, Context, Location, Reject

actions = Actions()

_EARTH_KM = 6371
_FARTHEST_KM = 60
_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shop:
    name: str
    address: str
    lat: float
    lng: float
    phone: str


_SHOPS = (
    _Shop(name="Paris Châtelet", address="8 quai de la Mégisserie", lat=48.8579, lng=2.3449, phone="+33199000020"),
    _Shop(name="Paris Bastille", address="21 rue de Lyon", lat=48.8498, lng=2.3705, phone="+33199000021"),
    _Shop(name="Versailles", address="4 rue Hoche", lat=48.8049, lng=2.1311, phone="+33199000022"),
    _Shop(name="Lille", address="17 rue de Paris", lat=50.6342, lng=3.0662, phone="+33199000023"),
    _Shop(name="Lyon", address="30 rue Mercière", lat=45.7625, lng=4.8333, phone="+33199000024"),
)
_TOWNS = {
    "paris": (48.8566, 2.3522),
    "75001": (48.8623, 2.3359),
    "versailles": (48.8049, 2.1204),
    "78000": (48.8049, 2.1204),
    "lille": (50.6292, 3.0573),
    "59000": (50.6292, 3.0573),
    "lyon": (45.7640, 4.8357),
    "69002": (45.7485, 4.8269),
    "brest": (48.3904, -4.4861),
    "29200": (48.3904, -4.4861),
}


@actions.check("town")
def town(value: str | Location) -> Location:
    """A shared position as it is; the name or the postcode of a town as its middle."""
    if isinstance(value, Location):
        return value
    found = _TOWNS.get(value.strip().casefold())
    if found is None:
        raise Reject("unknown_town")
    return Location(lat=found[0], lng=found[1], label=value)


@actions.action("stores.near")
async def near(_ctx: Context, where: Location) -> list[dict[str, object]]:
    """The shops within reach, nearest first."""
    measured = sorted(((_km(where, shop), shop) for shop in _SHOPS), key=lambda pair: pair[0])
    return [_shown(km, shop) for km, shop in measured if km <= _FARTHEST_KM][:_MOST]


def _shown(km: float, shop: _Shop) -> dict[str, object]:
    place = Location(lat=shop.lat, lng=shop.lng, label=shop.name)
    distance = round(Decimal(km), 1)
    return {"name": shop.name, "address": shop.address, "km": distance, "place": place, "phone": shop.phone}


def _km(here: Location, shop: _Shop) -> float:
    """Along a great circle."""
    lat, lng = radians(shop.lat - here.lat), radians(shop.lng - here.lng)
    half = sin(lat / 2) ** 2 + cos(radians(here.lat)) * cos(radians(shop.lat)) * sin(lng / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
