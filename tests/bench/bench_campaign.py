"""Campaigns by size: an audience planned (with the store asked about everybody) and imported, by the command itself.

Time and the most memory of the whole process. ``RBM_BENCH_FULL=1`` adds one and five million people, which takes a
quarter of an hour, or more where the disk is slow, and 4 GB of it.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Final

from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import development_keys
from tests.bench.machinery import sqlite_folder
from tests.bench.report import Figure, run

_SIZES: Final = (1_000, 100_000)
_FULL: Final = (1_000_000, 5_000_000)
_MOST_MB: Final = 200
_PROGRAM: Final = "from rbm_bots.cli.main import main; main()"
_BOT: Final = Path(__file__).parents[2] / "bots" / "contest"
_SETTINGS: Final = """
database = "sqlite:///{folder}/rbm.db"
key_file = "{folder}/keys.json"
[applications.APP1.settings]
auth_mode = "gsma_only"
gsma_token = "static"
api_base = "http://127.0.0.1:9"
[bots.contest]
path = "{bot}"
application = "APP1"
token = "token"
webhook_auth = {{kind = "header", name = "X-Secret", value = "token"}}
"""
_CAMPAIGN: Final = """
campaign: bench
bot: contest
audience: {csv: people.csv, number: mobile, reference: id, consent: {at: since, proof: form}}
columns: {first_name: name}
message: {text: "Bonjour {{ first_name }}"}
"""


def measure() -> list[Figure]:
    """Seconds and megabytes of every size."""
    sizes = (*_SIZES, *_FULL) if os.environ.get("RBM_BENCH_FULL") else _SIZES
    return [figure for size in sizes for figure in _size(size)]


def _size(people: int) -> list[Figure]:
    with sqlite_folder() as folder:
        _write_files(folder, people)
        planned = _figures("plan", people, *_command(folder, "plan"))
        return planned + _figures("import", people, *_command(folder, "run"))


def _write_files(folder: Path, people: int) -> None:
    (folder / "rbm.toml").write_text(_SETTINGS.format(folder=folder, bot=_BOT))
    (folder / "bench.yaml").write_text(_CAMPAIGN)
    with (folder / "people.csv").open("w") as file:
        file.write("id;mobile;name;since;form\n")
        for n in range(people):
            # spread over all French mobiles, a tenth of them twice; nothing is ever sent
            number = 600_000_000 + (n - n // 10 if n % 10 else n // 2) * 7_919 % 200_000_000
            file.write(f"{n};+33{number};P{n};2026-01-15;form {n}\n")
    development_keys(folder / "keys.json")
    asyncio.run(upgrade(f"sqlite:///{folder}/rbm.db"))


def _command(folder: Path, word: str) -> tuple[float, float, float]:
    """Seconds, the processor's seconds, and the most resident memory in MB."""
    began = perf_counter()
    arguments = [sys.executable, "-c", _PROGRAM, "campaign", word, "--config", "rbm.toml", "bench.yaml"]
    child = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # waited for here, because only this call tells the memory
    if child.returncode != 0:
        raise RuntimeError(f"«rbm campaign {word}» failed")
    return perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _figures(what: str, people: int, seconds: float, busy: float, megabytes: float) -> list[Figure]:
    return [
        Figure(bench="campaign", name=f"{what}, {people:,} rows", value=people / seconds, unit="rows/s"),
        Figure(bench="campaign", name=f"{what}, {people:,} rows", value=busy / people * 1e6, unit="us of CPU/row"),
        Figure(bench="campaign", name=f"{what}, {people:,} rows", value=megabytes, unit="MB", most=_MOST_MB),
    ]


if __name__ == "__main__":
    run(measure)
