"""What a channel or our own timers can tell a conversation. Neutral, frozen, the same in production, tests and replay.

An :class:`Incoming` is one webhook event as its channel's ``inbound`` understood it, still with the operator's address.
The journal puts the contact id in the address's place; the worker hands the ``event`` alone to the dialogue.
Fields that a platform did not send are ``None``; nothing is guessed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from rbm_bots.addresses import Address

__all__ = [
    "AddressRevealed",
    "AgentJoined",
    "AgentLeft",
    "AgentSaid",
    "CallReturned",
    "Event",
    "FileStatusChanged",
    "Incoming",
    "Kind",
    "MessageStatus",
    "Reason",
    "Received",
    "Said",
    "SceneStarted",
    "SentFile",
    "SentLocation",
    "SharedDevice",
    "Started",
    "StatusChanged",
    "Tapped",
    "TimerFired",
    "Typing",
    "Unknown",
]

MessageStatus = Literal[
    "pending", "sent", "delivered", "displayed", "canceled", "revoked", "failed", "revoke_failed", "unknown"
]


Kind = Literal[
    "message", "response", "newUser", "isTyping", "messageStatus", "fileStatus", "alias", "unknown",
    "optOut", "optIn", "launch", "handshake",
]  # fmt: skip


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why an operator says something failed."""

    code: int | None = None
    text: str | None = None


class Received(msgspec.Struct, frozen=True, kw_only=True, tag="received"):
    """A message whose content is none that we know."""


class Said(msgspec.Struct, frozen=True, kw_only=True, tag="said"):
    """The person wrote ``text``, exactly as it came."""

    text: str


class SentFile(msgspec.Struct, frozen=True, kw_only=True, tag="sent_file", omit_defaults=True):
    """The person sent a file or a sound. ``size`` in bytes, ``duration`` in seconds."""

    content: Literal["file", "audio"] = "file"
    id: str | None = None
    url: str | None = None
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    duration: int | None = None
    thumbnail_url: str | None = None
    valid_until: datetime | None = None


class SentLocation(msgspec.Struct, frozen=True, kw_only=True, tag="sent_location", omit_defaults=True):
    """The person shared a position; the coordinates are ``None`` when they could not be read."""

    latitude: float | None = None
    longitude: float | None = None
    label: str | None = None
    radius: float | None = None


class Tapped(msgspec.Struct, frozen=True, kw_only=True, tag="tapped", omit_defaults=True):
    """The person tapped a suggestion."""

    tap: Literal["reply", "action"]
    label: str | None = None
    postback: str | None = None


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started", omit_defaults=True):
    """The person tapped «start chat»; ``language`` as the platform told it, in small letters."""

    language: str | None = None
    tap: Literal["reply", "action"] | None = None
    label: str | None = None
    postback: str | None = None


class SharedDevice(msgspec.Struct, frozen=True, kw_only=True, tag="shared_device"):
    """The person shared what their phone is; the platform's own member names."""

    device: dict[str, Any]


class Typing(msgspec.Struct, frozen=True, kw_only=True, tag="typing", omit_defaults=True):
    """The person writes, or stopped writing."""

    typing: Literal["active", "idle"] | None = None


class StatusChanged(msgspec.Struct, frozen=True, kw_only=True, tag="status", omit_defaults=True):
    """A receipt for one of our messages; ``status`` is ``None`` when the platform gave no word at all."""

    status: MessageStatus | None = None
    reason: Reason | None = None


class FileStatusChanged(msgspec.Struct, frozen=True, kw_only=True, tag="file_status", omit_defaults=True):
    """An uploaded file is ready, or not; ``status`` is ``None`` when the platform gave no word at all."""

    status: Literal["pending", "ready", "failed", "expired", "unknown"] | None = None
    file: SentFile
    reason: Reason | None = None


class AddressRevealed(msgspec.Struct, frozen=True, kw_only=True, tag="alias"):
    """The person behind a chat id showed their number; both stand in the address."""


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag="unknown"):
    """An event this version does not know; kept, answered 200, never played."""


class TimerFired(msgspec.Struct, frozen=True, kw_only=True, tag="timer"):
    """A timer row came due; ``name`` is what the dialogue called it."""

    name: str


class CallReturned(msgspec.Struct, frozen=True, kw_only=True, tag="call_returned", omit_defaults=True):
    """An action ended: with a ``result``, or with the ``error`` code of «on_error»."""

    call: str
    result: Any = None
    error: str | None = None


class AgentJoined(msgspec.Struct, frozen=True, kw_only=True, tag="agent_joined", omit_defaults=True):
    """A human takes the conversation; ``agent`` is the desk's name of them."""

    agent: str = ""


class AgentSaid(msgspec.Struct, frozen=True, kw_only=True, tag="agent_said"):
    """The human who has the conversation wrote ``text``."""

    text: str


class AgentLeft(msgspec.Struct, frozen=True, kw_only=True, tag="agent_left"):
    """The human gives the conversation back to the bot."""


class SceneStarted(msgspec.Struct, frozen=True, kw_only=True, tag="scene_started"):
    """A campaign starts the scene ``name`` with this person's ``columns`` of the audience file, as written there.

    ``campaign``: its name; a test's start has none.
    """

    name: str
    columns: dict[str, str] = {}
    campaign: str = ""


Event = (
    Received
    | Said
    | SentFile
    | SentLocation
    | Tapped
    | Started
    | SharedDevice
    | Typing
    | StatusChanged
    | FileStatusChanged
    | AddressRevealed
    | Unknown
    | TimerFired
    | CallReturned
    | AgentJoined
    | AgentSaid
    | AgentLeft
    | SceneStarted
)


class Incoming(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One webhook event, understood. ``word`` is the platform's own name of it; ``at`` the platform's time, UTC.

    ``kind`` is the platform-neutral name that journal rows carry.
    """

    channel: str
    kind: Kind
    event: Event
    word: str | None = None
    bot: str | None = None
    address: Address = Address()
    message_id: str | None = None
    at: datetime | None = None
