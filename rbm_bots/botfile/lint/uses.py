"""Rules about what is used and what is filled: questions without a way out, dead chips, empty or private values."""

from __future__ import annotations

from rbm_bots.botfile.faults import nearest
from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import Do
from rbm_bots.botfile.reading.desk import ChipList
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.botfile.source import MapNode, Node, Scalar
from rbm_bots.botfile.text import Data

__all__ = [
    "error_unhandled",
    "i18n_missing",
    "maybe_empty",
    "never_filled",
    "no_way_out",
    "private_in_log",
    "reply_dead",
]


def no_way_out(draft: Draft) -> None:
    """``no-way-out``: an ``ask`` with neither ``give_up`` nor ``skip``."""
    for _, step in draft.steps():
        node = draft.written(step)
        asked = node.get("ask") if node is not None and step.verb == "ask" else None
        if node is not None and asked is not None and node.get("give_up") is None and node.get("skip") is None:
            message = "a user who cannot answer is stuck here"
            draft.faults.warn(asked.mark, "no-way-out", message, "add «give_up:» or «skip:»")


def reply_dead(draft: Draft) -> None:
    """``reply-dead``: a reply without ``goto`` that does not fill the open slot either."""
    for chips in draft.desk.chip_lists:
        slot = _open_slot(draft, chips)
        for chip in chips.chips:
            if chip.kind == "reply" and chip.goto is None and (slot is None or slot not in chip.set):
                hint = f"give it a «goto», or set «{slot}»" if slot else "give it a «goto»"
                draft.faults.error(chip.mark, "reply-dead", "this suggestion does nothing when it is tapped", hint)


def _open_slot(draft: Draft, chips: ChipList) -> str | None:
    """The slot that the step around these suggestions asks for."""
    if chips.place is None or chips.in_card:
        return None
    step = draft.bot.flows[chips.place[0]].steps[chips.place[1]]
    node = draft.written(step)
    slot = node.get(step.verb) if node is not None and step.verb in ("ask", "rendezvous") else None
    return slot.text if isinstance(slot, Scalar) else None


def never_filled(draft: Draft) -> None:
    """``never-filled``: a slot that something reads and nothing fills; what Python builds may fill any."""
    if draft.desk.built:
        return
    slots = draft.bot.slots
    named = {fill.slot for fill in draft.desk.fills}
    filled = named | {nearest(name, slots) for name in named - set(slots)}  # a misspelt one was told where it stands
    read = {read.path[0] for read in draft.desk.reads}
    for slot in draft.bot.slots.values():
        if slot.name in read and slot.name not in filled:
            message = f"«{slot.name}» is read, but nothing fills it"
            draft.faults.warn(
                slot.mark, "never-filled", message, "ask for it, set it, or save an action's result in it"
            )


def maybe_empty(draft: Draft) -> None:
    """``maybe-empty``: a text prints a slot whose only question may be skipped."""
    skippable = set()
    for slot in draft.bot.slots:
        fills = [fill for fill in draft.desk.fills if fill.slot == slot]
        if len(fills) == 1 and fills[0].skippable:
            skippable.add(slot)
    for read in draft.desk.reads:
        if read.use == "text" and read.path[0] in skippable and not read.guarded:
            message = f"«{read.path[0]}» may be empty here: its question can be skipped"
            hint = f'write {{{{ {".".join(read.path)} | default("…") }}}}'
            draft.faults.warn(read.mark, "maybe-empty", message, hint)


def private_in_log(draft: Draft) -> None:
    """``private-in-log``: a private slot in a URL, or given to an action that puts it there."""
    for read in draft.desk.reads:
        slot = draft.bot.slots.get(read.path[0])
        if read.use == "url" and slot is not None and slot.private:
            message = f"the private «{slot.name}» stands in an address, and addresses are logged"
            draft.faults.warn(read.mark, "private-in-log", message)
    for _, step in draft.steps():
        if isinstance(step, Do | Rendezvous):
            action = step.action if isinstance(step, Do) else step.find
            signature = draft.desk.signatures.get(action)
            for name in sorted(signature.in_address & set(step.args)) if signature is not None else ():
                _given_private(draft, action, step.args[name])


def _given_private(draft: Draft, action: str, data: Data) -> None:
    for template in data.text.templates.values() if data.text is not None else ():
        for placeholder in template.placeholders:
            slot = draft.bot.slots.get(placeholder.path[0])
            if slot is not None and slot.private and data.mark is not None:
                message = f"«{action}» puts the private «{slot.name}» in an address, and addresses are logged"
                draft.faults.warn(data.mark, "private-in-log", message)


def error_unhandled(draft: Draft) -> None:
    """``error-unhandled``: an action declares an error that the step has no handler for."""
    for _, step in draft.steps():
        node = draft.written(step)
        called = _called(node) if node is not None and step.verb in ("do", "rendezvous") else None
        signature = draft.desk.signatures.get(called.text) if isinstance(called, Scalar) else None
        if node is None or called is None or signature is None:
            continue
        handlers = node.get("on_error")
        handled = set(handlers.values) if isinstance(handlers, MapNode) else set()
        if "any" not in handled:
            for code in sorted(signature.errors - handled):
                message = f"«{signature.name}» may fail with «{code}», and nothing handles it"
                draft.faults.warn(called.mark, "error-unhandled", message, f"add on_error: {{{code}: {{goto: …}}}}")


def _called(node: MapNode) -> Node | None:
    return node.get("do") or node.get("find")


def i18n_missing(draft: Draft) -> None:
    """``i18n-missing``: a text without words in one of the bot's languages; the first one is sent instead."""
    told: set[str] = set()
    for written in reversed(draft.desk.texts):  # a list's text is noted again once it is translated
        text = written.text
        if not text.key or text.key in told or text.mark is None:
            continue
        told.add(text.key)
        words = next(iter(text.templates.values())).least
        for language in draft.bot.languages[1:]:
            if language not in text.templates and any(char.isalpha() for char in words):
                draft.faults.warn(text.mark, "i18n-missing", f"«{text.key}» has no words in «{language}»")
    for language in draft.bot.languages:
        bases = {language, language.partition("-")[0]}
        lacking = sum(not bases & set(sentence.templates) for sentence in draft.bot.sentences.values())
        if lacking and draft.desk.languages_mark is not None:
            message = f"{lacking} built-in sentences have no words in «{language}»"
            draft.faults.warn(draft.desk.languages_mark, "i18n-missing", message)
