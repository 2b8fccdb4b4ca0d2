"""The bot language: YAML files to a :class:`~rbm_bots.botfile.model.Bot`, with every fault told at its place."""

from __future__ import annotations

__all__: list[str] = []
