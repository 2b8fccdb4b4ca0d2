"""What the transport of a short code hears: reports of our SMS, and SMS of people. Stored, then answered.

Theory of operation. The centre is answered after :meth:`SmsInbox.take` returned, so a report or a message that was
acknowledged is a committed row; so is each part of a long message. A report moves its part and its saga in one
transaction. A message becomes a row of the journal, and its conversation plays it like a word that came by RCS, with
numbered options understood. A STOP is stored in that same commit.

A code may be shared by several bots. The message then belongs to the bot that wrote to this person last; a STOP counts
for the brand of each that wrote within the last days, because nobody can know which one is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal

import structlog
from msgspec.structs import replace
from sqlalchemy import Connection

from rbm_bots.channels.sms.transport import (
    DeliveryReport,
    InboundPart,
    InboundSms,
    LinkClosed,
    LinkOpened,
    SmsEvent,
)
from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.hearing import of_report
from rbm_bots.delivery.legs import Legs, Told
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.delivery.states import after_report
from rbm_bots.events import Said
from rbm_bots.history import close_said
from rbm_bots.ids import new_contact_id
from rbm_bots.server.deployment import DeployedBot, Deployment
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.sms_parts import LongSms
from rbm_bots.store import NewcomerAddress, NewEvent, Store, contacts, sagas
from rbm_bots.store import legs as leg_rows
from rbm_bots.store.contacts import NUMBER
from rbm_bots.store.legs import Reported
from rbm_bots.store.seal import Seal

__all__ = ["SmsInbound", "meant"]

_STATUS: Final[Mapping[str, Literal["accepted", "delivered", "failed"]]] = {
    "submitted": "accepted",
    "delivered": "delivered",
    "failed": "failed",
}
_log = structlog.get_logger("rbm.sms")


class SmsInbound:
    """One short code's way in. ``told``: counts what sagas made of it, after each commit."""

    def __init__(
        self, code: SmsCode, *, deployment: Deployment, store: Store, seal: Seal, clock: Clock, legs: Legs,
        metrics: Metrics,
    ) -> None:  # fmt: skip
        self._code = code
        self._deployment = deployment
        self._store = store
        self._seal = seal
        self._clock = clock
        self._legs = legs
        self._metrics = metrics
        self.long = LongSms(code.code, store=store, seal=seal, clock=clock, tell=self._message)

    def serve(self, deployment: Deployment) -> None:
        """Hear the next messages for other loadings of the bots."""
        self._deployment = deployment

    async def take(self, event: SmsEvent) -> None:
        """Store what was heard; the centre is answered when this returns, and tells again what raised."""
        match event:
            case DeliveryReport():
                await self._report(event)
            case InboundSms():
                await self._message(event)
            case InboundPart():
                await self.long.take(event)
            case LinkOpened():
                self._metrics.sms_link.labels(self._code.code).set(1)
                _log.info("sms.link_opened", code=self._code.code)
            case LinkClosed():
                self._metrics.sms_link.labels(self._code.code).set(0)
                _log.warning("sms.link_closed", code=self._code.code, why=event.why)

    async def _report(self, report: DeliveryReport) -> None:
        self._metrics.sms_reports.labels(self._code.code, report.state).inc()
        status = _STATUS.get(report.state)
        if status is None:
            return  # the centre still tries, or nothing came in time: nothing is known that was not before
        reported = Reported(
            message_id=report.id,
            status=status,
            at_ms=to_ms(report.at),
            source_id=f"{report.id or report.reference}|{report.state}",
            reason=report.reason or None,
        )
        now = self._clock.now()

        def work(connection: Connection) -> Told:
            part = leg_rows.report(
                connection, self._named(connection, report, reported), source=self._code.application,
                move=after_report, now_ms=to_ms(now),
            )  # fmt: skip
            return self._legs.tell(connection, of_report(part, status) if part is not None else [], now=now)

        told = await self._store.write(work)
        self._metrics.count_sagas(told.measured)
        if told.queued:
            await self._store.notify("outbox")

    def _named(self, connection: Connection, report: DeliveryReport, reported: Reported) -> Reported:
        """The report under our own name of the part; a gateway may repeat only its own."""
        if report.id:
            return reported
        bots = [bot.id for bot in self._mine]
        found = leg_rows.part_of(connection, self._code.application, bots, report.reference)
        return replace(reported, message_id=found or "")

    @property
    def _mine(self) -> list[DeployedBot]:
        return [bot for bot in self._deployment.bots.values() if bot.sms_code == self._code.code]

    async def _message(self, sms: InboundSms) -> None:
        now_ms = to_ms(self._clock.now())
        since_ms = now_ms - int(timedelta(days=self._deployment.legs.shared_code_days).total_seconds() * 1000)
        index = self._seal.index(sms.sender.kind, sms.sender.value)

        def writers(connection: Connection) -> list[str]:
            contact = contacts.contact_of(connection, index)
            if contact is None:
                return []
            return sagas.writers(connection, code=self._code.code, contact_id=contact, since_ms=since_ms)

        mine = self._mine
        wrote = await self._store.read(writers) if len(mine) > 1 else []
        bots = meant(mine, wrote, sms.text)
        if not bots:
            _log.warning("sms.nobody_s_code", code=self._code.code)
            return
        rows = [self._row(bot, sms, index, now_ms, plays=at == 0) for at, bot in enumerate(bots)]
        await self._store.append(rows)
        await self._store.notify("inbox")

    def _row(self, bot: DeployedBot, sms: InboundSms, index: str, now_ms: int, *, plays: bool) -> NewEvent:
        said, who = Said(text=sms.text), sms.sender
        # without an id of its protocol it is a hash of number and text, which no column may hold as it is
        name = self._seal.index("sms", sms.id)
        sealed = self._seal.close(who.value.encode(), purpose=NUMBER)
        opt = bot.read_opt(said)
        return NewEvent(
            source=self._code.application,
            at=to_ms(sms.sent),
            source_id=f"{name}|{bot.id}",
            kind="message",
            bot=bot.id,
            received_at=now_ms,
            newcomer=NewcomerAddress(index=index, kind=who.kind, contact_id=new_contact_id(), sealed=sealed),
            via=who.kind,
            message_id=name,
            body=close_said(self._seal, said),
            detail="stop" if opt == "stop" else "text",
            sender=self._code.code,
            plays=plays,
            opt=opt,
            brand=bot.brand,
        )


def meant(bots: Sequence[DeployedBot], wrote: Sequence[str], text: str) -> list[DeployedBot]:
    """The bots that an SMS to this code is for; the first one answers, the others only hear a STOP.

    A STOP to a shared code: those that wrote lately, or else the last that wrote, or else all. Any other word: the one
    that wrote last, or else the first of the code.
    """
    by_name = {bot.id: bot for bot in bots}
    known = [by_name[name] for name in wrote if name in by_name] or list(bots)
    first = known[:1]
    if not any(bot.read_opt(Said(text=text)) == "stop" for bot in known):
        return first
    brands = {bot.brand: bot for bot in reversed(known)}
    return [*first, *(bot for brand, bot in brands.items() if all(brand != one.brand for one in first))]
