"""How messages lie in the outbox: sealed, each kind under its own purpose."""

from __future__ import annotations

from typing import Final

__all__ = ["BODY"]

BODY: Final = b"outbox.body"
"""The purpose message bodies are sealed for."""
