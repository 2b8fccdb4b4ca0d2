"""What texts and conditions see besides slots: the read-only names, and names that live for one card or text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.parts import dig
from rbm_bots.botfile.services import Help
from rbm_bots.botfile.text import Scope
from rbm_bots.dialogue.facts import Facts
from rbm_bots.holidays import is_public_holiday

__all__ = ["View", "is_open", "nearest_language", "read_only_name"]


class View:
    """A scope with a few names more: the ``for`` variable, ``options`` in an SMS text. The new names come first."""

    def __init__(self, scope: Scope, **names: object) -> None:
        self.scope = scope
        self.names = names
        self.language, self.timezone, self.now = scope.language, scope.timezone, scope.now

    def lookup(self, path: tuple[str, ...]) -> object:
        """The value of ``name.part``."""
        if path[0] in self.names:
            return dig(self.names[path[0]], path[1:])
        return self.scope.lookup(path)

    def missing(self, path: tuple[str, ...]) -> None:
        """An empty value was printed."""
        self.scope.missing(path)


def read_only_name(name: str, *, bot: Bot, facts: Facts, language: str, now: datetime) -> object:
    """The value of a name that is no slot (bot language 8.2); ``None`` for one that is empty or unknown.

    How long the wait for a human is, nobody knows yet: ``handover.wait`` is empty.
    """
    match name:
        case "customer":
            return _customer(bot, facts)
        case "contact":
            return {"name": facts.contact_name, "language": language, "channel": facts.channel}
        case "bot":
            return {"id": bot.id, "name": bot.name}
        case "handover":
            opened = bot.handover is not None and is_open(bot, bot.handover, facts, now)
            return {"open": opened, "wait": None}
        case "now":
            return now.astimezone(bot.timezone)
        case "today":
            return now.astimezone(bot.timezone).date()
    return None


def is_open(bot: Bot, help_: Help, facts: Facts, now: datetime) -> bool:
    """Whether somebody is there: inside the hours, French public holidays closed, and an agent at the desk."""
    local = now.astimezone(bot.timezone)
    holiday = is_public_holiday(local.date(), country=bot.country)
    return facts.agents > 0 and help_.hours.is_open(local, holiday=holiday)


def _customer(bot: Bot, facts: Facts) -> dict[str, Any]:
    """What is known of a customer over what stands for the unknown: the lowest tier, no points, no visits.

    A tier that the bot does not list is the lowest.
    """
    lowest = bot.tiers[0] if bot.tiers else None
    known = {name: value for name, value in facts.customer.items() if value is not None}
    if known.get("tier") not in bot.tiers:
        known["tier"] = lowest
    counts = {"score": 0, "visits": 0, "orders": 0}
    return {**counts, "returning": False, "interest": None, "interests": [], "contract_end": None, **known}


def nearest_language(bot: Bot, told: str | None) -> str:
    """The bot's language nearest to what the platform told: itself, its base, else the first."""
    words = (told or "").lower().replace("_", "-")
    for language in bot.languages:
        if language.lower() == words:
            return language
    base = words.partition("-")[0]
    return next((language for language in bot.languages if language.partition("-")[0] == base), bot.languages[0])
