"""What an Opérateur Push SMS contract and its options say, as far as monthly fees follow from it.

Dates are Paris dates. Both ends of a period are included; an absent end is open. Both of a code's own dates count as
days it has. A change of throughput on the day a code opens is no change.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

__all__ = [
    "AttachedService",
    "CodeChange",
    "Contract",
    "ContractChange",
    "Oadc",
    "Period",
    "Rate",
    "ShortCode",
    "Throughput",
]

Rate = Literal[10, 20, 50, 100, 150]


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Days from ``from_`` to ``to``."""

    from_: date = msgspec.field(name="from")
    to: date | None = None


class Throughput(Period, frozen=True, kw_only=True):
    """A rate in operations per second; 10/s is part of the code's own fee."""

    rate: Rate


class CodeChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of one code: its rate, or an IP address."""

    on: date
    kind: Literal["throughput", "ip"]


class ContractChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the whole contract."""

    on: date
    kind: Literal["ip", "termination"]


class Oadc(msgspec.Struct, frozen=True, kw_only=True):
    """The sender-name option of one code, switched on and off."""

    on: date
    off: date | None = None


class ShortCode(msgspec.Struct, frozen=True, kw_only=True):
    """A short code: five digits of range 34 or 35 (green, geo), or 36, 37, 38."""

    code: Annotated[str, msgspec.Meta(pattern="^3[4-8][0-9]{3}$")]
    opened: date
    closed: date | None = None
    throughput: list[Throughput] = []
    changes: list[CodeChange] = []
    oadc: list[Oadc] = []


class AttachedService(Period, frozen=True, kw_only=True):
    """A service that shares the common identifier of the reference service."""

    service: str


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """All that a company has subscribed."""

    short_codes: list[ShortCode] = []
    changes: list[ContractChange] = []
    qualification: Period | None = None
    attached_services: list[AttachedService] = []
