"""What a person does with the phone: say, tap, share, send, type, read, start, go offline. Each act becomes events.

A phone that does something has its thread open, so what lies there is displayed first. A tapped reply is echoed whole
and shown as a message of the person; a tapped action is reported only if it has a postback and is not shown. A location
or device data that an action asks for follows the action's own response as an event of its own (RCC.07 3.6.10.6.2).
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from rbm_bots.emulator import events
from rbm_bots.emulator.courier import Courier
from rbm_bots.emulator.phones import Message, Phone
from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.refusals import ControlRefused
from rbm_bots.emulator.taps import Tap, find_tap

__all__ = ["HOME", "Acts", "Told"]

HOME = (48.8566, 2.3522)
"""Where a phone is when nobody says: latitude and longitude, WGS 84."""

_DEVICE = {
    "deviceModel": "PX8",
    "platformVersion": "14",
    "clientVendor": "ACME",
    "clientVersion": "1.0",
    "batteryRemainingMinutes": 320,
}
_TYPING = ("active", "idle")

Told = list[dict[str, Any]]


class Acts:
    """The acts of every phone; each returns the events it caused. Raises ``ControlRefused`` when it cannot be done."""

    def __init__(self, platform: Platform, courier: Courier) -> None:
        self._platform, self._courier = platform, courier

    def say(self, phone: Phone, text: str, *, bot: str | None) -> Told:
        """Type a text and send it."""
        if not text:
            raise ControlRefused("«text» must not be empty")
        return self._content(phone, self._open(phone, bot), {"textMessage": text})

    def share(
        self, phone: Phone, latitude: float, longitude: float, *, bot: str | None, label: str | None, radius: int | None
    ) -> Told:
        """Send a position."""
        location = _location(latitude, longitude, label=label, radius=radius)
        return self._content(phone, self._open(phone, bot), location)

    def send(self, phone: Phone, file: dict[str, Any], *, bot: str | None, audio: bool) -> Told:
        """Send a file or a recording, already in the wire's members."""
        return self._content(phone, self._open(phone, bot), {"audioMessage" if audio else "fileMessage": file})

    def type(self, phone: Phone, state: str, *, bot: str | None) -> Told:
        """Begin or stop typing."""
        if state not in _TYPING:
            raise ControlRefused("«state» is active or idle")
        chosen = self._open(phone, bot)
        return [self._tell(chosen, phone, events.typing_event(state, phone.contact(), self._now()))]

    def start(self, phone: Phone, *, bot: str | None, language: str | None) -> Told:
        """Tap «start chat» in the bot's profile."""
        chosen = self._open(phone, bot)
        word = self._platform.settings.new_user_language if language is None else language
        event = events.new_user_event(_new_id(), phone.contact(), self._now(), language=word)
        return [self._tell(chosen, phone, event)]

    def read(self, phone: Phone, *, bot: str | None) -> Told:
        """Look at the thread: what was delivered is displayed."""
        self._must_be_online(phone)
        self._courier.read(phone, bot)
        return []

    def offline(self, phone: Phone) -> Told:
        """Lose the network: messages wait."""
        phone.online = False
        self._platform.changes.tell(phone.key)
        return []

    def online(self, phone: Phone) -> Told:
        """Find the network again: what waited arrives."""
        self._courier.come_online(phone)
        return []

    def hide(self, phone: Phone, chat_id: str) -> Told:
        """Become anonymous: bots see the chat id instead of the number."""
        if not chat_id or chat_id.startswith("+"):
            raise ControlRefused("«chat_id» must be an opaque word")
        self._platform.phones.hide(phone, chat_id)
        self._platform.changes.tell(phone.key)
        return []

    def tap(
        self,
        phone: Phone,
        *,
        bot: str | None,
        message: str | None,
        label: str | None,
        postback: str | None,
        agree: bool,
        position: tuple[float, float],
    ) -> Told:
        """Tap a suggestion; ``agree`` and ``position`` answer what a phone asks before it gives anything away."""
        tap = find_tap(phone, bot=bot, message=message, label=label, postback=postback)
        chosen = self._open(phone, tap.message.bot)
        told = self._respond(phone, chosen, tap)
        if tap.kind == "action" and agree:
            told += self._give(phone, chosen, tap.body, position)
        return told

    def _respond(self, phone: Phone, bot: str, tap: Tap) -> Told:
        """The response: a reply always, an action only with a postback."""
        if tap.kind == "reply":
            answer = {"suggestedResponse": {"response": {"reply": tap.body}}}
            msg_id = self._keep(phone, bot, {"textMessage": tap.label})
        elif tap.postback is not None:
            said = {"displayText": tap.label, "postback": tap.body["postback"]}
            answer, msg_id = {"suggestedResponse": {"response": {"action": said}}}, _new_id()
        else:
            return []
        return [self._tell(bot, phone, events.response_event(msg_id, answer, phone.contact(), self._now()))]

    def _give(self, phone: Phone, bot: str, action: dict[str, Any], position: tuple[float, float]) -> Told:
        """What an agreeing person gives away after the tap."""
        if "requestLocationPush" in action.get("mapAction", {}):
            return self._content(phone, bot, _location(*position, label=None, radius=None))
        if "requestDeviceSpecifics" in action.get("deviceAction", {}):
            shared = {"sharedData": {"deviceSpecifics": _DEVICE}}
            return [self._tell(bot, phone, events.response_event(_new_id(), shared, phone.contact(), self._now()))]
        reveals = "disableAnonymization" in action.get("settingsAction", {})
        if reveals and phone.anonymous and phone.msisdn and phone.chat_id:
            phone.anonymous = False
            both = {"userContact": phone.msisdn, "chatId": phone.chat_id}
            return [self._tell(bot, phone, events.alias_event(_new_id(), both, self._now()))]
        return []

    def _open(self, phone: Phone, bot: str | None) -> str:
        """Open the talk with the bot that is meant; everything in it is displayed."""
        chosen = self._choose(phone, bot)
        self._must_be_online(phone)
        if not self._platform.reachable(chosen, phone):
            raise ControlRefused("the phone is not on RCS")
        self._platform.meet(chosen)
        phone.knows(chosen)
        self._courier.read(phone, chosen)
        return chosen

    def _choose(self, phone: Phone, bot: str | None) -> str:
        if bot:
            return bot
        for known in (phone.bots, list(self._platform.bots)):
            if len(known) == 1:
                return known[0]
        raise ControlRefused("name the bot with «bot»: neither this phone nor the emulator knows exactly one")

    def _must_be_online(self, phone: Phone) -> None:
        if not phone.online:
            raise ControlRefused("the phone is offline")

    def _content(self, phone: Phone, bot: str, content: dict[str, Any]) -> Told:
        msg_id = self._keep(phone, bot, content)
        return [self._tell(bot, phone, events.content_event(msg_id, content, phone.contact(), self._now()))]

    def _keep(self, phone: Phone, bot: str, content: dict[str, Any]) -> str:
        now = self._platform.clock.now()
        message = Message(
            msg_id=_new_id(),
            bot=bot,
            sender="person",
            contact=phone.contact(),
            content=content,
            status="sent",
            at=now,
            changed_at=now,
        )
        self._platform.keep(phone, message)
        return message.msg_id

    def _tell(self, bot: str, phone: Phone, event: dict[str, Any]) -> dict[str, Any]:
        self._platform.tell(bot, phone, event)
        return event

    def _now(self) -> datetime:
        return self._platform.clock.now()


def _new_id() -> str:
    return f"in-{secrets.token_hex(8)}"


def _degrees(value: float) -> str:
    """Decimal degrees to a centimetre, never with an exponent."""
    return f"{value:.7f}".rstrip("0").rstrip(".")


def _location(latitude: float, longitude: float, *, label: str | None, radius: int | None) -> dict[str, Any]:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ControlRefused("«latitude» or «longitude» is out of range")
    location: dict[str, Any] = {"pos": f"{_degrees(latitude)} {_degrees(longitude)}"}
    if label is not None:
        location["label"] = label
    if radius is not None:
        location["radius"] = radius
    return {"geolocationPushMessage": location}
