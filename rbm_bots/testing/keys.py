"""The keys of a map in a file of tests: which may stand there, and which must."""

from __future__ import annotations

from collections.abc import Collection

from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.source import MapNode, Node

__all__ = ["TalkKeys"]


class TalkKeys:
    """The keys of ``node``, which is ``what`` (for the faults). Unknown ones are told at once (fault ``extra``).

    ``clean``: there is none. A key that looks like a misspelt one does not also count as missing.
    """

    def __init__(self, node: MapNode, faults: Faults, what: str, allowed: Collection[str]) -> None:
        self.node = node
        self.faults = faults
        self.what = what
        self.clean = True
        self._meant = ""
        for key, _ in node.pairs:
            if key.text not in allowed:
                self.clean = False
                hint = did_you_mean(key.text, allowed)
                self._meant += hint
                faults.error(key.mark, "extra", f"«{key.text}» is no key of {what}", hint)

    def get(self, key: str) -> Node | None:
        """The value, or ``None`` when the key is missing or holds nothing."""
        return self.node.get(key)

    def need(self, key: str) -> Node | None:
        """The value; when it is missing, ``None`` and the fault ``missing``."""
        value = self.node.get(key)
        if value is None and f"«{key}»" not in self._meant:
            self.faults.error(self.node.mark, "missing", f"{self.what} needs «{key}»")
        return value
