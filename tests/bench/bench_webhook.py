"""The webhook with its durable commit against a bare handler that only parses and answers, in one run.

Every server is one process on a core of its own; the load generator, and PostgreSQL, have the other. The servers are
measured in turn, round after round, and a ratio is taken within each round, so that what else the machine does falls
on all of them. The people are known before the clock starts, and the queue of the worker, which is not part of this
path, is emptied before each round.

Beside the rates stands the processor time of one event, all threads of the process together: it moves less than the
rates when the machine has other work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median

from tests.bench.events import PEOPLE, requests
from tests.bench.load import Load, Measured
from tests.bench.machinery import Served, fsync_us, new_database, own_core, postgres, served, sqlite_folder
from tests.bench.report import Figure, run

_ROUNDS = 12
_ROUNDS_WHOLE = 5
_SECONDS = 0.7
_CONNECTIONS = 64
_STEADY = 1000
_WINDOWS = 5
_WINDOW_SECONDS = 2.0
_ENGINES = ("sqlite", "postgresql")
_RATIO = {"sqlite": 0.40, "postgresql": 0.50}


@dataclass(slots=True)
class _Server:
    name: str
    process: Served
    load: Load
    queues: bool
    requests: Iterator[bytes] = field(default_factory=requests)
    runs: list[Measured] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    def saturate(self) -> None:
        if self.queues:
            self.process.get("/drain")
        before = self.process.cpu_s()
        self.runs.append(self.load.saturate(self.requests, seconds=_SECONDS))
        self.cpu_us.append((self.process.cpu_s() - before) / self.runs[-1].answers * 1e6)

    def middle(self, of: str) -> float:
        return median(getattr(one, of) for one in self.runs)


def measure() -> list[Figure]:
    """All rows of the webhook."""
    own_core()
    with sqlite_folder() as folder, postgres() as server:
        where = {"sqlite": str(folder), "postgresql": server}
        figures = [_figure("fsync of this disk", fsync_us(folder), "µs")]
        figures += _durable(where)
        for engine in _ENGINES:
            figures.append(_whole(engine, where[engine]))
    return figures


def _durable(where: dict[str, str]) -> list[Figure]:
    with ExitStack() as stack:
        bare = stack.enter_context(_server("bare", "bare"))
        engines = [
            stack.enter_context(_server(engine, "webhook", new_database(engine, where[engine]))) for engine in _ENGINES
        ]
        for _ in range(_ROUNDS):
            for one in (bare, *engines):
                one.saturate()
        figures = _saturated(bare)
        for one in engines:
            figures += _saturated(one)
            ratio = median(run.rate / base.rate for run, base in zip(one.runs, bare.runs, strict=True))
            figures.append(_figure(f"{one.name} ÷ bare", ratio, "ratio", least=_RATIO[one.name]))
            cpu = median(base / mine for mine, base in zip(one.cpu_us, bare.cpu_us, strict=True))
            figures.append(_figure(f"{one.name} ÷ bare, by processor time", cpu, "ratio"))
        figures += _steady((bare, *engines))
    return figures


def _steady(servers: tuple[_Server, ...]) -> list[Figure]:
    """Times to the answer at a steady rate: the middle of several windows, the bare handler's beside them.

    What the bare handler's p99 shows is the machine's own, and part of the others' too.
    """
    windows: dict[str, list[Measured]] = {one.name: [] for one in servers}
    for _ in range(_WINDOWS):
        for one in servers:
            windows[one.name].append(one.load.steady(one.requests, per_second=_STEADY, seconds=_WINDOW_SECONDS))
    figures = []
    for name, measured in windows.items():
        most = None if name == "bare" else 10.0
        p50, p99 = (median(getattr(one, of) for one in measured) for of in ("p50_ms", "p99_ms"))
        figures.append(_figure(f"{name} ack p50 at {_STEADY:,}/s", p50, "ms"))
        figures.append(_figure(f"{name} ack p99 at {_STEADY:,}/s", p99, "ms", most=most))
    return figures


def _whole(engine: str, where: str) -> Figure:
    with _server(engine, "whole", new_database(engine, where)) as server:
        for _ in range(_ROUNDS_WHOLE):
            server.saturate()
        note = "acks while worker, timers and delivery share the core"
        return _figure(f"{engine}, all loops on", server.middle("rate"), "events/s", note=note)


def _saturated(server: _Server) -> list[Figure]:
    note = f"{_CONNECTIONS} connections, generator {server.middle('busy'):.0%} busy"
    return [
        _figure(server.name, server.middle("rate"), "events/s", note=note),
        _figure(f"{server.name}, processor time", median(server.cpu_us), "µs"),
        _figure(f"{server.name} p50", server.middle("p50_ms"), "ms"),
        _figure(f"{server.name} p99", server.middle("p99_ms"), "ms"),
    ]


@contextmanager
def _server(name: str, kind: str, database: str = "") -> Iterator[_Server]:
    with served(kind, database) as process:
        server = _Server(name, process, Load(process.port, connections=_CONNECTIONS), queues=kind == "webhook")
        server.load.steady(server.requests, per_second=2 * PEOPLE, seconds=1.0)  # meets everybody twice
        yield server
        server.load.close()


def _figure(
    name: str, value: float, unit: str, *, least: float | None = None, most: float | None = None, note: str = ""
) -> Figure:
    return Figure(bench="webhook", name=name, value=value, unit=unit, least=least, most=most, note=note)


if __name__ == "__main__":
    run(measure)
