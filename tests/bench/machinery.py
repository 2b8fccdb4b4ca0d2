"""Where benches run: which core is whose, fresh databases on real disks, and server processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter
from urllib.request import urlopen

import asyncpg

from rbm_bots.store.schema import upgrade
from tests.postgres_server import postgres_server, with_database

__all__ = ["Served", "fsync_us", "new_database", "own_core", "postgres", "served", "server_core", "sqlite_folder"]

_numbers = count(1)


def server_core() -> str:
    """The core the measured process has for itself; empty on a machine with one core."""
    return "0" if (os.cpu_count() or 1) > 1 else ""


def own_core() -> None:
    """Leave :func:`server_core` to the server; databases started after this stay off it as well."""
    if server_core():
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)))


@contextmanager
def sqlite_folder() -> Iterator[Path]:
    """A folder on a disk that fsync reaches (``/tmp`` may be memory), removed afterwards."""
    root = Path(__file__).parents[2] / "build"
    root.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=root) as folder:
        yield Path(folder)


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL with fsync on."""
    with ExitStack() as stack:
        yield stack.enter_context(postgres_server(quick=False))


def new_database(engine: str, where: str) -> str:
    """The URL of a fresh database with its tables: in folder ``where``, or on the server ``where``."""
    name = f"rbm_bench_{os.getpid()}_{next(_numbers)}"
    if engine == "sqlite":
        url = f"sqlite:///{where}/{name}.db"
    else:
        asyncio.run(_create(where, name))
        url = with_database(where, name)
    asyncio.run(upgrade(url))
    return url


async def _create(server: str, name: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await connection.close()


@dataclass(frozen=True, slots=True)
class Served:
    """A running server process."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Seconds that all its threads have used so far."""
        spent = [int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{self.pid}/task").iterdir()]
        return sum(spent) / 1e9

    def get(self, path: str) -> None:
        """One GET. Raises ``HTTPError`` unless the answer is a 2xx."""
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60):
            pass


@contextmanager
def served(kind: str, database: str = "") -> Iterator[Served]:
    """A server process (see :mod:`tests.bench.served`) that lives as long as the block."""
    command = (sys.executable, "-m", "tests.bench.served", kind, database, server_core())
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline()
            if not port:
                raise RuntimeError(f"the server «{kind}» did not start")
            yield Served(int(port), process.pid)
        finally:
            process.terminate()


def fsync_us(folder: Path) -> float:
    """Microseconds of one ``fdatasync`` after 4 kB in this folder."""
    file = folder / "fsync"
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    began = perf_counter()
    for _ in range(200):
        os.write(descriptor, b"x" * 4096)
        os.fdatasync(descriptor)
    took = perf_counter() - began
    os.close(descriptor)
    file.unlink()
    return took / 200 * 1e6
