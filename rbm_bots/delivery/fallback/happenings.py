"""What a fallback saga is told (events) and what it wants done (actions). All survive JSON, under a tag ``kind``."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

__all__ = [
    "Action",
    "Event",
    "GateAnswered",
    "OptChanged",
    "RcsSubmitted",
    "RcsTold",
    "Revoke",
    "RevokeAnswered",
    "SendRcs",
    "SendSms",
    "SmsTold",
    "Tick",
]


class Tick(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="tick"):
    """Time has passed: whatever is due by now happens. Without anything due it changes nothing."""


class GateAnswered(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="gate"):
    """From now on the gate answers so for ``leg`` (``None``: both). ``until``: of a deferral, aware."""

    decision: Literal["allow", "defer", "deny"]
    until: datetime | None = None
    leg: Literal["rcs", "sms"] | None = None


class OptChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="opt"):
    """The person's STOP or START reached us."""

    do: Literal["stop", "start"]


class RcsSubmitted(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rcs_submitted"):
    """What came of the RCS send: its id is known; no result; the person is not there (404, 41110)."""

    result: Literal["accepted", "unknown", "unreachable"]


class RcsTold(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rcs_told"):
    """A status event of the RCS message. ``revoked`` also by the platform's own expiry."""

    status: Literal["failed", "delivered", "displayed", "revoked", "revoke_failed"]


class RevokeAnswered(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="revoke_answered"):
    """The answer to our revoke call: taken, no result, or refused because it is delivered, revoked, or otherwise."""

    result: Literal["accepted", "unknown", "delivered", "revoked", "refused"]


class SmsTold(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="sms_told"):
    """What is known of an SMS: the submit's answer, its lack, a report.

    ``part`` counts from 1, ``None`` is all parts; ``attempt`` 2 is the repeat.
    """

    status: Literal["accepted", "unknown", "delivered", "failed"]
    part: int | None = None
    attempt: int = 1


class SendRcs(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="send_rcs"):
    """The RCS leg leaves. ``until``: its deadline, for the platform's own expiry."""

    until: datetime


class Revoke(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="revoke"):
    """Take the RCS message back."""


class SendSms(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="send_sms"):
    """An SMS leg leaves, with its own text.

    ``prefixed``: with the word in front that says it may be a repeat. ``until``: the SMSC must not try later, lest a
    phone rings at night; ``None`` leaves the SMSC's own.
    """

    attempt: int
    prefixed: bool
    until: datetime | None


Event = Tick | GateAnswered | OptChanged | RcsSubmitted | RcsTold | RevokeAnswered | SmsTold
Action = SendRcs | Revoke | SendSms
