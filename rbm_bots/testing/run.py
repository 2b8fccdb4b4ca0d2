"""Runs conversation tests (bot language 16): the talk line by line, on a frozen clock, with mocked actions.

Theory of operation. A line of the person is an event for :class:`~rbm_bots.testing.play.Play`, which writes and reads
the session before each. What the bot sends waits until the next line that is not a ``bot:`` line; then lines and
messages are paired, and every one of both must have its other. The first line that fails ends the test: what comes
after it would only fail because of it. With ``update``, messages never fail: they become edits of the file.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from rbm_bots.botfile.model import Bot
from rbm_bots.dialogue import Facts, store
from rbm_bots.events import AgentJoined, AgentLeft, AgentSaid, Event, SceneStarted
from rbm_bots.messages import Reply
from rbm_bots.testing.compare import pair_up
from rbm_bots.testing.expectations import check_expected
from rbm_bots.testing.failures import TalkFailed, messages_differ
from rbm_bots.testing.mocks import MockMissing, Mocks
from rbm_bots.testing.play import NotOnScreen, Play
from rbm_bots.testing.screen import find_tap
from rbm_bots.testing.seen import seen
from rbm_bots.testing.talks import (
    Agent,
    Anything,
    BotLine,
    BotSays,
    Expects,
    Line,
    Mock,
    Platform,
    Says,
    SendsFile,
    Shares,
    StartsScene,
    Talk,
    TalkFile,
    Taps,
    Waits,
)
from rbm_bots.testing.updating import Edit, edits_for
from rbm_bots.testing.values import slot_value
from rbm_bots.testing.why import reasons

__all__ = ["TalkResult", "run_talk"]

_FILE_BYTES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkResult:
    """What came of one test. ``reached``: names of the steps that were passed; ``unused``: answers never asked for."""

    talk: Talk
    failure: TalkFailed | None
    reached: frozenset[str]
    unused: frozenset[str]
    edits: tuple[Edit, ...] = ()


async def run_talk(talk: Talk, file: TalkFile, bot: Bot, *, update: bool = False) -> TalkResult:
    """Play one test of ``file`` with ``bot``, whose names were checked (:mod:`.names`)."""
    run = _Run(talk, file, bot, update=update)
    failure: TalkFailed | None = None
    try:
        await run.play_lines()
    except TalkFailed as failed:
        failure = failed
    unused = frozenset(run.mocks.unused())
    if failure is None:
        failure = _unused(talk.mocks, unused)
    else:
        why = [f"why: {reason}" for reason in dict.fromkeys(reasons(run.play.notes))]
        failure = TalkFailed(failure.mark, failure.message, [*failure.details, *why])
    return TalkResult(
        talk=talk, failure=failure, reached=frozenset(run.play.trail), unused=unused, edits=tuple(run.edits)
    )


def _unused(mocks: Mapping[str, Mock], unused: frozenset[str]) -> TalkFailed | None:
    for name, mock in mocks.items():
        if name in unused:
            left = "was never called" if mock.always else "was called fewer times than it has answers"
            return TalkFailed(mock.mark, f"the action «{name}» {left}")
    return None


class _Run:
    """One test under way."""

    def __init__(self, talk: Talk, file: TalkFile, bot: Bot, *, update: bool) -> None:
        self.talk = talk
        self.file = file
        self.update = update
        answers = {**file.mocks, **talk.mocks}
        self.mocks = Mocks({name: _answers(mock) for name, mock in answers.items()})
        self.play = Play(
            bot, now=file.now, channel=talk.channel, language=talk.language, facts=_facts(talk), mocks=self.mocks
        )
        self.play.session = msgspec.structs.replace(self.play.session, slots=_kept(talk, bot))
        self.edits: list[Edit] = []
        self._read = 0  # how many of the messages have met their lines
        self._screen_at = 0  # the first message since the person's last word

    async def play_lines(self) -> None:
        """Every line in order. Raises :class:`TalkFailed`."""
        before = Line(mark=self.talk.mark)
        waiting: list[BotLine] = []
        for line in self.talk.lines:
            if isinstance(line, BotSays | Anything):
                waiting.append(line)
                continue
            self._settle(waiting, before)
            waiting, before = [], line
            try:
                await self._do(line)
                self._refuse_broken_flows(line)
            except (MockMissing, NotOnScreen) as missing:
                hints = [f"hint: {missing.hint}"] if missing.hint else []
                raise TalkFailed(line.mark, missing.message, hints) from None
        self._settle(waiting, before)

    def _refuse_broken_flows(self, line: Line) -> None:
        """Steps that Python built and nobody can play are a fault of the bot, whatever it said to the person."""
        refused = next((note for note in self.play.notes if note.what == "flow_refused"), None)
        if refused is not None:
            message = f"actions.py built a flow that cannot be played: {refused.name}"
            raise TalkFailed(line.mark, message, ["hint: «rbm check» tells more, «rbm explain» of each code"])

    def _settle(self, lines: list[BotLine], before: Line) -> None:
        """Hold what was sent since ``before`` against the lines that expect it."""
        messages = [seen(send.message) for send in self.play.sent[self._read :]]
        self._read = len(self.play.sent)
        pairs = pair_up(lines, messages)
        sms = self.talk.channel == "sms"
        if self.update and not (isinstance(before, Waits) and before.silent):
            self.edits += edits_for(pairs, before.mark, sms=sms)
            return
        failed = messages_differ(pairs, before, sms=sms)
        if failed is not None:
            raise failed

    async def _do(self, line: Line) -> None:
        match line:
            case Waits(time=time):
                await self.play.wait(time.total_seconds())
            case Expects():
                check_expected(line, self.play)
            case Agent() | StartsScene():
                await self.play.receive(_event(line))
            case _:
                await self._say(line)

    async def _say(self, line: Line) -> None:
        """A word of the person."""
        begun = self._screen_at
        older, screen = self.play.sent[:begun], self.play.sent[begun:]
        self._screen_at = len(self.play.sent)
        match line:
            case Says(text=text):
                await self.play.say(text)
            case Platform(event="start_chat"):
                await self.play.start()
            case Platform(event=event):  # the platform's event and the word are one and the same to a bot
                await self.play.say("STOP" if event == "unsubscribe" else "START")
            case _ if self.talk.channel == "sms":
                raise TalkFailed(line.mark, "a phone without RCS can only write", ["hint: user: the number of a line"])
            case Taps(label=label, card=card):
                suggestion = find_tap(label, card=card, screen=screen, older=older)
                if not isinstance(suggestion, Reply):
                    self._screen_at = begun  # a button says nothing: the chips stay where they are
                await self.play.tap_on(suggestion)
            case Shares(latitude=latitude, longitude=longitude):
                await self.play.share(latitude, longitude)
            case SendsFile(file=file):
                await self._send_file(file)

    async def _send_file(self, file: str) -> None:
        on_disk = self.file.path.parent / file
        size = on_disk.stat().st_size if on_disk.is_file() else _FILE_BYTES
        kind, _ = mimetypes.guess_type(file)
        url = file if file.startswith("https://") else f"https://phone.example/{on_disk.name}"
        await self.play.send_file(url, mime_type=kind or "application/octet-stream", size=size)


def _event(line: Agent | StartsScene) -> Event:
    if isinstance(line, StartsScene):
        return SceneStarted(name=line.name, columns=dict(line.columns))
    match line.does:
        case "joins":
            return AgentJoined()
        case "says":
            return AgentSaid(text=line.text)
    return AgentLeft()


def _answers(mock: Mock) -> Mapping[str, Any] | list[Mapping[str, Any]]:
    return mock.answers[0] if mock.always else list(mock.answers)


def _facts(talk: Talk) -> Facts:
    """What is known of the person; without consent nothing of the customer is."""
    customer = dict(talk.customer) if talk.contact.get("consent", True) else {}
    return Facts(customer=customer, agents=talk.agents, operator=talk.contact.get("operator"))


def _kept(talk: Talk, bot: Bot) -> dict[str, dict[str, Any]]:
    """The slots that are filled before the talk, by scope, as a session stores them."""
    kept: dict[str, dict[str, Any]] = {}
    for name, node in talk.slots.items():
        spec = bot.slots[name]
        value = slot_value(spec, node, zone=bot.timezone)
        if value is not None:
            kept.setdefault(spec.keep, {})[name] = store(value)
    return kept
