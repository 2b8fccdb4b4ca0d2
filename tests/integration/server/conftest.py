"""Both engines, an emulated operator, and a house between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rbm_bots.server.logs import configure_logs
from tests.acceptance.driver.operator import Operator, operating
from tests.integration.server.side import OPERATOR_TOKEN, House, housed


@pytest.fixture(autouse=True)
def logs() -> None:
    """The server's own logs: what a library shows by default of a fault's variables takes seconds."""
    configure_logs(level="debug")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    """An empty database of each engine."""
    return f"sqlite:///{sqlite_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    """An operator that tells nobody; events are posted by the test."""
    async with operating(webhook=None, token=OPERATOR_TOKEN) as running:
        yield running


@pytest.fixture
async def house(database: str, operator: Operator) -> AsyncIterator[House]:
    async with housed(database=database, operator=operator.base) as running:
        yield running
