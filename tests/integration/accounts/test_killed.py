"""``kill -9`` while charges are booked: what is there is always the fold of what was read; the next start goes on."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from rbm_bots.accounts.billing import Billing
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books, opened
from tests.integration.accounts.told import START, answer, at, sent

ROOT = Path(__file__).parents[3]
PEOPLE = 100


async def project(database: str, *, commits: int | None = None) -> int:
    """Project in another process; it is killed after so many commits, or ends by itself. Its exit status."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.accounts.projecting", database, str(at(40)),
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    while commits is None or commits > 0:
        if not await process.stdout.readline():
            return await process.wait()
        commits = None if commits is None else commits - 1
    process.kill()
    return await process.wait()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8))
async def test_a_kill_leaves_a_fold_of_the_journal(tables: str, seed: int) -> None:
    users = [f"u{number:03}" for number in range(PEOPLE)]
    messages = [fact for user in users for fact in sent(f"m-{user}", 0, user=user)]
    answers = [fact for place, user in enumerate(users) if place % 2 for fact in answer(1 + place / 50, user=user)]
    async with opened(tables) as store:
        await Books(store, Billing(prices=PRICES), at_ms=START).take_in([*messages, *answers])
    assert await project(tables, commits=random.Random(seed).randrange(1, 40)) == -9
    async with opened(tables) as store:
        await Books(store, Billing(prices=PRICES), at_ms=START).check()
    assert await project(tables) == 0
    async with opened(tables) as store:
        books = Books(store, Billing(prices=PRICES), at_ms=START)
        await books.check()
        found = Counter((one.product, one.state) for one in await books.charges("posted"))
    assert found == {("MU", "posted"): PEOPLE // 2, ("CONVERSATION", "posted"): PEOPLE // 2}
