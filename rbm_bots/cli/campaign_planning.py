"""A dry run from the command line: the file, the audience, what the store knows of it, the time and the cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, cast, get_args

from rbm_bots.accounts.billing import Billing, load_billing
from rbm_bots.accounts.estimates import Estimate, estimate
from rbm_bots.cli.campaign_desk import open_desk
from rbm_bots.clock import SystemClock, to_ms
from rbm_bots.delivery.campaigns.desk import CampaignDesk
from rbm_bots.delivery.campaigns.planning import DryRun, Route, dry_run, read_through
from rbm_bots.delivery.campaigns.prospects import History
from rbm_bots.delivery.campaigns.reading import read_campaign
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.delivery.campaigns.windows import LawfulHours
from rbm_bots.delivery.capability.report import Qualification, Standing, qualify
from rbm_bots.delivery.capability.settings import read_capability_settings
from rbm_bots.errors import RbmError
from rbm_bots.ledger.prices import PriceBook
from rbm_bots.server.deployment import Deployment, load_deployment
from rbm_bots.settings import Settings, load_settings

__all__ = ["Answers", "Made", "load", "make_plan", "route_of", "spread"]

_GUESS: Final = Decimal("0.05")
_ENOUGH: Final = 100  # rated messages from which on the observed share says more than a guess


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How many are expected to answer (0 to 1), and who says so. ``answered`` of ``rated``: what was observed."""

    share: Decimal
    source: Literal["given", "observed", "guess"]
    answered: int = 0
    rated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A dry run, its cost, what each way to run it costs, and why nobody was asked about the people, if so.

    ``by_sms``: an SMS may follow.
    """

    campaign: Campaign
    run: DryRun
    by_sms: bool
    cost: Estimate
    answers: Answers
    qualification: Qualification | None
    not_asked: str


def load(config: Path | None, file: Path) -> tuple[Settings, Deployment, Campaign]:
    """The deployment and the campaign. Raises ``CampaignFileFaulty`` with all faults, or what settings raise."""
    settings = load_settings(config)
    deployment = load_deployment(settings)
    bots = {name: one.bot for name, one in deployment.bots.items()}
    return settings, deployment, read_campaign(file, bots=bots)


async def make_plan(
    config: Path | None, file: Path, *, sms_share: Fraction | None, answer_rate: Decimal | None
) -> Made:
    """Read everything once; nothing is stored and nothing is sent. ``answer_rate``: ``None`` for what was observed."""
    settings, deployment, campaign = load(config, file)
    bot = deployment.bots[campaign.bot].bot
    operators: Counter[str] = Counter()
    history = History()
    route = route_of(settings, deployment, campaign, sms_share=sms_share)
    by_sms = route.sms_per_s is not None
    tries_unknown = route.try_unknown or not by_sms
    async with _perhaps_desk(settings, deployment) as (desk, not_asked):
        ask = None
        if desk is not None:
            asked = desk
            history = await asked.history(campaign.bot)

            async def ask(numbers: Sequence[str]) -> Mapping[str, int]:
                found = await asked.prospects(campaign.bot, numbers)
                operators.update(found.operators.get("rcs", {}))
                operators.update(found.operators.get("unknown", {}) if tries_unknown else {})
                return found.standings

        intake, standings = await read_through(campaign, country=bot.country, ask=ask)
    now = SystemClock().now()
    run = dry_run(campaign, bot, intake, standings, route=route, now=now)
    answers = _answers(history, answer_rate)
    costs = _Costs(load_billing(settings.billing), history, run, route, operators, answers.share, to_ms(now))
    qualified = None
    if standings:
        counted = {name: count for name, count in standings.items() if name in get_args(Standing)}
        qualified = qualify(cast("dict[Standing, int]", counted), price=costs.of_one, try_unknown=tries_unknown)
    return Made(
        campaign=campaign,
        run=run,
        by_sms=by_sms,
        cost=costs.of_all(),
        answers=answers,
        qualification=qualified,
        not_asked=not_asked,
    )


def _answers(history: History, given: Decimal | None) -> Answers:
    """What somebody says goes first; then what was observed, if it were enough messages; then a guess."""
    if given is not None:
        return Answers(share=given, source="given")
    if history.rated < _ENOUGH:
        return Answers(share=_GUESS, source="guess", answered=history.answered, rated=history.rated)
    share = Decimal(history.answered) / history.rated
    return Answers(share=share, source="observed", answered=history.answered, rated=history.rated)


def route_of(
    settings: Settings, deployment: Deployment, campaign: Campaign, *, sms_share: Fraction | None = None
) -> Route:
    """What carries this campaign, by the settings."""
    deployed = deployment.bots[campaign.bot]
    code = deployment.legs.codes.get(deployed.sms_code or "")
    return Route(
        rcs_per_s=deployment.applications[deployed.account.application].settings.quota_per_s,
        sms_per_s=code.operations_per_s if code is not None and campaign.fallback else None,
        sms_share=sms_share,
        try_unknown=read_capability_settings(settings.capability).try_unknown,
        law=LawfulHours.of(deployment.legs),
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
    """What people cost by the prices of the contract, everything else as the dry run found it.

    ``operators``: people whom RCS may reach, by the name of their operator; ``""`` is priced as the default operator.
    """

    def __init__(
        self,
        billing: Billing,
        history: History,
        run: DryRun,
        route: Route,
        operators: Mapping[str, int],
        answer_rate: Decimal,
        at_ms: int,
    ) -> None:
        self._prices = PriceBook([*billing.prices, *history.prices]).as_known(at_ms)
        self._operators = Counter[str]()
        for name, count in operators.items():
            self._operators[name.upper() or billing.default_operator] += count
        if not operators:
            self._operators[billing.default_operator] = 1
        self._run = run
        self._route = route
        self._answer_rate = answer_rate
        self._at_ms = at_ms

    def of_all(self) -> Estimate:
        """The whole campaign; whoever is expected to be without RCS gets an SMS, where one may follow."""
        people = self._run.messages // self._run.each
        sms = int(people * self._run.sms_share) if self._route.sms_per_s is not None else 0
        return self._estimate(spread(people - sms, self._operators), sms)

    def of_one(self, channel: Literal["rcs", "sms"]) -> int | None:
        """One person by this channel, as expected, in millionths of a euro; ``None``: no price is known."""
        if channel == "sms":
            return self._estimate({}, 1).expected
        expected, people = self._estimate(self._operators, 0).expected, self._operators.total()
        return (2 * expected + people) // (2 * people) if expected is not None else None

    def _estimate(self, rcs: Mapping[str, int], sms: int) -> Estimate:
        return estimate(
            rcs,
            answer_rate=self._answer_rate,
            prices=self._prices,
            at_ms=self._at_ms,
            messages=self._run.each,
            sms_parts=self._run.parts if sms else 0,
            sms_only=sms,
            per_second=self._route.rcs_per_s,
            per_minute=self._route.rcs_per_s * 60,
        )


def spread(people: int, shares: Mapping[str, int]) -> dict[str, int]:
    """``people`` in proportion to ``shares``, whole, nobody lost; what is left over goes to the largest remainders."""
    total = sum(shares.values())
    found = {name: people * share // total for name, share in shares.items()}
    by_rest = sorted(shares, key=lambda name: (-(people * shares[name] % total), name))
    for name in by_rest[: people - sum(found.values())]:
        found[name] += 1
    return {name: count for name, count in found.items() if count}
