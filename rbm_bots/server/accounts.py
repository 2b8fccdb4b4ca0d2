"""The accounts at a running server: their part of the admin API, and their pages, on the admin listener."""

from __future__ import annotations

from aiohttp import web

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.desk import LedgerDesk
from rbm_bots.clock import Clock
from rbm_bots.server.accounts_api import add_accounts_api
from rbm_bots.server.accounts_door import PAGES
from rbm_bots.server.accounts_pages import accounts_app
from rbm_bots.settings import Settings
from rbm_bots.store import Store

__all__ = ["add_accounts", "platform_names"]


def add_accounts(
    app: web.Application, *, store: Store, billing: Billing, clock: Clock, settings: Settings, token: str
) -> None:
    """Serve ``/admin/ledger/…`` and the pages. The API is behind the application's bearer, the pages have a door."""
    desk = LedgerDesk(store=store, billing=billing, clock=clock, bots=platform_names(settings))
    add_accounts_api(app, desk)
    app.add_subapp(PAGES, accounts_app(store=store, desk=desk, clock=clock, token=token))


def platform_names(settings: Settings) -> dict[str, str]:
    """What platforms call our bots (the part before the @) -> our names."""
    return {str(one.get("platform_id", name)).partition("@")[0]: name for name, one in settings.bots.items()}
