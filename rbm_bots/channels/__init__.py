"""The ways out: one folder per channel, each with its wire form, its client, its inbound reader and its errors."""

from __future__ import annotations

__all__: list[str] = []
