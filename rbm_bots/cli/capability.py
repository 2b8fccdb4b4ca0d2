"""``rbm capability``: who can be reached by RCS, and how many sends went to unknown numbers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async
from rbm_bots.money import EURO, show_euro

if TYPE_CHECKING:
    from rbm_bots.cli.capability_desk import Desk

__all__ = ["capability"]

_config = click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), metavar="rbm.toml", help=messages.CONFIG
)
_as_json = click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)


class _Euro(click.ParamType[int]):
    """An amount such as ``0.095``, in millionths of a euro."""

    name = "euro"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it, or say what it should be."""
        try:
            micros = Decimal(str(value)) * EURO
            if micros == micros.to_integral_value() and micros >= 0:
                return int(micros)
        except InvalidOperation:
            pass
        return self.fail(messages.CAPABILITY_PRICE_FORM, param, ctx)


@click.group(help=messages.CAPABILITY)
def capability() -> None:
    """Hold the commands."""


@capability.command("report", help=messages.CAPABILITY_REPORT)
@_config
@_as_json
@click.option("--rcs", "rcs_price", type=_Euro(), metavar="EUR", help=messages.CAPABILITY_RCS_PRICE)
@click.option("--sms", "sms_price", type=_Euro(), metavar="EUR", help=messages.CAPABILITY_SMS_PRICE)
@click.argument("bot")
def _report(*, config: Path | None, as_json: bool, rcs_price: int | None, sms_price: int | None, bot: str) -> None:
    """Count the people of BOT by how they can be reached, and say what each plan costs."""
    from rbm_bots.server.capability_desk import ReportAsked

    asked = ReportAsked(bot=bot, rcs_price=rcs_price, sms_price=sms_price)
    _show(_asked(config, lambda desk: desk.report(asked)), _report_lines, as_json=as_json)


@capability.command("check", help=messages.CAPABILITY_CHECK)
@_config
@_as_json
@click.argument("bot")
@click.argument("number")
def _check(*, config: Path | None, as_json: bool, bot: str, number: str) -> None:
    """Ask the platform about NUMBER (E.164) for BOT, through the running server."""
    from rbm_bots.server.capability_desk import CheckAsked

    asked = CheckAsked(bot=bot, msisdn=number)
    _show(_asked(config, lambda desk: desk.check(asked), ask_server=True), _check_lines, as_json=as_json)


@capability.command("ratios", help=messages.CAPABILITY_RATIOS)
@_config
@_as_json
def _ratios(*, config: Path | None, as_json: bool) -> None:
    """Show the share of unknown numbers of every campaign and application."""
    _show(_asked(config, lambda desk: desk.ratios()), _ratio_lines, as_json=as_json)


@capability.command("resume", help=messages.CAPABILITY_RESUME)
@_config
@_as_json
@click.argument("scope", type=click.Choice(["campaign", "application"]))
@click.argument("name")
def _resume(*, config: Path | None, as_json: bool, scope: str, name: str) -> None:
    """Let a campaign, or all of an application, go on; its share is counted anew."""
    from rbm_bots.server.capability_desk import ResumeAsked

    asked = ResumeAsked(scope="campaign" if scope == "campaign" else "application", name=name)
    _show(_asked(config, lambda desk: desk.resume(asked)), _resume_lines, as_json=as_json)


def _asked(
    config: Path | None, ask: Callable[[Desk], Awaitable[dict[str, Any]]], *, ask_server: bool = False
) -> dict[str, Any]:  # fmt: skip
    from rbm_bots.cli.capability_desk import open_desk

    async def body() -> dict[str, Any]:
        async with open_desk(config, ask_server=ask_server) as desk:
            return await ask(desk)

    with one_line_faults():
        return run_async(body)


def _show(found: dict[str, Any], lines: Callable[[dict[str, Any]], list[str]], *, as_json: bool) -> None:
    text = json.dumps(found, ensure_ascii=False, allow_nan=False) if as_json else "\n".join(lines(found))
    click.echo((text + "\n").encode(), nl=False)


def _report_lines(found: dict[str, Any]) -> list[str]:
    groups = [
        messages.capability_group(name, count=group["count"], share=_percent(group["share"]))
        for name, group in found["groups"].items()
    ]
    plans = [
        messages.capability_plan(
            plan["name"], rcs=plan["rcs"], sms=plan["sms"], nobody=plan["nobody"], cost=_cost(plan["cost"])
        )
        for plan in found["plans"]
    ]
    return groups + plans


def _check_lines(found: dict[str, Any]) -> list[str]:
    return [str(found["answer"])]


def _ratio_lines(found: dict[str, Any]) -> list[str]:
    return [
        messages.capability_ratio(
            f"{one['scope']} {one['name']}",
            share=_percent(one["share"]),
            misses=one["misses"],
            attempts=one["attempts"],
            level="held" if one["held_since"] else one["level"],
        )
        for one in found["ratios"]
    ] or [messages.CAPABILITY_NONE]


def _resume_lines(found: dict[str, Any]) -> list[str]:
    return [messages.capability_resumed(found["resumed"])]


def _percent(share: int) -> str:
    return f"{share // 100}.{share % 100:02d} %"


def _cost(micros: int | None) -> str:
    return messages.CAPABILITY_UNPRICED if micros is None else f"{show_euro(micros)} €"
