"""A bot's file in another of its languages: what was the translation stands in ``bot.yaml``, and the other way round.

Theory of operation. A loaded bot knows where each of its sentences is written and what it is in every language. So the
file is not written anew: each sentence is cut out at its place and its translation put in; comments, order and layout
stay as their author left them. Lists of phrases are exchanged whole, because two languages may need different numbers
of them. What was cut out becomes the new translation file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final, TypeAlias

import yaml

from rbm_bots.botfile.i18n import read_entries, updated
from rbm_bots.botfile.load import Checked
from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.text import Text

__all__ = ["exchange_languages", "replace_words", "written"]

_Yaml: TypeAlias = Any  # PyYAML's stubs do not know what a node of each kind holds
_Edit: TypeAlias = tuple[int, int, str]
_NOTHING: Final = frozenset({"", "~", "null"})
_HEAD: Final = "# What the bot says in its second language. «of» is a hash of what was translated."


def exchange_languages(checked: Checked, second: str) -> dict[str, str]:
    """``bot.yaml`` of a bot without faults in the language ``second``, and the file that translates it back."""
    assert checked.bot is not None, "a bot without faults"
    bot, first = checked.bot, checked.bot.languages[0]
    main = bot.files["bot.yaml"].decode()
    entries = read_entries(bot.files[f"i18n/{second}.yaml"].decode())
    places = _Places(main, bot)
    edits: list[_Edit] = [places.languages([second, *(one for one in bot.languages if one != second)])]
    new: dict[str, str | tuple[str, ...]] = {}
    lines = [_HEAD]
    for key, source in checked.texts.items():
        value = entries[key].value if key in entries else None
        if value is None:
            continue
        new[key] = value
        if isinstance(value, tuple):
            edits += places.edits_of_list(key, value)
            lines.append(f"{key}: {{list: {_listed(source)}}}")
        else:
            edits.append(places.edit_of_text(key, value))
            lines.append(f"{key}: {{text: {json.dumps(source)}}}")
    back = updated(new, "\n".join(lines))
    return {"bot.yaml": _edited(main, edits), f"i18n/{first}.yaml": back.text}


def replace_words(text: str, old: str, new: str) -> str:
    """A YAML text with ``old`` replaced in every value; keys and comments stay."""
    nodes = _scalars(yaml.compose(text, Loader=yaml.CSafeLoader))
    edits = [(*_span(node, text), written(node.value.replace(old, new))) for node in nodes if old in node.value]
    return _edited(text, edits)


def written(words: str) -> str:
    """Words as YAML reads them back, wherever they stand: plain where that is safe, else in double quotes."""
    if words not in _NOTHING and "\n" not in words:
        try:
            read = yaml.load(f"{{a: {words}, b: [{words}]}}", Loader=yaml.BaseLoader)  # noqa: S506 - only strings
        except yaml.YAMLError:
            read = None
        if read == {"a": words, "b": [words]}:
            return words
    return json.dumps(words, ensure_ascii=False)


class _Places:
    """Where the sentences of a bot stand in its file."""

    def __init__(self, text: str, bot: Bot) -> None:
        self._text = text
        self._root = yaml.compose(text, Loader=yaml.CSafeLoader)
        self._nodes = {_place(node): node for node in _scalars(self._root)}
        self._lists = {_place(item): node for node in _sequences(self._root) for item in node.value}
        self._marks = {found.key: found.mark for found in _texts(bot) if found.mark is not None}

    def edit_of_text(self, key: str, words: str) -> _Edit:
        """Other words for the sentence that a translation calls ``key``."""
        mark = self._marks[key]
        return (*_span(self._nodes[mark.line, mark.column], self._text), written(words))

    def edits_of_list(self, key: str, words: Sequence[str]) -> Iterator[_Edit]:
        """Other words for a list: item for item where there are as many, so that the layout stays."""
        node = self._list(key)
        if len(node.value) == len(words):
            for item, word in zip(node.value, words, strict=True):
                yield (*_span(item, self._text), written(word))
        else:
            assert node.flow_style, "a block list has no end of its own to cut at"
            yield (*_span(node, self._text), _listed(words))

    def _list(self, key: str) -> _Yaml:
        """The list that a translation calls ``key``: phrases by their section and name, others by their first item."""
        if not key.endswith(".hears"):
            mark = self._marks[f"{key}.1"]
            return self._lists[mark.line, mark.column]
        *section, name, _ = key.split(".")
        entries = (_value(_value(self._root, word), name) for word in section or ("flows", "faq"))
        return _value(next(entry for entry in entries if entry is not None), "hears")

    def languages(self, words: Sequence[str]) -> _Edit:
        """``bot: languages:`` with other words."""
        return (*_span(_value(_value(self._root, "bot"), "languages"), self._text), _listed(words))


def _texts(value: object) -> Iterator[Text]:
    """Every text of a bot, however deep it lies."""
    if isinstance(value, Text):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)


def _scalars(node: _Yaml) -> Iterator[_Yaml]:
    """Every value that is words; keys are left out."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    else:
        for _, value in node.value:
            yield from _scalars(value)


def _sequences(node: _Yaml) -> Iterator[_Yaml]:
    if isinstance(node, yaml.SequenceNode):
        yield node
    if not isinstance(node, yaml.ScalarNode):
        for child in node.value:
            yield from _sequences(child[1] if isinstance(child, tuple) else child)


def _value(node: _Yaml, word: str) -> _Yaml:
    if node is None:
        return None
    return next((value for key, value in node.value if key.value == word), None)


def _place(node: _Yaml) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _span(node: _Yaml, text: str) -> tuple[int, int]:
    end = node.end_mark.index
    return node.start_mark.index, len(text[:end].rstrip())


def _edited(text: str, edits: Sequence[_Edit]) -> str:
    for start, end, new in sorted(set(edits), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _listed(words: Sequence[str]) -> str:
    return f"[{', '.join(map(written, words))}]"
