"""Phones and what lies in their threads. These are entities: they change as the talk goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from rbm_bots.clock import rfc3339

__all__ = ["Message", "Phone", "PhoneBook"]

_FICTION: Final = "+3363998"
_MOVES: Final[dict[str, frozenset[str]]] = {
    "pending": frozenset({"sent", "failed", "canceled"}),
    "sent": frozenset({"delivered", "failed", "canceled"}),
    "canceled": frozenset({"revoked", "delivered", "failed"}),
    "delivered": frozenset({"displayed"}),
}


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """One message of a thread, of the bot or of the person."""

    msg_id: str
    bot: str
    sender: Literal["bot", "person"]
    contact: dict[str, str]
    content: dict[str, Any]
    suggestions: tuple[dict[str, Any], ...] = ()
    traffic_type: str | None = None
    expiry: datetime | None = None
    status: str
    at: datetime
    changed_at: datetime
    reason: dict[str, Any] | None = None

    @property
    def shown(self) -> bool:
        """Whether the phone shows it: its own, or arrived."""
        return self.sender == "person" or self.status in ("delivered", "displayed")

    def move(self, status: str, now: datetime) -> bool:
        """Take one step of the state machine; ``False`` (and nothing) when there is no such step from here."""
        if status not in _MOVES.get(self.status, ()):
            return False
        self.status, self.changed_at = status, now
        return True

    def as_json(self) -> dict[str, Any]:
        """What the control API shows."""
        return {
            "id": self.msg_id,
            "bot": self.bot,
            "from": self.sender,
            "content": self.content,
            "suggestions": list(self.suggestions),
            "traffic_type": self.traffic_type,
            "status": self.status,
            "reason": self.reason,
            "at": rfc3339(self.at),
            "changed_at": rfc3339(self.changed_at),
        }


@dataclass(slots=True, kw_only=True, eq=False)
class Phone:
    """One person's phone. An anonymous one is known to bots by its chat id alone."""

    msisdn: str | None = None
    chat_id: str | None = None
    anonymous: bool = False
    online: bool = True
    bots: list[str] = field(default_factory=list)
    thread: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    typing: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """How the control API names it: the number, else the chat id."""
        return self.msisdn or self.chat_id or ""

    @property
    def on_rcs(self) -> bool:
        """Whether it is on RCS when no rule says else: the fictive numbers that end in 02 are not."""
        return self.msisdn is None or not (self.msisdn.startswith(_FICTION) and self.msisdn.endswith("02"))

    def contact(self) -> dict[str, str]:
        """The ``messageContact`` of what this phone sends."""
        if self.msisdn is None or (self.anonymous and self.chat_id is not None):
            return {"chatId": self.chat_id or ""}
        return {"userContact": self.msisdn}

    def knows(self, bot: str) -> None:
        """Remember that this phone talked with ``bot``."""
        if bot not in self.bots:
            self.bots.append(bot)

    def as_json(self) -> dict[str, Any]:
        """What the control API shows."""
        return {
            "msisdn": self.msisdn,
            "chat_id": self.chat_id,
            "anonymous": self.anonymous,
            "online": self.online,
            "on_rcs": self.on_rcs,
            "bots": self.bots,
            "typing": {bot: state for bot, state in self.typing.items() if state == "active"},
            "messages": [message.as_json() for message in self.thread],
        }


class PhoneBook:
    """Every phone somebody spoke of; a phone exists as soon as it is named."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}
        self._by_chat_id: dict[str, Phone] = {}

    def of_msisdn(self, msisdn: str) -> Phone:
        """The phone with this number."""
        if msisdn not in self._phones:
            self._phones[msisdn] = Phone(msisdn=msisdn)
        return self._phones[msisdn]

    def of_chat_id(self, chat_id: str) -> Phone:
        """The phone behind this chat id; one without a number when nobody said whose it is."""
        if chat_id not in self._by_chat_id:
            self._by_chat_id[chat_id] = self._phones[chat_id] = Phone(chat_id=chat_id, anonymous=True)
        return self._by_chat_id[chat_id]

    def of_contact(self, contact: dict[str, str]) -> Phone:
        """Whom a ``messageContact`` names; a chat id goes before a number."""
        if "chatId" in contact:
            return self.of_chat_id(contact["chatId"])
        return self.of_msisdn(contact["userContact"])

    def has_chat_id(self, chat_id: str) -> bool:
        """Whether a phone with this chat id exists."""
        return chat_id in self._by_chat_id

    def hide(self, phone: Phone, chat_id: str) -> None:
        """Make ``phone`` anonymous under ``chat_id``."""
        phone.chat_id, phone.anonymous = chat_id, True
        self._by_chat_id[chat_id] = phone

    def all(self) -> list[Phone]:
        """Every phone, in the order they were first named."""
        return list(self._phones.values())
