"""The people of a campaign with fallback: each kind goes another way, and what reached whom is read off their phones.

Most go a plain way: RCS; RCS, revoke and SMS; SMS at once; or their phone comes back at any instant. Some can get two
messages without any kill: the operator takes a message and its answer is lost; a receipt comes after the SMS; the
centre never says whether it took an SMS.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from sqlalchemy import Connection

from rbm_bots.clock import SystemClock, to_ms
from rbm_bots.emulator.smsc import Smsc
from rbm_bots.store import capability, contacts, open_store
from rbm_bots.store.capability import Learned
from tests.acceptance.driver.deployment import BOT, Deployment
from tests.acceptance.driver.operator import Operator, numbers, until

__all__ = ["Person", "Reached", "everybody", "know", "misbehave", "reached", "refuse_revoke", "turn"]

Kind = Literal["there", "offline", "no_rcs", "returns", "answer_lost", "late_receipt", "no_result"]
_PLAIN: tuple[Kind, ...] = ("there", "offline", "no_rcs", "returns")
_SPECIAL: tuple[Kind, ...] = ("answer_lost", "late_receipt", "no_result")
_NO_RESULT = "+33639984001"
_SHOWN = ("delivered", "displayed")
_NUMBER_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One line of the audience."""

    place: int
    number: str
    kind: Kind


@dataclass(slots=True)
class Reached:
    """The texts that stand on a person's phone."""

    rcs: list[str] = field(default_factory=list)
    sms: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many messages in all."""
        return len(self.rcs) + len(self.sms)


def everybody(count: int) -> list[Person]:
    """As many of each plain kind, behind the three who can get two messages."""
    kinds = [*_SPECIAL, *(_PLAIN[place % len(_PLAIN)] for place in range(count - len(_SPECIAL)))]
    places = enumerate(zip(kinds, numbers(count), strict=True))
    return [
        Person(place=place, number=_NO_RESULT if kind == "no_result" else number, kind=kind)
        for place, (kind, number) in places
    ]


async def know(deployment: Deployment, people: list[Person]) -> None:
    """Write into the book of capabilities who has RCS; no server may be running on SQLite."""
    store = await open_store(deployment.database)
    try:
        await store.write(partial(_learn, deployment=deployment, people=people))
    finally:
        await store.close()


def _learn(connection: Connection, *, deployment: Deployment, people: list[Person]) -> None:
    now_ms, seal = to_ms(SystemClock().now()), deployment.seal
    found = contacts.ensure_contacts(connection, seal, [one.number for one in people], now_ms=now_ms)
    learned = [
        Learned(
            contact_id=found[one.number],
            bot=BOT,
            answer="none" if one.kind in ("no_rcs", "no_result") else "rcs",
            source="bulk",
            at=now_ms,
        )
        for one in people
    ]
    capability.learned(connection, learned)


async def misbehave(operator: Operator, people: list[Person]) -> None:
    """Let phones and the operator do what each kind of person stands for."""
    for one in people:
        if one.kind in ("offline", "returns"):
            await turn(operator, one, "offline")
    [lost] = [one.number for one in people if one.kind == "answer_lost"]
    [late] = [one.number for one in people if one.kind == "late_receipt"]
    await operator.rule({"drop": "after"}, path="messages", contact=lost)
    await operator.rule({"reorder": True}, contact=late, event="messageStatus")


async def turn(operator: Operator, person: Person, way: Literal["online", "offline"]) -> None:
    """Turn a phone on or off."""
    async with operator.http.post(f"{operator.base}/_emulator/phones/{person.number}/{way}") as answer:
        assert answer.status == 200


async def refuse_revoke(operator: Operator, people: list[Person]) -> None:
    """Say no to the revoke of the message whose receipt is late, as soon as it is there."""
    [late] = [one.number for one in people if one.kind == "late_receipt"]
    await until(lambda: bool(operator.received(late)), within_s=600)
    await operator.rule({"status": 400}, path=f"messages/{operator.received(late)[0].msg_id}/status")


def reached(people: list[Person], operator: Operator, centre: Smsc) -> dict[str, Reached]:
    """What stands on each phone, by number. An SMS that the centre took has reached it."""
    sms = defaultdict(list)
    for taken in centre.taken:
        sms[taken.submit.to[-_NUMBER_DIGITS:]].append(taken.submit.text)
    return {
        one.number: Reached(
            rcs=[
                str(each.content.get("textMessage")) for each in operator.received(one.number) if each.status in _SHOWN
            ],
            sms=sms[one.number[-_NUMBER_DIGITS:]],
        )
        for one in people
    }
