"""The door: rows that want to leave are judged, and those that may are marked ``attempting``, in one transaction.

Theory of operation. A row of the queue is a wish. In the transaction that precedes its call the facts of its person are
read, the gate is asked for its leg, and its saga hears both. So what was decided and what is about to be done can never
differ: a crash before the commit leaves the wish, a crash after it leaves an attempt whose end nobody knows.

* A message without a saga leaves, waits until the gate's instant, or is refused with the rule, its set and its end.
* A message with one may also be ``skipped``: an SMS takes its place, at once or later.
* A part of an SMS was judged with its text as its leg was decided. It may have waited long since, so opt-out, hours and
  validity are looked at again.
* A revoke always leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

import msgspec
import structlog
from sqlalchemy import Connection

from rbm_bots.channels.sms.parts import SmsPart
from rbm_bots.clock import from_ms, to_ms
from rbm_bots.delivery.asking import NO_RATIO, Answer, Asked, Asker
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.fallback import Event, Tick
from rbm_bots.delivery.fallback.happenings import RcsTold
from rbm_bots.delivery.gateway import Leaving, Revocation
from rbm_bots.delivery.guard import ErrorGuard
from rbm_bots.delivery.hearing import of_outcomes
from rbm_bots.delivery.legs import AT_THE_DOOR, Change, Legs, Told, ms_from
from rbm_bots.delivery.routes import SMS, SmsCode
from rbm_bots.delivery.sms_leg import has_stop, spoken
from rbm_bots.errors import SealBroken
from rbm_bots.messages import Message
from rbm_bots.rules.question import ErrorRatio
from rbm_bots.store import contacts, outbox, sagas
from rbm_bots.store import legs as leg_rows
from rbm_bots.store.leases import Lease
from rbm_bots.store.outbox import Outcome, Queued, Refusal
from rbm_bots.store.seal import Seal

__all__ = ["Door", "Opened"]

_T = TypeVar("_T")
_decode_message = msgspec.json.Decoder(Message).decode
_decode_part = msgspec.json.Decoder(SmsPart).decode
_log = structlog.get_logger("rbm.delivery")


@dataclass(slots=True)
class Opened:
    """What one transaction at the door decided; ``told`` is for after its commit."""

    leaving: list[Leaving] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


class Door:
    """One per application."""

    def __init__(self, *, application: str, seal: Seal, legs: Legs, guard: ErrorGuard | None = None) -> None:
        self._application = application
        self._guard = guard
        self._seal = seal
        self.legs = legs
        self._asker: Asker = legs.asker

    def open(self, connection: Connection, lease: Lease, rows: Sequence[Queued], *, now: datetime) -> Opened:
        """Judge ``rows``; those that leave are ``attempting`` when this transaction commits.

        Raises ``LeaseLost`` for an owner of the past.
        """
        opened = Opened()
        by_operation = {name: [row for row in rows if row.operation == name] for name in ("message", "revoke", "sms")}
        self._revokes(connection, by_operation["revoke"], opened)
        self._parts(connection, by_operation["sms"], opened, now)
        self._messages(connection, by_operation["message"], opened, now)
        outbox.refuse(connection, self._application, opened.refusals, now_ms=to_ms(now))
        ended = [
            Outcome(row=one.row, state="refused", at_ms=to_ms(now))
            for one in opened.refusals
            if one.state == "refused" and one.row.operation != "message"
        ]
        opened.told.append(self.legs.tell(connection, of_outcomes(ended), now=now))
        ids = [leaving.row.message_id for leaving in opened.leaving]
        mine = outbox.mark_attempting(connection, lease, ids, now_ms=to_ms(now))
        opened.leaving = [leaving for leaving in opened.leaving if leaving.row.message_id in mine]
        return opened

    def _revokes(self, connection: Connection, rows: Sequence[Queued], opened: Opened) -> None:
        names = leg_rows.platform_ids(connection, [row.logical_id for row in rows if row.logical_id is not None])
        for row in rows:
            platform_id = names.get(row.logical_id or "")
            if platform_id is None:
                opened.refusals.append(Refusal(row=row, rule="no_platform_id"))
            else:
                content = Revocation(platform_id=platform_id)
                opened.leaving.append(Leaving(row=row, address=None, content=content))

    def _parts(self, connection: Connection, rows: Sequence[Queued], opened: Opened, now: datetime) -> None:
        addresses = contacts.read_addresses(connection, self._seal, [(row.contact_id, row.via) for row in rows])
        code = self._asker.settings.codes.get(self._application.removeprefix(SMS))
        answers = self._asker.ask(connection, [_asked(row, code=code, text=None) for row in rows], now=now)
        for row, answer in zip(rows, answers, strict=True):
            part = self._read(row, _decode_part)
            refusal = _refusal(row, answer, now)
            if part is None:
                opened.refusals.append(Refusal(row=row, rule="unreadable"))
            elif refusal is not None:
                opened.refusals.append(refusal)
            else:
                address = addresses[row.contact_id, row.via]
                opened.leaving.append(Leaving(row=row, address=address, content=part, until=_end(row)))

    def _messages(self, connection: Connection, rows: Sequence[Queued], opened: Opened, now: datetime) -> None:
        rows = _one_offer_each(rows)
        changes = self.legs.lock(connection, [row.logical_id for row in rows if row.logical_id is not None])
        queued = outbox.still_queued(connection, changes.keys())
        letters = [
            _Letter(row=row, message=message, change=changes.get(row.message_id))
            for row in rows
            if (row.logical_id is None or row.message_id in queued)
            and (message := self._message(row, opened, changes)) is not None
        ]
        ratio = self._guard.ratio(connection) if self._guard and any(_single(row) for row in rows) else NO_RATIO
        answers = self._asker.ask(connection, [letter.asked(ratio) for letter in letters], now=now)
        asked = list(zip(letters, answers, strict=True))
        self._meet(connection, asked, now)
        self._decide(connection, asked, opened, now)
        opened.told.append(self.legs.close(connection, changes.values()))

    def _message(self, row: Queued, opened: Opened, changes: Mapping[str, Change]) -> Message | None:
        message = self._read(row, _decode_message)
        if message is None:
            opened.refusals.append(Refusal(row=row, rule="unreadable"))
            if row.message_id in changes:
                self.legs.end(changes[row.message_id])
        return message

    def _meet(self, connection: Connection, asked: Sequence[tuple[_Letter, Answer]], now: datetime) -> None:
        """Sagas whose first leg wants to leave hear what is known and what the gate says, and that it is time."""
        waiting = [
            (letter.change, answer)
            for letter, answer in asked
            if letter.change is not None and letter.change.saga.phase in AT_THE_DOOR
        ]
        last = sagas.last_left(connection, {(change.kept.bot, change.kept.contact_id) for change, _ in waiting})
        for change, answer in waiting:
            by_sms = last.get((change.kept.bot, change.kept.contact_id)) == "sms"
            self.legs.meet(change, answer, last_by_sms=by_sms, now=now)
        self.legs.advance(connection, [(change, Tick()) for change, _ in waiting], now=now)

    def _decide(
        self, connection: Connection, asked: Sequence[tuple[_Letter, Answer]], opened: Opened, now: datetime
    ) -> None:
        row_of = [(letter.row.contact_id, letter.row.via) for letter, _ in asked]
        addresses = contacts.read_addresses(connection, self._seal, row_of)
        failed: list[tuple[Change, Event]] = []
        for letter, answer in asked:
            row, change = letter.row, letter.change
            refusal = _refusal(row, answer, now) if change is None else _leg_refusal(row, change, answer)
            if refusal is None:
                until = _end(row) if change is None else change.saga.due
                address = addresses[row.contact_id, row.via]
                opened.leaving.append(Leaving(row=row, address=address, content=letter.message, until=until))
                continue
            opened.refusals.append(refusal)
            if change is not None and change.saga.phase == "rcs_sent" and refusal.state == "refused":
                failed.append((change, RcsTold(status="failed")))  # it came back unsent, and may not go again
        self.legs.advance(connection, failed, now=now)

    def _read(self, row: Queued, decode: Callable[[bytes], _T]) -> _T | None:
        """The row's content; ``None`` when it was sealed with other keys or written by another version."""
        try:
            return decode(self._seal.open(row.body or b"", purpose=BODY))
        except (SealBroken, msgspec.MsgspecError) as fault:
            _log.error("message.unreadable", message=row.message_id, bot=row.bot, error=type(fault).__name__)
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A readable message at the door, and its saga where it has one."""

    row: Queued
    message: Message
    change: Change | None

    def asked(self, ratio: ErrorRatio) -> Asked:
        """The question about its RCS leg; only marketing is read for its way of saying STOP."""
        marketing = self.row.message_class == "marketing"
        return _asked(
            self.row,
            text=spoken(self.message) if marketing else "",
            stop_chip=marketing and has_stop(self.message),
            ratio=ratio if _single(self.row) else NO_RATIO,
        )


def _single(row: Queued) -> bool:
    """Whether the application's error ratio concerns it: a campaign has its own, and who talks to us is there."""
    return row.campaign is None and row.message_class in ("marketing", "service")


def _asked(
    row: Queued,
    *,
    text: str | None,
    code: SmsCode | None = None,
    stop_chip: bool = False,
    ratio: ErrorRatio = NO_RATIO,
) -> Asked:
    return Asked(
        message_id=row.logical_id or row.message_id,
        bot=row.bot,
        brand=row.brand,
        contact_id=row.contact_id,
        message_class=row.message_class,
        via=row.via,
        code=code,
        text=text,
        stop_chip=stop_chip,
        waits_since=row.created_at,
        ratio=ratio,
    )


def _one_offer_each(rows: Sequence[Queued]) -> list[Queued]:
    """One marketing message of a brand for each person: the cap sees it when another bot's asks in the next batch."""
    seen: set[tuple[str, str]] = set()
    chosen = []
    for row in rows:
        offer = row.brand, row.contact_id
        if row.message_class == "marketing" and offer in seen:
            continue
        seen.add(offer)
        chosen.append(row)
    return chosen


def _end(row: Queued) -> datetime | None:
    return from_ms(row.expires_at) if row.expires_at is not None else None


def _refusal(row: Queued, answer: Answer, now: datetime) -> Refusal | None:
    """Why a row that stands for itself does not leave now; ``None``: it does."""
    if row.expires_at is not None and row.expires_at <= to_ms(now):
        return Refusal(row=row, rule="expired")
    decision = answer.decision
    if decision.rule is None:
        return None
    until = ms_from(decision.until) if decision.until is not None else None
    state: Literal["queued", "refused"] = "queued" if decision.verdict == "defer" else "refused"
    return Refusal(row=row, rule=decision.rule, rule_set=decision.rule_set, until=until, state=state)


def _leg_refusal(row: Queued, change: Change, answer: Answer) -> Refusal | None:
    """Why the RCS leg of a saga does not leave now, by what the saga has made of it; ``None``: it does."""
    decision, phase = answer.decision, change.saga.phase
    if change.send_rcs is not None or (phase == "rcs_sent" and decision.allowed):
        return None
    if phase == "rcs_sent" and decision.verdict == "defer" and decision.until is not None:
        until = ms_from(decision.until)
        return Refusal(row=row, rule=decision.rule or "", rule_set=decision.rule_set, until=until, state="queued")
    if phase in AT_THE_DOOR:
        again_at = ms_from(change.saga.due) if change.saga.due is not None else None
        return Refusal(row=row, rule=decision.rule or "", rule_set=decision.rule_set, until=again_at, state="queued")
    rule = decision.rule or ("expired" if phase == "expired" else "no_rcs")
    state: Literal["skipped", "refused"] = "skipped" if phase in ("sms_waiting", "sms_sent") else "refused"
    return Refusal(row=row, rule=rule, rule_set=decision.rule_set, state=state)
