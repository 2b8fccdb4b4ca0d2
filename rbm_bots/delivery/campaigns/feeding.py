"""One step of the feeder: people of running campaigns become messages in the outbox, in one transaction.

Theory of operation. The transaction holds the feeder's lease, locks the running campaigns of the application, and
shares the room in the outbox out between those whose hours are open (:mod:`.shares`). The next people of each are
marked ``queued`` and their messages are put into the outbox in the same commit, so a crash neither loses nor doubles
anybody; the id of a message is made from campaign and person, so even a repeated wish is one row. A scene is a row in
the journal instead, which its conversation plays. What the rules say is asked when each message leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection

from rbm_bots.botfile.model import Bot
from rbm_bots.clock import from_ms, to_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.campaigns.budget import BUDGET_SPENT, Budget
from rbm_bots.delivery.campaigns.kept import open_campaign, open_cells
from rbm_bots.delivery.campaigns.shares import Share, Wish, interleaved, share_out
from rbm_bots.delivery.campaigns.single import Composer
from rbm_bots.delivery.campaigns.sms_side import Fallback, SmsSides
from rbm_bots.delivery.campaigns.spec import Campaign, Variant
from rbm_bots.delivery.campaigns.windows import LawfulHours, opening_at
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.errors import FaultsFound, SealBroken
from rbm_bots.events import SceneStarted
from rbm_bots.ids import message_id
from rbm_bots.ledger.months import month_of
from rbm_bots.store import campaign_recipients, campaign_scenes, campaigns, capability, leases
from rbm_bots.store.campaign_recipients import Recipient
from rbm_bots.store.campaign_scenes import SceneStart
from rbm_bots.store.campaigns import Kept
from rbm_bots.store.leases import Lease
from rbm_bots.store.seal import Seal

__all__ = ["Fed", "Feeding", "ServedBot", "campaign_message_id"]

_MOST: Final = 500
_LOOK_AGAIN_MS: Final = 3_600_000
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger("rbm.campaigns")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedBot:
    """A bot as campaigns need it. ``sms_code``: the short code that an SMS would come from, if it has one.

    ``sms_per_s``: how many parts a second that code carries.
    """

    id: str
    bot: Bot
    application: str
    brand: str
    sms_code: str | None = None
    sms_per_s: int = 10


@dataclass(slots=True, kw_only=True)
class Fed:
    """What one step did: messages and scenes added by campaign, campaigns that ended or were paused (with the reason).

    ``more``: the next step has something to do at once.
    """

    added: dict[str, int] = field(default_factory=dict)
    scenes: int = 0
    ended: list[tuple[str, str]] = field(default_factory=list)
    paused: list[tuple[str, str]] = field(default_factory=list)
    more: bool = False


@dataclass(slots=True, kw_only=True)
class _Line:
    """One campaign in this step."""

    kept: Kept
    spec: Campaign
    served: ServedBot
    share: Share
    people: list[Recipient] = field(default_factory=list)


def campaign_message_id(campaign: str, contact_id: str) -> str:
    """The id of the message of this person, the same whenever it is asked for."""
    return message_id(f"campaign|{campaign}|{contact_id}", 0)


class Feeding:
    """The steps of one application. ``write_scene`` seals the event of a journal row."""

    def __init__(
        self,
        *,
        application: str,
        per_second: int,
        bots: Callable[[], Mapping[str, ServedBot]],
        seal: Seal,
        write_scene: Callable[[SceneStarted], bytes],
        budget: Budget,
        law: LawfulHours | None = None,
    ) -> None:
        self._application = application
        self._per_second = per_second
        self._bots = bots
        self._seal = seal
        self._write_scene = write_scene
        self._budget = budget
        self._law = law or LawfulHours()
        self._sms_sides = SmsSides()
        self._read: dict[str, Campaign] = {}
        self._composers: dict[tuple[str, str, str], Composer] = {}

    def step(self, connection: Connection, lease: Lease, *, now_ms: int) -> Fed:
        """One transaction's work. Raises ``LeaseLost`` when another process feeds this application by now."""
        leases.require(connection, lease)
        fed, now = Fed(), from_ms(now_ms)
        lines = self._lines(connection, fed, now)
        for line in lines:
            line.people = self._people(connection, line, fed, now_ms)
        self._queue(connection, lines, fed, now_ms)
        for line in lines:
            campaigns.fed(connection, line.kept.campaign_id, until_ms=line.share.fed_until)
            self._end_if_done(connection, line, fed, now_ms)
        fed.more = sum(fed.added.values()) >= _MOST
        return fed

    def unsettled(self, connection: Connection, *, now_ms: int) -> list[str]:
        """Campaigns that are over and may have something of their budget to give back."""
        return self._budget.unsettled(connection, self._application, now_ms=now_ms)

    def settle(self, connection: Connection, campaign: str, *, now_ms: int) -> None:
        """Give back what a campaign can no longer cost."""
        self._budget.settle(connection, campaign=campaign, now_ms=now_ms)

    def _lines(self, connection: Connection, fed: Fed, now: datetime) -> list[_Line]:
        """The campaigns whose hours are open, each with its share."""
        found: list[tuple[Kept, Campaign, ServedBot]] = []
        wishes: list[Wish] = []
        running = campaigns.running(connection, self._application)
        queued = campaigns.queued_counts(connection, [one.campaign_id for one in running])
        for kept in running:
            spec, served = self._spec(connection, kept, fed, now), self._bots().get(kept.bot)
            if spec is None or served is None:
                continue  # of a bot that this process does not serve: another one feeds it
            opening = opening_at(spec.schedule, marketing=kept.message_class == "marketing", now=now, law=self._law)
            if opening is None:
                self._end_if_over(connection, kept, fed, now)
                continue
            wishes.append(
                Wish(
                    campaign=kept.campaign_id,
                    throttle=kept.per_second,
                    queued=queued.get(kept.campaign_id, 0),
                    fed_until=kept.fed_until,
                    closes_at=to_ms(opening.end) if opening.end is not None else None,
                )
            )
            found.append((kept, spec, served))
        fallbacks = [_fallback(spec, served) for _, spec, served in found]
        sides = self._sms_sides.read(connection, fallbacks, now_ms=to_ms(now))
        wishes = [replace(wish, sms=side) for wish, side in zip(wishes, sides, strict=True)]
        shares = share_out(wishes, per_second=self._per_second, now_ms=to_ms(now), most=_MOST)
        return [
            _Line(kept=kept, spec=spec, served=served, share=share)
            for (kept, spec, served), share in zip(found, shares, strict=True)
        ]

    def _spec(self, connection: Connection, kept: Kept, fed: Fed, now: datetime) -> Campaign | None:
        """The campaign's file; one that cannot be read any more is paused."""
        known = self._read.get(kept.campaign_id)
        if known is not None:
            return known
        try:
            self._read[kept.campaign_id] = open_campaign(self._seal, kept.spec)
        except (SealBroken, msgspec.MsgspecError) as fault:
            _log.error("campaign.unreadable", campaign=kept.campaign_id, error=type(fault).__name__)
            self._pause(connection, kept.campaign_id, "unreadable", fed, to_ms(now))
            return None
        return self._read[kept.campaign_id]

    def _pause(self, connection: Connection, campaign: str, why: str, fed: Fed, now_ms: int) -> None:
        campaigns.pause(connection, campaign, why, now_ms=now_ms)
        fed.paused.append((campaign, why))

    def _people(self, connection: Connection, line: _Line, fed: Fed, now_ms: int) -> list[Recipient]:
        """The next people of a campaign, as many as its share and its budget allow."""
        wanted = line.share.messages
        people = campaign_recipients.waiting(connection, line.kept.campaign_id, now_ms=now_ms, most=wanted)
        if line.spec.untested == "wait":
            people = _tested(connection, people, now_ms)
        if not people:
            return []
        name = line.kept.campaign_id
        granted = self._budget.reserve(connection, campaign=name, month=month_of(now_ms), sends=len(people))
        if granted < len(people):
            self._pause(connection, name, BUDGET_SPENT, fed, now_ms)
        return people[:granted]

    def _queue(self, connection: Connection, lines: Sequence[_Line], fed: Fed, now_ms: int) -> None:
        """Messages and scenes of all lines, so that every stretch holds each line's part."""
        wanted: list[Wanted] = []
        marks: list[tuple[int, str | None]] = []
        for at, place in interleaved([len(line.people) for line in lines]):
            line = lines[at]
            person = line.people[place]
            variant = next((one for one in line.spec.variants if one.name == person.variant), line.spec.variants[0])
            message = self._message(connection, line, variant, person, now_ms)
            if message is not None:
                wanted.append(message)
                marks.append((person.seq, message.message_id))
            elif variant.scene:
                marks.append((person.seq, None))
                fed.scenes += 1
        queue_messages(connection, wanted, now_ms=now_ms)
        campaign_recipients.queue(connection, marks, now_ms=now_ms)
        for line in lines:
            self._start_scenes(connection, line, now_ms)
            if line.people:
                fed.added[line.kept.campaign_id] = len(line.people)

    def _message(
        self, connection: Connection, line: _Line, variant: Variant, person: Recipient, now_ms: int
    ) -> Wanted | None:
        """The message of this person; ``None`` for a scene, and for a message that no phone would show."""
        if variant.message is None:
            return None
        kept, served = line.kept, line.served
        try:
            composer = self._composer(kept, variant, served)
            message = composer.compose(self._cells(line, person), now=from_ms(now_ms))
        except (FaultsFound, SealBroken, msgspec.MsgspecError) as fault:
            _log.error("campaign.message_faulty", campaign=kept.campaign_id, error=type(fault).__name__)
            campaign_recipients.move(connection, [person.seq], state="refused", reason="message")
            return None
        return Wanted(
            message_id=campaign_message_id(kept.campaign_id, person.contact_id),
            application=kept.application,
            bot=kept.bot,
            brand=kept.brand,
            contact_id=person.contact_id,
            message_class=line.spec.message_class,
            body=self._seal.close(_encode(message), purpose=BODY),
            campaign=kept.campaign_id,
            expires_at=kept.ends_at,
            sms_code=served.sms_code if line.spec.fallback else None,
        )

    def _composer(self, kept: Kept, variant: Variant, served: ServedBot) -> Composer:
        key = (kept.campaign_id, variant.name, served.bot.version)
        if key not in self._composers:
            assert variant.message is not None
            marketing = kept.message_class == "marketing"
            self._composers[key] = Composer(variant.message, served.bot, marketing=marketing)
        return self._composers[key]

    def _cells(self, line: _Line, person: Recipient) -> dict[str, str]:
        return dict(zip(line.spec.names, open_cells(self._seal, person.fields).values, strict=True))

    def _start_scenes(self, connection: Connection, line: _Line, now_ms: int) -> None:
        scenes = {variant.name: variant.scene for variant in line.spec.variants if variant.scene}
        starts = []
        for person in line.people:
            scene = scenes.get(person.variant)
            if scene is None:
                continue
            event = SceneStarted(name=scene, columns=self._cells(line, person), campaign=line.kept.campaign_id)
            key = f"{person.contact_id}|{person.tries}"
            starts.append(
                SceneStart(
                    bot=line.kept.bot,
                    contact_id=person.contact_id,
                    key=key,
                    message_class=line.kept.message_class,
                    body=self._write_scene(event),
                )
            )
        campaign_scenes.start(connection, line.kept.campaign_id, starts, now_ms=now_ms)

    def _end_if_done(self, connection: Connection, line: _Line, fed: Fed, now_ms: int) -> None:
        """Everybody has had their turn, and nothing waits any more."""
        name = line.kept.campaign_id
        if line.people or campaign_recipients.unsettled(connection, name) or campaign_scenes.waits(connection, name):
            return
        if campaigns.finish(connection, name, state="done", now_ms=now_ms):
            self.settle(connection, name, now_ms=now_ms)
            fed.ended.append((name, "done"))

    def _end_if_over(self, connection: Connection, kept: Kept, fed: Fed, now: datetime) -> None:
        """Its last hour is over: whoever has not had their turn gets nothing."""
        if kept.ends_at is None or to_ms(now) < kept.ends_at:
            return
        campaigns.finish(connection, kept.campaign_id, state="cancelled", why="ended", now_ms=to_ms(now))
        self.settle(connection, kept.campaign_id, now_ms=to_ms(now))
        fed.ended.append((kept.campaign_id, "ended"))


def _fallback(spec: Campaign, served: ServedBot) -> Fallback | None:
    """The short code that its messages may end at."""
    if not spec.fallback or served.sms_code is None:
        return None
    return Fallback(spec=spec, bot=served.bot, code=served.sms_code, per_second=served.sms_per_s)


def _tested(connection: Connection, people: list[Recipient], now_ms: int) -> list[Recipient]:
    """Those of whom the book of capabilities knows something; the others are looked at again in an hour."""
    known = capability.known(connection, [person.contact_id for person in people], now_ms=now_ms)
    unknown = [person.seq for person in people if known[person.contact_id].answer == "unknown"]
    campaign_recipients.postpone(connection, unknown, until_ms=now_ms + _LOOK_AGAIN_MS)
    return [person for person in people if known[person.contact_id].answer != "unknown"]
