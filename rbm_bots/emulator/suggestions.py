"""Replies and actions: what a suggestion must look like (RCC.07 3.6.10; seven categories, twelve actions).

The platform's table has codes from 42050 to 42064 for malformed or ambiguous actions without saying which is which;
here each category has one: url 42050, dialer 42051, map 42052, calendar 42053, compose 42054, device 42055, settings
42056.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rbm_bots.emulator.members import instant, number, obj, text, uri
from rbm_bots.emulator.refusals import by_platform
from rbm_bots.emulator.settings import EmulatorSettings

__all__ = ["check_suggestions"]

_LABEL_MOST = 25
_POSTBACK_MOST = 2048

_Check = Callable[[dict[str, Any], int, EmulatorSettings], None]


def check_suggestions(items: list[Any], settings: EmulatorSettings) -> list[dict[str, Any]]:
    """Check each suggestion; lenient: labels come back cut. Raises ``CallRefused``."""
    return [_checked(item, settings) for item in items]


def _checked(item: object, settings: EmulatorSettings) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise by_platform(42045, "a suggestion must be an object")
    kinds = [kind for kind in ("reply", "action") if kind in item]
    if len(kinds) != 1:
        raise by_platform(42046 if kinds else 42045)
    kind = kinds[0]
    body = obj(item, kind, required=True) or {}
    label = text(body, "displayText", required=True, most=_LABEL_MOST if settings.strict else None) or ""
    _check_postback(body)
    if kind == "action":
        _check_action(body, settings)
    return {kind: {**body, "displayText": label[:_LABEL_MOST]}}


def _check_postback(body: dict[str, Any]) -> None:
    postback = obj(body, "postback")
    if postback is None:
        return
    if "data" not in postback:
        raise by_platform(42108, "postback has no data")
    text(postback, "data", code=42049, least=0, most=_POSTBACK_MOST)


def _check_action(body: dict[str, Any], settings: EmulatorSettings) -> None:
    categories = [name for name in _CATEGORIES if name in body]
    if not categories and not settings.strict and any(name in _VENDOR_CATEGORIES for name in body):
        return
    if not categories:
        raise by_platform(42050, "the action has no category")
    if len(categories) > 1:
        raise by_platform(42047)
    code, actions = _CATEGORIES[categories[0]]
    category = obj(body, categories[0], code=code, required=True) or {}
    named = [name for name in actions if name in category]
    if len(named) != 1:
        raise by_platform(code, f"{categories[0]} must hold exactly one of {', '.join(actions)}")
    actions[named[0]](obj(category, named[0], code=code, required=True) or {}, code, settings)


def _open_url(action: dict[str, Any], code: int, settings: EmulatorSettings) -> None:
    uri(action, "url", code=code, required=True)
    if settings.profile != "v11":
        return
    application = text(action, "application", code=code, required=True)
    if application not in ("browser", "webview"):
        raise by_platform(code, "application must be browser or webview")
    if application == "webview" and "viewMode" in action and action["viewMode"] not in ("full", "half", "tall"):
        raise by_platform(code, "viewMode must be full, half or tall")
    text(action, "parameters", code=code, most=200)


def _dial(action: dict[str, Any], code: int, _settings: EmulatorSettings) -> None:
    text(action, "phoneNumber", code=code, required=True)
    uri(action, "fallbackUrl", code=code)


def _dial_enriched(action: dict[str, Any], code: int, settings: EmulatorSettings) -> None:
    _dial(action, code, settings)
    text(action, "subject", code=code, most=60)


def _show_location(action: dict[str, Any], code: int, _settings: EmulatorSettings) -> None:
    location = obj(action, "location", code=code, required=True) or {}
    placed = "latitude" in location or "longitude" in location
    if placed == ("query" in location):
        raise by_platform(code, "location must hold latitude and longitude, or a query")
    if placed:
        number(location, "latitude", code=code, within=90)
        number(location, "longitude", code=code, within=180)
    text(location, "query", code=code, most=200)
    text(location, "label", code=code, most=100)
    uri(action, "fallbackUrl", code=code)


def _calendar_event(action: dict[str, Any], code: int, _settings: EmulatorSettings) -> None:
    for name in ("startTime", "endTime"):
        if name not in action:
            raise by_platform(code, f"{name} is required")
        instant(action, name)
    text(action, "title", code=code, required=True, most=100)
    text(action, "description", code=code, most=500)
    uri(action, "fallbackUrl", code=code)


def _compose_text(action: dict[str, Any], code: int, _settings: EmulatorSettings) -> None:
    text(action, "phoneNumber", code=code, required=True)
    text(action, "text", code=code, required=True, most=100)


def _compose_recording(action: dict[str, Any], code: int, settings: EmulatorSettings) -> None:
    text(action, "phoneNumber", code=code, required=True)
    kind = text(action, "type", code=code, required=settings.profile != "v8")
    if kind not in (None, "AUDIO", "VIDEO"):
        raise by_platform(code, "type must be AUDIO or VIDEO")


def _nothing(_action: dict[str, Any], _code: int, _settings: EmulatorSettings) -> None:
    """The action has no members."""


_CATEGORIES: dict[str, tuple[int, dict[str, _Check]]] = {
    "urlAction": (42050, {"openUrl": _open_url}),
    "dialerAction": (
        42051,
        {"dialPhoneNumber": _dial, "dialEnrichedCall": _dial_enriched, "dialVideoCall": _dial},
    ),
    "mapAction": (42052, {"showLocation": _show_location, "requestLocationPush": _nothing}),
    "calendarAction": (42053, {"createCalendarEvent": _calendar_event}),
    "composeAction": (
        42054,
        {"composeTextMessage": _compose_text, "composeRecordingMessage": _compose_recording},
    ),
    "deviceAction": (42055, {"requestDeviceSpecifics": _nothing}),
    "settingsAction": (42056, {"disableAnonymization": _nothing, "enableDisplayedNotifications": _nothing}),
}
_VENDOR_CATEGORIES = ("localBrowserAction", "clipboardAction", "shareAction")
