"""Translation files (bot language 10.4): which texts a language lacks, and the file a translator works on.

Theory of operation. Every text of a bot has a key (``booking.pick.say``). An entry of ``i18n/en.yaml`` holds the
translation and ``of``, the start of a hash of the source it was made from: when the source changes, the entry is stale,
and says so until somebody has looked at it. Writing the file anew loses nothing: translations stay, what is stale is
marked, what is missing is added as ``~`` with the source beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar, read_yaml

__all__ = ["Translations", "Updated", "digest_of", "read_entries", "updated"]

_Source = str | tuple[str, ...]
_DIGITS: Final = 4
_SHOWN: Final = 80
_PLACEHOLDER: Final = re.compile(r"\{\{.*?\}\}")
_HEAD: Final = """\
# Translations. Replace ~ by the translation of what stands behind it; {{ … }} stays as it is.
# Below a line «changed», look at the translation again, then write the new «of».
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translations:
    """One entry of a translation file: a text or a list (``None`` while there is none), and ``of`` as written."""

    value: _Source | None
    of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """A translation file written anew, and the keys that are to be looked at."""

    text: str
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    gone: tuple[str, ...]


def digest_of(source: str) -> str:
    """First 4 hex digits of the SHA-256 of a source; a list is joined by line ends."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def read_entries(text: str) -> dict[str, Translations]:
    """The entries of a translation file; what is no entry is passed over (the bot's check tells it)."""
    root = read_yaml(text, "i18n", Faults())
    pairs = root.pairs if isinstance(root, MapNode) else ()
    return {key.text: _entry(node) for key, node in pairs if isinstance(node, MapNode)}


def _entry(node: MapNode) -> Translations:
    text, items, of = node.get("text"), node.get("list"), node.get("of")
    value: _Source | None = text.text if isinstance(text, Scalar) else None
    if isinstance(items, ListNode):
        value = tuple(_words(item) for item in items.items)
    return Translations(value=value, of=of.text if isinstance(of, Scalar) else None)


def _words(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def updated(texts: Mapping[str, _Source], current: str) -> Updated:
    """``current``, the file as it is (empty when there is none), with an entry for each of ``texts`` (key to source).

    Entries of the built-in sentences (``rbm.…``) stay as they are. Comments behind the head of the file are not kept.
    """
    entries = read_entries(current)
    lines: list[str] = []
    missing, stale = [], []
    group = ""
    for key, source in texts.items():
        entry = entries.get(key)
        if entry is None and not _has_words(source):
            continue
        if entry is None or entry.value is None:
            missing.append(key)
        elif entry.of not in (None, _digest(source)):
            stale.append(key)
        before, group = group, key.partition(".")[0]
        lines += [""] if group != before else []
        lines += _lines(key, source, entry)
    own = {key: entry for key, entry in entries.items() if key not in texts}
    gone = [key for key in own if not key.startswith("rbm.")]
    lines += _rest(own, gone)
    body = "\n".join(lines).strip("\n")
    text = f"{_head(current)}\n{body}\n" if body else _head(current)
    return Updated(text=text, missing=tuple(missing), stale=tuple(stale), gone=tuple(gone))


def _has_words(source: _Source) -> bool:
    """Whether there is anything to translate beside placeholders."""
    return any(char.isalpha() for char in _PLACEHOLDER.sub("", source if isinstance(source, str) else "".join(source)))


def _head(current: str) -> str:
    """The comment at the top of the file."""
    lines = []
    for line in current.split("\n"):
        if not line.startswith("#") or line.startswith("# changed:"):
            break
        lines.append(line)
    return "".join(f"{line}\n" for line in lines) or _HEAD


def _digest(source: _Source) -> str:
    return digest_of(source if isinstance(source, str) else "\n".join(source))


def _lines(key: str, source: _Source, entry: Translations | None) -> Iterator[str]:
    digest = _digest(source)
    if entry is None or entry.value is None:
        yield f"{key}: {{{_name(source)}: ~, of: {digest}}}  # {_shown(source)}"
        return
    if entry.of not in (None, digest):
        yield f"# changed: {_shown(source)} (of: {digest})"
    yield f"{key}: {{{_name(entry.value)}: {_written(entry.value)}, of: {entry.of or digest}}}"


def _rest(own: Mapping[str, Translations], gone: list[str]) -> Iterator[str]:
    for key, entry in own.items():
        if key not in gone and entry.value is not None:
            yield f"{key}: {{{_name(entry.value)}: {_written(entry.value)}}}"
    if gone:
        yield ""
        yield "# no text of the bot has these keys any more:"
    for key in gone:
        entry = own[key]
        value = "~" if entry.value is None else _written(entry.value)
        of = f", of: {entry.of}" if entry.of else ""
        yield f"{key}: {{{_name(entry.value or '')}: {value}{of}}}"


def _name(value: _Source) -> str:
    return "text" if isinstance(value, str) else "list"


def _written(value: _Source) -> str:
    """The words in double quotes: JSON's are YAML's."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "[" + ", ".join(json.dumps(item, ensure_ascii=False) for item in value) + "]"


def _shown(source: _Source) -> str:
    words = " ".join((source if isinstance(source, str) else " | ".join(source)).split())
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
