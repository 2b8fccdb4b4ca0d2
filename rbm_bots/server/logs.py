"""Logs: one JSON object a line. Conversation, message and body hash; never a number, a text or a secret.

A last guard runs over every line: whatever still looks like a phone number is masked.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from rbm_bots.addresses import mask

__all__ = ["configure_logs", "mask_numbers"]

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")


def mask_numbers(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like an E.164 number in any value of a log line."""
    for key, value in line.items():
        if isinstance(value, str) and "+" in value:
            line[key] = _NUMBER.sub(lambda found: mask(found.group()), value)
    return line


def configure_logs(*, level: str = "info", readable: bool = False) -> None:
    """Set structlog up for this process; ``readable`` is for a person's terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if readable else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_numbers,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
