"""Codes of refusals (EC) and reasons of reports (Rsn), as data, and the error of a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from rbm_bots.channels.sms.errors import (
    AccountRefused,
    AddressRefused,
    CentreBusy,
    OverRate,
    RefusedForNow,
    SubmitFaulty,
    TimesRefused,
)
from rbm_bots.errors import ChannelError

__all__ = [
    "CLASS_OF_EC",
    "CLASS_OF_REASON",
    "OF_ACCOUNT",
    "EcClass",
    "ReasonClass",
    "ec_class",
    "reason_class",
    "refusal_error",
]

EcClass = Literal["bug", "recipient", "config", "throttle", "time", "other"]
ReasonClass = Literal["recipient", "network", "ours", "absent"]

_CODES: Final[Mapping[EcClass, str]] = {
    "bug": "01 02 23 24 26 28",
    "recipient": "05 06",
    "config": "08 09 10 11 12 13 14 15 16 17 07",
    "throttle": "03 04 37 50 55",
    "time": "18 22",
}
_REASONS: Final[Mapping[ReasonClass, str]] = {
    "recipient": "000 101 103 111 114 115 117 206",
    "network": "001 002 003 004 005 006 007 008 009 010 105 109 112 113 118 119 120 121 122 123 124 125 126 127",
    "ours": "100 102 104 106 110 200 201 202 203 204 205 207 208",
    "absent": "107 108 116",
}

CLASS_OF_EC: Final[Mapping[str, EcClass]] = {code: name for name, codes in _CODES.items() for code in codes.split()}
"""The class of a code; every other code is ``other``: temporary."""

CLASS_OF_REASON: Final[Mapping[str, ReasonClass]] = {
    reason: name for name, reasons in _REASONS.items() for reason in reasons.split()
}
"""The class of a reason; every other reason is ``network``."""


OF_ACCOUNT: Final = frozenset({"06"})
"""Codes that mean the account where they answer a login or a keepalive, besides those of class ``config``."""


def ec_class(code: str, *, overrate: frozenset[str] = frozenset(), own: Mapping[str, EcClass] | None = None) -> EcClass:
    """What a refusal's code means for us: as a link's ``own`` table says, else this one.

    A code of ``overrate`` is ``throttle`` whatever the table says.
    """
    if own is not None and code in own:
        return own[code]
    return "throttle" if code in overrate else CLASS_OF_EC.get(code, "other")


def reason_class(reason: str, *, own: Mapping[str, ReasonClass] | None = None) -> ReasonClass:
    """Why a message was not delivered: the recipient, the network, we, or a phone that was away.

    Each operator may change the table; ``own`` is a link's.
    """
    return (own or {}).get(reason) or CLASS_OF_REASON.get(reason, "network")


_ERRORS: Final[Mapping[EcClass, type[ChannelError]]] = {
    "bug": SubmitFaulty,
    "recipient": AddressRefused,
    "config": AccountRefused,
    "throttle": OverRate,
    "time": TimesRefused,
    "other": RefusedForNow,
}


def refusal_error(kind: EcClass, code: str, *, is_rate: bool) -> ChannelError:
    """The error of a refused submit, by the class of its code. ``is_rate``: the code means «too fast»."""
    error = CentreBusy if kind == "throttle" and not is_rate else _ERRORS[kind]
    return error(platform_code=code)
