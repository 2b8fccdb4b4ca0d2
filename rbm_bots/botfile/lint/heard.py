"""Rules about words that are heard: phrases and options that clash, or that STOP takes first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import Confirm, Mark
from rbm_bots.botfile.slots import ChoiceSlot, ListSlot, Option, SlotSpec
from rbm_bots.botfile.source import ListNode, Node, Scalar
from rbm_bots.rules.stop import read_opt
from rbm_bots.words import fold

__all__ = ["comma_list", "edit_alike", "hears_clash", "option_clash", "stop_overridden"]

_LABEL: Final = 25
_BUILT_IN: Final = {
    "always.start": ("start", "démarrer"),
    "always.restart": ("recommencer", "restart"),
    "always.data": ("mes données", "my data"),
    "always.paid_lock": ("bloquer aide payante", "débloquer aide payante"),
}


def hears_clash(draft: Draft) -> None:
    """``hears-clash``: one phrase in two places; told at the later of the two.

    A translation may repeat a phrase of the entry it belongs to.
    """
    taken = {fold(word): (owner, "") for owner, words in _BUILT_IN.items() for word in words}
    for phrase in sorted(draft.desk.phrases, key=lambda phrase: phrase.mark):
        here = (phrase.owner, phrase.mark.file)
        first = taken.setdefault(phrase.folded, here)
        if first is here or (first[0] == phrase.owner and first[1] != phrase.mark.file):
            continue
        where = "here already" if first[0] == phrase.owner else f"already what «{first[0]}» hears"
        hint = "say it in one place only; capitals, accents, hyphens and punctuation do not count"
        draft.faults.error(phrase.mark, "hears-clash", f"this phrase is {where}", hint)


def option_clash(draft: Draft) -> None:
    """``option-clash``: two options, or two suggestions of one message, that cannot be told apart when typed."""
    for slot in draft.bot.slots.values():
        spec = slot.item if isinstance(slot, ListSlot) else slot
        if isinstance(spec, ChoiceSlot):
            taken: dict[str, str] = {}
            for option in spec.options:
                clash = next((word for word in _words(option) if taken.setdefault(word, option.id) != option.id), None)
                if clash is not None:
                    message = f"«{option.id}» and «{taken[clash]}» are both understood from the same words"
                    draft.faults.error(option.mark, "option-clash", message, "give one of them another label")
    for chips in draft.desk.chip_lists:
        seen: set[str] = set()
        for chip in chips.chips:
            template = next(iter(chip.label.templates.values()))
            word = fold(template.source[:_LABEL])
            if chip.when is None and not template.placeholders and word:
                if word in seen:
                    draft.faults.error(chip.mark, "option-clash", "two suggestions of this message read the same")
                seen.add(word)


def _words(option: Option) -> Iterator[str]:
    labels = [template.source for template in option.label.templates.values() if not template.placeholders]
    for text in [*labels, *(label[:_LABEL] for label in labels), option.id.replace("_", " "), *option.also]:
        word = fold(text)
        if word:
            yield word


def edit_alike(draft: Draft) -> None:
    """``edit-alike``: two slots that one ``confirm`` lets change, and whose chips may read the same.

    A chip shows «label: value», or the value alone when the slot has no label.
    """
    for _, step in draft.steps():
        node = draft.written(step)
        items = node.get("edit") if node is not None and isinstance(step, Confirm) else None
        seen: dict[str, str] = {}
        for item in items.items if isinstance(items, ListNode) else ():
            slot = draft.bot.slots.get(item.text) if isinstance(item, Scalar) else None
            likeness = _likeness(slot) if slot is not None else ""
            if slot is None or not likeness:
                continue
            other = seen.setdefault(likeness, slot.name)
            if other != slot.name:
                what = "have one label" if slot.label is not None else f"are both {slot.type} and have no label"
                hint = f"give «{slot.name}» a «label:» of its own: its chip then reads «label: value»"
                draft.faults.warn(item.mark, "edit-alike", f"«{other}» and «{slot.name}» {what}", hint)


def _likeness(slot: SlotSpec) -> str:
    """What two slots share whose chips may read the same; empty for one whose value tells it apart."""
    if slot.label is not None:
        template = next(iter(slot.label.templates.values()))
        return f"label {fold(template.source)}"
    return "" if isinstance(slot, ChoiceSlot) else f"type {slot.type}"


def stop_overridden(draft: Draft) -> None:
    """``stop-overridden``: a label, option or phrase that is a STOP can never be heard as anything else."""
    own = draft.bot.always.get("stop")
    words = frozenset(own.hears) if own is not None else frozenset()
    for text, mark in _heard(draft):
        if read_opt(text, words) == "stop":
            hint = "STOP is always taken first, in every state: use other words"
            draft.faults.error(mark, "stop-overridden", f"«{text}» is a STOP", hint)


def _heard(draft: Draft) -> Iterator[tuple[str, Mark]]:
    for written in draft.desk.texts:
        for template in written.text.templates.values():
            if written.kind == "label" and not template.placeholders and template.mark is not None:
                yield template.source, template.mark
    for phrase in draft.desk.phrases:
        if phrase.owner != "always.stop":
            yield phrase.folded, phrase.mark
    for slot in draft.bot.slots.values():
        for option in slot.options if isinstance(slot, ChoiceSlot) else ():
            for word in (option.id, *option.also):
                yield word, option.mark


def comma_list(draft: Draft) -> None:
    """``comma-list``: a comma inside brackets made two sentences of one."""
    for _, step in draft.steps():
        node = draft.written(step)
        _sentences(draft, node.get("reprompt") if node is not None else None)
    _sentences(draft, draft.desk.unknown.get("say") if draft.desk.unknown is not None else None)


def _sentences(draft: Draft, node: Node | None) -> None:
    if not isinstance(node, ListNode) or not node.flow:
        return
    for item in node.items[1:]:
        if isinstance(item, Scalar) and item.plain and item.text[:1].islower():
            hint = "put the whole sentence in quotes"
            draft.faults.warn(item.mark, "comma-list", "the comma before this began a new text of the list", hint)
