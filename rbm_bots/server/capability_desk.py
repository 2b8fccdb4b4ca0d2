"""What a person asks and decides about capability and error ratios: the same operations for the admin API and commands.

Instants in answers are RFC 3339, shares are ten-thousandths, money is millionths of a euro. No answer holds a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from rbm_bots.addresses import read_msisdn
from rbm_bots.clock import Clock, from_ms, rfc3339, to_ms
from rbm_bots.delivery.capability.audience import standings_of_bot
from rbm_bots.delivery.capability.report import qualify
from rbm_bots.delivery.capability.unitary import UnitaryGateway, check_now
from rbm_bots.delivery.guard import WHY, guard_settings, level
from rbm_bots.errors import UsageError
from rbm_bots.server.deployment import DeployedBot, Deployment
from rbm_bots.store import Store, campaigns, contacts, guard
from rbm_bots.store.campaigns import Kept
from rbm_bots.store.guard import GuardState
from rbm_bots.store.seal import Seal

__all__ = ["CapabilityDesk", "CheckAsked", "ReportAsked", "ResumeAsked"]


class ReportAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Qualify everybody of a bot; prices in millionths of a euro per person."""

    bot: str
    rcs_price: int | None = None
    sms_price: int | None = None


class CheckAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask the platform about one number now."""

    bot: str
    msisdn: str


class ResumeAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let a campaign or an application go on although too many of its numbers were unknown."""

    scope: Literal["campaign", "application"]
    name: str


class CapabilityDesk:
    """On this process's own store. ``gateways``: by bot; without them nothing can be asked of a platform."""

    def __init__(
        self,
        *,
        store: Store,
        seal: Seal,
        clock: Clock,
        deployment: Deployment,
        try_unknown: bool,
        gateways: Mapping[str, UnitaryGateway] | None = None,
    ) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._deployment = deployment
        self._try_unknown = try_unknown
        self._gateways = gateways or {}

    async def report(self, asked: ReportAsked) -> dict[str, Any]:
        """The qualification of a bot's people. Raises :class:`UsageError` for a bot that is not served."""
        deployed = self._bot(asked.bot)
        counts = await standings_of_bot(
            self._store,
            deployed.id,
            brand=deployed.brand,
            served=self._deployment.served,
            now_ms=to_ms(self._clock.now()),
        )
        prices = {"rcs": asked.rcs_price, "sms": asked.sms_price}
        return qualify(counts, price=prices.__getitem__, try_unknown=self._try_unknown).as_json()

    async def check(self, asked: CheckAsked) -> dict[str, Any]:
        """Ask about one number. Raises :class:`UsageError`, and what the platform's refusal raises."""
        deployed = self._bot(asked.bot)
        number = read_msisdn(asked.msisdn)
        if number is None:
            raise UsageError("this is no E.164 number")
        if asked.bot not in self._gateways:
            raise UsageError("only a running server asks the platform", hint="rbm serve")
        now_ms = to_ms(self._clock.now())
        make = partial(contacts.ensure_contact, seal=self._seal, kind="msisdn", address=number, now_ms=now_ms)
        known = await check_now(
            store=self._store,
            seal=self._seal,
            clock=self._clock,
            bot=deployed.id,
            gateway=self._gateways[asked.bot],
            contact_id=await self._store.write(make),
        )
        return {"answer": known.answer if known is not None else "unknown"}

    async def ratios(self) -> dict[str, Any]:
        """Every campaign and application that sent something, with its ratio."""
        return {"ratios": [self._shown(one) for one in await self._store.read(self._states)]}

    def _states(self, connection: Connection) -> list[GuardState]:
        applications = self._deployment.applications.items()
        return guard.show(connection, {name: one.settings.wrong_number_window for name, one in applications})

    async def resume(self, asked: ResumeAsked) -> dict[str, Any]:
        """Let it go on; the names of the campaigns that do. Raises :class:`UsageError` for a name nobody knows."""
        now_ms = to_ms(self._clock.now())
        resumed = await self._store.write(
            lambda connection: _resume(connection, asked.scope, asked.name, now_ms)
        )  # fmt: skip
        if resumed is None:
            raise UsageError(f"no {asked.scope} called {asked.name} has sent anything")
        await self._store.notify("outbox")
        return {"resumed": resumed}

    def _bot(self, name: str) -> DeployedBot:
        deployed = self._deployment.bots.get(name)
        if deployed is None:
            raise UsageError(f"no bot is called {name}", hint=", ".join(sorted(self._deployment.bots)))
        return deployed

    def _shown(self, state: GuardState) -> dict[str, Any]:
        application = self._deployment.applications.get(state.application)
        judged = level(state.ratio, guard_settings(application.settings)) if application is not None else "clear"
        return {
            "scope": state.scope,
            "name": state.name,
            "application": state.application,
            "level": judged,
            "attempts": state.ratio.attempts,
            "misses": state.ratio.errors,
            "share": state.ratio.errors * 10_000 // max(1, state.ratio.attempts),
            "all_attempts": state.attempts,
            "all_misses": state.misses,
            "held_since": rfc3339(from_ms(state.held_at)) if state.held_at else None,
        }


def _resume(
    connection: Connection, scope: Literal["campaign", "application"], name: str, now_ms: int
) -> list[str] | None:  # fmt: skip
    held = guard.held_campaigns(connection)
    if not guard.forgive(connection, scope, name):
        return None
    if scope == "campaign":
        stopped = [one for one in [campaigns.get(connection, name)] if one is not None]
    else:  # those that are over by themselves want a word of their own
        paused = campaigns.running(connection, name, states=("paused",))
        stopped = [one for one in paused if one.campaign_id not in held]
    return [one.campaign_id for one in stopped if _goes_on(connection, one, now_ms)]


def _goes_on(connection: Connection, campaign: Kept, now_ms: int) -> bool:
    return campaign.why == WHY and campaigns.resume(connection, campaign.campaign_id, now_ms=now_ms)
