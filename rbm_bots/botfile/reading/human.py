"""Human help: ``handover`` and ``paid_help`` (bot language, chapter 12)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.targets import Place, read_target
from rbm_bots.botfile.reading.texts import read_text
from rbm_bots.botfile.source import Node, Scalar

__all__ = ["read_handover", "read_paid_help"]

_SHARED: Final = ("team", "hours", "timeout", "busy", "idle", "carry", "back", "otherwise")
_SPAN: Final = (timedelta(minutes=1), timedelta(days=1))
_CAP_MAX: Final = Decimal("50.00")
_REASONS: Final = ("pre_sale", "sale", "results", "after_sale")
_MEDIA: Final = ("chat", "documents", "video_link", "voice_link")


def read_handover(desk: Desk, node: Node, place: Place, key: str, *, whole: bool) -> None:
    """Free help; ``whole`` is the section itself, else a step that overrides some of its keys."""
    written = scalars.as_map(node, desk.faults, "a map, {} for nothing")
    if written is None:
        return
    keys = Keys(written, desk.faults, "«handover»", (*_SHARED, "say", "closed", "rating"))
    _shared(desk, keys, place, key, whole=whole)
    for word in ("say", "closed"):
        if keys.get(word) is not None:
            read_text(desk, keys.get(word), f"{key}.{word}")
    rating = keys.get("rating")
    if rating is not None:
        scalars.read_bool(rating, desk.faults)


def _shared(desk: Desk, keys: Keys, place: Place, key: str, *, whole: bool) -> None:
    team = keys.need("team") if whole else keys.get("team")
    if team is not None:
        scalars.read_words(team, desk.faults, "the name of a team")
    hours = keys.get("hours")
    if hours is not None:
        scalars.read_hours(hours, desk.faults)
    for word in ("timeout", "idle"):
        span = keys.get(word)
        if span is not None:
            scalars.read_duration(span, desk.faults, *_SPAN)
    for word in ("busy", "back"):
        if keys.get(word) is not None:
            read_text(desk, keys.get(word), f"{key}.{word}")
    otherwise = keys.get("otherwise")
    if otherwise is not None:
        read_target(desk, otherwise, place, "give_up")
    _carry(desk, keys.get("carry"))


def _carry(desk: Desk, node: Node | None) -> None:
    items = scalars.as_list(node, desk.faults, "a list of slots") if node is not None else None
    for item in items.items if items is not None else ():
        name = item.text if isinstance(item, Scalar) else ""
        if name not in desk.slots and name not in desk.unread_slots:
            desk.faults.error(item.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, desk.slots))


def read_paid_help(desk: Desk, node: Node, place: Place, key: str, *, whole: bool) -> None:
    """Metered help: never without a level, a cap and the operators that bill it (fault ``paid-help``)."""
    written = scalars.as_map(node, desk.faults, "a map, {} for nothing")
    if written is None:
        return
    keys = Keys(
        written, desk.faults, "«paid_help»", (*_SHARED, "level", "cap", "operators", "reasons", "media", "intro")
    )
    _shared(desk, keys, place, key, whole=whole)
    if whole:
        for word, reason in (("level", "level_unknown"), ("cap", "cap_missing"), ("operators", "operators_missing")):
            if keys.get(word) is None:
                desk.faults.error(written.mark, "paid-help", f"«paid_help» needs «{word}» ({reason})")
    level, cap, operators = keys.get("level"), keys.get("cap"), keys.get("operators")
    if level is not None:
        scalars.read_words(level, desk.faults, "a level of the price list")
    _cap(desk, cap)
    if operators is not None and (items := scalars.as_list(operators, desk.faults, "a list of operators")) is not None:
        for item in items.items:
            scalars.read_words(item, desk.faults, "an operator")
        if not items.items:
            desk.faults.error(operators.mark, "paid-help", "no operator is named (operators_missing)")
    for word, words in (("reasons", _REASONS), ("media", _MEDIA)):
        _words(desk, keys.get(word), words)
    if keys.get("intro") is not None:
        read_text(desk, keys.get("intro"), f"{key}.intro")


def _cap(desk: Desk, node: Node | None) -> None:
    amount = scalars.read_money(node, desk.faults) if node is not None else None
    if node is None or amount is None:
        return
    if amount > _CAP_MAX:
        desk.faults.error(node.mark, "paid-help", f"a cap is at most {_CAP_MAX} (cap_too_high)")
    elif amount <= 0:
        desk.faults.error(node.mark, "paid-help", "a cap is above zero (cap_too_low)")


def _words(desk: Desk, node: Node | None, words: tuple[str, ...]) -> None:
    items = scalars.as_list(node, desk.faults, "a list of words") if node is not None else None
    for item in items.items if items is not None else ():
        scalars.read_word(item, desk.faults, words)
