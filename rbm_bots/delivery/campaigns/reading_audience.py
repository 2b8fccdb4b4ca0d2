"""The part of a campaign file that says who is meant."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.source import MapNode
from rbm_bots.delivery.campaigns import language
from rbm_bots.delivery.campaigns.spec import Audience, Consent, CsvSource, ParquetSource, Source, SqlSource

__all__ = ["read_audience"]

_KINDS: Final = ("csv", "parquet", "sql")
_TAB: Final = "tab"


def read_audience(top: Keys, faults: Faults, folder: Path) -> Audience | None:
    """The audience under the key of that name; its file is looked for, not read."""
    node = top.map("audience", "an audience: csv, parquet or sql, and number")
    if node is None:
        return None
    keys = Keys(node, faults, language.AUDIENCE)
    written = [kind for kind in _KINDS if keys.get(kind) is not None]
    if len(written) != 1:
        place = keys.key(written[1]).mark if written else node.mark
        faults.error(place, "extra" if written else "missing", "an audience has one of «csv», «parquet», «sql»")
    number = keys.words("number", "a column")
    reference = keys.words("reference", "a column")
    consent = _consent(keys, faults)
    source = _source(keys, faults, written[0], folder) if written else None
    if source is None or number is None:
        return None
    return Audience(source=source, number=number, reference=reference or "", consent=consent)


def _consent(keys: Keys, faults: Faults) -> Consent | None:
    node = keys.map("consent", "the columns «at» and «proof»")
    if node is None:
        return None
    inner = Keys(node, faults, language.CONSENT)
    at, proof = inner.words("at", "a column"), inner.words("proof", "a column")
    return Consent(at=at, proof=proof) if at is not None and proof is not None else None


def _source(keys: Keys, faults: Faults, kind: str, folder: Path) -> Source | None:
    node = keys.get(kind)
    if kind != "sql" and node is not None and not isinstance(node, MapNode):
        path = _found(scalars.read_words(node, faults, "a file"), keys, kind, faults, folder)
        return None if path is None else CsvSource(path=path) if kind == "csv" else ParquetSource(path=path)
    inner_node = keys.map(kind, "a map")
    if inner_node is None:
        return None
    if kind == "sql":
        inner = Keys(inner_node, faults, language.SQL)
        url, query = inner.words("url", "a database"), inner.words("query", "a query")
        return SqlSource(url=url, query=query) if url is not None and query is not None else None
    inner = Keys(inner_node, faults, language.CSV if kind == "csv" else language.PARQUET)
    path = _found(inner.words("path", "a file"), inner, "path", faults, folder)
    if kind == "parquet":
        return ParquetSource(path=path) if path is not None else None
    encoding, separator = _encoding(inner, faults), _separator(inner, faults)
    return CsvSource(path=path, encoding=encoding, separator=separator) if path is not None else None


def _found(written: str | None, keys: Keys, key: str, faults: Faults, folder: Path) -> str | None:
    if written is None:
        return None
    path = folder / written
    if not path.is_file():
        node = keys.get(key)
        assert node is not None
        faults.error(node.mark, "media-missing", f"there is no file «{written}» beside the campaign file",
                     "paths start at the campaign file's folder")  # fmt: skip
        return None
    return str(path.resolve())


def _encoding(keys: Keys, faults: Faults) -> str:
    written = keys.words("encoding", "an encoding")
    if written is None:
        return "utf-8"
    try:
        return codecs.lookup(written).name
    except LookupError:
        node = keys.get("encoding")
        assert node is not None
        scalars.wrong(faults, node, "an encoding like utf-8, cp1252 or utf-16")
        return "utf-8"


def _separator(keys: Keys, faults: Faults) -> str:
    written = keys.words("separator", "a separator")
    if written is None or len(written) == 1:
        return written or ""
    if written == _TAB:
        return "\t"
    node = keys.get("separator")
    assert node is not None
    scalars.wrong(faults, node, "one character, or «tab»")
    return ""
