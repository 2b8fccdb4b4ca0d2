"""The assembly of everything that leaves: a sender for each application and short code, the sagas, their deadlines.

Every process builds all of it. Which of them calls an operator is decided by the lease of each application; the link of
a short code is opened by its owner alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Final

import aiohttp
from sqlalchemy import Connection

from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.settings import MaapApplication
from rbm_bots.channels.sms.factory import transport_for
from rbm_bots.channels.sms.transport import SmsTransport
from rbm_bots.clock import Clock
from rbm_bots.delivery.asking import Asker, Found
from rbm_bots.delivery.deadlines import Deadlines
from rbm_bots.delivery.door import Door
from rbm_bots.delivery.fallback.saga import Capability
from rbm_bots.delivery.gateway import Gateway
from rbm_bots.delivery.legs import Legs, Told
from rbm_bots.delivery.pacer import Pacer
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.delivery.sender import Sender, SenderSettings
from rbm_bots.delivery.throttle_law import SHORT_CODE
from rbm_bots.server.deployment import Deployment
from rbm_bots.server.gateways import MaapGateway, SmsGateway
from rbm_bots.server.media import published
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.reach import guards_of, teller
from rbm_bots.server.sms_inbox import SmsInbound
from rbm_bots.server.sms_parts import LongSmsLoop
from rbm_bots.settings import Settings
from rbm_bots.store import Store, capability
from rbm_bots.store.seal import Seal

__all__ = ["Sending", "book"]

_Loop = tuple[str, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]


class Sending:
    """All of one process. ``transports``: by short code, for the webhooks of those that are called by HTTP."""

    def __init__(
        self,
        *,
        settings: Settings,
        deployment: Deployment,
        store: Store,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        owner: str,
        session: aiohttp.ClientSession,
    ) -> None:
        self._settings = settings
        self._deployment = deployment
        self._store = store
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._owner = owner
        self._session = session
        asker = Asker(seal=seal, settings=deployment.legs, look_up=book(deployment.served))
        self.legs = Legs(seal=seal, asker=asker)
        self.guards = guards_of(deployment.applications)
        self.deadlines = Deadlines(store=store, clock=clock, legs=self.legs, told=self._told)
        self._inbound = {code.code: self._heard(code) for code in deployment.legs.codes.values()}
        self.long_sms = LongSmsLoop([one.long for one in self._inbound.values()], store=store, clock=clock)
        self.transports: dict[str, SmsTransport] = {}
        for name in self._inbound:
            self._connect(name)
        self.senders = [self._rcs_sender(application) for application in deployment.applications.values()]
        self.senders += [self._sms_sender(code) for code in deployment.legs.codes.values()]

    def loops(self) -> Iterator[_Loop]:
        """What has to run: name, run, stop."""
        yield "deadlines", self.deadlines.run, self.deadlines.stop
        if self._inbound:
            yield "sms_parts", self.long_sms.run, self.long_sms.stop
        for sender in self.senders:
            yield f"delivery:{sender.application}", sender.run, sender.stop

    def serve(self, deployment: Deployment) -> None:
        """Hear by SMS for other loadings of the bots (a reload)."""
        for inbound in self._inbound.values():
            inbound.serve(deployment)

    def _told(self, told: Told) -> None:
        self._metrics.count_sagas(told.measured)

    def _rcs_sender(self, application: MaapApplication) -> Sender:
        how, (per_second, _) = application.settings, application.settings.rates()
        accounts = {name: one.account for name, one in self._deployment.bots.items()}
        client = MaapClient(self._session, application, clock=self._clock)
        return self._sender(
            application.id,
            MaapGateway(client, accounts, partial(published, public_url=self._settings.public_url)),
            lambda: Pacer(per_second=per_second, per_minute=per_second * 60, window=how.quota_window),
            SenderSettings(
                lease_s=self._settings.lease_s, retry_unknown=how.retry_ambiguous_send, drain_s=self._settings.drain_s
            ),
        )

    def _sms_sender(self, code: SmsCode) -> Sender:
        rate = code.operations_per_s
        return self._sender(
            code.application,
            SmsGateway(partial(self._connect, code.code), code, store=self._store, seal=self._seal, clock=self._clock),
            lambda: Pacer(per_second=rate, per_minute=rate * 60, window="second", law=SHORT_CODE),
            # a centre says by itself how long it wants to be left alone
            SenderSettings(lease_s=self._settings.lease_s, drain_s=self._settings.drain_s, pause_s=1.0),
        )

    def _sender(
        self, application: str, gateway: Gateway, pacer: Callable[[], Pacer], settings: SenderSettings
    ) -> Sender:
        return Sender(
            store=self._store,
            application=application,
            gateway=gateway,
            door=Door(application=application, seal=self._seal, legs=self.legs, guard=self.guards.get(application)),
            clock=self._clock,
            owner=self._owner,
            pacer=pacer,
            settings=settings,
            count=lambda name, state: self._metrics.sends.labels(name, state).inc(),
            guard=self.guards.get(application),
            tell=teller(self._metrics),
            told=self._told,
        )

    def _heard(self, code: SmsCode) -> SmsInbound:
        return SmsInbound(
            code,
            deployment=self._deployment,
            store=self._store,
            seal=self._seal,
            clock=self._clock,
            legs=self.legs,
            metrics=self._metrics,
        )

    def _connect(self, code: str) -> SmsTransport:
        """A transport that nobody has started yet, in the place of the one before."""
        self.transports[code] = transport = transport_for(
            self._deployment.transports[code],
            code=code,
            inbound_address=self._deployment.legs.codes[code].inbound_address,
            inbox=self._inbound[code],
            clock=self._clock,
            public_url=self._settings.public_url,
            count=lambda what: self._metrics.sms_events.labels(code, what).inc(),
        )
        return transport


_CAPABILITY: Final[Mapping[str, Capability]] = {"rcs": "yes", "none": "no"}


def book(served: Collection[str]) -> Callable[[Connection, Collection[str], int], Mapping[str, Found]]:
    """The book of capabilities as the door reads it. ``served``: the operators that our routes reach."""

    def look_up(connection: Connection, contacts: Collection[str], now_ms: int) -> Mapping[str, Found]:
        known = capability.known(connection, list(contacts), now_ms=now_ms)
        return {contact: _found(one, served) for contact, one in known.items()}

    return look_up


def _found(known: capability.Known, served: Collection[str]) -> Found:
    operator = known.operator.lower() if known.operator is not None else None
    return Found(
        capability=_CAPABILITY.get(known.answer, "unknown"),
        operator="unknown" if operator is None else "orange" if operator in served else "other",
    )
