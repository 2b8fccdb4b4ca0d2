"""Logs: one JSON object a line. Conversation, message and body hash; never a number, a text or a secret.

Of a fault its kind and its places in the code are logged, not its words: an exception may quote what a person wrote.
A last guard runs over every line: whatever still looks like a phone number is masked. Lines of libraries and of bots'
own Python come through the standard library's loggers and take the same way; since a library may quote an address in
any form, long runs of digits are masked there too.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from rbm_bots.addresses import mask

__all__ = ["configure_logs", "hide_words", "mask_numbers"]

_MOST_CAUSES = 5
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_DIGITS = re.compile(r"(?<![0-9])(?:\+|%2[Bb])?[0-9]{9,15}(?![0-9])")
_OWN_LOGGERS = "rbm_bots"  # and of bots: rbm_bots.bot.NAME


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
    if isinstance(given, tuple):
        given = given[1]
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
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if readable else hide_words,
        mask_numbers,
    ]
    least = getattr(logging, level.upper())
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_in_libraries(shared, renderer, least)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stands for stderr when the line is written."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # a plain attribute there
        return sys.stderr


def _take_in_libraries(
    shared: list[structlog.typing.Processor], renderer: structlog.typing.Processor, least: int
) -> None:
    """Other loggers' lines leave as ours do: those of libraries from warnings on, those of bots from ``least`` on."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Stderr)]:
        root.removeHandler(handler)
    ours = _Stderr()
    ours.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared, _mask_digits],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root.addHandler(ours)
    root.setLevel(max(least, logging.WARNING))
    logging.getLogger(_OWN_LOGGERS).setLevel(least)


def _mask_digits(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask long runs of digits in the words of a library; its own instants and places stay."""
    for key in ("event", "exception"):
        if isinstance(line.get(key), str):
            line[key] = _DIGITS.sub(lambda found: mask(found.group()), line[key])
    return line
