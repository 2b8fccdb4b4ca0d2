"""From a text to the submits that carry it: one for each part, all with one reference, each asking for a report."""

from __future__ import annotations

from datetime import datetime

from rbm_bots.channels.sms.parts import cut
from rbm_bots.channels.sms.ucp.operations import SenderKind, Submit

__all__ = ["compose"]


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
    return tuple(
        Submit(
            to=to,
            sender=sender,
            sender_kind=sender_kind,
            text=part.text,
            coding=part.encoding,
            report=True,
            notify=notify,
            npid=npid,
            nadc=nadc,
            validity=validity,
            deferred_to=deferred_to,
            part=part.place,
            message_class=1 if part.encoding == "ucs2" else None,
        )
        for part in cut(text, reference=ref)
    )
