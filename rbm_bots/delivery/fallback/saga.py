"""The state of one logical message on its way: what was asked, what is known, where it stands. A value, nothing more.

Facts (what left, what was delivered, what was refused) are kept beside the phase, so that a word which comes too late
to change the way still counts in the outcome.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from rbm_bots.delivery.fallback.happenings import GateAnswered
from rbm_bots.delivery.fallback.settings import FallbackSettings
from rbm_bots.dialogue.effects import MessageClass

__all__ = ["Capability", "PartState", "Phase", "RcsChannel", "Saga", "SmsTry", "SubmitState"]

RcsChannel = Literal["maap", "google"]
Capability = Literal["yes", "no", "unknown"]
Phase = Literal[
    "new", "rcs_waiting", "rcs_sent", "revoking", "held", "dropped",
    "sms_waiting", "sms_sent", "done_rcs", "refused", "expired",
]  # fmt: skip
PartState = Literal["waiting", "failed", "delivered"]
SubmitState = Literal["waiting", "unknown", "known"]
_OPEN = GateAnswered(decision="allow")


class SmsTry(msgspec.Struct, frozen=True, kw_only=True):
    """One SMS leg that left: ``submit`` says whether its answer is known, ``parts`` what became of each part."""

    left_at: datetime
    parts: tuple[PartState, ...]
    submit: SubmitState = "waiting"

    @property
    def delivered(self) -> bool:
        """Every part arrived."""
        return all(part == "delivered" for part in self.parts)

    @property
    def failed(self) -> bool:
        """A part did not arrive, so the text is not whole."""
        return "failed" in self.parts

    @property
    def lost(self) -> bool:
        """No part arrived: the person has seen nothing of it."""
        return all(part == "failed" for part in self.parts)


class Saga(msgspec.Struct, frozen=True, kw_only=True):
    """One logical message. All instants are aware.

    What is asked: ``parts`` of the SMS; ``starts_at``; ``closes_at``, the closing hour of that day, which caps the
    deadline of marketing; ``expires_at``, the business end, from which on no leg leaves; ``last_by_sms``, whether the
    person was last reached by SMS (a conversation falls back only then, or when RCS says at once that they are not
    there).

    What is known: ``due``, the one timer (``None``: nothing will happen by itself); ``confirmed``, the RCS send has an
    id; ``late``, the delivery came after the SMS left; ``refusal_void``, a refusal to revoke an unconfirmed send was
    judged and proved nothing; ``version``, the number of changes.
    """

    message_class: MessageClass
    channel: RcsChannel
    capability: Capability
    settings: FallbackSettings
    starts_at: datetime
    parts: Annotated[int, msgspec.Meta(ge=1, le=255)] = 1
    closes_at: datetime | None = None
    expires_at: datetime | None = None
    last_by_sms: bool = False

    version: int = 0
    phase: Phase = "new"
    due: datetime | None = None
    gate_rcs: GateAnswered = _OPEN
    gate_sms: GateAnswered = _OPEN
    rcs_left_at: datetime | None = None
    confirmed: bool = False
    unreachable: bool = False
    delivered: bool = False
    late: bool = False
    revoke: Literal["none", "sent", "accepted"] = "none"
    refusal_void: bool = False
    uncertain: bool = False
    purged: bool = False
    tries: tuple[SmsTry, ...] = ()

    @classmethod
    def begin(
        cls,
        *,
        message_class: MessageClass,
        channel: RcsChannel,
        capability: Capability,
        settings: FallbackSettings,
        starts_at: datetime,
        parts: int = 1,
        closes_at: datetime | None = None,
        expires_at: datetime | None = None,
        last_by_sms: bool = False,
    ) -> Saga:
        """A saga whose first timer is its start; the first tick from then on makes its first leg leave."""
        return cls(
            message_class=message_class, channel=channel, capability=capability, settings=settings,
            starts_at=starts_at, parts=parts, closes_at=closes_at, expires_at=expires_at, last_by_sms=last_by_sms,
            due=starts_at,
        )  # fmt: skip

    def deadline(self, left_at: datetime) -> datetime:
        """When an RCS leg that left then is taken back."""
        at = left_at + timedelta(seconds=self.settings.deadline_s)
        return min([at, *self._ends(left_at)])

    def sms_until(self, left_at: datetime) -> datetime | None:
        """Until when the SMSC may try an SMS that left then: the business end, for marketing also the closing hour."""
        return min(self._ends(left_at), default=None)

    def may_replace_rcs(self) -> bool:
        """Whether an SMS may take the place of the RCS leg that left: always, but for a conversation."""
        return self.message_class != "conversation" or self.last_by_sms or self.unreachable

    def _ends(self, left_at: datetime) -> list[datetime]:
        ends = [] if self.expires_at is None else [self.expires_at]
        if self.message_class == "marketing" and self.closes_at is not None and self.closes_at > left_at:
            ends.append(self.closes_at)
        return ends
