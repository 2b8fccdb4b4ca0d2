"""``python -m tests.integration.accounts.projecting URL INSTANT``: projects all there is, and tells each commit."""

from __future__ import annotations

import asyncio
import sys

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.projector import Projector
from rbm_bots.clock import FixedClock, from_ms
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import opened


async def project(url: str, at_ms: int) -> None:
    async with opened(url) as store:
        clock = FixedClock(from_ms(at_ms))
        projector = Projector(store=store, billing=Billing(prices=PRICES), clock=clock, owner="killed", most=5)
        while await projector.project_once():
            print("committed", flush=True)


if __name__ == "__main__":
    asyncio.run(project(sys.argv[1], int(sys.argv[2])))
