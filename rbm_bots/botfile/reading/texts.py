"""Texts, data values and conditions: what may be filled, and which names it reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from rbm_bots.botfile.conditions import Condition, ConditionRefused, parse_condition
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.i18n import digest_of
from rbm_bots.botfile.kinds import ANY, UnknownName
from rbm_bots.botfile.language.sections import TRANSLATION, TRANSLATION_LIST
from rbm_bots.botfile.reading.desk import Desk, Phrase, Read, TextKind, Written
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.places import name_mark, piece_mark
from rbm_bots.botfile.scalars import as_list, wrong
from rbm_bots.botfile.slots import BooleanSlot, ChoiceSlot, DateSlot, DateTimeSlot, NumberSlot, SlotSpec
from rbm_bots.botfile.source import Broken, ListNode, MapNode, Node, Scalar
from rbm_bots.botfile.text import Data, Template, TemplateRefused, Text, parse_template
from rbm_bots.clock import parse_instant
from rbm_bots.words import fold

__all__ = [
    "EMPTY",
    "read_condition",
    "read_data",
    "read_fields",
    "read_phrases",
    "read_slot_values",
    "read_text",
    "read_texts",
    "read_written_texts",
]

EMPTY = Text(templates={"fr": Template(source="", parts=("",))})
"""Stands for a text whose fault was told: the bot will not load, but its other parts are still looked at."""

_Use = Literal["text", "data", "url"]


def read_text(
    desk: Desk, node: Node | None, key: str, *, use: _Use = "text", kind: TextKind = "message", listed: bool = False
) -> Text:
    """A text: words, or a map of languages with at least the bot's first. Translations of ``key`` are added.

    ``kind`` says what it will be on a phone; a ``listed`` one is translated together with its list.
    """
    if node is None or isinstance(node, Broken):
        return EMPTY
    if isinstance(node, MapNode):
        templates = _language_map(desk, node, use)
    elif isinstance(node, Scalar) and not node.nothing:
        template = _template(desk, node, use)
        templates = {desk.languages[0]: template} if template is not None else {}
        if template is not None and key and not listed:
            desk.sources[key] = template.source
            templates.update(_translations(desk, key, template.source, use))
    else:
        wrong(desk.faults, node, "a text")
        return EMPTY
    if not templates:
        return EMPTY
    text = Text(templates=templates, key=key)
    desk.texts.append(Written(text=text, kind=kind if use == "text" else "other"))
    return text


def _language_map(desk: Desk, node: MapNode, use: _Use) -> dict[str, Template]:
    first = desk.languages[0]
    found: dict[str, Template] = {}
    if first not in node.values:
        desk.faults.error(node.mark, "missing", f"this text needs «{first}», the first language of the bot")
    for key, value in node.pairs:
        if key.text not in desk.languages:
            hint = did_you_mean(key.text, desk.languages) or "languages stand in «bot: languages:»"
            desk.faults.error(key.mark, "type", f"«{key.text}» is no language of this bot", hint)
        elif isinstance(value, Scalar) and not value.nothing:
            template = _template(desk, value, use)
            if template is not None:
                found[key.text] = template
        else:
            wrong(desk.faults, value, "a text")
    return {language: found[language] for language in sorted(found, key=lambda word: word != first)}


def _template(desk: Desk, node: Scalar, use: _Use) -> Template | None:
    try:
        template = parse_template(node.text.strip(), mark=node.mark)
    except TemplateRefused as refused:
        mark = piece_mark(desk, node, refused.written)
        desk.faults.error(mark, "template", refused.message, refused.hint)
        return None
    for placeholder in template.placeholders:
        guarded = any(name == "default" for name, _ in placeholder.filters)
        _note_read(desk, placeholder.path, use, node, guarded=guarded)
    return template


def _note_read(desk: Desk, path: tuple[str, ...], use: _Use, node: Scalar, *, guarded: bool) -> None:
    try:
        desk.kind(path)
        desk.reads.append(Read(path=path, use=use, mark=node.mark, guarded=guarded))
    except UnknownName as error:
        desk.unknown_name(error, name_mark(desk, node, path), f"{{{{ {'.'.join(path)} }}}}")


def _translations(desk: Desk, key: str, source: str, use: _Use) -> dict[str, Template]:
    found = {}
    for language, entries in desk.translations.items():
        entry = entries.get(key)
        if entry is None or language == desk.languages[0]:
            continue
        desk.translated.add((language, key))
        if not isinstance(entry, MapNode):
            wrong(desk.faults, entry, "a map with «text» and «of»")
            continue
        keys = Keys(entry, desk.faults, TRANSLATION)
        text = keys.written("text")
        if text is None:
            continue
        template = _template(desk, text, use) if isinstance(text, Scalar) else None
        _check_source(desk, keys, source)
        if template is not None:
            found[language] = template
    return found


def _check_source(desk: Desk, keys: Keys, source: str) -> None:
    of = keys.get("of")
    digest = digest_of(source)
    if isinstance(of, Scalar) and of.text != digest:
        hint = f"look at the translation again, then write «of: {digest}»"
        desk.faults.warn(of.mark, "i18n-stale", "the source of this translation has changed", hint)


def read_texts(desk: Desk, node: Node, key: str) -> tuple[Text, ...]:
    """A list of texts; a translation of ``key`` is a list as long."""
    items = as_list(node, desk.faults, "a list of texts")
    if items is None:
        return ()
    if not items.items:
        wrong(desk.faults, node, "a list with at least one text")
    texts = [read_text(desk, item, f"{key}.{rank}", listed=True) for rank, item in enumerate(items.items, start=1)]
    source = _note_list(desk, key, items)
    for language, translated in _translated_lists(desk, key, source).items():
        for rank, item in enumerate(translated[: len(texts)]):
            template = _template(desk, item, "text") if isinstance(item, Scalar) else None
            if template is not None and texts[rank] is not EMPTY:
                texts[rank] = Text(templates={**texts[rank].templates, language: template}, key=texts[rank].key)
                desk.texts.append(Written(text=texts[rank], kind="message"))
    return tuple(texts)


def _note_list(desk: Desk, key: str, items: ListNode) -> str:
    """The source of a list's translation: its words, joined by line ends."""
    words = tuple(item.text.strip() for item in items.items if isinstance(item, Scalar))
    if len(words) == len(items.items):
        desk.sources[key] = words
    return "\n".join(words)


def _translated_lists(desk: Desk, key: str, source: str) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for language, entries in desk.translations.items():
        entry = entries.get(key)
        if entry is None or language == desk.languages[0]:
            continue
        desk.translated.add((language, key))
        if not isinstance(entry, MapNode):
            wrong(desk.faults, entry, "a map with «list» and «of»")
            continue
        keys = Keys(entry, desk.faults, TRANSLATION_LIST)
        items = keys.written("list")
        if items is None:
            continue
        _check_source(desk, keys, source)
        if isinstance(items, ListNode):
            found[language] = items.items
    return found


def read_phrases(desk: Desk, node: Node, key: str) -> tuple[str, ...]:
    """The phrases of a ``hears`` with their translations, folded: at most 50 of 60 characters."""
    items = as_list(node, desk.faults, "a list of phrases")
    if items is None:
        return ()
    if not 1 <= len(items.items) <= 50:
        desk.faults.error(node.mark, "type", f"«hears» has {len(items.items)} phrases; 1 to 50 are read")
    source = _note_list(desk, key, items)
    found: list[str] = []
    for item in [*items.items, *(word for words in _translated_lists(desk, key, source).values() for word in words)]:
        if not isinstance(item, Scalar) or item.nothing:
            wrong(desk.faults, item, "a phrase")
        elif len(item.text) > 60 or not fold(item.text):
            wrong(desk.faults, item, "a phrase with words, of at most 60 characters")
        else:
            found.append(fold(item.text))
            desk.phrases.append(Phrase(owner=key.removesuffix(".hears"), folded=found[-1], mark=item.mark))
    return tuple(found)


def read_condition(desk: Desk, node: Node | None) -> Condition | None:
    """A condition over the names that exist here."""
    if node is None:
        return None
    if not isinstance(node, Scalar):
        wrong(desk.faults, node, "a condition")
        return None
    names = {**dict.fromkeys(desk.unread_slots, ANY), **desk.names} if desk.unread_slots else desk.names
    try:
        condition = parse_condition(node.text, names)
    except ConditionRefused as refused:
        desk.faults.error(node.mark, refused.code, refused.message, refused.hint)
        return None
    except UnknownName as error:
        desk.unknown_name(error, node.mark, error.word)
        return None
    desk.reads.extend(Read(path=path, use="condition", mark=node.mark) for path in sorted(condition.paths))
    return condition


def read_data(desk: Desk, node: Node, *, use: _Use = "data") -> Data:
    """A data value: words, a placeholder that keeps its type, or a list or map of values."""
    match node:
        case Scalar() if node.nothing:
            return Data(mark=node.mark)
        case Scalar() if "{{" in node.text or "{%" in node.text or "{#" in node.text:
            return Data(text=read_text(desk, node, "", use=use), mark=node.mark)
        case Scalar():
            return Data(literal=node.text, mark=node.mark)
        case ListNode():
            return Data(items=tuple(read_data(desk, item, use=use) for item in node.items), mark=node.mark)
        case MapNode():
            fields = {key.text: read_data(desk, value, use=use) for key, value in node.pairs}
            return Data(fields=fields, mark=node.mark)
    return Data(mark=node.mark)


def read_fields(desk: Desk, node: Node | None, *, use: _Use = "data") -> dict[str, Data]:
    """A map of data values."""
    if isinstance(node, MapNode):
        return {key.text: read_data(desk, value, use=use) for key, value in node.pairs}
    if node is not None:
        wrong(desk.faults, node, "a map")
    return {}


def read_slot_values(desk: Desk, node: Node) -> dict[str, Data | None]:
    """``set``: slot to value; nothing empties. A value that is written out must fit its slot."""
    found: dict[str, Data | None] = {}
    if not isinstance(node, MapNode):
        wrong(desk.faults, node, "a map of slot to value")
        return found
    for key, value in node.pairs:
        slot = desk.slots.get(key.text)
        if slot is None and key.text not in desk.unread_slots:
            hint = did_you_mean(key.text, desk.slots)
            desk.faults.error(key.mark, "no-slot", f"no slot is called «{key.text}»", hint)
            continue
        if isinstance(value, Scalar) and value.nothing:
            found[key.text] = None
            continue
        data = read_data(desk, value)
        found[key.text] = data if slot is None else _fitting(desk, slot, data, value)
    return found


def _fitting(desk: Desk, slot: SlotSpec, data: Data, node: Node) -> Data:
    """A literal as its slot's type stores it (fault ``type`` when it does not fit)."""
    if data.text is not None or not isinstance(data.literal, str):
        return data
    options: Iterable[str] = ()
    value: object = data.literal
    match slot:
        case ChoiceSlot():
            options = [option.id for option in slot.options]
            value = data.literal if data.literal in options else None
        case BooleanSlot():
            value = {"true": True, "false": False}.get(data.literal)
        case NumberSlot():
            value = _number(data.literal, whole=slot.integer)
        case DateTimeSlot():
            value = parse_instant(data.literal)
        case DateSlot():
            value = _day(data.literal)
    if value is None:
        wrong(desk.faults, node, f"a value of «{slot.name}» ({slot.type})", did_you_mean(data.literal, options))
        return data
    return Data(literal=value, mark=data.mark)


def _number(text: str, *, whole: bool) -> Decimal | int | None:
    try:
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > 30:
            return None
        if whole:
            return int(number) if number == number.to_integral_value() else None
        return number
    except ArithmeticError:
        return None


def _day(text: str) -> date | datetime | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_written_texts(desk: Desk, node: Node | None, key: str) -> dict[str, Text]:
    """A map of words to texts (``rejects``, ``tiers`` …)."""
    if isinstance(node, MapNode):
        return {word.text: read_text(desk, value, f"{key}.{word.text}") for word, value in node.pairs}
    if node is not None:
        wrong(desk.faults, node, "a map of texts")
    return {}
