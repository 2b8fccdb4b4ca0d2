"""From a text to the submits that carry it: one for each part, all with one reference, each asking for a report."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final

from rbm_bots.channels.sms.ucp.operations import SenderKind, Submit
from rbm_bots.channels.sms.ucp.text import septets, utf16
from rbm_bots.channels.sms.ucp.xser import Part
from rbm_bots.messages.segments import segments

__all__ = ["MOST_PARTS", "compose"]

MOST_PARTS: Final = 255
"""The count of parts is one octet."""


def compose(
    text: str,
    *,
    to: str,
    sender: str,
    ref: int,
    sender_kind: SenderKind = "short",
    validity: datetime | None = None,
    deferred_to: datetime | None = None,
    notify: int = 3,
    npid: str = "0539",
    nadc: str = "",
) -> tuple[Submit, ...]:
    """The submits of ``text``. ``ref`` is 0 to 255, another one for each long message to a person.

    A report is asked for with every part: the operator bills each part delivered. Raises ``ValueError`` for an empty
    text and one of more than 255 parts.
    """
    cut = segments(text)
    if not 1 <= cut.parts <= MOST_PARTS:
        raise ValueError("a text has 1 to 255 parts")
    pieces = _pieces(unicodedata.normalize("NFC", text), cut.encoding, cut.sizes)
    return tuple(
        Submit(
            to=to,
            sender=sender,
            sender_kind=sender_kind,
            text=piece,
            coding=cut.encoding,
            report=True,
            notify=notify,
            npid=npid,
            nadc=nadc,
            validity=validity,
            deferred_to=deferred_to,
            part=Part(ref=ref, total=cut.parts, seq=seq) if cut.parts > 1 else None,
            message_class=1 if cut.encoding == "ucs2" else None,
        )
        for seq, piece in enumerate(pieces, 1)
    )


def _pieces(text: str, encoding: str, sizes: tuple[int, ...]) -> list[str]:
    """``text`` cut where the parts of ``sizes`` (septets or UTF-16 units) end."""
    pieces, at = [], 0
    for size in sizes:
        start, filled = at, 0
        while filled < size:
            filled += len(septets(text[at])) if encoding == "gsm7" else len(utf16(text[at])) // 2
            at += 1
        pieces.append(text[start:at])
    return pieces
