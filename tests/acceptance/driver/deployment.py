"""A deployment in a folder of its own: settings, keys, the bot of orders, an empty database."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Seal, development_keys

__all__ = ["BOT", "BOT_FOLDER", "TOKEN", "Deployment", "deploy", "free_ports", "webhook"]

BOT = "orders"
BOT_FOLDER = Path(__file__).parent / "orders"
TOKEN = "token-of-the-tests"

_SETTINGS = """
database = "{database}"
port = {port}
public_url = "http://127.0.0.1:{port}"
admin_port = {admin_port}
admin_token = "{token}"
key_file = "{folder}/keys.json"
lease_s = 1.0
drain_s = 5.0

[capability]
nightly = false

[applications.APP1.settings]
auth_mode = "gsma_only"
gsma_token = "static"
api_base = "{operator}"
quota_per_s = {quota_per_s}

[bots.{bot}]
path = "{bot_folder}"
application = "APP1"
token = "{token}"
webhook_auth = {{kind = "header", name = "X-Webhook-Secret", value = "{token}"}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Where one process of a deployment listens and reads its settings."""

    config: Path
    database: str
    port: int
    admin_port: int

    @property
    def seal(self) -> Seal:
        """The keys of this deployment."""
        return Seal(development_keys(self.config.parent / "keys.json"))


async def deploy(
    folder: Path, *, database: str, operator: str, ports: tuple[int, int], quota_per_s: int = 3000
) -> Deployment:
    """Write the settings of one process, make the keys, and bring the database to this version."""
    development_keys(folder / "keys.json")
    port, admin_port = ports
    config = folder / f"rbm-{port}.toml"
    config.write_text(
        _SETTINGS.format(
            database=database,
            port=port,
            admin_port=admin_port,
            token=TOKEN,
            folder=folder,
            operator=operator,
            quota_per_s=quota_per_s,
            bot=BOT,
            bot_folder=BOT_FOLDER,
        )
    )
    await upgrade(database)
    return Deployment(config=config, database=database, port=port, admin_port=admin_port)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on at this instant."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def webhook(port: int) -> str:
    """Where the operator tells a server of ours what happens."""
    return f"http://127.0.0.1:{port}/webhooks/maap/{BOT}"
