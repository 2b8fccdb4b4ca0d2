"""Logs: one JSON object a line. Conversation, message and body hash; never a number, a text or a secret.

Of a fault its kind and its places in the code are logged, not its words: an exception may quote what a person wrote.
A last guard runs over every line: whatever still looks like a phone number is masked.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from rbm_bots.addresses import mask

__all__ = ["configure_logs", "hide_words", "mask_numbers"]

_MOST_CAUSES = 5
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")


def mask_numbers(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like an E.164 number in any value of a log line, however deep."""
    for key, value in line.items():
        line[key] = _masked(value)
    return line


def _masked(value: object) -> object:
    if isinstance(value, str):
        return _NUMBER.sub(lambda found: mask(found.group()), value) if "+" in value else value
    if isinstance(value, dict):
        return {_masked(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    return value if value is None or isinstance(value, int | float) else _masked(str(value))


def hide_words(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace ``exc_info`` by the fault's places and kind, and those of what caused it, first cause last."""
    given = line.pop("exc_info", None)
    fault = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    told: list[str] = []
    while fault is not None and len(told) < _MOST_CAUSES:
        places = "".join(traceback.format_tb(fault.__traceback__))
        told.append(f"{places}{type(fault).__module__}.{type(fault).__qualname__}")
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if told:
        line["exception"] = "\nafter\n".join(told)
    return line


def configure_logs(*, level: str = "info", readable: bool = False) -> None:
    """Set structlog up for this process; ``readable`` is for a developer's terminal and shows faults in full."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if readable else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if readable else hide_words,
            mask_numbers,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
