"""Suggestions on the MaaP wire (RCC.07 3.6.10): seven categories, twelve actions, one function each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rbm_bots.clock import require_aware
from rbm_bots.messages.limits import Profile
from rbm_bots.messages.suggestions import (
    CalendarEvent,
    ComposeRecording,
    ComposeText,
    Dial,
    DialEnriched,
    DialVideo,
    DisableAnonymization,
    EnableDisplayed,
    OpenUrl,
    Reply,
    RequestDevice,
    RequestLocation,
    ShowPlace,
    Suggestion,
)

__all__ = ["encode_suggestions", "only_set"]

_Json = dict[str, Any]


def encode_suggestions(suggestions: tuple[Suggestion, ...], profile: Profile) -> list[_Json]:
    """The wire form of a list of suggestions, in its order."""
    return [_encode(suggestion, profile) for suggestion in suggestions]


def only_set(**members: Any) -> _Json:  # noqa: ANN401  JSON members are of any type
    """A JSON object of the members that are not ``None``: on this wire absent is written by leaving out."""
    return {name: value for name, value in members.items() if value is not None}


def _encode(suggestion: Suggestion, profile: Profile) -> _Json:
    shown: _Json = {"displayText": suggestion.label}
    if suggestion.postback is not None:
        shown["postback"] = {"data": suggestion.postback}
    if isinstance(suggestion, Reply):
        return {"reply": shown}
    if isinstance(suggestion, OpenUrl):
        return {"action": {"urlAction": {"openUrl": _open_url(suggestion, profile)}, **shown}}
    category, name, members = _ACTIONS[type(suggestion)]
    return {"action": {category: {name: members(suggestion)}, **shown}}


def _open_url(action: OpenUrl, profile: Profile) -> _Json:
    """``application`` is required from v11 on and unknown before."""
    if profile != "v11":
        return {"url": action.url}
    application = "browser" if action.view is None else "webview"
    return only_set(url=action.url, application=application, viewMode=action.view, parameters=action.parameters)


def _dial(action: Dial | DialVideo) -> _Json:
    return only_set(phoneNumber=action.phone, fallbackUrl=action.fallback_url)


def _dial_enriched(action: DialEnriched) -> _Json:
    return only_set(phoneNumber=action.phone, subject=action.subject, fallbackUrl=action.fallback_url)


def _show_place(action: ShowPlace) -> _Json:
    location = only_set(latitude=action.latitude, longitude=action.longitude, label=action.name, query=action.query)
    return only_set(location=location, fallbackUrl=action.fallback_url)


def _calendar(action: CalendarEvent) -> _Json:
    return only_set(
        startTime=_local(action.start),
        endTime=_local(action.end),
        title=action.title,
        description=action.description,
        fallbackUrl=action.fallback_url,
    )


def _local(at: datetime) -> str:
    """RFC 3339 with the event's own offset, so that the phone shows the hour the author wrote."""
    require_aware(at)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _compose_text(action: ComposeText) -> _Json:
    return {"phoneNumber": action.phone, "text": action.text}


def _compose_recording(action: ComposeRecording) -> _Json:
    return {"phoneNumber": action.phone, "type": action.media.upper()}


def _nothing(_action: object) -> _Json:
    return {}


_ACTIONS: dict[type, tuple[str, str, Callable[[Any], _Json]]] = {
    Dial: ("dialerAction", "dialPhoneNumber", _dial),
    DialEnriched: ("dialerAction", "dialEnrichedCall", _dial_enriched),
    DialVideo: ("dialerAction", "dialVideoCall", _dial),
    ShowPlace: ("mapAction", "showLocation", _show_place),
    RequestLocation: ("mapAction", "requestLocationPush", _nothing),
    CalendarEvent: ("calendarAction", "createCalendarEvent", _calendar),
    ComposeText: ("composeAction", "composeTextMessage", _compose_text),
    ComposeRecording: ("composeAction", "composeRecordingMessage", _compose_recording),
    RequestDevice: ("deviceAction", "requestDeviceSpecifics", _nothing),
    DisableAnonymization: ("settingsAction", "disableAnonymization", _nothing),
    EnableDisplayed: ("settingsAction", "enableDisplayedNotifications", _nothing),
}
