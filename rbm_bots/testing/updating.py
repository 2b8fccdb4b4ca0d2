"""``--update``: ``bot:`` lines as the bot speaks now, everything else of the file byte for byte as it was.

A line whose message is of the same kind gets new values in place of those that differ; any other line gets a new map.
Lines without a message go (their comment stays), messages without a line get one, indented as their neighbours are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

from rbm_bots.botfile.model import Mark
from rbm_bots.testing.compare import Pair
from rbm_bots.testing.seen import draw, draw_value, main_keys

__all__ = ["Change", "Edit", "Insert", "Remove", "Rewrite", "edits_for", "rewrite"]

_COMMENT: Final = re.compile(r"[ \t]*(#[^\r\n]*)")
_LINE: Final = re.compile(r"[^\r\n]*(\r\n|\r|\n|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New values for some keys of the line at ``mark``."""

    mark: Mark
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A new map for the line at ``mark``."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """The line at ``mark`` goes."""

    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """A new line with the map ``text`` behind the line at ``mark``."""

    mark: Mark
    text: str


_YamlNode: TypeAlias = Any  # PyYAML's stubs do not know what a node of each kind holds
Edit: TypeAlias = Change | Rewrite | Remove | Insert


def edits_for(pairs: Sequence[Pair], after: Mark, *, sms: bool) -> Iterator[Edit]:
    """What makes the lines of ``pairs`` good; ``after`` is where the line before them stands."""
    for pair in pairs:
        line, message = pair.line, pair.message
        if message is None:
            if line is not None:
                yield Remove(mark=line.mark)
        elif line is None:
            yield Insert(mark=after, text=draw(message, main_keys(message, sms=sms)))
        else:
            after = line.mark
            if pair.differs and all(key in message for key in pair.differs):
                yield Change(mark=line.mark, values={key: draw_value(message[key]) for key in pair.differs})
            elif pair.differs:
                yield Rewrite(mark=line.mark, text=draw(message, main_keys(message, sms=sms)))


def rewrite(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with ``edits`` made. The marks are those of ``text``."""
    items = dict(_items(yaml.compose(text, Loader=yaml.CSafeLoader), text))
    splices = [splice for edit in edits for splice in _splices(items[edit.mark.line, edit.mark.column], edit, text)]
    # from the end on; of several at one place the last goes in first, so that they end up in their order
    splices.sort(key=lambda splice: splice[0])
    for start, end, new in reversed(splices):
        text = text[:start] + new + text[end:]
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One line of a talk in the text: where it, its value, and the values of its keys begin and end."""

    start: int
    end: int
    value: tuple[int, int]
    keys: Mapping[str, tuple[int, int]]
    flow: bool
    before: int


def _items(node: _YamlNode, text: str) -> Iterator[tuple[tuple[int, int], _Item]]:
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _items(value, text)
    elif isinstance(node, yaml.SequenceNode):
        before = node.start_mark.index + 1
        for child in node.value:
            if isinstance(child, yaml.MappingNode) and len(child.value) == 1:
                mark = child.start_mark
                yield (mark.line + 1, mark.column + 1), _item(child, bool(node.flow_style), before, text)
            yield from _items(child, text)
            before = _end(child, text)


def _item(node: _YamlNode, flow: bool, before: int, text: str) -> _Item:
    value = node.value[0][1]
    pairs = value.value if isinstance(value, yaml.MappingNode) else ()
    return _Item(
        start=node.start_mark.index,
        end=_end(node, text),
        value=_span(value, text),
        keys={key.value: _span(one, text) for key, one in pairs},
        flow=flow,
        before=before,
    )


def _span(node: _YamlNode, text: str) -> tuple[int, int]:
    return node.start_mark.index, _end(node, text)


def _end(node: _YamlNode, text: str) -> int:
    """Where a node's last character is; the parser says where the next token begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last, text)
    end: int = node.end_mark.index
    return end if not isinstance(node, yaml.ScalarNode) else len(text[:end].rstrip())


def _splices(item: _Item, edit: Edit, text: str) -> Iterator[tuple[int, int, str]]:
    """Pieces of text to be put in the place of others: (from, to, new)."""
    match edit:
        case Change(values=values):
            for key, new in values.items():
                yield (*item.keys[key], new)
        case Rewrite(text=new):
            yield (*item.value, new)
        case Insert(text=new) if item.flow:
            yield item.end, item.end, f", {{bot: {new}}}"
        case Insert(text=new):
            line = _line_start(text, item.start)
            end, newline = _line_end(text, item.end)
            whole = f"{text[line : item.start]}bot: {new}"
            yield end, end, whole + newline if text[:end].endswith(newline) else newline + whole
        case Remove() if item.flow:
            yield item.before, item.end, ""
        case Remove():
            yield _removed(item, text)


def _removed(item: _Item, text: str) -> tuple[int, int, str]:
    line = _line_start(text, item.start)
    end, newline = _line_end(text, item.end)
    comment = _COMMENT.match(text, item.end)
    indent = text[line : len(text) - len(text[line:].lstrip(" "))]
    return line, end, f"{indent}{comment[1]}{newline}" if comment is not None else ""


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> tuple[int, str]:
    """Where the line that holds ``at`` ends, its newline included; and what newlines look like here."""
    found = _LINE.match(text, at)
    assert found is not None, "every text has an end"
    return found.end(), found[1] or "\n"
