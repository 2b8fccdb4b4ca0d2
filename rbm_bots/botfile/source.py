"""YAML text to nodes that know where they stand.

Every scalar is the words written; the key's definition gives the type.

The events of libyaml's parser are read one by one instead of composing a tree in C: anchors, tags and second documents
stay visible and can be refused, and a file of a hundred thousand brackets meets a limit, not the end of the C stack.
Without libyaml nothing is read: the pure-Python scanner refuses texts that libyaml takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import yaml

from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.yaml_hints import QUOTES, hint_of
from rbm_bots.errors import UsageError

__all__ = ["MAX_BYTES", "Broken", "ListNode", "MapNode", "Node", "Scalar", "read_yaml"]

MAX_BYTES: Final = 1024 * 1024
_MAX_DEPTH: Final = 100
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_Event = Any  # PyYAML's stubs know neither tags nor that events of a stream have marks
_TAB_INDENT = re.compile(r"^ *\t[ \t]*\S", re.MULTILINE)


@dataclass(slots=True, eq=False)
class Node:
    """A value in a file. Built once and never changed."""

    mark: Mark


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """Words. ``plain``: written without quotes; ``nothing``: empty, ``~`` or ``null`` without quotes."""

    text: str
    plain: bool

    @property
    def nothing(self) -> bool:
        """Whether this stands for «nothing»."""
        return self.plain and self.text in _NOTHING


@dataclass(slots=True, eq=False)
class ListNode(Node):
    """A list; ``flow``: written with brackets."""

    items: list[Node]
    flow: bool


@dataclass(eq=False)
class MapNode(Node):
    """A map, in the file's order; keys are scalars."""

    pairs: list[tuple[Scalar, Node]]
    flow: bool

    @cached_property
    def values(self) -> dict[str, tuple[Scalar, Node]]:
        """Key to (key node, value), the first of two equal keys."""
        found: dict[str, tuple[Scalar, Node]] = {}
        for key, value in self.pairs:
            found.setdefault(key.text, (key, value))
        return found

    def get(self, key: str) -> Node | None:
        """The value of ``key``, or ``None`` when it is missing or nothing."""
        pair = self.values.get(key)
        return None if pair is None or (isinstance(pair[1], Scalar) and pair[1].nothing) else pair[1]


@dataclass(slots=True, eq=False)
class Broken(Node):
    """Something whose fault was already told: readers pass it over."""


def read_yaml(text: str, file: str, faults: Faults) -> Node | None:
    """The nodes of ``text``, or ``None`` when it is no YAML (faults ``yaml``, ``twice``, ``yaml-alias``) or empty.

    Raises ``UsageError`` when PyYAML was built without libyaml.
    """
    if not yaml.__with_libyaml__:
        raise UsageError("PyYAML has no libyaml here", hint="install a PyYAML wheel, or libyaml before building it")
    faults.sources[file] = text
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        faults.error(Mark(file, 1, 1), "yaml", "the file is larger than 1 MiB", "split it: flows/*.yaml")
        return None
    builder = _Builder(yaml.parse(text, Loader=yaml.CSafeLoader), file, faults)
    try:
        root = builder.document()
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = Mark(file, at.line + 1, at.column + 1) if at else Mark(file, 1, 1)
        if mark.line not in builder.unquoted:  # what stumbles behind bare «{{» is the same slip
            faults.error(mark, "yaml", f"this is not YAML: {error.problem or error.context}", hint_of(text, error))
        return None
    except (yaml.YAMLError, UnicodeError) as error:
        faults.error(_unreadable(text, file, error), "yaml", "this file holds a character that YAML does not allow")
        return None
    _refuse_tabs(text, file, faults, builder.blocks)
    return root


def _unreadable(text: str, file: str, error: Exception) -> Mark:
    at = getattr(error, "position", None) or getattr(error, "start", None)
    if not isinstance(at, int):
        return Mark(file, 1, 1)
    before = text.encode("utf-8", "surrogatepass")[:at].decode("utf-8", "replace")
    return Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _refuse_tabs(text: str, file: str, faults: Faults, blocks: list[tuple[int, int]]) -> None:
    if "\t" not in text:
        return
    for match in _TAB_INDENT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if not any(first < line <= last for first, last in blocks):
            column = text.index("\t", match.start()) - match.start() + 1
            faults.error(Mark(file, line, column), "yaml", "a tab indents this line", "indent with spaces, not tabs")


class _Builder:
    """Builds nodes from events.

    ``blocks``: first and last line of each text written with ``|`` or ``>``. ``unquoted``: lines where a value begins
    with «{{» without quotes.
    """

    def __init__(self, events: Iterator[Any], file: str, faults: Faults) -> None:
        self.events = events
        self.file = file
        self.faults = faults
        self.blocks: list[tuple[int, int]] = []
        self.unquoted: set[int] = set()

    def document(self) -> Node | None:
        """The one document; a second one is a fault, and so is YAML that nests too deep."""
        root: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.faults.error(self._mark(event), "yaml", "a bot file is one document; here a second one begins")
                    break
            elif isinstance(event, yaml.NodeEvent):
                root = self.node(event, 0)
        return root

    def node(self, event: _Event, depth: int) -> Node:
        mark = self._mark(event)
        if depth > _MAX_DEPTH:
            raise yaml.parser.ParserError(
                None, None, f"more than {_MAX_DEPTH} levels inside each other", event.start_mark
            )
        if isinstance(event, yaml.AliasEvent):
            self.faults.error(mark, "yaml-alias", f"«*{event.anchor}»: aliases are not part of a bot file", QUOTES)
            return Broken(mark)
        self._refuse_anchor(event, mark)
        last_line = event.end_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            if event.style in ("|", ">"):
                self.blocks.append((mark.line, last_line))
            return Scalar(mark, event.value, event.style is None or event.style == "")
        if isinstance(event, yaml.SequenceStartEvent):
            return ListNode(mark, list(self._items(depth)), bool(event.flow_style))
        return self._map(event, mark, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self.node(event, depth + 1)

    def _map(self, start: _Event, mark: Mark, depth: int) -> Node:
        pairs: list[tuple[Scalar, Node]] = []
        seen: dict[str, tuple[Scalar, Node]] = {}
        broken = False
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                broken = broken or self._not_a_key(key, mark)
            elif key.text == "<<" and key.plain:
                self.faults.error(key.mark, "yaml-alias", "«<<» (merge) is not part of a bot file")
            elif key.text in seen:
                self._tell_twice(key, value, seen[key.text], is_section=depth == 0)
            else:
                seen[key.text] = (key, value)
                pairs.append((key, value))
        return Broken(mark) if broken else MapNode(mark, pairs, bool(start.flow_style))

    def _tell_twice(self, key: Scalar, value: Node, first: tuple[Scalar, Node], *, is_section: bool) -> None:
        """The fault ``twice``. What a second section holds is known all the same: one slip is one fault."""
        line, written = first[0].mark.line, first[1]
        hint = "keep one of them"
        if is_section and isinstance(value, MapNode) and isinstance(written, MapNode):
            hint = f"put both under the one «{key.text}:» of line {line}"
            known = {name.text: (name, node) for name, node in written.pairs}
            for name, node in value.pairs:
                if name.text in known:
                    self._tell_twice(name, node, known[name.text], is_section=False)
                else:
                    written.pairs.append((name, node))
        message = f"«{key.text}» is written twice in this map: it stands in line {line} already"
        self.faults.error(key.mark, "twice", message, hint)

    def _not_a_key(self, key: Node, mark: Mark) -> bool:
        if isinstance(key, MapNode):
            self.unquoted.add(mark.line)
            self.faults.error(mark, "type", "«{{ … }}» stands here without quotes", 'write it as "{{ name }}"')
        elif not isinstance(key, Broken):
            self.faults.error(key.mark, "yaml", "a key must be a word", QUOTES)
        return True

    def _refuse_anchor(self, event: _Event, mark: Mark) -> None:
        if event.anchor is not None:
            self.faults.error(mark, "yaml-alias", f"«&{event.anchor}»: anchors are not part of a bot file", QUOTES)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.faults.error(mark, "yaml-alias", f"«{tag}»: tags are not part of a bot file", QUOTES)

    def _mark(self, event: _Event) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
