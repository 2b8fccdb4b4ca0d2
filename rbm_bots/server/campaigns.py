"""Campaigns in a running server: their feeders, one for each application, and their part of the admin API.

``POST /admin/campaigns`` begins one · ``/NAME/people`` takes a batch of its audience · ``/NAME/ready`` says that it was
the last · ``/NAME/pause`` ``/resume`` ``/cancel`` · ``GET /admin/campaigns`` lists, ``/NAME`` shows one ·
``/NAME/report`` gives its recipients page by page · ``POST /admin/campaigns/test`` sends to a tester · ``/prospects``
says where numbers stand, ``/history`` what a plan may learn from the past.

These calls are what the commands use, on loopback and behind the admin token. Unlike the rest of the admin API two of
them carry what people are: the audience on its way in, and the brand's own columns on their way out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing, price_book
from rbm_bots.accounts.budgets import StoredBudget, worst_case
from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.asking import Asker
from rbm_bots.delivery.campaigns.content import opening_messages, sms_parts
from rbm_bots.delivery.campaigns.desk import Asked, CampaignDesk, GoOn, Trial
from rbm_bots.delivery.campaigns.feeder import Feeder
from rbm_bots.delivery.campaigns.feeding import Feeding, ServedBot
from rbm_bots.delivery.campaigns.intake import Person
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.delivery.campaigns.stored_desk import Hooks, StoredDesk
from rbm_bots.delivery.campaigns.windows import LawfulHours
from rbm_bots.delivery.legs import Legs
from rbm_bots.errors import RbmError, UsageError
from rbm_bots.history import close_inside
from rbm_bots.server.deployment import Deployment
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.sending import book
from rbm_bots.store import Store, budgets
from rbm_bots.store.campaigns import Imported
from rbm_bots.store.seal import Seal

__all__ = ["add_campaigns", "campaign_desk", "campaign_feeders", "served_bots"]

_MOST_BYTES: Final = 8 * 1024 * 1024
_PAGE: Final = 1000
_T = TypeVar("_T")
_Loop = tuple[str, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]


def served_bots(deployment: Deployment) -> dict[str, ServedBot]:
    """The bots of this deployment as campaigns need them."""
    return {
        name: ServedBot(
            id=name,
            bot=one.bot,
            application=one.account.application,
            brand=one.brand,
            sms_code=one.sms_code,
            sms_per_s=deployment.legs.codes[one.sms_code].operations_per_s if one.sms_code is not None else 1,
        )
        for name, one in deployment.bots.items()
    }


def campaign_feeders(
    deployment: Callable[[], Deployment],
    *,
    store: Store,
    seal: Seal,
    clock: Clock,
    metrics: Metrics,
    owner: str,
    lease_s: float,
) -> Iterator[_Loop]:
    """What has to run: name, run, stop. ``deployment`` is asked each time, so a reloaded bot is noticed."""

    def count(campaign: str, people: int) -> None:
        metrics.campaigns.fed.labels(campaign).inc(people)

    for name, application in deployment().applications.items():
        feeding = Feeding(
            application=name,
            per_second=application.settings.quota_per_s,
            bots=lambda: served_bots(deployment()),
            seal=seal,
            write_scene=partial(close_inside, seal),
            budget=StoredBudget(),
            law=LawfulHours.of(deployment().legs),
        )
        feeder = Feeder(
            store=store,
            application=name,
            feeding=feeding,
            clock=clock,
            owner=owner,
            lease_s=lease_s,
            count=count,
        )
        yield f"campaigns:{name}", feeder.run, feeder.stop


def campaign_desk(
    deployment: Callable[[], Deployment], *, store: Store, seal: Seal, clock: Clock, billing: Billing
) -> StoredDesk:
    """The operations on this process's own store."""
    now = deployment()
    legs = Legs(seal=seal, asker=Asker(seal=seal, settings=now.legs, look_up=book(now.served)))

    def set_cap(connection: Connection, campaign: Campaign) -> None:
        if campaign.budget is None:
            return
        served = served_bots(deployment())[campaign.bot]
        with_sms = campaign.fallback and served.sms_code is not None
        at_ms = to_ms(clock.now())
        worst = worst_case(
            price_book(connection, billing).as_known(at_ms),
            at_ms=at_ms,
            operators=[name.upper() for name in deployment().served] or [billing.default_operator],
            messages=max(opening_messages(one, served.bot) for one in campaign.variants),
            sms_parts=max(sms_parts(one, served.bot) for one in campaign.variants) if with_sms else 0,
            ceiling_micros=campaign.ceiling,
        )
        budgets.set_cap(connection, campaign=campaign.name, cap=worst.cap(campaign.budget))

    hooks = Hooks(
        set_cap=set_cap,
        budget=StoredBudget(),
        withdraw=lambda connection, ids, at: legs.cancel(connection, ids, now=at),
        write_scene=partial(close_inside, seal),
    )
    return StoredDesk(
        store=store,
        seal=seal,
        clock=clock,
        bots=lambda: served_bots(deployment()),
        hooks=hooks,
        operators=now.served,
    )


def add_campaigns(app: web.Application, desk: CampaignDesk) -> None:
    """Add the routes to the admin application, whose middleware asks for the token."""
    calls = _Calls(desk)
    for method, path, handler in (
        ("GET", "", calls.names),
        ("POST", "", calls.begin),
        ("POST", "/test", calls.send_test),
        ("POST", "/prospects", calls.prospects),
        ("POST", "/history", calls.history),
        ("GET", "/{name}", calls.status),
        ("GET", "/{name}/report", calls.report),
        ("POST", "/{name}/people", calls.add),
        ("POST", "/{name}/ready", calls.ready),
        ("POST", "/{name}/pause", calls.pause),
        ("POST", "/{name}/resume", calls.resume),
        ("POST", "/{name}/cancel", calls.cancel),
    ):
        app.router.add_route(method, f"/admin/campaigns{path}", _answering(handler))


def _answering(handler: Callable[[web.Request], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            told = await handler(request)
        except (UsageError, msgspec.MsgspecError) as wrong:
            shown = wrong if isinstance(wrong, RbmError) else UsageError(f"this body is not understood: {wrong}")
            return web.json_response({"error": shown.message, "hint": shown.hint}, status=400)
        return web.Response(body=msgspec.json.encode(told), content_type="application/json")

    return answer


class _Calls:
    """Bodies in, values out; what goes wrong is answered by the one place above."""

    def __init__(self, desk: CampaignDesk) -> None:
        self._desk = desk

    async def names(self, _request: web.Request) -> list[tuple[str, str]]:
        return await self._desk.names()

    async def begin(self, request: web.Request) -> Mapping[str, str]:
        await self._desk.begin(await _body(request, Campaign))
        return {}

    async def send_test(self, request: web.Request) -> Mapping[str, str]:
        return {"contact": await self._desk.send_test(await _body(request, Trial))}

    async def prospects(self, request: web.Request) -> object:
        asked = await _body(request, Asked)
        return await self._desk.prospects(asked.bot, asked.numbers)

    async def history(self, request: web.Request) -> object:
        return await self._desk.history((await _body(request, Asked)).bot)

    async def status(self, request: web.Request) -> object:
        return await self._desk.status(_name(request))

    async def report(self, request: web.Request) -> object:
        columns = request.query.getall("column", [])
        return await self._desk.report(
            _name(request), after=request.query.get("after", ""), columns=columns, most=_PAGE
        )

    async def add(self, request: web.Request) -> Mapping[str, int]:
        return {"new": await self._desk.add(_name(request), await _body(request, list[Person]))}

    async def ready(self, request: web.Request) -> Mapping[str, str]:
        await self._desk.ready(_name(request), await _body(request, Imported))
        return {}

    async def pause(self, request: web.Request) -> Mapping[str, str]:
        await self._desk.pause(_name(request), "by hand")
        return {}

    async def resume(self, request: web.Request) -> Mapping[str, str]:
        asked = await _body(request, GoOn) if request.can_read_body else GoOn()
        await self._desk.resume(_name(request), budget=asked.budget)
        return {}

    async def cancel(self, request: web.Request) -> Mapping[str, int]:
        return {"taken_back": await self._desk.cancel(_name(request))}


def _name(request: web.Request) -> str:
    return request.match_info["name"]


async def _body(request: web.Request, kind: type[_T]) -> _T:
    """The body as ``kind``; a batch of people is larger than other calls of this API may be."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > _MOST_BYTES:
            raise UsageError("the body is too large", hint="send fewer people at once")
    return msgspec.json.decode(bytes(body), type=kind)
