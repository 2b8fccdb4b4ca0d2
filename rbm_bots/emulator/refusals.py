"""How the operator says no: who refuses (gateway, platform, token endpoint), with what number, in which shape."""

from __future__ import annotations

from typing import Any, Literal

from rbm_bots.emulator.codes import AS_PLATFORM, GATEWAY, PLATFORM, http_of
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.errors import RbmError, UsageError

__all__ = [
    "CallRefused",
    "ControlRefused",
    "by_gateway",
    "by_platform",
    "by_token_endpoint",
    "refusal_body",
    "refusal_status",
]


class CallRefused(RbmError):
    """The emulated operator refuses a call."""

    code = "call_refused"

    def __init__(
        self,
        message: str,
        *,
        origin: Literal["gateway", "platform", "oauth"],
        http: int | None = None,
        number: int | str,
        title: str = "",
    ) -> None:
        super().__init__(message)
        self.origin = origin
        self.http = http
        self.number = number
        self.title = title


class ControlRefused(UsageError):
    """The control API was asked for something it cannot do."""

    code = "control"


def by_gateway(http: int, number: int, description: str | None = None, *, title: str | None = None) -> CallRefused:
    """A refusal of the gateway, before the platform sees the call."""
    words = GATEWAY[http, number]
    return CallRefused(description or words[1], origin="gateway", http=http, number=number, title=title or words[0])


def by_platform(number: int, text: str | None = None, *, http: int | None = None) -> CallRefused:
    """A refusal of the platform; its HTTP status follows from the code unless ``http`` says another."""
    return CallRefused(text or PLATFORM[number], origin="platform", http=http, number=number)


def by_token_endpoint(http: int, error: str, description: str) -> CallRefused:
    """A refusal of a token endpoint, in the shape of RFC 6749."""
    return CallRefused(description, origin="oauth", http=http, number=error)


def refusal_status(refusal: CallRefused, settings: EmulatorSettings) -> int:
    """The HTTP status to answer with."""
    if refusal.http is not None:
        return refusal.http
    number = int(refusal.number)
    return settings.platform_codes.get(str(number)) or http_of(number)


def refusal_body(refusal: CallRefused, settings: EmulatorSettings) -> dict[str, Any]:
    """The JSON to answer with. Without a gateway (GSMA mode) its refusals take the platform's shape."""
    if refusal.origin == "oauth":
        return {"error": refusal.number, "error_description": refusal.message}
    http = refusal_status(refusal, settings)
    if refusal.origin == "gateway" and settings.auth == "orange":
        return {"code": refusal.number, "message": refusal.title, "description": refusal.message}
    number = refusal.number if refusal.origin == "platform" else AS_PLATFORM.get(http, 41000)
    match settings.error_shape:
        case "message_reason":
            return {"RCSMessage": {"reason": refusal.message}}
        case "error":
            return {"error": {"code": number, "message": refusal.message, "status": http}}
        case "gateway":
            return {"code": number, "message": refusal.title or "Refused", "description": refusal.message}
        case _:
            return {"reason": {"code": number, "text": refusal.message}}
