"""What YAML alone cannot say: here the form of a number plate. The calendar needs no code."""

from __future__ import annotations

import re

from rbm_bots import Actions, Reject

actions = Actions()

_PLATE = re.compile(r"[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}")  # since 2009; I, O and U are not used


@actions.check("plate_fr")
def plate_fr(value: str) -> str:
    """Give a French plate its usual form, or refuse it."""
    plate = "".join(c for c in value.upper() if c.isalnum())
    if not _PLATE.fullmatch(plate):
        raise Reject("bad_plate")
    return f"{plate[:2]}-{plate[2:5]}-{plate[5:]}"
