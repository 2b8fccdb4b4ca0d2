"""The life of a bot's message: pending → sent → delivered → displayed, or failed, or canceled → revoked.

An offline phone leaves a message ``sent``; it arrives when the phone is back, unless it was revoked meanwhile. A
revocation takes a moment, and an arrival in that moment wins: ``delivered`` after ``canceled`` is real. An expiry is a
revocation by the platform itself.
"""

from __future__ import annotations

import secrets

from rbm_bots.emulator.codes import PLATFORM
from rbm_bots.emulator.events import status_event
from rbm_bots.emulator.phones import Message, Phone
from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.refusals import by_platform
from rbm_bots.emulator.rules import Deed
from rbm_bots.emulator.validate import Posted

__all__ = ["Courier"]

_NOT_ON_RCS = 41110
_TOO_LATE = {"revoked": 41011, "delivered": 41002, "displayed": 41002, "failed": 41117}


class Courier:
    """Carries messages of bots to phones and their states back."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self._settings, self._clock = platform, platform.settings, platform.clock

    def send(self, bot: str, application: str, posted: Posted) -> Message:
        """Accept a message. Raises ``CallRefused`` for a stranger to a test bot, and (by setting) for no RCS."""
        phone = self._platform.phones.of_contact(posted.contact)
        self._check_testers(bot, phone)
        served = self._platform.reachable(bot, phone)
        now = self._clock.now()
        self._platform.quota.note(application, wrong=not served, now=now)
        if not served and self._settings.not_rcs_at_send == "404":
            raise by_platform(_NOT_ON_RCS)
        deeds = self._platform.rules.ask("send", bot=bot, contact=phone.key)
        message = Message(
            msg_id=f"m-{secrets.token_hex(8)}",
            bot=bot,
            sender="bot",
            contact=_answered_to(posted.contact),
            content=posted.content,
            suggestions=posted.suggestions,
            traffic_type=posted.traffic_type,
            expiry=posted.expiry,
            status="pending",
            at=now,
            changed_at=now,
        )
        phone.typing.pop(bot, None)
        self._platform.keep(phone, message)
        self._clock.call_later(self._settings.sent_after_s, lambda: self._leave(phone, message, deeds, served=served))
        if posted.expiry is not None:
            self._clock.call_at(posted.expiry, lambda: self._cancel(phone, message))
        return message

    def typing(self, bot: str, posted: Posted) -> str:
        """Show that the bot types; returns an id that nothing follows."""
        phone = self._platform.phones.of_contact(posted.contact)
        self._check_testers(bot, phone)
        phone.typing[bot] = posted.typing or "idle"
        self._platform.changes.tell(phone.key)
        return f"m-{secrets.token_hex(8)}"

    def revoke(self, phone: Phone, message: Message) -> None:
        """Try to take a message back. Raises ``CallRefused`` when it is too late, unless the setting says otherwise."""
        if message.status not in _TOO_LATE:
            self._cancel(phone, message)
            return
        refusal = self._settings.revoke_refusal
        if refusal != 204:
            raise by_platform(_TOO_LATE[message.status], http=refusal)
        self._clock.call_later(self._settings.revoked_after_s, lambda: self._report(phone, message))

    def read(self, phone: Phone, bot: str | None = None) -> int:
        """The person looks at the thread (of one bot): what was delivered is displayed. Returns how many were."""
        read = 0
        for message in phone.thread:
            if message.sender == "bot" and bot in (None, message.bot) and message.status == "delivered":
                self._step(phone, message, "displayed")
                read += 1
        return read

    def come_online(self, phone: Phone) -> None:
        """The phone is back: what waited arrives, in order."""
        phone.online = True
        waiting, phone.waiting = phone.waiting, []
        for message in waiting:
            self._arrive(phone, message)
        self._platform.changes.tell(phone.key)

    def _check_testers(self, bot: str, phone: Phone) -> None:
        testers = self._settings.test_allow_list.get(bot)
        if testers is not None and phone.key not in testers:
            raise by_platform(42007)

    def _leave(self, phone: Phone, message: Message, deeds: list[Deed], *, served: bool) -> None:
        failing = next((deed for deed in deeds if deed.fail is not None), None)
        if not served:
            self._fail(phone, message, _NOT_ON_RCS)
        elif failing and failing.fail is not None and not failing.after_s:
            self._fail(phone, message, failing.fail)
        else:
            if message.move("sent", self._clock.now()) and self._settings.emit_sent:
                self._report(phone, message)
            if failing and failing.fail is not None and failing.after_s:
                code = failing.fail
                self._clock.call_later(failing.after_s, lambda: self._fail(phone, message, code))
            elif all(deed.deliver is not False for deed in deeds):
                self._clock.call_later(self._settings.delivered_after_s, lambda: self._arrive(phone, message))

    def _arrive(self, phone: Phone, message: Message) -> None:
        if not phone.online:
            phone.waiting.append(message)
        else:
            self._step(phone, message, "delivered")

    def _cancel(self, phone: Phone, message: Message) -> None:
        if message.move("canceled", self._clock.now()):
            self._clock.call_later(self._settings.revoked_after_s, lambda: self._step(phone, message, "revoked"))

    def _fail(self, phone: Phone, message: Message, code: int) -> None:
        message.reason = {"code": code, "text": PLATFORM.get(code, "The message could not be sent")}
        if not self._step(phone, message, "failed"):
            message.reason = None

    def _step(self, phone: Phone, message: Message, status: str) -> bool:
        moved = message.move(status, self._clock.now())
        if moved:
            self._report(phone, message)
        return moved

    def _report(self, phone: Phone, message: Message) -> None:
        self._platform.tell(message.bot, phone, status_event(message, self._settings))


def _answered_to(contact: dict[str, str]) -> dict[str, str]:
    """Whom the events about a message name: never both, and the chat id goes first."""
    return {"chatId": contact["chatId"]} if "chatId" in contact else contact
