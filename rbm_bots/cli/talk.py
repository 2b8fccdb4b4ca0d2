"""``rbm talk``: a conversation with a bot in the terminal, without server, account or network.

Time runs as it does outside, and «/wait» moves it on. The bot's own Python runs for real. Nothing is stored.
"""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults
from rbm_bots.errors import ResourceFailed, UsageError

if TYPE_CHECKING:
    from rbm_bots.botfile.model import Bot
    from rbm_bots.cli.talk_screen import Screen
    from rbm_bots.dialogue import Send
    from rbm_bots.testing import Play

__all__ = ["talk"]

_DURATION: Final = re.compile(r"([0-9]{1,6})\s*([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@click.command(help=messages.TALK)
@click.argument("bot", type=click.Path(exists=True, path_type=Path))
@click.option("--language", metavar="LANGUAGE", help=messages.TALK_LANGUAGE)
def talk(*, bot: Path, language: str | None) -> None:
    """Load the bot and talk until the input ends."""
    with one_line_faults():
        loaded = _load(bot)
        if language is not None and language not in loaded.languages:
            raise UsageError(messages.talk_no_language(language, list(loaded.languages)))
        from rbm_bots.server.logs import configure_logs

        configure_logs(level="error", readable=True)
        with asyncio.Runner() as loop:
            _Terminal(loaded, loop, language).run()


def _load(path: Path) -> Bot:
    """The bot; a faulty one shows its faults and ends the command with 1."""
    from rbm_bots.botfile.faults import format_fault
    from rbm_bots.botfile.load import inspect_bot

    checked = inspect_bot(path)
    if checked.bot is None:
        for fault in checked.faults:
            click.echo(format_fault(fault, checked.sources))
        raise click.exceptions.Exit(1)
    return checked.bot


class _Terminal:
    """Reads lines, hands them to the player, prints what comes back."""

    def __init__(self, bot: Bot, loop: asyncio.Runner, language: str | None) -> None:
        from rbm_bots.cli.talk_actions import open_runner

        self._bot = bot
        self._language = language
        self._loop = loop
        self._opened = AsyncExitStack()
        self._runner = loop.run(open_runner(bot, self._opened))
        self._moved = timedelta()
        self._new_person()

    def run(self) -> None:
        """Until the input ends, «/quit» or Ctrl-C."""
        click.echo(messages.talk_welcome(self._bot.name))
        try:
            self._loop.run(self._runner.start())
        except ResourceFailed as failed:
            fault = failed.__cause__
            click.echo(messages.talk_no_resources(type(fault).__name__, str(fault)), err=True)
        try:
            while (line := _read_line(sys.stdin)) is not None:
                if line.strip() in ("/quit", "/exit"):
                    break
                if line.strip():
                    self._handle(line.strip())
        except KeyboardInterrupt:
            click.echo()
        finally:
            self._loop.run(self._opened.aclose())

    def _new_person(self) -> None:
        from rbm_bots.cli.talk_screen import Screen
        from rbm_bots.testing import Play

        self._play: Play = Play(self._bot, now=self._now(), language=self._language, runner=self._runner)
        self._screen: Screen = Screen()

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._moved

    def _handle(self, line: str) -> None:
        self._catch_up()
        if not line.startswith("/"):
            self._show(self._loop.run(self._play.say(line)))
            return
        word, _, rest = line.partition(" ")
        match word:
            case "/tap":
                self._tap(rest.strip())
            case "/sms":
                self._play.channel = "rcs" if self._play.channel == "sms" else "sms"
                click.echo(messages.talk_channel(self._play.channel))
            case "/wait":
                self._wait(rest.strip())
            case "/restart":
                self._new_person()
                click.echo(messages.TALK_RESTARTED)
            case "/help":
                click.echo(messages.TALK_COMMANDS)
            case _:
                click.echo(messages.talk_unknown_command(word))

    def _catch_up(self) -> None:
        """What came due while nobody wrote."""
        gone_by = (self._now() - self._play.now).total_seconds()
        self._show(self._loop.run(self._play.wait(max(gone_by, 0))))

    def _tap(self, which: str) -> None:
        from rbm_bots.messages import Reply

        suggestion = self._screen.find(which)
        if suggestion is None:
            click.echo(messages.talk_nothing_to_tap(which))
            return
        sent = self._loop.run(self._play.tap_on(suggestion))
        self._show(sent)
        if not sent and not isinstance(suggestion, Reply):
            click.echo(messages.talk_tapped(suggestion.label))

    def _wait(self, written: str) -> None:
        found = _DURATION.fullmatch(written)
        if found is None:
            click.echo(messages.TALK_WAIT_FORM)
            return
        seconds = int(found[1]) * _SECONDS[found[2]]
        self._moved += timedelta(seconds=seconds)
        self._show(self._loop.run(self._play.wait(seconds)))
        click.echo(messages.talk_time(self._play.now.astimezone(self._bot.timezone)))

    def _show(self, sent: list[Send]) -> None:
        from rbm_bots.testing.why import reasons

        for line in self._screen.show(sent, sms=self._play.channel == "sms"):
            click.echo(line)
        for reason in reasons(self._play.notes):
            click.echo(messages.talk_reason(reason))
        for note in self._play.notes:
            if note.what == "flow_refused":
                click.echo(messages.talk_flow_refused(note.name))
        self._play.notes.clear()


def _read_line(source: TextIO) -> str | None:
    """The next line; ``None`` at the end of the input. What a pipe says is echoed, so that the talk can be read."""
    if source.isatty():
        click.echo("> ", nl=False)
        return source.readline() or None
    line = source.readline()
    if line:
        click.echo(f"> {line.rstrip()}")
    return line or None
