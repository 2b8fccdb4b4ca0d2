"""Lengths and counts that RCS shows (bot language 10.1): only what is certain before any value is filled in."""

from __future__ import annotations

from typing import Final

from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import Chip, Mark, Step
from rbm_bots.botfile.reading.desk import ChipList
from rbm_bots.botfile.slots import BooleanSlot, ChoiceSlot, LocationSlot, NumberSlot
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar

__all__ = ["rcs_chips", "rcs_size", "text_lengths"]

_LIMITS: Final = {
    "label": (25, "rcs-label"),
    "message": (2500, "rcs-text"),
    "title": (200, "rcs-card"),
    "card": (2000, "rcs-card"),
    "alt": (200, "rcs-card"),
    "place": (100, "rcs-text"),
}
_CHIPS_MAX: Final = 11
_CARD_CHIPS_MAX: Final = 4
_SHOWN: Final = 40
_CARDS_MAX: Final = 10
_PAYLOAD_MAX: Final = 250_000


def text_lengths(draft: Draft) -> None:
    """``rcs-label rcs-text rcs-card``: the fixed words of a text alone are too long."""
    for written in draft.desk.texts:
        limit, code = _LIMITS.get(written.kind, (0, ""))
        for template in written.text.templates.values():
            size = len(template.least)
            if code and size > limit and template.mark is not None:
                shown = template.source if len(template.source) <= _SHOWN else template.source[: _SHOWN - 1] + "…"
                draft.faults.error(template.mark, code, f"«{shown}» has {size} characters; RCS shows {limit}")


def rcs_chips(draft: Draft) -> None:
    """``rcs-chips``: more suggestions than a message (11) or a card (4) shows; conditional ones do not count."""
    listed: set[tuple[str, int]] = set()
    for chips in draft.desk.chip_lists:
        most = _CARD_CHIPS_MAX if chips.in_card else _CHIPS_MAX
        count = _certain(chips)
        if chips.place is not None and not chips.in_card:
            listed.add(chips.place)
            count += _of_question(draft, draft.bot.flows[chips.place[0]].steps[chips.place[1]])
        if count > most:
            _tell(draft, chips.mark, count, most)
    for flow, step in draft.steps():
        count = _of_question(draft, step)
        if (flow, step.index) not in listed and count > _CHIPS_MAX:
            _tell(draft, draft.mark(step, step.verb, step.mark), count, _CHIPS_MAX)


def _tell(draft: Draft, mark: Mark, count: int, most: int) -> None:
    where = "a card" if most == _CARD_CHIPS_MAX else "a message"
    draft.faults.error(mark, "rcs-chips", f"{count} suggestions here; RCS shows {most} under {where}")


def _certain(chips: ChipList) -> int:
    return sum(1 for chip in chips.chips if _is_certain(chip))


def _is_certain(chip: Chip) -> bool:
    return chip.when is None


def _of_question(draft: Draft, step: Step) -> int:
    """The chips that a question adds by itself (6.3)."""
    node = draft.written(step)
    if step.verb == "confirm":
        return 2
    if step.verb != "ask" or node is None:
        return 0
    slot = node.get("ask")
    count = 1 if node.get("skip") is not None else 0
    match draft.bot.slots.get(slot.text) if isinstance(slot, Scalar) else None:
        case ChoiceSlot(options=options) | BooleanSlot(options=options):
            count += sum(1 for option in options if option.when is None)
        case NumberSlot(integer=True, min=low, max=high) if low is not None and high is not None:
            span = int(high - low) + 1
            count += span if span <= _CHIPS_MAX else 0
        case LocationSlot():
            count += 1
    return count


def rcs_size(draft: Draft) -> None:
    """``rcs-size``: the words of one message come near the 250 KB that a platform takes; a list fills ten cards."""
    for _, step in draft.steps():
        node = draft.written(step)
        if step.verb not in ("card", "carousel") or node is None:
            continue
        shown = node.get(step.verb)
        copies = _CARDS_MAX if isinstance(shown, MapNode) and step.verb == "carousel" else 1
        if shown is not None and copies * _bytes(shown, draft.bot.languages) > _PAYLOAD_MAX:
            message = f"this message may be over {_PAYLOAD_MAX // 1000} KB"
            draft.faults.warn(draft.mark(step, step.verb, step.mark), "rcs-size", message)


def _bytes(node: Node, languages: tuple[str, ...]) -> int:
    match node:
        case Scalar(text=text):
            return len(text.encode("utf-8", "replace"))
        case ListNode(items=items):
            return sum(_bytes(item, languages) for item in items)
        case MapNode(pairs=pairs) if any(key.text in languages for key, _ in pairs):
            return max(_bytes(value, languages) for _, value in pairs)
        case MapNode(pairs=pairs):
            return sum(_bytes(value, languages) for _, value in pairs)
    return 0
