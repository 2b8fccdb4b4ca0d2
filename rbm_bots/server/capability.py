"""The assembly of capability: nightly checks, look-ups of operators, and the file they read.

Every process builds all of it; which of them checks for a bot, or reads the file, is decided by a lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
import structlog

from rbm_bots.addresses import Address
from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.replies import BulkResult
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot
from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.capability.lookup import FileLookUp, HttpLookUp, LookUps, OperatorLookUp
from rbm_bots.delivery.capability.nightly import NightlyChecks
from rbm_bots.delivery.capability.operator_file import load_operator_file
from rbm_bots.delivery.capability.resolving import Resolver
from rbm_bots.delivery.capability.settings import CapabilitySettings
from rbm_bots.delivery.other_calls import OtherCalls
from rbm_bots.errors import RbmError, SettingsError
from rbm_bots.server.capability_desk import CapabilityDesk
from rbm_bots.server.deployment import Deployment
from rbm_bots.store import Store, leases
from rbm_bots.store.seal import Seal

__all__ = ["Capability", "MaapCapability", "OperatorFile"]

_LOOK_S: Final = 60.0
_LEASE_MS: Final = 600_000
_Loop = tuple[str, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]
_log = structlog.get_logger("rbm.capability")


class MaapCapability:
    """The checks' view of a MaaP client: bots by name, calls under the cap of those that do not count."""

    def __init__(self, client: MaapClient, accounts: Mapping[str, MaapBot], calls: OtherCalls) -> None:
        self._client = client
        self._accounts = accounts
        self._calls = calls

    def stop(self) -> None:
        """No call waits for its turn any longer, however long the application is paused."""
        self._calls.stop()

    async def start_bulk(self, bot: str, numbers: Sequence[str]) -> None:
        """Start a bulk check."""
        await self._calls.make(partial(self._client.start_bulk, self._accounts[bot], numbers))

    async def bulk_result(self, bot: str) -> BulkResult:
        """Its result, as far as it is."""
        return await self._calls.make(partial(self._client.bulk_result, self._accounts[bot]))

    async def capabilities(self, bot: str, address: Address) -> frozenset[str]:
        """One person's capabilities."""
        return await self._calls.make(partial(self._client.capabilities, self._accounts[bot], address))


class OperatorFile:
    """Reads the file of operators again whenever it has changed; ``run`` until ``stop``."""

    def __init__(self, path: Path, *, store: Store, seal: Seal, clock: Clock, owner: str) -> None:
        self._path = path
        self._store = store
        self._seal = seal
        self._clock = clock
        self._owner = owner
        self._stopping = asyncio.Event()

    async def stop(self) -> None:
        """End; a file that is being read is read again by the next process."""
        self._stopping.set()

    async def run(self) -> None:
        """Look at the file each minute."""
        looking = asyncio.create_task(self._look_again())
        await self._stopping.wait()
        looking.cancel()  # a part that was read is swept away by the next look
        await asyncio.gather(looking, return_exceptions=True)

    async def _look_again(self) -> None:
        while True:
            await self.look()
            await self._clock.sleep(_LOOK_S)

    async def look(self) -> None:
        """Read it if it has changed; a file that is wrong is told, and the one before still counts."""
        now_ms = to_ms(self._clock.now())
        take = partial(leases.acquire, name="operators", owner=self._owner, now_ms=now_ms, length_ms=_LEASE_MS)
        try:
            lease = await self._store.write(take)
            if lease is None:
                return
            try:
                await load_operator_file(self._path, store=self._store, seal=self._seal, clock=self._clock)
            finally:
                await self._store.write(partial(leases.release, lease=lease))
        except Exception as fault:
            reason = str(fault) if isinstance(fault, RbmError) else type(fault).__name__
            _log.warning("operators.not_loaded", error=reason)


class Capability:
    """All of one process. ``outside``: a session that refuses private addresses, for the look-up over HTTP."""

    def __init__(
        self,
        *,
        settings: CapabilitySettings,
        deployment: Deployment,
        store: Store,
        seal: Seal,
        clock: Clock,
        owner: str,
        session: aiohttp.ClientSession,
        outside: aiohttp.ClientSession,
        allow_private: bool = False,
    ) -> None:
        self.settings = settings
        self._deployment = deployment
        self._store = store
        self._seal = seal
        self._clock = clock
        self._owner = owner
        self._session = session
        self._outside = outside
        self._allow_private = allow_private
        self.gateways = {name: self._gateway(one) for name, one in deployment.applications.items()}
        self.resolver = Resolver(
            store=store, seal=seal, clock=clock, look_ups=self._look_ups(), days=settings.operators_days
        )

    def desk(self) -> CapabilityDesk:
        """What a person may ask and decide."""
        return CapabilityDesk(
            store=self._store,
            seal=self._seal,
            clock=self._clock,
            deployment=self._deployment,
            try_unknown=self.settings.try_unknown,
            gateways={bot: self.gateway_of(bot) for bot in self._deployment.bots},
        )

    def gateway_of(self, bot: str) -> MaapCapability:
        """The gateway of a bot's application."""
        return self.gateways[self._deployment.bots[bot].account.application]

    def loops(self) -> Iterator[_Loop]:
        """What has to run: name, run, stop."""
        if self.settings.operators_file is not None:
            file = OperatorFile(
                self.settings.operators_file,
                store=self._store,
                seal=self._seal,
                clock=self._clock,
                owner=self._owner,
            )
            yield "operators", file.run, file.stop
        for bot in self._deployment.bots if self.settings.nightly else ():
            checks = NightlyChecks(
                store=self._store,
                seal=self._seal,
                clock=self._clock,
                bot=bot,
                gateway=self.gateway_of(bot),
                resolver=self.resolver,
                owner=self._owner,
                served=self.settings.served,
            )
            yield f"capability:{bot}", checks.run, checks.stop

    def _gateway(self, application: MaapApplication) -> MaapCapability:
        accounts = {name: one.account for name, one in self._deployment.bots.items()}
        calls = OtherCalls(
            store=self._store,
            clock=self._clock,
            application=application.id,
            per_second=application.settings.rates()[1],
        )
        return MaapCapability(MaapClient(self._session, application, clock=self._clock), accounts, calls)

    def _look_ups(self) -> LookUps:
        ways: list[OperatorLookUp] = []
        if self.settings.operators_file is not None:
            ways.append(FileLookUp(store=self._store, seal=self._seal))
        url = self.settings.operators_url
        if url:
            if not url.startswith("https://") and not self._allow_private:
                raise SettingsError("the address is not https", where="capability.operators_url")
            token, timeout_s = self.settings.operators_token, self.settings.operators_timeout_s
            ways.append(HttpLookUp(self._outside, url, token=token, timeout_s=timeout_s))
        return LookUps(*ways)
