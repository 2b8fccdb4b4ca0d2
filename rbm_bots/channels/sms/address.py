"""Whom an SMS goes to or comes from: a phone number, or an alias that the operator made of one.

Twelve digits may be either, and nothing in their shape tells which: the kind comes from the settings of the short
code. An alias is sent as it came and never meets a ``+``.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from rbm_bots.addresses import mask

__all__ = ["AddressKind", "NumberForm", "SmsAddress", "read_sender", "written"]

AddressKind = Literal["msisdn", "alias"]
NumberForm = Literal["plus", "00", "bare", "national"]
_E164: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_ALIAS: Final = re.compile(r"[0-9]{12}")
_NATIONAL: Final = re.compile(r"0[1-9][0-9]{8}")
_FRANCE: Final = "+33"


class SmsAddress(msgspec.Struct, frozen=True, kw_only=True):
    """A number in E.164 with its ``+``, or an alias of twelve digits. ``service``: which service the alias is of."""

    kind: AddressKind
    value: str
    service: str = ""

    def __post_init__(self) -> None:
        """Refuse a value that is not of its kind. Raises ``ValueError``."""
        if not (_E164 if self.kind == "msisdn" else _ALIAS).fullmatch(self.value):
            raise ValueError("not a number in E.164" if self.kind == "msisdn" else "an alias has 12 digits")

    def __repr__(self) -> str:
        """Never the value: addresses end up in error messages and logs."""
        return f"SmsAddress({mask(self.value) if self.kind == 'msisdn' else 'alias'})"


def written(address: SmsAddress, form: NumberForm) -> str:
    """The address as a link wants it: ``+336…``, ``00336…``, ``336…`` or ``06…``; abroad ``national`` is ``00…``."""
    number = address.value
    if address.kind == "alias" or form == "plus":
        return number
    if form == "bare":
        return number[1:]
    if form == "national" and number.startswith(_FRANCE):
        return "0" + number[len(_FRANCE) :]
    return "00" + number[1:]


def read_sender(text: str, kind: AddressKind, *, service: str = "") -> SmsAddress | None:
    """Who wrote, in whichever form the link names people; ``None`` for what is neither a number nor an alias.

    ``0…`` with ten digits is read as a French number, other digits without ``+`` or ``00`` as international.
    """
    text = text.strip()
    if kind == "alias":
        return SmsAddress(kind=kind, value=text, service=service) if _ALIAS.fullmatch(text) else None
    if _NATIONAL.fullmatch(text):
        text = _FRANCE + text[1:]
    elif text.startswith("00"):
        text = "+" + text[2:]
    elif not text.startswith("+"):
        text = "+" + text
    return SmsAddress(kind=kind, value=text, service=service) if _E164.fullmatch(text) else None
