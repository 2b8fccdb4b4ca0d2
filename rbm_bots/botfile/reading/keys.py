"""A map being read: which keys may stand in it, which must."""

from __future__ import annotations

from collections.abc import Collection

from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.source import MapNode, Node, Scalar

__all__ = ["Keys"]


class Keys:
    """The keys of ``node``, which is ``what`` (for the faults). Unknown ones are told at once (fault ``extra``)."""

    def __init__(self, node: MapNode, faults: Faults, what: str, allowed: Collection[str]) -> None:
        self.node = node
        self.faults = faults
        self.what = what
        for key, value in node.pairs:
            if key.text in allowed:
                continue
            hint = did_you_mean(key.text, allowed)
            if node.flow and " " in key.text and isinstance(value, Scalar) and value.nothing:
                hint = "a text with a comma inside {…} needs quotes"
            faults.error(key.mark, "extra", f"«{key.text}» is no key of {what}", hint)

    def get(self, key: str) -> Node | None:
        """The value, or ``None`` when the key is missing or holds nothing."""
        return self.node.get(key)

    def need(self, key: str) -> Node | None:
        """The value; when it is missing, ``None`` and the fault ``missing``."""
        value = self.node.get(key)
        if value is None:
            self.faults.error(self.node.mark, "missing", f"{self.what} needs «{key}»")
        return value
