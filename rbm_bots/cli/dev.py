"""``rbm dev``: server, worker and emulated operator in one process, a phone page, and reload at every save."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async, until_stopped

if TYPE_CHECKING:
    from rbm_bots.emulator import Emulator
    from rbm_bots.settings import Settings

__all__ = ["dev"]

_HOST = "127.0.0.1"
_FOLDER = Path(".rbm")
_APPLICATION = "APP1"


@click.command(help=messages.DEV)
@click.argument("bots", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help=messages.DEV_PORT)
@click.option("--folder", type=click.Path(path_type=Path), default=_FOLDER, show_default=True, help=messages.DEV_FOLDER)
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning", help=messages.LOG_LEVEL
)
def dev(*, bots: tuple[Path, ...], port: int, folder: Path, log_level: str) -> None:
    """Everything on one port of 127.0.0.1."""
    with one_line_faults():
        run_async(lambda: _run(bots, port or _free_port(), folder, log_level))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dev:
    """What a development server is made of: settings with fresh secrets, and the operator that knows them."""

    settings: Settings
    emulator: Emulator


async def _run(paths: tuple[Path, ...], port: int, folder: Path, log_level: str) -> None:
    from rbm_bots.botfile.load import load_bot
    from rbm_bots.cli.reload import Reloader
    from rbm_bots.server.app import Server
    from rbm_bots.server.deployment import load_deployment
    from rbm_bots.server.keys import open_seal
    from rbm_bots.server.logs import configure_logs
    from rbm_bots.store import open_store
    from rbm_bots.store.schema import upgrade

    configure_logs(level=log_level, readable=True)
    loaded = {load_bot(path).id: path for path in paths}
    made = _assemble(loaded, port, folder)
    await upgrade(made.settings.database)
    store = await open_store(made.settings.database)
    try:
        deployment = load_deployment(made.settings)
        seal = open_seal(made.settings)
        server = Server(settings=made.settings, deployment=deployment, store=store, seal=seal, follow=True)
        reloader = Reloader(server=server, emulator=made.emulator, bots=loaded)
        await made.emulator.start()
        try:
            await server.start(extra=made.emulator.add_routes)
            await reloader.start()
            click.echo(messages.dev_ready(port, [one.bot.name for one in deployment.bots.values()]))
            await until_stopped()
        finally:
            await reloader.stop()
            await server.stop()
            await made.emulator.stop()
    finally:
        await store.close()


def _assemble(bots: dict[str, Path], port: int, folder: Path) -> _Dev:
    from rbm_bots.emulator import EmulatorSettings, build_emulator
    from rbm_bots.settings import Settings

    origin = f"http://{_HOST}:{port}"
    private, public = _key_pair()
    secret, token = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    emulator = build_emulator(
        EmulatorSettings(
            app_id=_APPLICATION,
            app_secret=secret,
            bot_key=public,
            bots=tuple(bots),
            webhook=f"{origin}/webhooks/maap/{{bot}}",
            webhook_token=token,
        )
    )
    how = {"api_base": f"{origin}/bothub/v1/gsma", "oauth_url": f"{origin}/oauth/v3/token"}
    application = {"client_id": _APPLICATION, "client_secret": secret, "settings": how}
    account = {"application": _APPLICATION, "private_key": private, "webhook_auth": {"kind": "header", "value": token}}
    settings = Settings(
        database=f"sqlite:///{folder / 'dev.db'}",
        host=_HOST,
        port=port,
        public_url=origin,
        key_file=folder / "keys.json",
        drain_s=2.0,
        applications={_APPLICATION: application},
        bots={bot: {"path": str(path), **account} for bot, path in bots.items()},
    )
    return _Dev(settings=settings, emulator=emulator)


def _key_pair() -> tuple[str, str]:
    """A fresh RSA pair in PEM: the bot signs with the first, the operator checks with the second."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
