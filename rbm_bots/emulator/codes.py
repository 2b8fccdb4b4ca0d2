"""The numbers an operator answers with: the gateway's codes, and the platform's with their HTTP status.

The gateway's are Orange's; those of the platform behind it are unknown, so the table of the one vendor that published
its own stands in (setting ``platform_codes`` overrides the HTTP status of single codes).
"""

from __future__ import annotations

__all__ = ["AS_PLATFORM", "GATEWAY", "PLATFORM", "http_of"]

GATEWAY: dict[tuple[int, int], tuple[str, str]] = {
    (400, 21): ("Missing body", "The request needs a body, but none was provided."),
    (400, 22): ("Invalid body", "The body of the request is not valid."),
    (401, 40): ("Missing credentials", "The requested service needs credentials, but none were provided."),
    (401, 41): ("Invalid credentials", "The requested service needs credentials, and the ones provided were invalid."),
    (401, 42): (
        "Expired credentials",
        "The requested service needs credentials, and the ones provided were out-of-date.",
    ),
    (403, 50): ("Access denied", "The application may not use this service."),
    (403, 53): (
        "Too many requests",
        "The application has made too many calls and has exceeded the rate limit for this service.",
    ),
    (404, 60): ("Resource not found", "The requested URI or the requested resource does not exist."),
    (405, 61): ("Method not allowed", "The method cannot be used on this resource."),
    (408, 63): ("Request time-out", "The request took too long to arrive."),
    (409, 69): ("Conflict", "The request conflicts with the state of the resource."),
    (413, 66): ("Body too large", "The body of the request is larger than 250 KB."),
    (415, 68): ("Unsupported media type", "The body of the request is in a format this resource does not take."),
    (429, 53): (
        "Too many requests",
        "The application has made too many calls and has exceeded the rate limit for this service.",
    ),
    (500, 1): ("Internal error", "The service failed."),
    (502, 1): ("Bad gateway", "The service behind the gateway gave no usable answer."),
    (503, 5): ("Service unavailable", "The service is not available for now."),
    (503, 6): ("Over capacity", "The service has too much to do."),
    (504, 6): ("Gateway time-out", "The service behind the gateway did not answer in time."),
}
"""(HTTP status, code) → message and description (Orange)."""

AS_PLATFORM = {401: 40001, 403: 42001, 404: 42002, 405: 42001, 409: 42001, 413: 42002, 415: 42002, 429: 42601}
"""What stands for a gateway answer where there is no gateway: HTTP status → platform code."""

PLATFORM: dict[int, str] = {
    40001: "No authorization header",
    40002: "The authorization header holds no token",
    40003: "Token signature is not valid",
    40004: "Token has expired",
    40005: "Token claims are missing or wrong",
    40006: "Token belongs to another bot",
    40007: "Token has the wrong scope",
    41002: "The message can no longer be revoked",
    41009: "The device cannot revoke",
    41011: "The message was already revoked",
    41110: "User not found on RCS",
    41117: "The revocation could not be processed",
    41201: "The device does not accept messages",
    41300: "The file could not be downloaded",
    42002: "The message is malformed",
    42004: "No recipient",
    42007: "The bot is open to listed testers only",
    42008: "The message has no content",
    42010: "The message has more than one content",
    42031: "The message has no card",
    42032: "The message has both a card and a carousel",
    42045: "The suggestion is neither a reply nor an action",
    42046: "The suggestion is both a reply and an action",
    42047: "The action has more than one category",
    42402: "The fileUrl could not be downloaded",
    42601: "Too many requests",
}
"""Platform code → its words, for codes that are answered without words of their own."""

_OWN_HTTP = {
    40006: 403, 40007: 403, 41000: 500, 41002: 409, 41003: 429, 41110: 404, 41117: 409, 41300: 400,
    42006: 403, 42007: 403, 42601: 429,
}  # fmt: skip


def http_of(code: int) -> int:
    """The HTTP status that goes with a platform code."""
    if code in _OWN_HTTP:
        return _OWN_HTTP[code]
    if 41006 <= code <= 41011:
        return 409
    if 41200 <= code <= 41299:
        return 404
    return {40: 401, 41: 503}.get(code // 1000, 400)
