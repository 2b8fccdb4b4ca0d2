"""Telephone numbers in a sentence: exactly one that is possible in the bot's country."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rbm_bots.dialogue.answers.plain import plain

__all__ = ["read_phone"]

_GAP = r"[ ./-]{0,2}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A country's numbering: code, trunk digit, and the national numbers that are possible, mobile ones apart."""

    code: str
    trunk: str
    national: re.Pattern[str]
    mobile: re.Pattern[str]


_PLANS: Final = {
    "FR": _Plan("33", "0", re.compile(r"[1-9][0-9]{8}"), re.compile(r"[67][0-9]{8}")),
    "BE": _Plan("32", "0", re.compile(r"[1-9][0-9]{7}|4[5-9][0-9]{7}"), re.compile(r"4[5-9][0-9]{7}")),
    "CH": _Plan("41", "0", re.compile(r"[2-9][0-9]{8}"), re.compile(r"7[4-9][0-9]{7}")),
    "GB": _Plan("44", "0", re.compile(r"[1-9][0-9]{8,9}"), re.compile(r"7[0-9]{9}")),
}
_INTERNATIONAL = re.compile(rf"(?<![0-9+])\+[1-9](?:{_GAP}[0-9]){{7,14}}(?![0-9])")


def read_phone(text: str, *, country: str = "FR", mobile: bool = False) -> str | None:
    """The one number in ``text`` as E.164, or ``None``. ``mobile``: only a mobile one (in France 06 or 07).

    Countries whose numbering is not known here take any number written with ``+``.
    """
    plan = _PLANS.get(country.upper())
    said = plain(text)
    if plan is None:
        found = {"+" + _digits(match[0]) for match in _INTERNATIONAL.finditer(said)}
        return found.pop() if len(found) == 1 else None
    wanted = plan.mobile if mobile else plan.national
    candidates = {_digits(match["national"]) for match in _written(plan).finditer(said)}
    found = {f"+{plan.code}{national}" for national in candidates if plan.national.fullmatch(national)}
    if len(found) != 1:
        return None
    number = found.pop()
    return number if wanted.fullmatch(number[1 + len(plan.code) :]) else None


def _written(plan: _Plan) -> re.Pattern[str]:
    """How people write a number of this country: 06 12, +33 6, 0033 6, +33 (0)6 and so on."""
    start = rf"(?:\+{plan.code}|(?<![0-9])00{plan.code}){_GAP}(?:\(?{plan.trunk}\)?)?|(?<![0-9+]){plan.trunk}"
    return re.compile(rf"(?<![a-z])(?:{start}){_GAP}(?P<national>[1-9](?:{_GAP}[0-9]){{7,9}})(?![0-9])")


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
