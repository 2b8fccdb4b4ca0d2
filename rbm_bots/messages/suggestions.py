"""Suggestions: the replies and actions a person can tap (RCC.07 3.6.10). Seven categories, twelve actions.

``postback`` is what comes back on a tap; a tap on an action reports back only when it has one, so bots always give it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

__all__ = [
    "Action",
    "CalendarEvent",
    "ComposeRecording",
    "ComposeText",
    "Dial",
    "DialEnriched",
    "DialVideo",
    "DisableAnonymization",
    "EnableDisplayed",
    "OpenUrl",
    "Reply",
    "RequestDevice",
    "RequestLocation",
    "ShowPlace",
    "Suggestion",
]


class _Suggestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    label: str
    postback: str | None = None


class Reply(_Suggestion, frozen=True, kw_only=True, tag="reply"):
    """A ready-made answer; its label is shown as if the person had written it."""


class OpenUrl(_Suggestion, frozen=True, kw_only=True, tag="open"):
    """Open a page; ``view`` (the phone's built-in page) and ``parameters`` exist from profile v11 on."""

    url: str
    view: Literal["full", "half", "tall"] | None = None
    parameters: str | None = None


class Dial(_Suggestion, frozen=True, kw_only=True, tag="dial"):
    """Call a number."""

    phone: str
    fallback_url: str | None = None


class DialEnriched(_Suggestion, frozen=True, kw_only=True, tag="dial_enriched"):
    """Call a number and show a subject (60 characters at most)."""

    phone: str
    subject: str | None = None
    fallback_url: str | None = None


class DialVideo(_Suggestion, frozen=True, kw_only=True, tag="dial_video"):
    """Start a video call."""

    phone: str
    fallback_url: str | None = None


class ShowPlace(_Suggestion, frozen=True, kw_only=True, tag="map"):
    """Show a place: by latitude and longitude, or by a query, never both."""

    latitude: float | None = None
    longitude: float | None = None
    name: str | None = None
    query: str | None = None
    fallback_url: str | None = None


class RequestLocation(_Suggestion, frozen=True, kw_only=True, tag="request_location"):
    """Ask the person to share their position."""


class CalendarEvent(_Suggestion, frozen=True, kw_only=True, tag="calendar"):
    """Put an event into the phone's calendar."""

    start: datetime
    end: datetime
    title: str
    description: str | None = None
    fallback_url: str | None = None


class ComposeText(_Suggestion, frozen=True, kw_only=True, tag="compose_text"):
    """Prepare a text to another number (100 characters at most)."""

    phone: str
    text: str


class ComposeRecording(_Suggestion, frozen=True, kw_only=True, tag="compose_recording"):
    """Record sound or video for another number."""

    phone: str
    media: Literal["audio", "video"]


class RequestDevice(_Suggestion, frozen=True, kw_only=True, tag="request_device"):
    """Ask for the phone's model and versions."""


class DisableAnonymization(_Suggestion, frozen=True, kw_only=True, tag="disable_anonymization"):
    """Ask an anonymous person to show their number."""


class EnableDisplayed(_Suggestion, frozen=True, kw_only=True, tag="enable_displayed"):
    """Ask for read reports to be switched on."""


Action = (
    OpenUrl
    | Dial
    | DialEnriched
    | DialVideo
    | ShowPlace
    | RequestLocation
    | CalendarEvent
    | ComposeText
    | ComposeRecording
    | RequestDevice
    | DisableAnonymization
    | EnableDisplayed
)
Suggestion = Reply | Action
