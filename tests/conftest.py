"""Fixtures every test may ask for; the larger ones stand in modules of their own."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

# On a build machine the same examples each time: a new one is found where somebody can look at it.
hypothesis.settings.register_profile("build", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("build")

pytest_plugins = ["tests.fixtures_browser", "tests.fixtures_network", "tests.fixtures_postgres", "tests.fixtures_store"]


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    """Where a test's own SQLite file goes; the file is not there yet."""
    return tmp_path / "rbm.sqlite3"


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this instant."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def fresh_logs() -> Iterator[None]:
    """A command that sets logging up for its process must not quieten the next test."""
    root, ours = logging.getLogger(), logging.getLogger("rbm_bots")
    before = list(root.handlers), root.level, ours.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])
