"""From nodes to the loaded bot: one module per part of the language. Only :mod:`rbm_bots.botfile.load` starts it."""

from __future__ import annotations

__all__: list[str] = []
