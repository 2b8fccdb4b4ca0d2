"""The rules of each suggestion (RCC.07 3.6.10), one function per kind that has any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rbm_bots.messages.faults import FaultList
from rbm_bots.messages.limits import Limits
from rbm_bots.messages.suggestions import (
    CalendarEvent,
    ComposeRecording,
    ComposeText,
    Dial,
    DialEnriched,
    DialVideo,
    OpenUrl,
    ShowPlace,
    Suggestion,
)

__all__ = ["check_suggestion"]


def check_suggestion(faults: FaultList, path: str, suggestion: Suggestion, limits: Limits) -> None:
    """Note what is wrong with one suggestion: its label, its postback, and the rules of its kind."""
    faults.text(f"{path}.label", suggestion.label, limits.label)
    faults.text(f"{path}.postback", suggestion.postback, limits.postback, empty_ok=True)
    check = _CHECKS.get(type(suggestion))
    if check is not None:
        check(faults, path, suggestion, limits)


def _open_url(faults: FaultList, path: str, action: OpenUrl, limits: Limits) -> None:
    faults.url(f"{path}.url", action.url, limits.url)
    faults.text(f"{path}.parameters", action.parameters, limits.url_parameters)
    # «view» is only how the page looks: an older profile opens the browser instead, and nothing is lost
    if action.parameters is not None and not limits.webview:
        faults.add(f"{path}.parameters", f"does not exist in profile {limits.profile}")


def _dial(faults: FaultList, path: str, action: Dial | DialEnriched | DialVideo, limits: Limits) -> None:
    faults.phone(f"{path}.phone", action.phone)
    faults.url(f"{path}.fallback_url", action.fallback_url, limits.url)
    if isinstance(action, DialEnriched):
        faults.text(f"{path}.subject", action.subject, limits.call_subject)


def _place(faults: FaultList, path: str, action: ShowPlace, limits: Limits) -> None:
    faults.url(f"{path}.fallback_url", action.fallback_url, limits.url)
    faults.text(f"{path}.name", action.name, limits.map_label)
    faults.text(f"{path}.query", action.query, limits.map_query)
    if action.latitude is not None and action.longitude is not None:
        faults.position(f"{path}.latitude", action.latitude, f"{path}.longitude", action.longitude)
        if action.query is not None:
            faults.add(f"{path}.query", "stands beside a position; one of the two")
    elif action.latitude is not None or action.longitude is not None:
        missing = "longitude" if action.longitude is None else "latitude"
        faults.add(f"{path}.{missing}", "is missing; a position has both")
    elif action.query is None:
        faults.add(path, "has neither a position nor a query")


def _calendar(faults: FaultList, path: str, action: CalendarEvent, limits: Limits) -> None:
    faults.text(f"{path}.title", action.title, limits.calendar_title)
    faults.text(f"{path}.description", action.description, limits.calendar_description)
    faults.url(f"{path}.fallback_url", action.fallback_url, limits.url)
    faults.instant(f"{path}.start", action.start)
    faults.instant(f"{path}.end", action.end)
    if action.start.tzinfo is not None and action.end.tzinfo is not None and action.end < action.start:
        faults.add(f"{path}.end", "is before the start")


def _compose_text(faults: FaultList, path: str, action: ComposeText, limits: Limits) -> None:
    faults.phone(f"{path}.phone", action.phone)
    faults.text(f"{path}.text", action.text, limits.compose_text)


def _compose_recording(faults: FaultList, path: str, action: ComposeRecording, _limits: Limits) -> None:
    faults.phone(f"{path}.phone", action.phone)


_CHECKS: dict[type, Callable[[FaultList, str, Any, Limits], None]] = {
    OpenUrl: _open_url,
    Dial: _dial,
    DialEnriched: _dial,
    DialVideo: _dial,
    ShowPlace: _place,
    CalendarEvent: _calendar,
    ComposeText: _compose_text,
    ComposeRecording: _compose_recording,
}
