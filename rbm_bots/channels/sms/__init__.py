"""SMS: the transports that carry a text to a phone without RCS."""

from __future__ import annotations

__all__: list[str] = []
