"""From nothing to ready: ``rbm serve`` with the garage bot, its memory, its imports, and ``rbm check``."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.events import BOT, TOKEN
from tests.bench.machinery import new_database, sqlite_folder
from tests.bench.report import Figure, run
from tests.bench.served import BOT_FOLDER

_ROUNDS: Final = 5
_READY_S: Final = 1.5
_RBM: Final = str(Path(sys.executable).with_name("rbm"))
_SETTINGS: Final = """
database = "{database}"
port = 0
key_file = "{keys}"
[applications.APP1]
client_id = "APP1"
client_secret = "s3cr3t"
[bots.{bot}]
path = "{path}"
application = "APP1"
webhook_auth = {{kind = "header", value = "{token}"}}
"""


def measure() -> list[Figure]:
    """Medians of several starts."""
    with sqlite_folder() as folder:
        config = folder / "rbm.toml"
        database = new_database("sqlite", str(folder))
        config.write_text(
            _SETTINGS.format(database=database, keys=folder / "keys.json", bot=BOT, path=BOT_FOLDER, token=TOKEN)
        )
        starts = [_start(config) for _ in range(_ROUNDS)]
    bare = _seconds(sys.executable, "-c", "pass")
    imports = _seconds(sys.executable, "-c", "import rbm_bots.cli.serve, rbm_bots.server.app, rbm_bots.store.sqlite")
    check = _seconds(_RBM, "check", str(BOT_FOLDER))
    return [
        _figure("rbm serve, start to ready", median(ready for ready, _ in starts), "s", most=_READY_S),
        _figure("memory when ready", median(memory for _, memory in starts), "MB"),
        _figure("python itself", bare, "s"),
        _figure("python and all imports of rbm serve", imports, "s"),
        _figure(f"rbm check bots/{BOT}", check, "s"),
    ]


def _start(config: Path) -> tuple[float, float]:
    """Seconds until ``/ready`` answers 200, and the resident memory in MB at that moment."""
    began = time.perf_counter()
    command = (_RBM, "serve", "--config", str(config), "--log-level", "warning")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=config.parent) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().rpartition(":")[2])
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/ready")
            answer = connection.getresponse()
            took = time.perf_counter() - began
            if answer.status != 200:
                raise RuntimeError(f"not ready: {answer.status}")
            return took, _resident_mb(process.pid)
        finally:
            process.terminate()


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _seconds(*command: str) -> float:
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return median(took)


def _figure(name: str, value: float, unit: str, *, most: float | None = None) -> Figure:
    return Figure(bench="start", name=name, value=value, unit=unit, most=most)


if __name__ == "__main__":
    run(measure)
