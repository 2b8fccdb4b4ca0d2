"""Both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.delivery.campaigns.stage import Stage, staged


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    """An empty database of each engine."""
    return f"sqlite:///{sqlite_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")


@pytest.fixture
async def stage(database: str) -> AsyncIterator[Stage]:
    async with staged(database) as running:
        yield running
