"""What texts and conditions see besides slots: the read-only names, and names that live for one card or text."""

from __future__ import annotations

from datetime import datetime

from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.parts import dig
from rbm_bots.botfile.text import Scope
from rbm_bots.dialogue.facts import Facts

__all__ = ["View", "nearest_language", "read_only_name"]


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

    Nobody is at a desk yet, so ``handover.open`` is false.
    """
    match name:
        case "customer":
            lowest = {"tier": bot.tiers[0] if bot.tiers else None, "returning": False, "visits": 0, "orders": 0}
            return {**lowest, "interests": [], **facts.customer}
        case "contact":
            return {"name": facts.contact_name, "language": language, "channel": facts.channel}
        case "bot":
            return {"id": bot.id, "name": bot.name}
        case "handover":
            return {"open": False, "wait": None}
        case "now":
            return now.astimezone(bot.timezone)
        case "today":
            return now.astimezone(bot.timezone).date()
    return None


def nearest_language(bot: Bot, told: str | None) -> str:
    """The bot's language nearest to what the platform told: itself, its base, else the first."""
    words = (told or "").lower().replace("_", "-")
    for language in bot.languages:
        if language.lower() == words:
            return language
    base = words.partition("-")[0]
    return next((language for language in bot.languages if language.partition("-")[0] == base), bot.languages[0])
