"""A dry run: what a campaign's audience is worth, how long the campaign takes, and on which days. Nothing is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from rbm_bots.botfile.model import Bot
from rbm_bots.delivery.campaigns.audience import open_audience
from rbm_bots.delivery.campaigns.content import opening_messages, sms_parts
from rbm_bots.delivery.campaigns.intake import Intake, Tally
from rbm_bots.delivery.campaigns.plan import Balance, DoesNotFit, Pace, Timetable, balance, lay_out
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.delivery.campaigns.split import HELD_OUT, expected_counts
from rbm_bots.delivery.campaigns.windows import LawfulHours, openings

__all__ = ["Ask", "DryRun", "Route", "dry_run", "read_through"]

Ask = Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]
"""Where the people with these numbers stand: how many in each standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What carries the campaign. ``sms_per_s`` is ``None`` where no SMS may follow.

    ``sms_share``: the share expected to leave by SMS, where somebody knows better than the book of capabilities.
    """

    rcs_per_s: int
    sms_per_s: int | None = None
    sms_share: Fraction | None = None
    try_unknown: bool = False
    law: LawfulHours = field(default_factory=LawfulHours)


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What was found. ``standings`` is empty when nobody could be asked. ``refusal``: why it does not fit."""

    intake: Intake
    standings: Mapping[str, int]
    groups: Mapping[str, int]
    messages: int
    each: int
    parts: int
    sms_share: Fraction
    balance: Balance
    timetable: Timetable
    refusal: DoesNotFit | None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "rows": self.intake.rows,
            "people": self.intake.people,
            "invalid": _lines(self.intake.invalid),
            "duplicates": _lines(self.intake.duplicates),
            "incomplete": _lines(self.intake.incomplete),
            "consents": self.intake.consents,
            "standings": dict(self.standings),
            "groups": dict(self.groups),
            "messages": self.messages,
            "messages_each": self.each,
            "sms_parts": self.parts,
            "sms_share": float(self.sms_share),
            "seconds": self.balance.seconds,
            "rcs_seconds": self.balance.rcs_s,
            "sms_seconds": self.balance.sms_s,
            "days": [day.as_json() for day in self.timetable.days],
            "fits": self.refusal is None,
            "refusal": self.refusal.message if self.refusal is not None else None,
        }


def _lines(tally: Tally) -> dict[str, Any]:
    return {"count": tally.count, "first_lines": tally.lines}


async def read_through(campaign: Campaign, *, country: str, ask: Ask | None) -> tuple[Intake, dict[str, int]]:
    """Read the whole audience once, with the memory of one batch, and where its people stand.

    Raises ``AudienceUnreadable``.
    """
    intake = Intake(campaign, country=country)
    standings: dict[str, int] = {}
    async with open_audience(campaign) as batches:
        async for rows in batches:
            people = intake.take(rows)
            if ask is not None and people:
                for name, count in (await ask([person.msisdn for person in people])).items():
                    standings[name] = standings.get(name, 0) + count
    return intake, standings


def dry_run(
    campaign: Campaign, bot: Bot, intake: Intake, standings: Mapping[str, int], *, route: Route, now: datetime
) -> DryRun:
    """Work out how long it takes and whether it fits."""
    marketing = campaign.message_class == "marketing"
    reached = intake.people - (standings.get("opted_out", 0) if marketing else 0)
    groups = expected_counts(campaign, reached)
    each = max(opening_messages(one, bot) for one in campaign.variants)
    messages = (reached - groups.get(HELD_OUT, 0)) * each
    share, parts = _sms_share(standings, route), max(sms_parts(one, bot) for one in campaign.variants)
    pace = Pace(
        rcs_per_s=route.rcs_per_s,
        throttle=campaign.per_second,
        sms_per_s=route.sms_per_s if campaign.fallback else None,
        sms_share=share,
        parts=parts,
    )
    sides = balance(messages, pace)
    hours = openings(campaign.schedule, marketing=marketing, now=now, law=route.law)
    timetable, refusal = Timetable(days=()), None
    try:
        timetable = lay_out(messages, sides.per_second, hours, spread=campaign.schedule.spread)
    except DoesNotFit as too_long:
        refusal = too_long
    return DryRun(
        intake=intake,
        standings=standings,
        groups=groups,
        messages=messages,
        each=each,
        parts=parts,
        sms_share=share,
        balance=sides,
        timetable=timetable,
        refusal=refusal,
    )


def _sms_share(standings: Mapping[str, int], route: Route) -> Fraction:
    """The share that is expected to leave by SMS: whoever the book knows to be without RCS, or does not know."""
    if route.sms_share is not None:
        return route.sms_share
    reached = sum(count for name, count in standings.items() if name != "opted_out")
    if not reached:
        return Fraction(0)
    unknown = 0 if route.try_unknown else standings.get("unknown", 0)
    return Fraction(standings.get("sms_only", 0) + standings.get("other_operator", 0) + unknown, reached)
