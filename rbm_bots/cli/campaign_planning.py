"""A dry run from the command line: the file, the audience, what the store knows of it, the time and the cost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast, get_args

from rbm_bots.accounts.billing import load_billing
from rbm_bots.accounts.estimates import Estimate, estimate
from rbm_bots.cli.campaign_desk import open_desk
from rbm_bots.clock import SystemClock, to_ms
from rbm_bots.delivery.campaigns.desk import CampaignDesk
from rbm_bots.delivery.campaigns.planning import DryRun, Route, dry_run, read_through
from rbm_bots.delivery.campaigns.reading import read_campaign
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.delivery.capability.report import Qualification, Standing, qualify
from rbm_bots.delivery.capability.settings import read_capability_settings
from rbm_bots.errors import RbmError
from rbm_bots.ledger.prices import PriceBook
from rbm_bots.server.deployment import Deployment, load_deployment
from rbm_bots.settings import Settings, load_settings

__all__ = ["Made", "load", "make_plan", "route_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A dry run, its cost, what each way to run it costs, and why nobody was asked about the people, if so."""

    campaign: Campaign
    run: DryRun
    cost: Estimate
    qualification: Qualification | None
    not_asked: str


def load(config: Path | None, file: Path) -> tuple[Settings, Deployment, Campaign]:
    """The deployment and the campaign. Raises ``CampaignFileFaulty`` with all faults, or what settings raise."""
    settings = load_settings(config)
    deployment = load_deployment(settings)
    bots = {name: one.bot for name, one in deployment.bots.items()}
    return settings, deployment, read_campaign(file, bots=bots)


async def make_plan(config: Path | None, file: Path, *, sms_share: Fraction | None, answer_rate: Decimal) -> Made:
    """Read everything once; nothing is stored and nothing is sent."""
    settings, deployment, campaign = load(config, file)
    bot = deployment.bots[campaign.bot].bot
    async with _perhaps_desk(settings, deployment) as (desk, not_asked):
        ask = None
        if desk is not None:
            asked = desk

            async def ask(numbers: Sequence[str]) -> Mapping[str, int]:
                return await asked.standings(campaign.bot, numbers)

        intake, standings = await read_through(campaign, country=bot.country, ask=ask)
    route = route_of(settings, deployment, campaign, sms_share=sms_share)
    now = SystemClock().now()
    run = dry_run(campaign, bot, intake, standings, route=route, now=now)
    costs = _Costs(settings, run, route, answer_rate, to_ms(now))
    qualified = None
    if standings:
        counted = {name: count for name, count in standings.items() if name in get_args(Standing)}
        qualified = qualify(cast("dict[Standing, int]", counted), price=costs.of_one, try_unknown=route.try_unknown)
    return Made(campaign=campaign, run=run, cost=costs.of_all(), qualification=qualified, not_asked=not_asked)


def route_of(
    settings: Settings, deployment: Deployment, campaign: Campaign, *, sms_share: Fraction | None = None
) -> Route:
    """What carries this campaign, by the settings."""
    deployed = deployment.bots[campaign.bot]
    code = deployment.legs.codes.get(deployed.sms_code or "")
    return Route(
        rcs_per_s=deployment.applications[deployed.account.application].settings.quota_per_s,
        sms_per_s=code.operations_per_s if code is not None else None,
        sms_share=sms_share,
        try_unknown=read_capability_settings(settings.capability).try_unknown,
        off_days=deployment.legs.gate.avoid_days,
    )


@asynccontextmanager
async def _perhaps_desk(settings: Settings, deployment: Deployment) -> AsyncIterator[tuple[CampaignDesk | None, str]]:
    """The desk; without a database that can be asked a plan still knows the time it takes."""
    opened = open_desk(settings, deployment)
    try:
        desk = await opened.__aenter__()
    except RbmError as fault:
        yield None, str(fault)
        return
    try:
        yield desk, ""
    finally:
        await opened.__aexit__(None, None, None)


class _Costs:
    """What people cost by the prices of the settings, everything else as the dry run found it."""

    def __init__(self, settings: Settings, run: DryRun, route: Route, answer_rate: Decimal, at_ms: int) -> None:
        billing = load_billing(settings.billing)
        self._prices = PriceBook(list(billing.prices)).as_known(at_ms)
        self._operator = billing.default_operator
        self._run = run
        self._route = route
        self._answer_rate = answer_rate
        self._at_ms = at_ms

    def of_all(self) -> Estimate:
        """The whole campaign; whoever is expected to be without RCS gets an SMS, where one may follow."""
        people = self._run.messages // self._run.each
        sms = int(people * self._run.sms_share) if self._route.sms_per_s is not None else 0
        return self._estimate(people - sms, sms)

    def of_one(self, channel: Literal["rcs", "sms"]) -> int | None:
        """One person by this channel, as expected, in millionths of a euro; ``None``: no price is known."""
        return (self._estimate(1, 0) if channel == "rcs" else self._estimate(0, 1)).expected

    def _estimate(self, rcs: int, sms: int) -> Estimate:
        return estimate(
            {self._operator: rcs} if rcs or not sms else {},
            answer_rate=self._answer_rate,
            prices=self._prices,
            at_ms=self._at_ms,
            messages=self._run.each,
            sms_parts=self._run.parts if sms else 0,
            sms_only=sms,
            per_second=self._route.rcs_per_s,
            per_minute=self._route.rcs_per_s * 60,
        )
