"""``rbm replay``: a recorded conversation, and what the bot would say to the same person now."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async
from rbm_bots.errors import UsageError

if TYPE_CHECKING:
    from rbm_bots.botfile.model import Bot
    from rbm_bots.testing.again import PlayedAgain
    from rbm_bots.testing.talks import Pattern

__all__ = ["replay"]


@click.command(help=messages.REPLAY)
@click.argument("conversation", metavar="ID")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), metavar="rbm.toml", help=messages.CONFIG)
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
def replay(*, conversation: str, config: Path | None, as_json: bool) -> None:
    """Play it again; exit status 0 when it goes as it went, 1 when something is said differently."""
    with one_line_faults():
        bot, played = run_async(partial(_play, conversation, config))
    if as_json:
        click.echo(json.dumps([_plain(one) for one in played], ensure_ascii=False))
    else:
        click.echo(messages.replay_heading(conversation, events=len(played), version=bot.version))
        for one in played:
            _print(one, bot)
        click.echo(messages.replay_result(sum(not one.same for one in played)))
    sys.exit(0 if all(one.same for one in played) else 1)


async def _play(conversation: str, config: Path | None) -> tuple[Bot, list[PlayedAgain]]:
    """The bot and the events. Raises ``UsageError`` when nothing of this name is recorded."""
    from rbm_bots.server.deployment import load_deployment
    from rbm_bots.server.keys import open_seal
    from rbm_bots.settings import load_settings
    from rbm_bots.store import turns
    from rbm_bots.store.looking import open_to_look
    from rbm_bots.store.schema import require_current
    from rbm_bots.testing.again import play_again

    settings = load_settings(config)
    name, _, contact = conversation.partition("/")
    deployed = load_deployment(settings).bots.get(name)
    if deployed is None:
        raise UsageError(messages.replay_none(conversation))
    seal = open_seal(settings)
    async with open_to_look(settings.database) as store:
        await store.read(require_current)
        rows = await store.read(partial(turns.handled, bot=name, contact_id=contact))
        sent = await store.read(partial(turns.sent, bot=name, contact_id=contact))
    if not rows:
        raise UsageError(messages.replay_none(conversation))
    return deployed.bot, list(play_again(deployed.bot, rows, sent, seal))


def _print(one: PlayedAgain, bot: Bot) -> None:
    at = one.at.astimezone(bot.timezone)
    click.echo(f"{at:%Y-%m-%d %H:%M}  {one.what}" + (f": {one.words}" if one.words else ""))
    if one.same:
        _print_messages(one.now, "bot")
    else:
        _print_messages(one.then, "then")
        _print_messages(one.now, "now")


def _print_messages(shown: Sequence[Mapping[str, Pattern]], who: str) -> None:
    from rbm_bots.testing.seen import draw, main_keys

    for message in shown:
        click.echo(f"  {who:4}  {draw(message, main_keys(message, sms=False))}")
    if not shown and who != "bot":
        click.echo(f"  {who:4}  ~")


def _plain(one: PlayedAgain) -> dict[str, object]:
    return {
        "at": one.at.isoformat(),
        "event": one.what,
        "words": one.words,
        "then": list(one.then),
        "now": list(one.now),
        "same": one.same,
    }
