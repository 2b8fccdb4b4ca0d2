"""How a command that runs for long runs: uvloop, clean stop on SIGINT and SIGTERM, one line for what cannot start."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import click

from rbm_bots.cli import messages
from rbm_bots.errors import FaultsFound, RbmError, UsageError

__all__ = ["one_line_faults", "run_async", "until_stopped"]

T = TypeVar("T")


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
    except RbmError as wrong:
        raise click.ClickException(str(wrong)) from None
    except OSError as wrong:
        raise click.ClickException(messages.cannot_listen(wrong.strerror or str(wrong))) from None
