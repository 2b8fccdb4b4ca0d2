"""Human help: ``handover`` and ``paid_help`` (bot language, chapter 12).

Each is a section of the bot and a step. A step overrides keys of the section; without a section it brings all of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.language import SHAPES
from rbm_bots.botfile.model import Target
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.targets import Place, read_target
from rbm_bots.botfile.reading.texts import read_text
from rbm_bots.botfile.services import FreeHelp, MeteredHelp
from rbm_bots.botfile.source import ListNode, Node, Scalar

__all__ = ["read_handover", "read_paid_help"]

_CAP_MAX: Final = Decimal("50.00")


def read_handover(desk: Desk, node: Node, place: Place, key: str, section: FreeHelp | None) -> FreeHelp:
    """Free help: the section itself when ``section`` is ``None``, else a step that overrides some of its keys."""
    said = desk.sentences
    help_ = section or FreeHelp(
        team="?",
        busy=said["rbm.handover_busy"],
        otherwise=Target(kind="end"),
        idle=timedelta(hours=2),
        back=said["rbm.handover_back"],
        say=said["rbm.handover"],
        closed=said["rbm.handover_closed"],
    )
    written = scalars.as_map(node, desk.faults, "a map, {} for nothing")
    if written is None:
        return help_
    keys = Keys(written, desk.faults, SHAPES["handover_step" if section is not None else "handover"])
    given = _shared(desk, keys, place, key)
    for word in ("say", "closed"):
        if keys.get(word) is not None:
            given[word] = read_text(desk, keys.get(word), f"{key}.{word}")
    return replace(help_, **given, rating=keys.flag("rating", default=help_.rating))


def _shared(desk: Desk, keys: Keys, place: Place, key: str) -> dict[str, Any]:
    given: dict[str, Any] = {
        "team": keys.words("team", "the name of a team"),
        "hours": keys.hours("hours"),
        "timeout": keys.span("timeout"),
        "idle": keys.span("idle"),
    }
    for word in ("busy", "back"):
        if keys.get(word) is not None:
            given[word] = read_text(desk, keys.get(word), f"{key}.{word}")
    otherwise = keys.get("otherwise")
    if otherwise is not None:
        given["otherwise"] = read_target(desk, otherwise, place, "give_up")
    if keys.get("carry") is not None:
        given["carry"] = _carry(desk, keys)
    return {word: value for word, value in given.items() if value is not None}


def _carry(desk: Desk, keys: Keys) -> tuple[str, ...]:
    found = []
    for item in keys.items("carry", "a list of slots"):
        name = item.text if isinstance(item, Scalar) else ""
        if name not in desk.slots and name not in desk.unread_slots:
            desk.faults.error(item.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, desk.slots))
        found.append(name)
    return tuple(found)


def read_paid_help(desk: Desk, node: Node, place: Place, key: str, section: MeteredHelp | None) -> MeteredHelp:
    """Metered help: never without a level, a cap and the operators that bill it (fault ``paid-help``)."""
    said = desk.sentences
    help_ = section or MeteredHelp(
        team="?",
        busy=said["rbm.handover_busy"],
        otherwise=Target(kind="handover" if desk.has_handover else "end"),
        idle=timedelta(minutes=2),
        back=said["rbm.handover_back"],
        level="?",
        cap=Decimal(0),
        operators=(),
    )
    written = scalars.as_map(node, desk.faults, "a map, {} for nothing")
    if written is None:
        return help_
    keys = Keys(written, desk.faults, SHAPES["paid_help_step" if section is not None else "paid_help"])
    given = _shared(desk, keys, place, key)
    if section is None:
        for word, reason in (("level", "level_unknown"), ("cap", "cap_missing"), ("operators", "operators_missing")):
            if keys.get(word) is None:
                desk.faults.error(written.mark, "paid-help", f"«paid_help» needs «{word}» ({reason})")
    given.update(_price(desk, keys))
    for word in ("reasons", "media"):
        if keys.get(word) is not None:
            given[word] = keys.chosen(word)
    if keys.get("intro") is not None:
        given["intro"] = read_text(desk, keys.get("intro"), f"{key}.intro")
    return replace(help_, **given)


def _price(desk: Desk, keys: Keys) -> dict[str, Any]:
    operators, cap = keys.items("operators", "a list of operators"), keys.get("cap")
    named = tuple(name for item in operators if (name := scalars.read_words(item, desk.faults, "an operator")))
    written = keys.get("operators")
    if isinstance(written, ListNode) and not written.items:
        desk.faults.error(written.mark, "paid-help", "no operator is named (operators_missing)")
    given: dict[str, Any] = {
        "level": keys.words("level", "a level of the price list"),
        "operators": named or None,
        "cap": _cap(desk, cap) if cap is not None else None,
    }
    return {word: value for word, value in given.items() if value is not None}


def _cap(desk: Desk, node: Node) -> Decimal | None:
    amount = scalars.read_money(node, desk.faults)
    if amount is not None and amount > _CAP_MAX:
        desk.faults.error(node.mark, "paid-help", f"a cap is at most {_CAP_MAX} (cap_too_high)")
    elif amount is not None and amount <= 0:
        desk.faults.error(node.mark, "paid-help", "a cap is above zero (cap_too_low)")
    return amount
