"""The operator's side of the webhook bench: requests over keep-alive connections, timed one by one.

One thread and one ``epoll``, no event loop: a request costs two system calls and little else, so that the server is
the limit and not this. What the generator itself used of its core is measured too and belongs in the report.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter, process_time

__all__ = ["Load", "Measured"]

_OK = b"HTTP/1.1 200"
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run. ``rate`` in answers per second, times in ms from due to answered, ``busy`` the generator's share."""

    answers: int
    rate: float
    p50_ms: float
    p99_ms: float
    busy: float


class Load:
    """Keep-alive connections to one port of this machine. Every answer must be a 200 in one piece."""

    def __init__(self, port: int, *, connections: int) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        for _ in range(connections):
            one = socket.create_connection(("127.0.0.1", port))
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.setblocking(False)
            self._sockets[one.fileno()] = one
            self._poll.register(one, select.EPOLLIN)

    def close(self) -> None:
        """Hang up."""
        self._poll.close()
        for one in self._sockets.values():
            one.close()

    def saturate(self, requests: Iterator[bytes], *, seconds: float) -> Measured:
        """Each connection sends its next request as soon as it has an answer."""
        sockets, took = self._sockets, list[float]()
        began, cpu = perf_counter(), process_time()
        ends = began + seconds
        sent: dict[int, float] = {}
        for fileno, one in sockets.items():
            sent[fileno] = perf_counter()
            one.send(next(requests))
        while sent:
            for fileno, _ in self._ready():
                one = sockets[fileno]
                _expect_ok(one.recv(4096))
                now = perf_counter()
                took.append(now - sent[fileno])
                if now < ends:
                    sent[fileno] = now
                    one.send(next(requests))
                else:
                    del sent[fileno]
        return _measured(took, perf_counter() - began, process_time() - cpu)

    def steady(self, requests: Iterator[bytes], *, per_second: int, seconds: float) -> Measured:
        """Requests leave by the clock, whatever the server does; one that finds no free connection waits, and its
        time counts from when it was due."""
        free, due_of, took = list(self._sockets), dict[int, float](), list[float]()
        total, number = int(per_second * seconds), 0
        began, cpu = perf_counter(), process_time()
        while len(took) < total:
            due = began + number / per_second
            while number < total and free and perf_counter() >= due:
                fileno = free.pop()
                due_of[fileno] = due
                self._sockets[fileno].send(next(requests))
                number += 1
                due = began + number / per_second
            # 0.2 ms at most: finer than what is measured, coarse enough to leave the core to others
            for fileno, _ in self._poll.poll(min(max(due - perf_counter(), 0.0), 0.0002)):
                _expect_ok(self._sockets[fileno].recv(4096))
                took.append(perf_counter() - due_of.pop(fileno))
                free.append(fileno)
        return _measured(took, perf_counter() - began, process_time() - cpu)

    def _ready(self) -> list[tuple[int, int]]:
        ready = self._poll.poll(_PATIENCE_S)
        if not ready:
            raise TimeoutError("the server stopped answering")
        return ready


def _expect_ok(answer: bytes) -> None:
    if not answer.startswith(_OK):
        raise RuntimeError(f"not a 200: {answer[:60]!r}")


def _measured(took: list[float], elapsed: float, cpu: float) -> Measured:
    cuts = quantiles(took, n=100)
    return Measured(
        answers=len(took), rate=len(took) / elapsed, p50_ms=cuts[49] * 1000, p99_ms=cuts[98] * 1000, busy=cpu / elapsed
    )
