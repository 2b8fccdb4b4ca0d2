"""How long each class of message waits for RCS, and what it does when nobody can know (the class table)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from rbm_bots.dialogue.effects import MessageClass

__all__ = ["CLASS_SETTINGS", "FallbackChanges", "FallbackSettings", "OnUncertain", "Wait", "settings_for"]

OnUncertain = Literal["hold", "drop", "send", "send_with_prefix"]
"""Wait on for a word of the platform; give up; send the SMS; send it with a word such as «Rappel :» in front."""

Wait = Annotated[float, msgspec.Meta(ge=0, le=1_000_000_000)]
"""Seconds, at most some thirty years."""


class FallbackSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one saga; times in seconds.

    ``deadline_s``: from the RCS leg's leaving to the revoke. ``revoke_wait_s``: how long the revoke may go without an
    answer. ``revoke_grace_s``: how quiet it must stay after Google's 200. ``sms_grace_s``: silence after a submit
    without result before ``send_with_prefix`` repeats it. ``try_unknown``: RCS also where nobody looked it up.
    """

    deadline_s: Wait
    revoke_wait_s: Wait = 60.0
    on_uncertain: OnUncertain
    revoke_grace_s: Wait = 10.0
    sms_grace_s: Wait = 60.0
    try_unknown: bool = False


class FallbackChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment, a channel or a message sets itself; ``None`` leaves the table's value."""

    deadline_s: Wait | None = None
    revoke_wait_s: Wait | None = None
    on_uncertain: OnUncertain | None = None
    revoke_grace_s: Wait | None = None
    sms_grace_s: Wait | None = None
    try_unknown: bool | None = None


CLASS_SETTINGS: Final[Mapping[MessageClass, FallbackSettings]] = {
    "code": FallbackSettings(deadline_s=30, revoke_wait_s=10, on_uncertain="send"),
    "conversation": FallbackSettings(deadline_s=120, on_uncertain="drop"),
    "service": FallbackSettings(deadline_s=900, on_uncertain="send_with_prefix"),
    "marketing": FallbackSettings(deadline_s=7200, on_uncertain="drop"),
}
"""A code is worthless in a minute; an offer can wait two hours and must not come twice."""


def settings_for(message_class: MessageClass, *changes: FallbackChanges) -> FallbackSettings:
    """The class's row with ``changes`` applied; the later one wins (a deployment's class, its channel, the message)."""
    settings = CLASS_SETTINGS[message_class]
    for change in changes:
        told = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
        settings = msgspec.structs.replace(settings, **told)
    return settings
