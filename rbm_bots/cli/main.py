"""``rbm``: the group of all commands. A command is imported only when it runs, so ``rbm check`` starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from rbm_bots.cli import messages
from rbm_bots.cli.run import run

__all__ = ["main", "rbm"]

_COMMANDS: Final = {
    "campaign": "rbm_bots.cli.campaign",
    "capability": "rbm_bots.cli.capability",
    "check": "rbm_bots.cli.check",
    "db": "rbm_bots.cli.db",
    "delivery": "rbm_bots.cli.delivery",
    "dev": "rbm_bots.cli.dev",
    "doctor": "rbm_bots.cli.doctor",
    "emulate": "rbm_bots.cli.emulate",
    "explain": "rbm_bots.cli.check",
    "graph": "rbm_bots.cli.graph",
    "i18n": "rbm_bots.cli.i18n",
    "ledger": "rbm_bots.cli.ledger",
    "new": "rbm_bots.cli.new",
    "parse": "rbm_bots.cli.parse",
    "preview": "rbm_bots.cli.preview",
    "replay": "rbm_bots.cli.replay",
    "rules": "rbm_bots.cli.rules",
    "schema": "rbm_bots.cli.schema",
    "serve": "rbm_bots.cli.serve",
    "sms": "rbm_bots.cli.sms",
    "smsc": "rbm_bots.cli.smsc",
    "talk": "rbm_bots.cli.talk",
    "test": "rbm_bots.cli.test",
    "work": "rbm_bots.cli.serve",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=_Lazy, help=messages.RBM_HELP, no_args_is_help=True)
@click.version_option(package_name="rbm_bots", prog_name="rbm", message="%(prog)s %(version)s")
def rbm() -> None:
    """Hold the commands."""


def main() -> None:
    """Run ``rbm`` and end the process with its exit code."""
    run(rbm)
