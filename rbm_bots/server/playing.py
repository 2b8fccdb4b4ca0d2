"""One locked conversation plays what waits for it. Pure: rows and a session in, a session and rows out.

The worker has the lock and does the reading and writing; this module decides. While a call is pending only STOP, START,
receipts and the call's own result are played; everything else is parked behind the result and then played in journal
order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import msgspec
import structlog

from rbm_bots.clock import from_ms, to_ms
from rbm_bots.delivery.bodies import BODY as MESSAGE_BODY
from rbm_bots.delivery.queueing import Wanted
from rbm_bots.dialogue import Session, new_session
from rbm_bots.dialogue.effects import (
    ClearTimer,
    Effect,
    HandOver,
    HandOverChanged,
    MakeCall,
    Note,
    OptChanged,
    Rated,
    SceneTold,
    Send,
    SetTimer,
)
from rbm_bots.dialogue.facts import Facts
from rbm_bots.events import Incoming
from rbm_bots.history import came_by_sms, cause_of, close_facts, close_session, open_event, open_incoming, open_session
from rbm_bots.server.campaign_scenes import campaign_of, told_campaign
from rbm_bots.server.deployment import DeployedBot
from rbm_bots.server.pinning import FindVersion, Played, play_event
from rbm_bots.store.campaign_recipients import Told
from rbm_bots.store.conversations import FAR, Locked, Waiting
from rbm_bots.store.handovers import HandoverChange
from rbm_bots.store.outbox import Receipt
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import CallRow, HandoverRow, OptRow, TimerRow, TurnRow

__all__ = ["CALL", "CARRY", "Written", "play_conversation"]

CALL: Final = b"call.payload"
CARRY: Final = b"handover.carry"
_RECENT: Final = 50
_HEARD: Final = frozenset({"message", "response", "newUser"})  # what a person does, and an answer may follow

_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger("rbm.worker")


@dataclass(slots=True)
class Written:
    """What one transaction has to write for the conversations it played."""

    turns: list[TurnRow] = field(default_factory=list)
    outbox: list[Wanted] = field(default_factory=list)
    timers: list[TimerRow] = field(default_factory=list)
    cleared: list[tuple[str, str, str]] = field(default_factory=list)
    calls: list[CallRow] = field(default_factory=list)
    opts: list[OptRow] = field(default_factory=list)
    handovers: list[HandoverRow] = field(default_factory=list)
    handover_changes: list[HandoverChange] = field(default_factory=list)
    receipts: list[tuple[Receipt, Waiting]] = field(default_factory=list)
    revealed: list[Incoming] = field(default_factory=list)
    later: dict[int, int] = field(default_factory=dict)
    repeats: list[int] = field(default_factory=list)
    scenes: list[Told] = field(default_factory=list)
    notes: list[tuple[str, Note]] = field(default_factory=list)
    kinds: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Play:
    """The state while one conversation's rows are worked through."""

    deployed: DeployedBot
    seal: Seal
    locked: Locked
    now: datetime
    opted_out: bool
    session: Session
    unreadable: bool
    find: FindVersion | None
    written: Written
    channel: Literal["rcs", "sms"]
    heard_at: int | None


def play_conversation(
    locked: Locked,
    deployed: DeployedBot,
    seal: Seal,
    *,
    now: datetime,
    opted_out: bool,
    find: FindVersion | None = None,
) -> Written:
    """Play every row that may be played now; ``locked`` carries the new session afterwards.

    ``find``: earlier versions of the bot, for the talks that began with them; without it they follow the newest.
    Raises whatever a fault in the dialogue raises, before anything of ``locked`` was changed.
    """
    session, unreadable = _session(locked, deployed, seal, now)
    play = _Play(
        deployed, seal, locked, now, opted_out, session, unreadable, find, Written(), locked.channel, locked.heard_at
    )  # fmt: skip
    waiting = list(locked.rows)
    recent, turns = locked.recent.split("\n") if locked.recent else [], locked.turns
    via = locked.via
    while (row := _next(play, waiting)) is not None:
        waiting.remove(row)
        if row.kind in _HEARD:
            play.channel, play.heard_at = "sms" if came_by_sms(row) else "rcs", row.received_at
        facts = _facts(play, row)  # before the row is played: a STOP changes what the next row knows
        version = deployed.bot.version
        if row.kind == "messageStatus":
            _note_receipt(play, row)
        elif _seen_before(row, recent):
            play.written.repeats.append(row.seq)
            continue
        else:
            via = row.via or via
            version, facts = _play_row(play, row, via, facts)
        turns += 1
        play.written.turns.append(_turn_row(play, row, turns, version, facts))
    play.written.later |= _postponed(play, waiting)
    locked.session = close_session(seal, play.session)
    locked.waiting_for = play.session.waiting_for
    locked.via, locked.turns, locked.recent = via, turns, "\n".join(recent[-_RECENT:])
    locked.channel, locked.heard_at = play.channel, play.heard_at
    return play.written


def _session(locked: Locked, deployed: DeployedBot, seal: Seal, now: datetime) -> tuple[Session, bool]:
    """The session, or a stranger's when what is stored is none that this program reads (and whether it is)."""
    if locked.session is not None:
        try:
            return open_session(seal, locked.session), False
        except msgspec.DecodeError as fault:
            _log.error("session.unreadable", bot=locked.bot, conversation=locked.contact_id, fault=str(fault))
    return new_session(deployed.bot, now=now), locked.session is not None


def _next(play: _Play, waiting: list[Waiting]) -> Waiting | None:
    """The next row in journal order; behind a pending call only those that need not wait for it."""
    pending = play.session.waiting_for
    now_ms = to_ms(play.now)
    for row in waiting:
        if pending is None:
            if row.due_at <= now_ms or row.due_at == FAR:
                return row
            if row.kind != "messageStatus":
                return None  # a row that failed blocks those behind it
        elif (
            (row.kind == "call" and row.status == pending)
            or (row.kind == "messageStatus" and row.due_at <= now_ms)
            or (row.kind in ("message", "response") and _is_opt(play, row))
        ):
            return row
    return None


def _postponed(play: _Play, waiting: list[Waiting]) -> dict[int, int]:
    """When the rows that could not be played are looked at again; receipts keep their own time."""
    left = [row for row in waiting if row.kind != "messageStatus"]
    if play.session.waiting_for is not None:
        return {row.seq: FAR for row in left if row.due_at != FAR}
    until = max((row.due_at for row in left), default=0)
    return {row.seq: until for row in left if row.due_at != until}


def _is_opt(play: _Play, row: Waiting) -> bool:
    return play.deployed.read_opt(open_event(play.seal, row)) is not None


def _seen_before(row: Waiting, recent: list[str]) -> bool:
    """The second guard: a platform may give a redelivery a new time stamp, the journal's key does not catch that."""
    if row.message_id is None:
        return False
    key = f"{row.kind}:{row.message_id}"
    if key in recent:
        return True
    recent.append(key)
    return False


def _play_row(play: _Play, row: Waiting, via: str, facts: Facts) -> tuple[str, Facts]:
    """Play one row; by which version of the bot, and what it knew."""
    event = open_event(play.seal, row)
    if row.kind == "alias":
        play.written.revealed.append(open_incoming(play.seal, row))
    played = play_event(
        play.deployed.bot, play.session, event, now=play.now, cause=cause_of(row), facts=facts, find=play.find
    )
    play.session, play.unreadable = played.turn.session, False
    play.written.kinds.append((play.deployed.id, row.kind))
    _collect(play, row, via, played)
    return played.version, played.facts


def _facts(play: _Play, row: Waiting) -> Facts:
    return Facts(
        channel=play.channel,
        opted_out=play.opted_out,
        said_at=from_ms(row.at) if row.at else None,
        left="state_unreadable" if play.unreadable else "",
    )


def _turn_row(play: _Play, row: Waiting, ordinal: int, version: str, facts: Facts) -> TurnRow:
    return TurnRow(
        seq=row.seq,
        bot=play.locked.bot,
        contact_id=play.locked.contact_id,
        ordinal=ordinal,
        played_at=to_ms(play.now),
        bot_version=version,
        facts=close_facts(play.seal, facts),
    )


def _note_receipt(play: _Play, row: Waiting) -> None:
    if row.message_id is not None and row.status is not None:
        reason = None
        if row.status == "failed":
            detail = getattr(open_event(play.seal, row), "reason", None)
            reason = str(detail.code) if detail is not None and detail.code is not None else None
        receipt = Receipt(
            bot=play.locked.bot,
            contact_id=play.locked.contact_id,
            platform_id=row.message_id,
            status=row.status,
            reason=reason,
        )
        play.written.receipts.append((receipt, row))


def _collect(play: _Play, row: Waiting, via: str, played: Played) -> None:
    """Turn effects into rows."""
    written, contact = play.written, play.locked.contact_id
    campaign = campaign_of(played.turn)
    for effect in played.turn.effects:
        match effect:
            case Send():
                written.outbox.append(_wanted(play, effect, via, campaign))
            case MakeCall():
                written.calls.append(_call_row(play, effect, played.version))
            case OptChanged():
                written.opts.append(
                    OptRow(
                        brand=play.deployed.brand,
                        contact_id=contact,
                        kind=effect.kind,
                        at=row.at or row.received_at,
                        proof=cause_of(row),
                    )
                )
                play.opted_out = effect.kind == "stop"
            case HandOver():
                written.handovers.append(_handover_row(play, effect))
            case HandOverChanged(request=request, state=state, why=why):
                change = HandoverChange(request_id=request, state=state, why=why, at=to_ms(play.now))
                written.handover_changes.append(change)
            case Rated(about=about, mark=mark):
                written.notes.append((play.deployed.id, Note(what="rated", name=f"{about}:{mark}")))
            case SceneTold(name=name, outcome=outcome):
                written.notes.append((play.deployed.id, Note(what=f"scene_{outcome}", name=name)))
                written.scenes.extend(told_campaign(effect, played.turn, contact))
            case Note():
                written.notes.append((play.deployed.id, effect))
    _collect_timers(play, played.turn.effects)


def _collect_timers(play: _Play, effects: Sequence[Effect]) -> None:
    """A timer set and cleared in one turn ends as the last word says."""
    written, bot, contact = play.written, play.locked.bot, play.locked.contact_id
    timers: dict[str, int | None] = {}
    for effect in effects:
        if isinstance(effect, SetTimer):
            timers[effect.name] = to_ms(effect.at)
        elif isinstance(effect, ClearTimer):
            timers[effect.name] = None
    for name, due in timers.items():
        # an earlier turn of this batch may have armed it; the last word stands
        written.timers = [timer for timer in written.timers if timer.name != name]
        if due is None:
            written.cleared.append((bot, contact, name))
        else:
            written.timers.append(TimerRow(bot=bot, contact_id=contact, name=name, due_at=due))


def _wanted(play: _Play, send: Send, via: str, campaign: str | None) -> Wanted:
    ends = send.message.expires_at
    return Wanted(
        message_id=send.message_id,
        application=play.deployed.account.application,
        bot=play.locked.bot,
        brand=play.deployed.brand,
        contact_id=play.locked.contact_id,
        via=via,
        campaign=campaign,
        message_class=send.message_class,
        body=play.seal.close(_encode(send.message), purpose=MESSAGE_BODY),
        expires_at=to_ms(ends) if ends is not None else None,
        sms_code=play.deployed.sms_code,
        # who writes by SMS is answered by SMS; what we begin ourselves tries RCS first
        by_sms=play.channel == "sms" and send.message_class == "conversation",
    )


def _handover_row(play: _Play, asked: HandOver) -> HandoverRow:
    return HandoverRow(
        request_id=asked.request,
        bot=play.locked.bot,
        contact_id=play.locked.contact_id,
        team=asked.team,
        reason=asked.reason,
        carry=play.seal.close(_encode(asked.carry), purpose=CARRY),
        created_at=to_ms(play.now),
        changed_at=to_ms(play.now),
    )


def _call_row(play: _Play, call: MakeCall, version: str) -> CallRow:
    payload = {"args": call.args, "slots": call.slots, "made_at": play.now, "offers": call.offers, "after": call.after}
    payload |= {"version": version, "customer": call.customer}
    return CallRow(
        call_id=call.call_id,
        bot=play.locked.bot,
        contact_id=play.locked.contact_id,
        action=call.action,
        payload=play.seal.close(_encode(payload), purpose=CALL),
        lease_until=0,
        created_at=to_ms(play.now),
    )
