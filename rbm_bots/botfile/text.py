"""Texts with placeholders: ``{{ name.part | filter | filter("…") }}``, and nothing else of a template language.

Theory of operation. A brand writes texts; what it writes must never run. One regular expression reads the only form
that is allowed; whatever else opens a Jinja2 bracket is refused when the bot loads. Only then, to say what is wrong
in the right word («not Mul»), is the text given to Jinja2's *parser*; nothing is ever compiled or rendered by it.
Filling a text is one pass over its parts: a look-up in the scope and a chain of filters that cannot fail. The limits
(64 KiB of source, 64 placeholders, 8 filters each, values cut before filters) keep any rendering far below 50 ms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from rbm_bots.botfile.filters import FILTERS, apply, bounded, plain
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.parts import Chosen, is_empty

__all__ = ["Data", "Placeholder", "Scope", "Template", "TemplateRefused", "Text", "parse_template"]

_SOURCE_MAX: Final = 64 * 1024
_OUTPUT_MAX: Final = 64 * 1024
_PLACEHOLDERS_MAX: Final = 64
_FILTERS_MAX: Final = 8

_WORD = r"[A-Za-z][A-Za-z0-9_]*"
_ARGUMENT = r"\"[^\"\\]*\"|'[^'\\]*'|-?[0-9]{1,6}"
_FILTER = rf"\s*\|\s*({_WORD})\s*(?:\(\s*({_ARGUMENT})?\s*\))?"
_OPENS = re.compile(r"\{[{%#]")
_CLOSES = re.compile(r"[}%#]\}")
_CHOOSES = re.compile(r"\b(?:if|else|and|or|not)\b|[<>=]")
_SHOWN: Final = 40
_WORDS: Final = {"If": "«if»", "CondExpr": "«if»", "For": "«for»", "Assign": "«set»"}
"""The parser's names of what people write most, in their own words."""
_PLACEHOLDER = re.compile(rf"\{{\{{\s*({_WORD}(?:\.{_WORD})*)((?:{_FILTER})*)\s*\}}\}}")
_EACH_FILTER = re.compile(_FILTER)


class Scope(Protocol):
    """What a text or condition may look at while it is filled."""

    @property
    def language(self) -> str:
        """The person's language: ``fr``, ``en``, ``en-US``."""
        ...

    @property
    def timezone(self) -> ZoneInfo:
        """The bot's zone."""
        ...

    @property
    def now(self) -> datetime:
        """The instant of the turn, aware."""
        ...

    def lookup(self, path: tuple[str, ...]) -> object:
        """The value of ``name.part``; ``None`` when it is empty. A choice comes as ``Chosen``."""
        ...

    def missing(self, path: tuple[str, ...]) -> None:
        """Called for each empty value that a text prints, so that it can be logged."""
        ...


class TemplateRefused(ValueError):
    """A text holds something that is not ``{{ name | filter }}``; ``written`` is that piece of it, if it is known."""

    def __init__(self, message: str, hint: str = "", *, written: str = "") -> None:
        self.message = message
        self.hint = hint
        self.written = written
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """``{{ path | filters }}``; each filter is a name and its arguments."""

    path: tuple[str, ...]
    filters: tuple[tuple[str, tuple[str | int, ...]], ...] = ()

    def value(self, scope: Scope) -> object:
        """The value after its filters; an empty one is told to the scope unless ``default`` stands in for it."""
        value = bounded(scope.lookup(self.path))
        if is_empty(value) and not any(name in ("default", "count") for name, _ in self.filters):
            scope.missing(self.path)
            return None
        for name, args in self.filters:
            if not is_empty(value) or name in ("default", "count"):
                value = apply(name, value, scope, args)
        return value


@dataclass(frozen=True, kw_only=True)
class Template:
    """A text of one language, read: words and placeholders in turn. ``mark`` is where it begins in its file."""

    source: str
    parts: tuple[str | Placeholder, ...]
    mark: Mark | None = None

    @cached_property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders, in order."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @property
    def least(self) -> str:
        """The words that are there whatever the values."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def render(self, scope: Scope) -> str:
        """The filled text, at most 65,536 characters."""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0]
        out: list[str] = []
        size = 0
        for part in self.parts:
            words = part if isinstance(part, str) else _words(part.value(scope), scope)
            out.append(words)
            size += len(words)
            if size > _OUTPUT_MAX:
                break
        return "".join(out)[:_OUTPUT_MAX]

    def value(self, scope: Scope) -> object:
        """As data: exactly one placeholder keeps its value's type (a choice its id), all else is the filled text."""
        if len(self.parts) != 1 or isinstance(self.parts[0], str):
            return self.render(scope)
        value = scope.lookup(self.parts[0].path) if not self.parts[0].filters else self.parts[0].value(scope)
        return value.id if isinstance(value, Chosen) else value


def _words(value: object, scope: Scope) -> str:
    return "" if value is None else plain(value, scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in one or more languages. ``key`` is its name in translation files, empty when it has none.

    ``templates`` holds at least one; the first is the bot's own language, which stands in for a missing one.
    """

    templates: Mapping[str, Template]
    key: str = ""

    def pick(self, language: str) -> Template:
        """The template for ``language``: itself, else its base (``en`` for ``en-US``), else the first."""
        found = self.templates.get(language) or self.templates.get(language.partition("-")[0])
        return found or next(iter(self.templates.values()))

    @property
    def mark(self) -> Mark | None:
        """Where the first language's text begins."""
        return next(iter(self.templates.values())).mark

    def render(self, scope: Scope) -> str:
        """The text in the scope's language, filled."""
        return self.pick(scope.language).render(scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A data value of the language: a ready ``literal``, a ``text`` to fill, or a list or map of such values."""

    literal: object = None
    text: Text | None = None
    items: tuple[Data, ...] | None = None
    fields: Mapping[str, Data] | None = None
    mark: Mark | None = field(default=None, compare=False)

    def value(self, scope: Scope) -> object:
        """The value; a text that is exactly one placeholder keeps its value's type."""
        if self.text is not None:
            return self.text.pick(scope.language).value(scope)
        if self.items is not None:
            return [item.value(scope) for item in self.items]
        if self.fields is not None:
            return {name: item.value(scope) for name, item in self.fields.items()}
        return self.literal


def parse_template(source: str, *, mark: Mark | None = None) -> Template:
    """Read a text. Raises :class:`TemplateRefused` for anything but words and ``{{ name.part | filter }}``."""
    if len(source) > _SOURCE_MAX:
        raise TemplateRefused(f"this text has {len(source)} characters; {_SOURCE_MAX} are read")
    parts: list[str | Placeholder] = []
    at = 0
    while opening := _OPENS.search(source, at):
        match = _PLACEHOLDER.match(source, opening.start())
        if match is None:
            raise _refusal(source, _piece(source, opening.start()))
        if opening.start() > at:
            parts.append(source[at : opening.start()])
        try:
            filters = _filters(match[2])
        except TemplateRefused as refused:
            raise TemplateRefused(refused.message, refused.hint, written=match[0]) from None
        parts.append(Placeholder(tuple(match[1].split(".")), filters))
        at = match.end()
    if at < len(source) or not parts:
        parts.append(source[at:])
    if sum(isinstance(part, Placeholder) for part in parts) > _PLACEHOLDERS_MAX:
        raise TemplateRefused(f"a text holds at most {_PLACEHOLDERS_MAX} placeholders")
    return Template(source=source, parts=tuple(parts), mark=mark)


def _filters(written: str) -> tuple[tuple[str, tuple[str | int, ...]], ...]:
    found = []
    for match in _EACH_FILTER.finditer(written):
        name, raw = match[1], match[2]
        argument = None if raw is None else raw[1:-1] if raw[0] in "\"'" else int(raw)
        found.append((name, () if argument is None else (argument,)))
        _check_filter(name, argument)
    if len(found) > _FILTERS_MAX:
        raise TemplateRefused(f"a placeholder takes at most {_FILTERS_MAX} filters")
    return tuple(found)


def _check_filter(name: str, argument: str | int | None) -> None:
    known = FILTERS.get(name)
    if known is None:
        from rbm_bots.botfile.faults import did_you_mean

        hint = did_you_mean(name, FILTERS) or f"filters: {', '.join(FILTERS)}"
        raise TemplateRefused(f"no filter is called «{name}»", hint)
    if argument is None and known.argument is not None and not known.optional:
        example = "20" if known.argument is int else '"…"'
        raise TemplateRefused(f"the filter «{name}» wants a value", f"write {name}({example})")
    takes_it = known.argument is not None and isinstance(argument, known.argument)
    if argument is not None and not takes_it and name != "default":
        raise TemplateRefused(f"the filter «{name}» does not take this value")


def _piece(source: str, start: int) -> str:
    """What stands in a text from an opening bracket to its end, or to the end of the line."""
    closing = _CLOSES.search(source, start)
    line = source.find("\n", start)
    ends = [end for end in (closing.end() if closing else -1, line) if end >= 0]
    return source[start : min(ends, default=len(source))]


def _refusal(source: str, piece: str) -> TemplateRefused:
    """What to say about a text that is not in the one form: the word for what Jinja2's parser finds in it."""
    refused = _refused_by_parser(source)
    shown = piece if len(piece) <= _SHOWN else piece[: _SHOWN - 1] + "…"
    hint = refused.hint
    if not hint and piece != source:
        hint = f"«{shown}» is not of the one form that may stand in a text: {{{{ name | filter }}}}"
    if piece.startswith("{%") or _CHOOSES.search(piece):
        hint = f"«{shown}» is logic, and a text holds only {{{{ name | filter }}}}: use the step «if:»"
    return TemplateRefused(refused.message, hint, written=piece)


def _refused_by_parser(source: str) -> TemplateRefused:
    from jinja2 import Environment, TemplateError, nodes

    allowed = "only {{ name }} and filters are allowed"
    try:
        tree = Environment(autoescape=True).parse(source[:4096])
    except TemplateError as error:
        return TemplateRefused(f"this placeholder cannot be read: {error.message}", "write it as {{ name | filter }}")
    except (RecursionError, ValueError, OverflowError):
        return TemplateRefused(f"{allowed}, not this")
    waiting: list[nodes.Node] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, nodes.Filter):
            waiting += [child for child in [node.node, *node.kwargs] if child is not None]
            waiting += [child for child in node.args if not isinstance(child, nodes.Const)]
        elif isinstance(node, (nodes.Output, nodes.Getattr)):
            waiting += list(node.iter_child_nodes())
        elif not isinstance(node, (nodes.Name, nodes.TemplateData)):
            return TemplateRefused(f"{allowed}, not {_WORDS.get(type(node).__name__, type(node).__name__)}")
    return TemplateRefused(f"{allowed}, in this one form", 'write {{ name.part | filter | filter("…") }}')
