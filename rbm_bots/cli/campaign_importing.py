"""Starting a campaign from the command line: its audience is read twice, first to see whether it fits.

What is handed over is committed batch by batch. A command that is broken off is started again with the same file: who
is there already is left alone, and nobody gets anything before the last batch is in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rbm_bots.botfile.model import Bot
from rbm_bots.cli import messages
from rbm_bots.cli.campaign_desk import open_desk
from rbm_bots.cli.campaign_planning import load, route_of
from rbm_bots.clock import SystemClock
from rbm_bots.delivery.campaigns.audience import open_audience
from rbm_bots.delivery.campaigns.desk import CampaignDesk, CampaignRefused, Trial
from rbm_bots.delivery.campaigns.intake import Intake, read_number
from rbm_bots.delivery.campaigns.planning import Route, dry_run, read_through
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.store.campaigns import Imported

__all__ = ["import_and_start", "try_out"]


async def import_and_start(config: Path | None, file: Path, *, shown: Callable[[str], None]) -> tuple[str, int]:
    """Hand the audience over and let the campaign run; its name and how many people it has.

    Raises ``DoesNotFit`` with the arithmetic, and ``CampaignRefused`` for a name that is taken.
    """
    settings, deployment, campaign = load(config, file)
    bot = deployment.bots[campaign.bot].bot
    shown(messages.CAMPAIGN_READING)
    people = await _count(campaign, bot, route_of(settings, deployment, campaign))
    async with open_desk(settings, deployment) as desk:
        await desk.begin(campaign)
        await _hand_over(desk, campaign, bot.country, total=people, shown=shown)
    return campaign.name, people


async def _count(campaign: Campaign, bot: Bot, route: Route) -> int:
    """How many people there are, all of whom fit; the numbers that were seen are forgotten again."""
    intake, _ = await read_through(campaign, country=bot.country, ask=None)
    run = dry_run(campaign, bot, intake, {}, route=route, now=SystemClock().now())
    if run.refusal is not None:
        raise run.refusal
    if not intake.people:
        raise CampaignRefused("nobody in this audience can be reached", hint="«rbm campaign plan» says why")
    return intake.people


async def _hand_over(
    desk: CampaignDesk, campaign: Campaign, country: str, *, total: int, shown: Callable[[str], None]
) -> None:
    intake = Intake(campaign, country=country)
    async with open_audience(campaign) as batches:
        async for rows in batches:
            people = intake.take(rows)
            if people:
                await desk.add(campaign.name, people)
            shown(messages.campaign_importing(f"{intake.people:,}", total=f"{total:,}"))
    counts = Imported(
        rows=intake.rows,
        duplicates=intake.duplicates.count,
        invalid=intake.invalid.count,
        incomplete=intake.incomplete.count,
    )
    await desk.ready(campaign.name, counts)


async def try_out(config: Path | None, file: Path, *, number: str, variant: str) -> str:
    """Send to a tester what the first person of the audience would get; the tester's contact."""
    settings, deployment, campaign = load(config, file)
    country = deployment.bots[campaign.bot].bot.country
    msisdn = campaign.testers.get(number) or read_number(number, country=country)
    if msisdn is None:
        raise CampaignRefused("this is neither a number nor the name of a tester", hint="see «testers:» in the file")
    intake = Intake(campaign, country=country)
    async with open_audience(campaign) as batches:
        async for rows in batches:
            people = intake.take(rows)
            if people:
                test = Trial(
                    campaign=campaign,
                    msisdn=msisdn,
                    variant=variant or campaign.variants[0].name,
                    cells=people[0].cells,
                )
                async with open_desk(settings, deployment) as desk:
                    return await desk.send_test(test)
    raise CampaignRefused("nobody in this audience can be reached", hint="«rbm campaign plan» says why")
