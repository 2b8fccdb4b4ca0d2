"""A recorded conversation, played again by the bot as it is now, beside what was sent then.

Theory of operation. The turn rows say what was handled, when, and knowing what; results of actions are among them, so
nothing is called again. Ids of messages are made from the row and a rank: what a row sent then is found by the ids it
would make today, whatever it said. Words that answer a private slot, and the values of private slots wherever they are
shown, are masked before anything leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final

import msgspec

from rbm_bots.botfile.model import Bot
from rbm_bots.clock import from_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.dialogue import Send, Session, decode_session, encode_session, new_session, turn
from rbm_bots.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    CallReturned,
    Event,
    Said,
    SceneStarted,
    SentFile,
    SentLocation,
    Started,
    Tapped,
    TimerFired,
)
from rbm_bots.history import cause_of, open_event, open_facts
from rbm_bots.ids import message_id
from rbm_bots.messages import Message
from rbm_bots.store.seal import Seal
from rbm_bots.store.turns import Handled, Sent
from rbm_bots.testing.masking import Mask
from rbm_bots.testing.seen import seen
from rbm_bots.testing.talks import Pattern

__all__ = ["PlayedAgain", "play_again"]

_RECEIPT: Final = "messageStatus"

_decode_message = msgspec.json.Decoder(Message).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedAgain:
    """One event: ``what`` it was and what it said, masked; the messages it was answered with ``then`` and ``now``."""

    at: datetime
    what: str
    words: str
    then: tuple[Mapping[str, Pattern], ...]
    now: tuple[Mapping[str, Pattern], ...]
    same: bool


def play_again(bot: Bot, rows: Iterable[Handled], sent: Iterable[Sent], seal: Seal) -> Iterator[PlayedAgain]:
    """Play ``rows`` of one conversation, oldest first; ``sent``: what it has sent. Raises ``SealBroken``."""
    bodies = {one.message_id: one.body for one in sent}
    session: Session | None = None
    mask = Mask(bot)
    for row in rows:
        if row.kind == _RECEIPT:
            continue
        at, event = from_ms(row.played_at), open_event(seal, row)
        session = session or new_session(bot, at)
        asked_for_private = mask.is_asked_for(session)
        facts = open_facts(seal, row.facts or b"")
        played = turn(bot, session, event, now=at, cause=cause_of(row), facts=facts)
        session = decode_session(encode_session(played.session))
        mask.learn(session, at)
        now = [effect.message for effect in played.effects if isinstance(effect, Send)]
        then = list(_sent_then(row, bodies, seal))
        what, words = _told(event)
        yield PlayedAgain(
            at=at,
            what=what,
            words=mask.all_of(words) if asked_for_private else mask.words(words),
            then=tuple(mask.message(seen(message)) for message in then),
            now=tuple(mask.message(seen(message)) for message in now),
            same=list(map(_shown, then)) == list(map(_shown, now)),
        )


def _sent_then(row: Handled, bodies: Mapping[str, bytes | None], seal: Seal) -> Iterator[Message]:
    for ordinal in count():
        name = message_id(cause_of(row), ordinal)
        if name not in bodies:
            return
        body = bodies[name]
        if body is not None:
            yield _decode_message(seal.open(body, purpose=BODY))


def _shown(message: Message) -> object:
    """A message without what no person sees: the data behind its buttons, which names the bot's version."""
    return msgspec.json.encode(_without_postbacks(msgspec.to_builtins(message)))


def _without_postbacks(value: object) -> object:
    if isinstance(value, dict):
        hidden = ("postback", "sms_options")
        return {key: _without_postbacks(item) for key, item in value.items() if key not in hidden}
    return [_without_postbacks(item) for item in value] if isinstance(value, list | tuple) else value


def _told(event: Event) -> tuple[str, str]:
    """The event as a line of a talk: its word, and what was said with it. Results of actions are not told."""
    match event:
        case Said(text=text):
            return "user", text
        case Tapped(label=label):
            return "tap", label or ""
        case SentFile(name=name, url=url):
            return "sends", name or (url or "").rpartition("/")[2]
        case SentLocation(latitude=latitude, longitude=longitude):
            return "shares", f"{latitude},{longitude}"
        case Started():
            return "event", "start_chat"
        case TimerFired(name=name):
            return "timer", name
        case CallReturned(error=error):
            return ("action raised", error) if error is not None else ("action returned", "")
    return _told_of_others(event)


def _told_of_others(event: Event) -> tuple[str, str]:
    match event:
        case AgentJoined():
            return "agent", "joins"
        case AgentSaid(text=text):
            return "agent says", text
        case AgentLeft():
            return "agent", "leaves"
        case SceneStarted(name=name):
            return "scene", name
    return "event", type(event).__name__
