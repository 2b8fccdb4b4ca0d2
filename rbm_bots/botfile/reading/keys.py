"""A map being read: which keys may stand in it, which must, and the plain values among them.

The table of the language (:mod:`rbm_bots.botfile.language`) decides. A reader that asks for a key the table does not
know fails at once, and a value's bounds are written in the table alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.hours import Hours
from rbm_bots.botfile.language.kinds import ListOf, Shape, Span, Whole, Word
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar

__all__ = ["Keys"]


class Keys:
    """The keys of ``node``, a map of ``shape``. Unknown ones are told at once (fault ``extra``)."""

    def __init__(self, node: MapNode, faults: Faults, shape: Shape) -> None:
        self.node = node
        self.faults = faults
        self.shape = shape
        self._meant: set[str] = set()
        for key, value in node.pairs:
            if key.text not in shape.keys:
                self._tell_extra(key, value)

    def _tell_extra(self, key: Scalar, value: Node) -> None:
        missing = [name for name in self.shape.keys if name not in self.node.values]
        hint = did_you_mean(key.text, missing) or did_you_mean(key.text, self.shape.keys)
        self._meant |= {name for name in missing if f"«{name}»" in hint}
        if self.node.flow and " " in key.text and isinstance(value, Scalar) and value.nothing:
            hint = "a text with a comma inside {…} needs quotes"
        self.faults.error(key.mark, "extra", f"«{key.text}» is no key of {self.shape.what}", hint)

    def get(self, key: str) -> Node | None:
        """The value, or ``None`` when the key is missing or holds nothing; that is a fault if the table needs it."""
        value = self.node.get(key)
        if value is None and self.shape.keys[key].need:
            self.tell_missing(key)
        return value

    def tell_missing(self, key: str) -> None:
        """The fault ``missing``, unless a key of this map looks like ``key`` misspelt: one slip is one fault."""
        if key in self._meant:
            return
        if key in self.node.values:
            message = f"{self.shape.what} needs «{key}», and nothing stands behind it"
            hint = "write its value behind the colon; one that begins with # needs quotes"
            self.faults.error(self.node.mark, "missing", message, hint)
        else:
            self.faults.error(self.node.mark, "missing", f"{self.shape.what} needs «{key}»", f"add «{key}:»")

    def written(self, key: str) -> Node | None:
        """The value of a key that must be written, though ``~`` may stand behind it for «not yet»."""
        if key not in self.node.values:
            self.tell_missing(key)
        return self.get(key)

    def key(self, key: str) -> Scalar:
        """The key itself, as it was written. Only for keys that are there."""
        return self.node.values[key][0]

    def word(self, key: str) -> str | None:
        """One of the words that the table lists."""
        node, kind = self.get(key), self.shape.keys[key].kind
        assert isinstance(kind, Word), "the table says what «word» may read"
        return scalars.read_word(node, self.faults, kind.options) if node is not None else None

    def flag(self, key: str, *, default: bool = False) -> bool:
        """``true`` or ``false``."""
        node = self.get(key)
        found = scalars.read_bool(node, self.faults) if node is not None else None
        return default if found is None else found

    def whole(self, key: str) -> int | None:
        """A whole number between the table's bounds."""
        node, kind = self.get(key), self.shape.keys[key].kind
        assert isinstance(kind, Whole), "the table says what «whole» may read"
        return scalars.read_integer(node, self.faults, kind.low, kind.high) if node is not None else None

    def number(self, key: str) -> Decimal | None:
        """Any number."""
        node = self.get(key)
        return scalars.read_number(node, self.faults) if node is not None else None

    def span(self, key: str) -> timedelta | None:
        """A duration between the table's bounds."""
        node, kind = self.get(key), self.shape.keys[key].kind
        assert isinstance(kind, Span), "the table says what «span» may read"
        return scalars.read_duration(node, self.faults, kind.low, kind.high) if node is not None else None

    def day(self, key: str) -> date | None:
        """A date."""
        node = self.get(key)
        return scalars.read_date(node, self.faults) if node is not None else None

    def hours(self, key: str) -> Hours | None:
        """Opening hours."""
        node = self.get(key)
        return scalars.read_hours(node, self.faults) if node is not None else None

    def words(self, key: str, wanted: str) -> str | None:
        """Any words."""
        node = self.get(key)
        return scalars.read_words(node, self.faults, wanted) if node is not None else None

    def items(self, key: str, wanted: str) -> list[Node]:
        """The entries of a list with as many of them as the table wants."""
        node, kind = self.get(key), self.shape.keys[key].kind
        assert isinstance(kind, ListOf), "the table says what «items» may read"
        written = scalars.as_list(node, self.faults, wanted) if node is not None else None
        if written is None:
            return []
        if len(written.items) < kind.least:
            scalars.wrong(self.faults, written, f"{wanted} with at least one entry")
        if kind.most is not None and len(written.items) > kind.most:
            self._too_many(written, kind.most)
        return written.items

    def _too_many(self, node: ListNode, most: int) -> None:
        self.faults.error(node.mark, "type", f"{len(node.items)} entries stand here; {most} are read")

    def chosen(self, key: str) -> tuple[str, ...]:
        """The entries of a list of words that the table lists."""
        kind = self.shape.keys[key].kind
        assert isinstance(kind, ListOf), "the table says what «chosen» may read"
        assert isinstance(kind.item, Word), "the table says what «chosen» may read"
        read = [scalars.read_word(item, self.faults, kind.item.options) for item in self.items(key, "a list of words")]
        return tuple(word for word in read if word is not None)

    def map(self, key: str, wanted: str) -> MapNode | None:
        """A map."""
        node = self.get(key)
        return scalars.as_map(node, self.faults, wanted) if node is not None else None
