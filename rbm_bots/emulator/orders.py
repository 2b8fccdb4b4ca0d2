"""The bodies of the control API: what each act of a phone, and the clock, may be told. Unknown members are refused."""

from __future__ import annotations

from typing import Annotated

import msgspec

from rbm_bots.emulator.acts import HOME, Acts, Told
from rbm_bots.emulator.phones import Phone
from rbm_bots.emulator.refusals import ControlRefused

__all__ = ["ORDERS", "ClockOrder", "Order"]

_YEAR_S = 366 * 86_400
_Size = Annotated[int, msgspec.Meta(ge=0)]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a phone is told to do."""

    def play(self, acts: Acts, phone: Phone) -> Told:
        """Do it; the events it caused. Raises ``ControlRefused``."""
        raise NotImplementedError


class ClockOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``now``: stand at an instant; ``advance``: seconds forward; ``freeze``: stop or run, done first."""

    now: str | None = None
    advance: Annotated[float, msgspec.Meta(ge=0, le=_YEAR_S)] | None = None
    freeze: bool | None = None

    def __post_init__(self) -> None:
        if self.now is not None and self.advance is not None:
            raise ValueError("name «now» or «advance», not both")
        if self.now is None and self.advance is None and self.freeze is None:
            raise ValueError("name «now», «advance» or «freeze»")


class _Say(Order, frozen=True, kw_only=True):
    text: str
    bot: str | None = None

    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.say(phone, self.text, bot=self.bot)


class _Tap(Order, frozen=True, kw_only=True):
    label: str | None = None
    postback: str | None = None
    message: str | None = None
    bot: str | None = None
    agree: bool = True
    latitude: float = HOME[0]
    longitude: float = HOME[1]

    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.tap(
            phone,
            bot=self.bot,
            message=self.message,
            label=self.label,
            postback=self.postback,
            agree=self.agree,
            position=(self.latitude, self.longitude),
        )


class _Share(Order, frozen=True, kw_only=True):
    latitude: float
    longitude: float
    label: str | None = None
    radius: _Size | None = None
    bot: str | None = None

    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.share(phone, self.latitude, self.longitude, bot=self.bot, label=self.label, radius=self.radius)


class _Send(Order, frozen=True, kw_only=True):
    url: str
    mime_type: str
    name: str | None = None
    size: _Size | None = None
    duration: _Size | None = None
    thumbnail_url: str | None = None
    thumbnail_mime_type: str | None = None
    thumbnail_size: _Size | None = None
    bot: str | None = None

    def play(self, acts: Acts, phone: Phone) -> Told:
        audio = self.mime_type.startswith("audio/")
        if not self.url or not self.mime_type:
            raise ControlRefused("«url» and «mime_type» must not be empty")
        members = {
            "fileUrl": self.url,
            "fileName": self.name,
            "fileMIMEType": self.mime_type,
            "fileSize": self.size,
            "playingLength": self.duration if audio else None,
            "thumbnailUrl": None if audio else self.thumbnail_url,
            "thumbnailMIMEType": None if audio else self.thumbnail_mime_type,
            "thumbnailFileSize": None if audio else self.thumbnail_size,
        }
        file = {name: value for name, value in members.items() if value is not None}
        return acts.send(phone, file, bot=self.bot, audio=audio)


class _Typing(Order, frozen=True, kw_only=True):
    state: str = "active"
    bot: str | None = None

    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.type(phone, self.state, bot=self.bot)


class _Start(Order, frozen=True, kw_only=True):
    bot: str | None = None
    language: str | None = None

    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.start(phone, bot=self.bot, language=self.language)


class _Read(Order, frozen=True, kw_only=True):
    bot: str | None = None

    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.read(phone, bot=self.bot)


class _Offline(Order, frozen=True, kw_only=True):
    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.offline(phone)


class _Online(Order, frozen=True, kw_only=True):
    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.online(phone)


class _Anonymous(Order, frozen=True, kw_only=True):
    chat_id: str

    def play(self, acts: Acts, phone: Phone) -> Told:
        return acts.hide(phone, self.chat_id)


ORDERS: dict[str, type[Order]] = {
    "anonymous": _Anonymous,
    "offline": _Offline,
    "online": _Online,
    "read": _Read,
    "say": _Say,
    "send": _Send,
    "share": _Share,
    "start": _Start,
    "tap": _Tap,
    "typing": _Typing,
}
"""The acts, by the word in the path."""
