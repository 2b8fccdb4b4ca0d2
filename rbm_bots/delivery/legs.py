"""Sagas in the store: facts move them, and what follows is written in the same transaction.

Theory of operation. The pure saga (:mod:`rbm_bots.delivery.fallback`) decides; this module keeps it. Whoever learns
something of a message (the result of a call, a receipt, a STOP, a deadline) calls :meth:`Legs.tell` inside the
transaction that stores the fact. The saga's row is locked, so two facts come one after the other: of a delivery and a
deadline at the same time the later one finds what the earlier one decided. The write names the version it was made
from, so a forgotten lock would fail and not be lost.

Whether an event makes the SMS leave is found out by asking the pure saga with an open gate. Only then the text is
composed, the facts of the person are read, and the gate is asked: once, as the leg leaves. Receipts of messages that
arrive cost one read and one write.

The saga's word «left» means here: there is a row. Until its turn comes such a row can be taken back for certain, and
then it failed. So a delivery that comes while all parts of the SMS are still queued ends as RCS, and an RCS message
that was never called when its deadline comes needs no revoke.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy import Connection

from rbm_bots.clock import from_ms, to_ms
from rbm_bots.delivery.asking import Answer, Asked, Asker
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.fallback import Event, Saga, advance, measures, outcome
from rbm_bots.delivery.fallback.happenings import GateAnswered, OptChanged, Revoke, SendRcs, SendSms, SmsTold
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.delivery.sms_leg import compose, part_rows, revoke_row
from rbm_bots.dialogue.effects import MessageClass
from rbm_bots.errors import SealBroken
from rbm_bots.messages import Message
from rbm_bots.messages.segments import segments
from rbm_bots.messages.sms_text import SmsTextRefused
from rbm_bots.rules.decision import Decision
from rbm_bots.store import legs as leg_rows
from rbm_bots.store import outbox, sagas
from rbm_bots.store.sagas import Kept, Moved
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import OptRow, OutboxRow

__all__ = ["AT_THE_DOOR", "Change", "Happened", "Legs", "Told", "ms_from"]

AT_THE_DOOR: Final = frozenset({"new", "rcs_waiting"})
"""Phases whose next step is the turn of the RCS leg's outbox row, not a timer."""

_UNSETTLED: Final = AT_THE_DOOR | {"rcs_sent", "revoking", "sms_waiting"}
_NO_TEXT: Final = Decision(verdict="deny", rule="sms_text")
_OPEN_GATE: Final = GateAnswered(decision="allow")
_decode_saga = msgspec.json.Decoder(Saga).decode
_decode_message = msgspec.json.Decoder(Message).decode
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger("rbm.delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that a message's saga has to hear."""

    message_id: str
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What to do after the commit: ``queued`` wakes the senders; ``measured`` is counted, as (bot, class, measure)."""

    queued: bool = False
    measured: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Change:
    """A locked saga and what this transaction makes of it."""

    kept: Kept
    was: Saga
    saga: Saga
    rows: list[OutboxRow] = field(default_factory=list)
    send_rcs: SendRcs | None = None
    left: tuple[str, int] | None = None
    refused: tuple[str, str | None, int | None] | None = None
    queued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _SmsWish:
    """An SMS that would leave if the gate let it: its text, ``None`` where it cannot be composed."""

    change: Change
    event: Event
    code: SmsCode
    text: str | None
    via: str

    @property
    def parts(self) -> int:
        """How many parts its text fills, one at least."""
        if self.code.whole:
            return 1
        return max(1, segments(self.text or "", reference_bits=self.code.reference_bits).parts)

    def asked(self) -> Asked:
        """The question to the gate."""
        kept = self.change.kept
        return Asked(
            message_id=kept.message_id,
            bot=kept.bot,
            brand=kept.brand,
            contact_id=kept.contact_id,
            message_class=kept.message_class,
            via=self.via,
            code=self.code,
            text=self.text or "",
            parts=self.parts,
            waits_since=kept.starts_at,
        )


class Legs:
    """The store-backed saga. Knows the settings and the gate; each call works inside the caller's transaction."""

    def __init__(self, *, seal: Seal, asker: Asker) -> None:
        self.asker = asker
        self._seal = seal
        self._settings = asker.settings

    def tell(self, connection: Connection, happened: Sequence[Happened], *, now: datetime) -> Told:
        """Let these things happen to their messages, in order; those without a saga are passed over."""
        if not happened:
            return Told()
        changes = self.lock(connection, {one.message_id for one in happened})
        waiting: dict[str, list[Event]] = {}
        for one in happened:
            if one.message_id in changes:
                waiting.setdefault(one.message_id, []).append(one.event)
        while waiting:
            self.advance(connection, [(changes[name], events.pop(0)) for name, events in waiting.items()], now=now)
            waiting = {name: events for name, events in waiting.items() if events}
        return self.close(connection, changes.values())

    def opted(self, connection: Connection, words: Sequence[OptRow], *, now: datetime) -> Told:
        """People said STOP or START: what has not left of marketing is purged for good."""
        open_ids = sagas.open_of(connection, {(one.brand, one.contact_id) for one in words})
        happened = [
            Happened(message_id=name, event=OptChanged(do="stop" if one.kind == "stop" else "start"))
            for one in words
            for name, whose in open_ids.items()
            if whose == (one.brand, one.contact_id)
        ]
        return self.tell(connection, happened, now=now)

    def cancel(self, connection: Connection, ids: Collection[str], *, now: datetime) -> set[str]:
        """Take messages back that have not left, whether RCS or SMS would be next; which."""
        changes = self.lock(connection, ids)
        rows = leg_rows.cancel_queued(connection, ids, reason="cancelled", now_ms=to_ms(now))
        taken = {row.message_id for row in rows}
        taken |= {name for name, change in changes.items() if change.saga.phase == "sms_waiting"}
        for name in taken & changes.keys():
            self.end(changes[name])
        self.close(connection, changes.values())
        return taken

    def lock(self, connection: Connection, ids: Collection[str]) -> dict[str, Change]:
        """Lock these sagas until the transaction ends, and read them; those that are none are left out."""
        return self.held(sagas.lock(connection, ids).values())

    def held(self, kept: Iterable[Kept]) -> dict[str, Change]:
        """Sagas that this transaction has locked already."""
        changes = {}
        for one in kept:
            saga = _decode_saga(one.state) if one.state is not None else self._begun(one)
            changes[one.message_id] = Change(kept=one, was=saga, saga=saga)
        return changes

    def _begun(self, kept: Kept) -> Saga:
        message_class = msgspec.convert(kept.message_class, MessageClass)
        return Saga.begin(
            message_class=message_class,
            channel="maap",
            capability="no" if kept.by_sms else "unknown",
            settings=self._settings.waits(message_class, kept.application),
            starts_at=from_ms(kept.starts_at),
            expires_at=from_ms(kept.expires_at) if kept.expires_at is not None else None,
            last_by_sms=kept.by_sms,
        )

    def meet(self, change: Change, answer: Answer, *, last_by_sms: bool, now: datetime) -> None:
        """The RCS leg wants to leave: what is known by now, and what the gate says of it."""
        saga = replace(change.saga, closes_at=answer.closes_at)
        if saga.phase == "new" and not change.kept.by_sms:
            saga = replace(saga, capability=answer.found.capability, last_by_sms=last_by_sms)
        change.saga, _ = advance(saga, _told(answer.decision, "rcs"), now=now)

    def end(self, change: Change) -> None:
        """Nothing of it leaves any more: it was taken back, or cannot be read."""
        saga = change.saga
        change.saga = replace(saga, phase="refused", purged=True, due=None, version=saga.version + 1)

    def advance(self, connection: Connection, turns: Sequence[tuple[Change, Event]], *, now: datetime) -> None:
        """One event for each of these sagas; the rows that follow are written."""
        asking: list[tuple[Change, Event, SendSms]] = []
        for change, event in turns:
            wish = _sms_wish(change.saga, event, now)
            if wish is None:
                self._happens(connection, change, event, now)
            else:
                asking.append((change, event, wish))
        if asking:
            self._ask_for_sms(connection, asking, now)
        for change, _ in turns:
            outbox.add(connection, change.rows)
            change.queued, change.rows = change.queued or bool(change.rows), []

    def _happens(self, connection: Connection, change: Change, event: Event, now: datetime) -> None:
        had = change.saga.delivered
        change.saga, actions = advance(change.saga, event, now=now)
        for action in actions:
            if isinstance(action, Revoke):
                change.rows.append(revoke_row(change.kept, now=now))
            elif isinstance(action, SendRcs):
                change.send_rcs = action
                change.left = "rcs", to_ms(now)
        if change.saga.delivered and not had and change.saga.tries:
            self._withdraw_sms(connection, change, now)

    def _withdraw_sms(self, connection: Connection, change: Change, now: datetime) -> None:
        """The RCS message arrived after all: an SMS none of whose parts was called yet is taken back for certain."""
        attempt = len(change.saga.tries)
        ids = leg_rows.queued_parts(connection, change.kept.message_id, attempt)
        if not ids:
            return
        for row in leg_rows.cancel_queued(connection, ids, reason="delivered", now_ms=to_ms(now)):
            failed = SmsTold(status="failed", part=row.part, attempt=attempt)
            change.saga, _ = advance(change.saga, failed, now=now)

    def _ask_for_sms(
        self, connection: Connection, asking: Sequence[tuple[Change, Event, SendSms]], now: datetime
    ) -> None:
        kept = {change.kept.message_id: change.kept for change, _, _ in asking}
        messages = leg_rows.messages(connection, kept.keys())
        sent = sagas.sms_count(connection, {one.contact_id for one in kept.values()})
        wishes = [self._wish(change, event, wish, messages) for change, event, wish in asking]
        answers = self.asker.ask(connection, [wish.asked() for wish in wishes], now=now)
        for wish, answer in zip(wishes, answers, strict=True):
            refused = answer.decision if wish.text is not None else _NO_TEXT
            change, via = wish.change, wish.via
            reference = sent.get(change.kept.contact_id, 0) + len(change.saga.tries)
            saga = replace(change.saga, parts=wish.parts, closes_at=answer.closes_at)
            change.saga, _ = advance(saga, _told(refused, "sms"), now=now)
            change.saga, actions = advance(change.saga, wish.event, now=now)
            change.refused = _refused(refused) or change.refused
            for action in actions:
                if isinstance(action, SendSms) and wish.text is not None:
                    change.left = "sms", to_ms(now)
                    change.rows += part_rows(
                        change.kept, wish.text, wish.code, self._seal, attempt=action.attempt,
                        reference=reference, until=action.until, now=now, via=via,
                    )  # fmt: skip

    def _wish(self, change: Change, event: Event, wish: SendSms, messages: Mapping[str, tuple[bytes, str]]) -> _SmsWish:
        kept = change.kept
        body, via = messages.get(kept.message_id, (b"", "msisdn"))
        code = self._settings.codes.get(kept.sms_code) or SmsCode(code=kept.sms_code)
        try:
            message = _decode_message(self._seal.open(body, purpose=BODY))
            text = compose(
                message, code, message_class=kept.message_class, prefixed=wish.prefixed,
                gateway_mentions_stop=self._settings.gate.stop_appended_by_gateway,
            )  # fmt: skip
        except (SealBroken, SmsTextRefused, msgspec.MsgspecError) as fault:
            _log.error("sms.not_composed", message=kept.message_id, bot=kept.bot, error=type(fault).__name__)
            text = ""
        return _SmsWish(change=change, event=event, code=code, text=text or None, via=via)

    def close(self, connection: Connection, changes: Iterable[Change]) -> Told:
        """Write what changed, each from the version it was made from."""
        moved = [change for change in changes if change.saga != change.was]
        sagas.move(connection, [_moved(change) for change in moved])
        measured = tuple(
            (change.kept.bot, change.kept.message_class, measure)
            for change in moved
            for measure in sorted(measures(change.saga) - measures(change.was))
        )
        return Told(queued=any(change.queued for change in moved), measured=measured)


def _sms_wish(saga: Saga, event: Event, now: datetime) -> SendSms | None:
    """The SMS that ``event`` would make leave if the gate were open; ``None``: the gate need not be asked."""
    _, actions = advance(replace(saga, gate_sms=_OPEN_GATE), event, now=now)
    return next((action for action in actions if isinstance(action, SendSms)), None)


def _told(decision: Decision, leg: Literal["rcs", "sms"]) -> GateAnswered:
    until = decision.until if decision.verdict == "defer" else None
    return GateAnswered(decision=decision.verdict, until=until, leg=leg)


def _refused(decision: Decision) -> tuple[str, str | None, int | None] | None:
    if decision.rule is None:
        return None
    return decision.rule, decision.rule_set, to_ms(decision.until) if decision.until is not None else None


def _moved(change: Change) -> Moved:
    saga, kept = change.saga, change.kept
    settled = saga.phase not in _UNSETTLED and saga.due is None
    return Moved(
        message_id=kept.message_id,
        was=kept.version,
        version=max(saga.version, kept.version + 1),
        phase=saga.phase,
        state=_encode(saga).decode(),
        due_at=ms_from(saga.due) if saga.due is not None and saga.phase not in AT_THE_DOOR else None,
        outcome=outcome(saga) if settled else None,
        left=change.left,
        refused=change.refused,
    )


def ms_from(at: datetime) -> int:
    """The first whole millisecond that is not before ``at``, so that a timer is never looked at too early."""
    whole = to_ms(at)
    return whole if from_ms(whole) >= at else whole + 1
