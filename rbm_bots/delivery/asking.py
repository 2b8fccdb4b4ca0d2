"""Asks the gate for many legs at once: what is known of their people is read in a few queries, not one a message.

Rows of the gate that only a text can answer (its STOP mention) are asked as the text is made. A part that waited for
its turn is asked once more without its text: opt-out, hours and the cap are what may have changed since.

A STOP purges for good what was waiting as it came, also when START follows before its turn. The gate itself knows only
the last word; so what has waited is asked about with the instant from which on it waited.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeVar

from msgspec.structs import replace
from sqlalchemy import Connection

from rbm_bots.clock import from_ms, to_ms
from rbm_bots.delivery.code_queue import CodeQueues, Joining, Room
from rbm_bots.delivery.fallback.saga import Capability
from rbm_bots.delivery.routes import LegSettings, SmsCode, kind_of
from rbm_bots.delivery.zones import zone_of
from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.gate import ask_gate
from rbm_bots.rules.opening import closing
from rbm_bots.rules.question import Consent, ErrorRatio, Facts, Left, Leg, Opt, Question, Window
from rbm_bots.store import contacts, gate_facts
from rbm_bots.store.gate_facts import LeftMarketing, OptWord
from rbm_bots.store.seal import Seal

__all__ = ["NO_RATIO", "Answer", "Asked", "Asker", "Found", "LookUp", "nobody_looked"]

NO_RATIO: Final = ErrorRatio()
"""Of a leg that the misses of its application do not concern."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_CAP_LOOKS_BACK: Final = timedelta(hours=50)  # more than the longest day of any zone
_CONSENTS: Final = frozenset({"optin", "start"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found out about a person before asking."""

    capability: Capability = "unknown"
    operator: Literal["orange", "other", "unknown"] = "unknown"


LookUp = Callable[[Connection, Collection[str], int], Mapping[str, Found]]
"""The book of capabilities: contact ids and an instant in ms; those that nobody looked up may be left out."""


def nobody_looked(_connection: Connection, _contacts: Collection[str], _now_ms: int) -> Mapping[str, Found]:
    """The book of a deployment without one."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One leg that wants to leave. ``text`` is ``None`` where it was judged before (a part that waited).

    ``parts``: of an SMS that wants to join its code's queue. ``waits_since``: when it was queued, in milliseconds.
    ``ratio``: the misses of its application, where they concern it.
    """

    message_id: str
    bot: str
    brand: str
    contact_id: str
    message_class: str
    via: str = "msisdn"
    code: SmsCode | None = None
    text: str | None = ""
    parts: int = 1
    stop_chip: bool = False
    waits_since: int | None = None
    ratio: ErrorRatio = NO_RATIO

    @property
    def joins(self) -> Joining | None:
        """The queue that it wants to join; ``None``: it goes by RCS, or stands there already."""
        if self.code is None or self.text is None:
            return None
        return Joining(code=self.code, message_class=self.message_class, parts=self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The gate's word, the closing hour of the day where one rules the leg, and what is known of the person."""

    decision: Decision
    closes_at: datetime | None
    found: Found


class Asker:
    """Reads facts and asks the gate."""

    def __init__(self, *, seal: Seal, settings: LegSettings, look_up: LookUp = nobody_looked) -> None:
        self.settings = settings
        self._seal = seal
        self._look_up = look_up
        self._queues = CodeQueues()

    def ask(self, connection: Connection, legs: Sequence[Asked], *, now: datetime) -> list[Answer]:
        """The answers, in the order of ``legs``; all read in this transaction."""
        if not legs:
            return []
        known = _Known.read(connection, self._seal, self._look_up, legs, now)
        room = self._queues.read(connection, [leg.code for leg in legs if leg.joins and leg.code], now=now)
        return [self._answer(leg, known, room, now) for leg in legs]

    def _answer(self, asked: Asked, known: _Known, room: Room, now: datetime) -> Answer:
        found = known.found.get(asked.contact_id, Found())
        question = self._question(asked, known, found, now)
        closes_at = closing(question)
        if known.stopped_since(asked):
            decision = replace(deny("stop"), rule_set=question.rules.name)
        elif (joins := asked.joins) is not None:
            free_at = room.free_at(joins, closes_at=closes_at)
            decision = ask_gate(replace(question, facts=replace(question.facts, quota_free_at=free_at)))
            room.decided(joins, decision, closes_at=closes_at)
        else:
            decision = ask_gate(question)
        return Answer(decision=decision, closes_at=closes_at, found=found)

    def _question(self, asked: Asked, known: _Known, found: Found, now: datetime) -> Question:
        code, gate = asked.code, self.settings.gate
        leg = Leg(
            channel="rcs" if code is None else "sms",
            id=asked.message_id,
            message_class=kind_of(asked.message_class),
            brand=asked.brand,
            code=code.code if code is not None else None,
            sender=code.sender if code is not None else None,
            text=asked.text or "",
            stop_chip=asked.stop_chip,
            address_kind="alias" if asked.via == "alias" else "msisdn",
        )
        if asked.text is None:
            gate = replace(gate, stop_appended_by_gateway=True)
        facts = known.facts(asked, found, self.settings, now)
        return Question(leg=leg, now=now, facts=facts, settings=gate, rule_set=self.settings.rule_set)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The facts of one batch, by person."""

    found: Mapping[str, Found]
    words: Mapping[str, list[OptWord]]
    marketing: Mapping[tuple[str, str], list[LeftMarketing]]
    heard: Mapping[tuple[str, str], int]
    zones: Mapping[str, str]

    @classmethod
    def read(cls, connection: Connection, seal: Seal, look_up: LookUp, legs: Sequence[Asked], now: datetime) -> _Known:
        people = {leg.contact_id for leg in legs}
        marketing = [leg for leg in legs if leg.message_class == "marketing"]
        since_ms = to_ms(now - _CAP_LOOKS_BACK)
        words = gate_facts.opt_words(connection, {(leg.brand, leg.contact_id) for leg in legs})
        left = gate_facts.left_marketing(
            connection, {(leg.brand, leg.contact_id) for leg in marketing}, since_ms=since_ms
        )
        addresses = contacts.read_addresses(connection, seal, [(leg.contact_id, "msisdn") for leg in marketing])
        return cls(
            found=look_up(connection, people, to_ms(now)),
            words=_grouped(words, lambda word: word.contact_id),
            marketing=_grouped(left, lambda one: (one.brand, one.contact_id)),
            heard=gate_facts.heard(connection, {(leg.bot, leg.contact_id) for leg in legs}),
            zones={contact: zone_of(who.msisdn if who else None) for (contact, _), who in addresses.items()},
        )

    def stopped_since(self, asked: Asked) -> bool:
        """Whether the person said STOP while this piece of marketing waited."""
        if asked.message_class != "marketing" or asked.waits_since is None:
            return False
        return any(
            word.kind == "stop" and word.brand == asked.brand and word.at >= asked.waits_since
            for word in self.words.get(asked.contact_id, [])
        )

    def facts(self, asked: Asked, found: Found, settings: LegSettings, now: datetime) -> Facts:
        words = [word for word in self.words.get(asked.contact_id, []) if word.brand == asked.brand]
        heard_ms = self.heard.get((asked.bot, asked.contact_id))
        consents = [word for word in words if word.kind in _CONSENTS]
        return Facts(
            zone=self.zones.get(asked.contact_id, zone_of(None)),
            opt=tuple(_opt(word, now) for word in words if word.kind in ("stop", "start")),
            # whoever writes START asks for it, and the journal keeps the proof
            consent=Consent(at=_past(consents[-1].at, now), proof=True) if consents else None,
            marketing=tuple(
                Left(at=_past(one.at, now), brand=one.brand, message=one.logical_id)
                for one in self.marketing.get((asked.brand, asked.contact_id), [])
            ),
            last_inbound_at=_past(heard_ms, now) if heard_ms is not None else None,
            region=settings.region,
            protected=settings.senders,
            oadc_option=asked.code is not None and asked.code.sender_option,
            code_status="in_service" if asked.code is None or asked.code.in_service else "not_opened",
            operator=found.operator,
            other_route=asked.code is not None,
            error_ratio=asked.ratio,
            window=Window(offer="push") if asked.via == "alias" else Window(),
        )


def _past(at_ms: int, now: datetime) -> datetime:
    """An instant of the past: another's clock may run ahead of ours, or be wrong, and a STOP counts all the same."""
    return from_ms(min(max(at_ms, 0), to_ms(now)))


def _opt(word: OptWord, now: datetime) -> Opt:
    return Opt(at=_past(word.at, now), do="stop" if word.kind == "stop" else "start", brand=word.brand)


def _grouped(values: Sequence[_Value], key: Callable[[_Value], _Key]) -> dict[_Key, list[_Value]]:
    groups: dict[_Key, list[_Value]] = {}
    for value in values:
        groups.setdefault(key(value), []).append(value)
    return groups
