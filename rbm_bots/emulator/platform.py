"""What the operator's platform knows: bots, phones, messages, and who is on RCS."""

from __future__ import annotations

from typing import Any

from rbm_bots.emulator.changes import Changes
from rbm_bots.emulator.gateway import Gateway
from rbm_bots.emulator.phones import Message, Phone, PhoneBook
from rbm_bots.emulator.quota import Quota
from rbm_bots.emulator.record import Record
from rbm_bots.emulator.rules import RuleBook
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.emulator.time import EmulatorClock
from rbm_bots.emulator.webhook import Webhook

__all__ = ["Platform"]


class Platform:
    """The state that all resources share. Any bot id is taken; a bot exists as soon as it is named."""

    def __init__(self, settings: EmulatorSettings, clock: EmulatorClock, record: Record) -> None:
        self.settings, self.clock, self.record = settings, clock, record
        self.rules = RuleBook()
        self.quota = Quota(settings)
        self.gateway = Gateway(settings, self.quota)
        self.webhook = Webhook(settings, clock, self.rules, record)
        self.changes = Changes()
        self.phones = PhoneBook()
        self.bots: dict[str, None] = dict.fromkeys(settings.bots)
        self._messages: dict[tuple[str, str], tuple[Phone, Message]] = {}

    def meet(self, bot: str) -> None:
        """Note that ``bot`` exists."""
        self.bots.setdefault(bot)

    def keep(self, phone: Phone, message: Message) -> None:
        """Put a message into its thread and among the known ids."""
        self.meet(message.bot)
        phone.knows(message.bot)
        phone.thread.append(message)
        self._messages[message.bot, message.msg_id] = (phone, message)
        self.changes.tell(phone.key)

    def find(self, bot: str, msg_id: str) -> tuple[Phone, Message] | None:
        """A message of ``bot`` (sent by it or to it) with its phone."""
        return self._messages.get((bot, msg_id))

    def capabilities(self, bot: str, phone: Phone) -> tuple[str, ...]:
        """What the phone can do; empty when it is not on RCS. The last rule about it decides."""
        found = self.settings.capabilities if phone.on_rcs else ()
        for deed in self.rules.ask("person", bot=bot, contact=phone.key):
            if deed.not_rcs is not None:
                found = () if deed.not_rcs else self.settings.capabilities
            if deed.capabilities is not None:
                found = deed.capabilities
        return found

    def reachable(self, bot: str, phone: Phone) -> bool:
        """Whether a bot's message can go there: ``chatBotCommunication``, or at least ``chat``."""
        capabilities = self.capabilities(bot, phone)
        return "chatBotCommunication" in capabilities or "chat" in capabilities

    def tell(self, bot: str, phone: Phone, event: dict[str, Any]) -> None:
        """Send the bot an event of this phone, behind the phone's earlier ones."""
        self.webhook.push(bot, phone.key, event)
        self.changes.tell(phone.key)
