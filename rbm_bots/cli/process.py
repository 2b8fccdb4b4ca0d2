"""How a command that runs for long runs: uvloop, clean stop on SIGINT and SIGTERM, one line for what cannot start."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeVar

import click

from rbm_bots.cli import messages
from rbm_bots.errors import FaultsFound, RbmError, UsageError

__all__ = ["one_line", "one_line_faults", "run_async", "until_stopped"]

T = TypeVar("T")
_OF_A_PORT: Final = frozenset({errno.EACCES, errno.EADDRINUSE, errno.EADDRNOTAVAIL})


def run_async(body: Callable[[], Awaitable[T]]) -> T:
    """Run ``body`` on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:  # Windows has none
        return asyncio.run(_as_coroutine(body))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_as_coroutine(body))


async def _as_coroutine(body: Callable[[], Awaitable[T]]) -> T:
    return await body()


async def until_stopped() -> None:
    """Return at the first SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


@contextlib.contextmanager
def one_line_faults() -> Iterator[None]:
    """Say in one line what a person did wrong; exit 2 for wrong use and settings, 1 for everything else."""
    try:
        yield
    except FaultsFound as faults:
        click.echo(str(faults), err=True)
        raise click.exceptions.Exit(1) from None
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
    except Exception as wrong:
        sentence = one_line(wrong)
        if sentence is None:
            raise
        raise click.ClickException(sentence) from None


def one_line(fault: Exception) -> str | None:
    """What a person can mend (ours to say, a port, a file, the database) in one line; ``None`` for a fault of ours."""
    if isinstance(fault, RbmError):
        return str(fault)
    if isinstance(fault, OSError):
        reason = fault.strerror or str(fault)
        if fault.filename is not None:
            return messages.cannot_use_file(str(fault.filename), reason)
        return messages.cannot_listen(reason) if fault.errno in _OF_A_PORT else messages.cannot_start(reason)
    from sqlalchemy.exc import DBAPIError

    return messages.database_refuses(str(fault.orig)) if isinstance(fault, DBAPIError) else None
