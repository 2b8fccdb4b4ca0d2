"""What several tests of channels start with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.channels.ucp_link import Link, linked


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    async with linked() as one:
        await one.until(one.client.up.is_set)
        yield one
