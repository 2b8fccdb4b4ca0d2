"""What is ours inside aiosmpplib: its extension points, and the places where it does not fit the networks.

The library connects, binds, keeps alive and frames. It would also cut texts, pair reports with submits and parse
their text; all that is done here instead, on octets, because its parsing fails on what SMSCs really send and a failure
ends the link:

* a status outside of its table (vendors have their own) raises inside the reader: ``_missing_`` maps it, and the real
  number is read from the octets;
* a report with an unusual date or error, or a parameter that is no ASCII, raises as well: :class:`RawDeliver` takes
  the octets as they are;
* a connection that ended is left open on our side: :class:`Client` closes it, and ends the session's tasks at once;
* it opens connections without TLS: :class:`Client` begins it before the first octet.

The first two are replaced for the process, which has no other user of the library. It logs whole messages: its logger
is off.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import aiosmpplib
from aiosmpplib import protocol, state

from rbm_bots.channels.sms.smpp.settings import SmppTransportSettings

__all__ = ["Back", "Client", "Deliveries", "Hook", "Queue", "RawDeliver", "client", "submit_pdu"]


_SILENT: Final = logging.CRITICAL + 1
_ELSEWHERE: Final = "?"  # the library refuses messages without a text; ours are octets


class RawDeliver(protocol.DeliverSm):  # type: ignore[misc]  # the library has no types
    """A message from the SMSC of which only the number is read; see :mod:`rbm_bots.channels.sms.smpp.pdu`."""

    @classmethod
    def from_pdu(cls, pdu: bytes, header: Any, *_encoding: object) -> RawDeliver:  # noqa: ANN401, ARG003 - its header
        """Keep the number, which the answer repeats."""
        return cls(sequence_num=header.sequence_num, short_message=_ELSEWHERE)

    def is_receipt(self) -> bool:
        """Never: the library would parse it."""
        return False


def _unknown_status(cls: Any, _value: object) -> Any:  # noqa: ANN401  # the library has no types
    return cls.ESME_RUNKNOWNERR


protocol.MESSAGE_TYPE_MAP[state.SmppCommand.DELIVER_SM] = RawDeliver
state.SmppCommandStatus._missing_ = classmethod(_unknown_status)  # an enumeration's own hook


class Deliveries(aiosmpplib.AbstractCorrelator):  # type: ignore[misc]  # the library has no types
    """Remembers nothing: results are matched by number as they are heard."""

    def get_cumulated_status(self, _ref_num: int) -> int:
        """No long texts here."""
        return 0

    async def expired(self, _message: object) -> None:
        """Nothing expires here."""

    async def put(self, _message: object) -> None:
        """Nothing to keep."""

    async def put_delivery(self, _message_id: str, _submit: object) -> None:
        """Nothing to keep."""

    async def put_delivery_segmented(self, deliver: object) -> object:
        """Parts are put together elsewhere."""
        return deliver

    async def get(self, _response: object) -> None:
        """Nothing was kept."""

    async def get_segmented(self, _number: int, remove: bool = False) -> tuple[None, int]:  # noqa: ARG002  # the library's own form
        """Nothing was kept."""
        return None, 0

    async def get_delivery(self, _receipt: object) -> None:
        """Nothing was kept."""


class Hook(aiosmpplib.AbstractHook):  # type: ignore[misc]  # the library has no types
    """Three functions of the link in the library's form."""

    def __init__(
        self,
        *,
        sending: Callable[[Any], None],
        heard: Callable[[Any, bytes], Awaitable[None]],
        failed: Callable[[Any], None],
    ) -> None:
        self._sending = sending
        self._heard = heard
        self._failed = failed

    async def sending(self, message: object, _pdu: bytes, _client: str) -> None:
        """Just before the octets are written."""
        self._sending(message)

    async def received(self, message: object | None, pdu: bytes, _client: str) -> None:
        """What came; a request is answered after this returns."""
        await self._heard(message, pdu)

    async def send_error(self, message: object, _error: Exception, _client: str) -> None:
        """It could not be written, or writing failed half way."""
        self._failed(message)


class Queue(aiosmpplib.AbstractBroker):  # type: ignore[misc]  # the library has no types
    """What waits to be written."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Any] = asyncio.Queue()

    async def enqueue(self, message: Any) -> None:  # noqa: ANN401  # the library has no types
        """Put it last."""
        self._waiting.put_nowait(message)

    async def dequeue(self) -> Any:  # noqa: ANN401  # the library has no types
        """Take the first, when there is one."""
        return await self._waiting.get()


class Back(aiosmpplib.AbstractRetryTimer):  # type: ignore[misc]  # the library has no types
    """Tells when a session begins and ends, and waits before the next one."""

    def __init__(self, *, up: Callable[[], None], down: Callable[[], Awaitable[None]]) -> None:
        self._up = up
        self._down = down

    async def wait(self) -> None:
        """A session ended, or none could be opened."""
        await self._down()

    def reset(self) -> None:
        """A session is open."""
        self._up()

    def next_delay(self) -> float:
        """For the library's log, which is off."""
        return 0.0


class Client(aiosmpplib.ESME):  # type: ignore[misc]  # the library has no types
    """The library's client; ``start`` runs it, ``stop`` ends it, ``close`` closes what is left open."""

    _ours: asyncio.StreamWriter | None = None
    tls: ssl.SSLContext | None = None
    tls_name: str = ""

    @property
    def is_bound(self) -> bool:
        """Whether a session stands."""
        return bool(self.session_state == self.bind_mode.session_state)

    async def connect(self) -> None:
        """Open a connection and bind."""
        self.close()
        try:
            await super().connect()
        finally:
            self._ours = self._writer or self._ours

    async def _socket_operation(self, coro: Awaitable[Any]) -> Any:  # noqa: ANN401  # the library has no types
        """What the library waits for, with its time limit; a new connection is encrypted when that is wanted."""
        done = await super()._socket_operation(coro)
        match done:
            case (asyncio.StreamReader(), asyncio.StreamWriter() as writer) if self.tls is not None:
                self._ours = writer  # closed also when the handshake fails
                await super()._socket_operation(writer.start_tls(self.tls, server_hostname=self.tls_name))
        return done

    async def _disconnect(self) -> None:
        """Unbind and end the sending half; TLS has no halves, so there the connection is closed."""
        try:
            await super()._disconnect()
        except NotImplementedError:
            self.close()
            self._writer = None

    def close(self) -> None:
        """Close the last connection."""
        if self._ours is not None:
            self._ours.close()

    async def _end_task(self, task: asyncio.Task[object]) -> None:
        """End a task of a session that is over; the library would wait half a second for each."""
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def client(
    settings: SmppTransportSettings, *, address: tuple[str, int], hook: Hook, queue: Queue, back: Back
) -> Client:
    """A client that is not yet connected. Raises ``SettingsError`` for a certificate that cannot be used."""
    host, port = address
    made = Client(
        smsc_host=host,
        smsc_port=port,
        system_id=settings.system_id,
        password=settings.password.get_secret_value(),
        system_type=settings.system_type,
        bind_mode=aiosmpplib.BindMode.TRANSCEIVER,
        enquire_link_interval=settings.enquire_s,
        socket_timeout=settings.socket_timeout_s,
        log_level=_SILENT,
        log_handler=logging.NullHandler(),
        hook=hook,
        broker=queue,
        retry_timer=back,
        correlator=Deliveries(),
    )
    if settings.tls is not None:
        made.tls, made.tls_name = settings.tls.context(), settings.tls.name_of(host)
    return made


def submit_pdu(
    *,
    key: str,
    sender: tuple[str, int, int],
    to: tuple[str, int, int],
    octets: bytes,
    ucs2: bool,
    has_header: bool,
    report: bool,
    validity_until: datetime | None,
) -> Any:  # noqa: ANN401  # the library has no types
    """A ``submit_sm`` with its octets as they are. Addresses: digits or name, type of number, numbering plan.

    Raises ``ValueError`` for an address that is too long or of no type.
    """
    source, destination = (
        aiosmpplib.PhoneNumber(text, aiosmpplib.TON(ton), aiosmpplib.NPI(npi)) for text, ton, npi in (sender, to)
    )
    message = aiosmpplib.SubmitSm(
        short_message=_ELSEWHERE,
        source=source,
        destination=destination,
        esm_class=0x40 if has_header else 0,
        registered_delivery=1 if report else 0,
        validity_period=validity_until,
        encoding="ucs2" if ucs2 else None,
        auto_message_payload=True,  # the library's own way to say: do not cut
        log_id=key,
    )
    message.set_encoded_message(octets)
    return message
