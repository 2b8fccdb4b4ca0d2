"""One turn of the garage bot, the pure function alone; and with the session read before it and written after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from time import process_time
from typing import Final

from rbm_bots.botfile.load import load_bot
from rbm_bots.botfile.model import Bot
from rbm_bots.dialogue import Session, decode_session, encode_session, turn
from rbm_bots.events import Event, Said, Tapped
from rbm_bots.testing import Play
from rbm_bots.words import fold, fold_words
from tests.bench.report import Figure, run
from tests.bench.served import BOT_FOLDER

_NOW: Final = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_TIMES: Final = 300
_ROUNDS: Final = 15
_TARGET_US: Final = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """A session, and what the person does then."""

    name: str
    session: Session
    event: Event


def measure() -> list[Figure]:
    """µs per turn at five moments of a booking."""
    bot = load_bot(BOT_FOLDER)
    figures = []
    for moment in asyncio.run(_moments(bot)):
        pure = _time(lambda cause, at=moment: turn(bot, at.session, at.event, now=_NOW, cause=cause))
        figures.append(_figure(moment.name, pure, most=_TARGET_US))
        stored = encode_session(moment.session)
        whole = _time(lambda cause, at=moment, kept=stored: _with_session(bot, kept, at.event, cause))
        figures.append(_figure(f"{moment.name}, session read and written", whole))
    return figures


async def _moments(bot: Bot) -> list[_Moment]:
    play = Play(bot, now=_NOW)
    await play.say("bonjour")
    found = [
        _Moment(name="a tap that shows a carousel", session=play.session, event=_tap(play, "Prendre rendez-vous")),
        _Moment(name="a question of the faq", session=play.session, event=Said(text="Vous êtes ouverts ?")),
    ]
    await play.tap("Prendre rendez-vous")
    found.append(_Moment(name="a tap that asks", session=play.session, event=_tap(play, "Je ne sais pas encore")))
    await play.tap("Je ne sais pas encore")
    found.append(_Moment(name="a typed answer", session=play.session, event=Said(text="La révision, s'il vous plaît")))
    found.append(_Moment(name="an answer not understood", session=play.session, event=Said(text="je ne sais pas")))
    return found


def _tap(play: Play, label: str) -> Tapped:
    suggestion = play.find(label)
    return Tapped(tap="reply", label=label, postback=suggestion.postback)


def _with_session(bot: Bot, stored: bytes, event: Event, cause: str) -> bytes:
    return encode_session(turn(bot, decode_session(stored), event, now=_NOW, cause=cause).session)


def _time(once: Callable[[str], object]) -> float:
    """Processor time in µs, of the round that others disturbed least; no turn finds its words folded before."""
    rounds, causes = [], count()
    for _ in range(_ROUNDS):
        took = 0.0
        for _ in range(_TIMES):
            fold.cache_clear()
            fold_words.cache_clear()
            cause = f"bench/{next(causes)}"
            began = process_time()
            once(cause)
            took += process_time() - began
        rounds.append(took / _TIMES * 1e6)
    return min(rounds)


def _figure(name: str, value: float, *, most: float | None = None) -> Figure:
    return Figure(bench="turn", name=name, value=value, unit="µs", most=most)


if __name__ == "__main__":
    run(measure)
