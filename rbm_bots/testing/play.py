"""A conversation in memory: the pure player with time, timers and actions around it, and no server.

It is no kinder than the real thing: the session is written and read again before every event, ids are those of the
server, timers fire only when time moves, and words that come while an action runs wait behind its result.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from rbm_bots.botfile.model import Bot
from rbm_bots.dialogue import (
    ClearTimer,
    Effect,
    Facts,
    MakeCall,
    Note,
    OptChanged,
    Send,
    Session,
    SetTimer,
    decode_session,
    encode_session,
    new_session,
    turn,
)
from rbm_bots.errors import RbmError
from rbm_bots.events import CallReturned, Event, Said, SentFile, SentLocation, Started, Tapped, TimerFired
from rbm_bots.messages import Carousel, Reply, RichCard, Suggestion
from rbm_bots.runner import ActionRunner
from rbm_bots.testing.mocks import Mocks

__all__ = ["NotOnScreen", "Play", "suggestions_of"]

_CONTACT: Final = "talk"
_STRANGER: Final = Facts()


class NotOnScreen(RbmError):
    """Nothing that was shown has this label."""

    code = "not_on_screen"


class Play:
    """One person and one bot. ``now`` is aware and moves only with :meth:`wait`; every method gives what the bot sent.

    Actions are answered by ``mocks``, or run by ``runner`` (started by its owner) when there is one. Flows that Python
    builds are built for real, without resources, unless a mock ``flow:NAME`` stands in. ``facts``: what is known of the
    person besides channel, language and consent.
    """

    def __init__(
        self,
        bot: Bot,
        *,
        now: datetime,
        channel: Literal["rcs", "sms"] = "rcs",
        language: str | None = None,
        facts: Facts = _STRANGER,
        mocks: Mocks | None = None,
        runner: ActionRunner | None = None,
    ) -> None:
        self.bot = bot
        self.now = now
        self.channel: Literal["rcs", "sms"] = channel
        self.language = language
        self.facts = facts
        self.opted_out = False
        self.session: Session = new_session(bot, now)
        self.sent: list[Send] = []
        self.notes: list[Note] = []
        self.calls: list[MakeCall] = []
        self.trail: list[str] = []
        self.timers: dict[str, datetime] = {}
        self._mocks = mocks or Mocks()
        self._runner = runner
        self._builder = runner or ActionRunner(bot.id, bot.actions)
        self._causes = 0

    @property
    def with_human(self) -> bool:
        """Whether a human has the conversation, or is asked for."""
        return self.session.help is not None

    async def say(self, text: str) -> list[Send]:
        """The person writes."""
        return await self.receive(Said(text=text))

    async def tap(self, label: str) -> list[Send]:
        """The person taps the newest suggestion with this label. Raises :class:`NotOnScreen`."""
        return await self.tap_on(self.find(label))

    async def tap_on(self, suggestion: Suggestion) -> list[Send]:
        """The person taps this very suggestion."""
        kind: Literal["reply", "action"] = "reply" if isinstance(suggestion, Reply) else "action"
        return await self.receive(Tapped(tap=kind, label=suggestion.label, postback=suggestion.postback))

    async def share(self, latitude: float, longitude: float) -> list[Send]:
        """The person shares a position."""
        return await self.receive(SentLocation(latitude=latitude, longitude=longitude))

    async def send_file(self, url: str, *, mime_type: str, size: int = 1000) -> list[Send]:
        """The person sends a file."""
        return await self.receive(SentFile(url=url, name=url.rpartition("/")[2], mime_type=mime_type, size=size))

    async def start(self) -> list[Send]:
        """The person taps «start chat»."""
        return await self.receive(Started())

    async def wait(self, seconds: float) -> list[Send]:
        """Time goes by; timers that come due fire in their order."""
        until = self.now + timedelta(seconds=seconds)
        before = len(self.sent)
        while due := [(at, name) for name, at in self.timers.items() if at <= until]:
            self.now, name = min(due)
            del self.timers[name]
            await self.receive(TimerFired(name=name))
        self.now = until
        return self.sent[before:]

    async def receive(self, event: Event) -> list[Send]:
        """Any event; actions run until the bot waits for the person."""
        before = len(self.sent)
        waiting: list[Event] = [event]
        while waiting:
            call = self._play(waiting.pop(0))
            if call is not None:
                waiting.append(await self._run(call))
        return self.sent[before:]

    def find(self, label: str) -> Suggestion:
        """The newest suggestion with this label. Raises :class:`NotOnScreen`."""
        for send in reversed(self.sent):
            for suggestion in suggestions_of(send):
                if suggestion.label == label:
                    return suggestion
        raise NotOnScreen(f"nothing on the screen is called «{label}»")

    def slot(self, name: str) -> object:
        """A slot's value in its stored form; ``None`` when it is empty."""
        return self.session.slots.get(self.bot.slots[name].keep, {}).get(name)

    def _play(self, event: Event) -> MakeCall | None:
        """One call of ``turn``; gives the action that is to run now."""
        self._causes += 1
        facts = msgspec.structs.replace(
            self.facts, channel=self.channel, language=self.language, opted_out=self.opted_out
        )
        session = decode_session(encode_session(self.session))
        played = turn(self.bot, session, event, now=self.now, cause=f"talk/{self._causes}", facts=facts)
        self.session = played.session
        self.trail += played.trail
        call = None
        for effect in played.effects:
            call = self._carry_out(effect) or call
        return call

    def _carry_out(self, effect: Effect) -> MakeCall | None:
        match effect:
            case Send():
                self.sent.append(effect)
            case SetTimer(name=name, at=at):
                self.timers[name] = at
            case ClearTimer(name=name):
                self.timers.pop(name, None)
            case OptChanged(kind=kind):
                self.opted_out = kind == "stop"
            case Note():
                self.notes.append(effect)
            case MakeCall():
                self.calls.append(effect)
                return effect
        return None

    async def _run(self, call: MakeCall) -> CallReturned:
        runner = self._runner
        if call.action.startswith("flow:") and not self._mocks.answers_for(call.action):
            runner = self._builder
        if runner is None:
            return self._mocks.answer(call_id=call.call_id, action=call.action, offers=call.offers)
        return await runner.run(
            call_id=call.call_id,
            action=call.action,
            args=call.args,
            slots=call.slots,
            customer=call.customer,
            contact=_CONTACT,
            now=self.now,
            after=call.after,
            offers=call.offers,
        )


def suggestions_of(send: Send) -> Iterator[Suggestion]:
    """All suggestions of a message: those of its cards first, then its chips."""
    content = send.message.content
    cards = content.cards if isinstance(content, Carousel) else (content.card,) if isinstance(content, RichCard) else ()
    for card in cards:
        yield from card.suggestions
    yield from send.message.chips
