"""Where a centre connects back to us: some bring messages and reports on a connection that they open themselves.

Nobody logs in there, so only the networks of the settings may come; without them nobody may. What comes feeds the same
receiver as our own session, and is answered on the connection it came by. Nothing is submitted here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

import structlog

from rbm_bots.channels.sms.ucp.receiving import Receiver
from rbm_bots.channels.sms.ucp.session import Session
from rbm_bots.channels.sms.ucp.settings import UcpSettings
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, SettingsError

__all__ = ["Acceptor"]

_MOST: Final = 16  # connections at once
_log = structlog.get_logger("rbm.sms.ucp")


class Acceptor:
    """Listens where the settings say, from :meth:`start` to :meth:`stop`; does nothing when they name no place."""

    def __init__(
        self,
        *,
        settings: UcpSettings,
        receiver: Receiver,
        clock: Clock,
        monotonic: Callable[[], float],
        count: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._peers: Sequence[IPv4Network | IPv6Network] = [ip_network(one) for one in settings.listen_peers]
        self._receiver = receiver
        self._clock = clock
        self._monotonic = monotonic
        self._count = count
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None  # started, with a place to listen
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises ``SettingsError`` when the place cannot be had."""
        if self._settings.listen is None or self._server is not None:
            return
        host, port = self._settings.listen
        try:
            self._server = await asyncio.start_server(self._serve, host, port, ssl=None)
        except OSError as fault:
            raise SettingsError(f"cannot listen for the centre: {fault.strerror}", where="listen") from None

    async def stop(self) -> None:
        """End every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # asyncio runs a connection's callback as a task
        if len(self._tasks) >= _MOST or not self._is_allowed(writer):
            self._count("peer_refused")
            _log.warning("ucp.peer_refused")
            writer.transport.abort()
            return
        self._tasks.add(task)
        self._count("peer_accepted")
        session = Session(
            reader=reader,
            writer=writer,
            window=1,
            result_timeout_s=self._settings.result_timeout_s,
            clock=self._clock,
            monotonic=self._monotonic,
            count=self._count,
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.read())
                tasks.create_task(self._receiver.work(session))
        except* ChannelError:
            pass  # the centre has gone; it comes again by itself
        except* asyncio.CancelledError:
            pass  # the link stops
        finally:
            self._tasks.discard(task)
            session.close()
            writer.transport.abort()

    def _is_allowed(self, writer: asyncio.StreamWriter) -> bool:
        peer = ip_address(writer.get_extra_info("peername")[0])
        return any(peer in network for network in self._peers)
