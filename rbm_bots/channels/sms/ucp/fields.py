"""The fields of every operation: their order, which are mandatory, and the form each value has.

A field that should be empty and is not, and fields beyond the last one, are overlooked with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rbm_bots.channels.sms.ucp.stamps import is_stamp
from rbm_bots.channels.sms.ucp.xser import read_xser

__all__ = ["FIELDS", "RESULT_OF_50", "SHORT_RESULT", "Checked", "check_operation", "check_result", "names_of"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FIFTY: Final = (
    "AdC OAdC AC NRq NAdC NT NPID LRq LRAd LPID DD DDT VP RPID SCTS Dst Rsn DSCTS MT NB Msg MMS PR DCs MCLs RPI CPg "
    "RPLy OTOA HPLMN XSer RES4 RES5"
)

FIELDS: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("AdC", "OAdC", "AC", "MT", "Msg"),
    31: ("AdC", "PID"),
    51: tuple(_FIFTY.split()),
    52: tuple(_FIFTY.split()),
    53: tuple(_FIFTY.split()),
    60: ("OAdC", "OTON", "ONPI", "STYP", "PWD", "NPWD", "VERS", "LAdC", "LTON", "LNPI", "OPID", "RES1"),
}
"""Names of an operation's fields, in order; ``Msg`` is NMsg, AMsg or TMsg according to MT."""

RESULT_OF_50: Final = ("ACK", "MVP", "SM")
"""A positive result in the 50 series."""

SHORT_RESULT: Final = ("ACK", "SM")
"""A positive result of 01, 31 and 60."""

_REFUSED: Final = ("ACK", "EC", "SM")
_MANDATORY: Final = {
    1: ("AdC", "MT"),
    31: ("AdC", "PID"),
    51: ("AdC", "OAdC", "MT"),
    52: ("AdC", "OAdC", "SCTS"),
    53: ("AdC", "OAdC", "SCTS", "Dst", "Rsn", "DSCTS", "MT"),
    60: ("OAdC", "STYP", "PWD", "VERS"),
}
_EMPTY: Final = {
    51: _names("SCTS Dst Rsn DSCTS CPg RPLy HPLMN RES4 RES5"),
    52: _names("AC NRq NAdC NT NPID LRq LRAd LPID DD DDT VP Dst Rsn DSCTS PR CPg RPLy OTOA RES4 RES5"),
    53: _names("AC NRq NAdC NT NPID LRq LRAd LPID DD DDT VP PR DCs MCLs RPI CPg RPLy OTOA XSer RES4 RES5"),
}
_NOT_READ: Final = _names("CPg RPLy RES1 RES4 RES5")
_FORMS: Final = {
    name: re.compile(form)
    for name, form in {
        "AdC": r"\d{1,16}",
        "OAdC": r"\d{1,16}",
        "AC": r"\d{4,16}",
        "NRq": r"[01]",
        "NAdC": r"\d{1,16}",
        "NT": r"[0-7]",
        "NPID": r"\d{4}",
        "LRq": r"[01]",
        "LRAd": r"\d{1,16}",
        "LPID": r"\d{4}",
        "DD": r"[01]",
        "DDT": r"\d{10}",
        "VP": r"\d{10}",
        "RPID": r"\d{4}",
        "SCTS": r"\d{12}",
        "Dst": r"[012]",
        "Rsn": r"\d{3}",
        "DSCTS": r"\d{12}",
        "MT": r"[234]",
        "NB": r"\d{1,4}",
        "MMS": r"[01]",
        "PR": r"\d",
        "DCs": r"[01]",
        "MCLs": r"[0-3]",
        "RPI": r"[12]",
        "OTOA": r"1139|5039",
        "HPLMN": r"\d{1,16}",
        "XSer": r"(?:[0-9A-F]{2}){2,200}",
        "PID": r"\d{4}",
        "OTON": r"[126]",
        "ONPI": r"[135]",
        "STYP": r"[1-6]",
        "PWD": r"(?:[0-9A-F]{2}){1,16}",
        "NPWD": r"(?:[0-9A-F]{2}){1,16}",
        "VERS": r"\d{4}",
        "LAdC": r"\d{1,16}",
        "LTON": r"\d",
        "LNPI": r"\d",
        "OPID": r"\d{2}",
    }.items()
}
_NAME: Final = re.compile(r"(?:[0-9A-F]{2}){2,11}")  # an alphanumeric OAdC
_MESSAGES: Final = {
    "2": re.compile(r"\d{0,160}"),
    "3": re.compile(r"(?:[0-9A-F]{2}){0,320}"),
    "4": re.compile(r"(?:[0-9A-F]{2}){0,701}"),
}
_MINUTES: Final = frozenset({"DDT", "VP"})
_STAMPS: Final = frozenset({"SCTS", "DSCTS"})
_OVER_SEPTET: Final = re.compile(r"(?:..)*[89A-F].", re.DOTALL)
_EC: Final = re.compile(r"\d{2}")
_MVP: Final = re.compile(r"\d{10}|\d{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found: ``why`` the frame cannot be used (empty: it can), and what was overlooked."""

    why: str = ""
    unsupported: bool = False
    warnings: tuple[str, ...] = ()


def names_of(kind: str, ot: int, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a frame's fields, by position."""
    if kind == "O":
        return FIELDS.get(ot, ())
    if fields[:1] == ("N",):
        return _REFUSED
    return RESULT_OF_50 if 50 <= ot <= 59 else SHORT_RESULT


def check_operation(ot: int, fields: tuple[str, ...], *, strict: bool) -> Checked:
    """Whether an operation's fields can be used."""
    names = FIELDS.get(ot)
    if names is None:
        return Checked(why="the operation is not offered", unsupported=True)
    if len(fields) < len(names):
        return Checked(why=f"{len(fields)} fields instead of {len(names)}")
    values = dict(zip(names, fields, strict=False))
    missing = [name for name in _MANDATORY[ot] if not values[name]]
    if missing:
        return Checked(why=f"{missing[0]} is mandatory")
    warnings = ["surplus fields"] if len(fields) > len(names) else []
    if ot == 52 and not values["MT"]:
        values["MT"] = "3"
        warnings.append("MT is empty")
    unread = _EMPTY.get(ot, frozenset()) | _NOT_READ
    warnings += [f"{name} should be empty" for name in names if name in unread and values[name]]
    for name in names:
        if values[name] and name not in unread:
            why = _wrong(name, values)
            if why and (strict or name not in _STAMPS):
                return Checked(why=why)
            warnings += [why] if why else []
    return _check_text(values, tuple(warnings), strict=strict)


def _wrong(name: str, values: Mapping[str, str]) -> str:
    """Why a value is out of its form; empty when it is in it."""
    value = values[name]
    if name == "Msg":
        good = bool(_MESSAGES[values["MT"]].fullmatch(value)) if values["MT"] in _MESSAGES else False
    elif name == "OAdC" and values.get("OTOA") == "5039":
        good = bool(_NAME.fullmatch(value))
    else:
        good = value.isascii() and bool(_FORMS[name].fullmatch(value))
    if good and name in _STAMPS | _MINUTES:
        good = is_stamp(value)
    if good and name == "XSer":
        good = read_xser(value) is not None
    return "" if good else f"{name} is out of its form"


def _check_text(values: Mapping[str, str], warnings: tuple[str, ...], *, strict: bool) -> Checked:
    """What the text owes to MT: septets below 80, and the right count of bits."""
    why, text = "", values.get("Msg", "")
    if values.get("MT") == "3" and _OVER_SEPTET.match(text):
        why = "AMsg has an octet above 7F"
    if values.get("MT") == "4" and "NB" in values and (values["NB"] or "-1").lstrip("0") != str(len(text) * 4 or ""):
        why = "NB is not the count of bits"
    if why and strict:
        return Checked(why=why)
    return Checked(warnings=(*warnings, why) if why else warnings)


def check_result(ot: int, fields: tuple[str, ...], *, strict: bool) -> Checked:
    """Whether a result's fields can be used."""
    if ot not in FIELDS:
        return Checked(why="the operation is not offered", unsupported=True)
    if fields[:1] not in (("A",), ("N",)):
        return Checked(why="a result is A or N")
    names = names_of("R", ot, fields)
    if len(fields) < len(names):
        return Checked(why=f"{len(fields)} fields instead of {len(names)}")
    values = dict(zip(names, fields, strict=False))
    if "EC" in values and not (values["EC"].isascii() and _EC.fullmatch(values["EC"])):
        return Checked(why="EC is out of its form")
    if strict and values.get("MVP") and not _MVP.fullmatch(values["MVP"]):
        return Checked(why="MVP is out of its form")
    warnings: tuple[str, ...] = ("surplus fields",) if len(fields) > len(names) else ()
    if not values["SM"].isascii():
        if strict:
            return Checked(why="SM has an octet above 7F")
        warnings += ("SM has an octet above 7F",)
    return Checked(warnings=warnings)
