"""From a refusing reply to one small exception class.

The leaves of :class:`~rbm_bots.errors.ChannelError` here::

    SendRejected
    ├── CallMalformed         400 and its like: the call itself is wrong
    │   ├── MessageMalformed  42xxx: the message breaks the platform's rules
    │   └── MessageTooBig     beyond 250 KB; never posted
    ├── AccessDenied          403: the application or its token may not do this
    ├── BotNotAllowed         42001, 42006, 42007: the bot's state, or a number that is no tester
    ├── ResourceMissing       404 of a message, file or path
    ├── Conflict              409
    │   ├── AlreadyDelivered  41002: too late to revoke
    │   ├── AlreadyRevoked    41011
    │   └── RevokeImpossible  41006-41010, 41117
    ├── FileRefused           41300, 42401, 42402
    ├── DuplicateMessage      42514
    ├── BulkClosed            405 on the bulk path: outside the night slot
    └── Unreachable
        └── NotOnRcs          404 of a send, 41110, 412xx
    CredentialsRefused
    ├── TokenRefused          the OAuth layer
    └── JwtRefused            40001-40005: the bot's own layer
    Throttled
    ├── OverQuota             429, 403 with 53, 41003, 42601
    └── GatewayBusy           503 of the gateway, codes 5 and 6
    NotSent
    └── NoToken               the token could not be fetched, so the call never left
    OutcomeUnknown
    ├── PlatformFailed        408, 500, 502, 504, 503 of the platform, anything unforeseen
    ├── ConnectionCut         cut after writing began
    ├── TimedOut              no reply in time after writing began
    └── NoMessageId           2xx without a msgId

One table, :data:`CLASS_OF_CODE`, gives the class of a code; the HTTP status decides what codes leave open. Each error
keeps ``http``, ``platform_code`` and ``request_id`` (``X-OAPI-Request-Id``, to be quoted to support), and never the
platform's words, which may name a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from rbm_bots.channels.maap.platform_error import PlatformError, read_error
from rbm_bots.errors import (
    ChannelError,
    CredentialsRefused,
    NotSent,
    OutcomeUnknown,
    SendRejected,
    Throttled,
    Unreachable,
)

__all__ = [
    "CLASS_OF_CODE",
    "AccessDenied",
    "AlreadyDelivered",
    "AlreadyRevoked",
    "BotNotAllowed",
    "BulkClosed",
    "Call",
    "CallMalformed",
    "Conflict",
    "ConnectionCut",
    "DuplicateMessage",
    "FileRefused",
    "GatewayBusy",
    "JwtRefused",
    "MessageMalformed",
    "MessageTooBig",
    "NoMessageId",
    "NoToken",
    "NotOnRcs",
    "OverQuota",
    "PlatformFailed",
    "ResourceMissing",
    "RevokeImpossible",
    "TimedOut",
    "TokenRefused",
    "error_of_reply",
]

Call = Literal["send", "status", "capabilities", "bulk", "file", "token"]
"""Which kind of call was answered: a 404 means another thing to each."""

_ABOUT_A_PERSON = frozenset({"send", "capabilities"})
_PAUSE_S = 60.0  # Orange asks to wait a minute before using the API again
_LONGEST_S = 86_400.0  # of what a platform may ask for; a person ends it sooner
_MOST_DIGITS = 9


class CallMalformed(SendRejected):
    """The platform finds the call malformed."""

    code = "malformed"


class MessageMalformed(CallMalformed):
    """The message breaks the platform's rules."""

    code = "message_malformed"


class MessageTooBig(CallMalformed):
    """The message is larger than the wire allows."""

    code = "message_too_big"


class AccessDenied(SendRejected):
    """The application may not make this call."""

    code = "access_denied"
    hint = "is the application subscribed to the API, and is the token this bot's?"


class BotNotAllowed(SendRejected):
    """The bot's state forbids this call."""

    code = "bot_not_allowed"
    hint = "publish the bot, or put the number on its tester list"


class ResourceMissing(SendRejected):
    """The platform does not know this message, file or path."""

    code = "missing"


class Conflict(SendRejected):
    """The platform says that the call comes at the wrong moment."""

    code = "conflict"


class AlreadyDelivered(Conflict):
    """The message was delivered; it cannot be revoked."""

    code = "already_delivered"


class AlreadyRevoked(Conflict):
    """The message was revoked before."""

    code = "already_revoked"


class RevokeImpossible(Conflict):
    """The network or the phone cannot revoke this message."""

    code = "revoke_impossible"


class FileRefused(SendRejected):
    """The platform does not take this file."""

    code = "file_refused"


class DuplicateMessage(SendRejected):
    """The platform has had this message before."""

    code = "duplicate"


class BulkClosed(SendRejected):
    """Bulk capability checks run at night only."""

    code = "bulk_closed"
    hint = "22:00 to 07:00 Paris time; in summer 23:00 to 07:00"


class NotOnRcs(Unreachable):
    """The person is not on RCS, or their phone takes no bot messages."""

    code = "not_on_rcs"


class TokenRefused(CredentialsRefused):
    """The gateway does not accept the application's credentials."""

    code = "token_refused"


class JwtRefused(CredentialsRefused):
    """The platform does not accept the bot's signed token."""

    code = "jwt_refused"
    hint = "check the bot's private key, its platform id, jwt_aud and gsma_auth_header"


class OverQuota(Throttled):
    """The application made too many calls."""

    code = "over_quota"


class GatewayBusy(Throttled):
    """The gateway is over capacity: a pause, but no sign that less may be sent."""

    code = "gateway_busy"
    slows = False


class NoToken(NotSent):
    """No token could be fetched, so the call never left."""

    code = "no_token"


class PlatformFailed(OutcomeUnknown):
    """The platform failed while it had the call."""

    code = "platform_failed"


class ConnectionCut(OutcomeUnknown):
    """The connection was cut after the call began to leave."""

    code = "connection_cut"


class TimedOut(OutcomeUnknown):
    """No reply came in time."""

    code = "timed_out"


class NoMessageId(OutcomeUnknown):
    """The platform took the call and gave no message id."""

    code = "no_message_id"


CLASS_OF_CODE: Mapping[int, type[ChannelError]] = {
    **dict.fromkeys((*range(20, 29), 62, 64, 65, 66, 67, 68), CallMalformed),
    **dict.fromkeys((40, 41, 42), TokenRefused),
    **dict.fromkeys((50, 51, 52), AccessDenied),
    53: OverQuota,
    60: ResourceMissing,
    61: CallMalformed,
    69: Conflict,
    **dict.fromkeys(range(40001, 40006), JwtRefused),
    **dict.fromkeys((40006, 40007), AccessDenied),
    41002: AlreadyDelivered,
    41003: OverQuota,
    **dict.fromkeys((*range(41006, 41011), 41117), RevokeImpossible),
    41011: AlreadyRevoked,
    41110: NotOnRcs,
    **dict.fromkeys(range(41200, 41300), NotOnRcs),
    41300: FileRefused,
    **dict.fromkeys((42001, 42006, 42007), BotNotAllowed),
    **dict.fromkeys((*range(42002, 42006), *range(42008, 42401)), MessageMalformed),
    **dict.fromkeys((42401, 42402), FileRefused),
    42514: DuplicateMessage,
    42601: OverQuota,
}
"""Gateway codes below 100, platform codes above 40000. A code that is not here leaves the decision to the status."""


def error_of_reply(http: int, body: bytes, *, call: Call, headers: Mapping[str, str] | None = None) -> ChannelError:
    """The exception for a reply that is not a success. ``call`` is what was asked."""
    platform = read_error(http, body)
    cls = _class_of(platform, call)
    headers = headers or {}
    retry_after = _retry_after_s(headers)
    if issubclass(cls, Throttled):
        retry_after = max(_PAUSE_S, retry_after or 0.0)
    return cls(
        where=f"HTTP {http}" + (f", code {platform.code}" if isinstance(platform.code, int) else ""),
        http=http,
        platform_code=None if platform.code is None else str(platform.code),
        retry_after_s=retry_after,
        request_id=headers.get("X-OAPI-Request-Id"),
    )


def _class_of(platform: PlatformError, call: Call) -> type[ChannelError]:
    code = platform.code if isinstance(platform.code, int) else None
    by_code = CLASS_OF_CODE.get(code) if code is not None else None
    http = platform.http
    if http == 429 or by_code is OverQuota:
        return OverQuota
    if http == 503 and platform.shape == "gateway" and code in (5, 6):
        return GatewayBusy
    if http == 408 or not 400 <= http < 500:
        return PlatformFailed
    if http == 405 and call == "bulk":
        return BulkClosed
    if http == 401:
        return JwtRefused if code is not None and 40001 <= code <= 40007 else TokenRefused
    if call == "token":
        return TokenRefused
    if http == 404 and call not in _ABOUT_A_PERSON and by_code is not NotOnRcs:
        return ResourceMissing
    return by_code or _class_of_status(http, call)


def _class_of_status(http: int, call: Call) -> type[ChannelError]:
    """What a 4xx without a known code means."""
    if http == 404 and call in _ABOUT_A_PERSON:
        return NotOnRcs
    return {403: AccessDenied, 404: ResourceMissing, 409: Conflict}.get(http, CallMalformed)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` in seconds (RFC 9110), at most a day; ``None`` where it is missing or says nothing.

    A date counts from the reply's own ``Date``, so that the platform's clock need not agree with ours.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:_MOST_DIGITS]), _LONGEST_S)
    until, now = _instant(value), _instant(headers.get("Date", ""))
    return min(max(0.0, (until - now).total_seconds()), _LONGEST_S) if until and now else None


def _instant(text: str) -> datetime | None:
    """A date of HTTP; without a zone it is GMT."""
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
