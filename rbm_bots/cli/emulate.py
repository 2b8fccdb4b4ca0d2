"""``rbm emulate``: the operator's side alone, on a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.clock import parse_instant

if TYPE_CHECKING:
    from rbm_bots.emulator import Emulator, EmulatorSettings

__all__ = ["emulate"]

_HOST = "127.0.0.1"
_END_S = 2.0  # how long open calls may take once we are told to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The command line, read."""

    auth: str
    token: str | None
    app: tuple[str, str] | None
    bot_key: str | None
    webhook: str | None
    strict: bool
    pairs: tuple[tuple[str, str], ...]


def _app(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, str] | None:
    if value is None:
        return None
    name, colon, secret = value.partition(":")
    if not name or not colon or not secret:
        raise click.BadParameter(messages.EMULATE_APP_FORM)
    return name, secret


def _instant(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    at = parse_instant(value)
    if at is None:
        raise click.BadParameter(messages.EMULATE_CLOCK_FORM)
    return at


def _url(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise click.BadParameter(messages.EMULATE_WEBHOOK_FORM)
    return value


def _pairs(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    split = [value.partition("=") for value in values]
    if not all(name and equals for name, equals, _ in split):
        raise click.BadParameter(messages.EMULATE_SET_FORM)
    return tuple((name.strip(), value) for name, _, value in split)


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8090, show_default=True, help=messages.EMULATE_PORT)
@click.option(
    "--auth", type=click.Choice(["orange", "gsma"]), default="orange", show_default=True, help=messages.EMULATE_AUTH
)
@click.option("--token", help=messages.EMULATE_STATIC)
@click.option("--app", callback=_app, metavar="ID:SECRET", help=messages.EMULATE_APP)
@click.option(
    "--bot-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PUBLIC.pem",
    help=messages.EMULATE_BOT_KEY,
)
@click.option("--webhook", callback=_url, metavar="URL", help=messages.EMULATE_WEBHOOK)
@click.option("--clock", callback=_instant, metavar="INSTANT", help=messages.EMULATE_CLOCK)
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.jsonl", help=messages.EMULATE_RECORD
)
@click.option("--strict/--lenient", default=True, help=messages.EMULATE_STRICT)
@click.option("--set", "pairs", callback=_pairs, multiple=True, metavar="NAME=VALUE", help=messages.EMULATE_SET)
def emulate(
    *,
    port: int,
    auth: str,
    token: str | None,
    app: tuple[str, str] | None,
    bot_key: Path | None,
    webhook: str | None,
    clock: datetime | None,
    record: Path | None,
    strict: bool,
    pairs: tuple[tuple[str, str], ...],
) -> None:
    """Play the operator: BotHub's API, phones that answer, and a page at the printed address to hold one."""
    from rbm_bots.emulator import build_emulator
    from rbm_bots.errors import SettingsError
    from rbm_bots.server.logs import configure_logs

    configure_logs(level="warning", readable=True)
    try:
        key = bot_key.read_text(encoding="utf-8") if bot_key else None
        options = _Options(auth=auth, token=token, app=app, bot_key=key, webhook=webhook, strict=strict, pairs=pairs)
        emulator = build_emulator(_settings(options), record_file=record)
    except SettingsError as wrong:
        raise click.UsageError(wrong.message) from None
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(messages.EMULATE_FILE) from None
    if auth == "orange" and not emulator.checks_signatures:
        click.echo(messages.EMULATE_UNSIGNED, err=True)
    asyncio.run(_serve(emulator, port=port, clock=clock))


def _settings(options: _Options) -> EmulatorSettings:
    """The flags, then what ``--set`` changes. Raises ``SettingsError``."""
    import msgspec

    from rbm_bots.emulator import EmulatorSettings, with_settings

    flags: dict[str, object] = {"auth": options.auth, "strict": options.strict}
    if options.app is not None:
        flags["app_id"], flags["app_secret"] = options.app
    for name in ("token", "bot_key", "webhook"):
        flags[name] = getattr(options, name)
    return with_settings(msgspec.convert(flags, EmulatorSettings), options.pairs)


async def _serve(emulator: Emulator, *, port: int, clock: datetime | None) -> None:
    """Run until told to stop. A port that is taken ends the command with one line."""
    from aiohttp import web

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if clock is not None:
        await emulator.clock.move_to(clock)
    app = web.Application()
    emulator.add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_END_S)
    await runner.setup()
    async with contextlib.AsyncExitStack() as closing:
        closing.push_async_callback(emulator.stop)
        closing.push_async_callback(runner.cleanup)
        await emulator.start()
        try:
            await web.TCPSite(runner, _HOST, port).start()
        except OSError:
            raise click.ClickException(messages.emulate_port_taken(port)) from None
        click.echo(messages.emulate_ready(runner.addresses[0][1]))
        await stop.wait()
