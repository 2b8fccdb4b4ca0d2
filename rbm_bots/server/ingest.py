"""From a webhook's raw bytes to a durable journal row: verify, parse, append, and only then answer.

Knows no web framework. The order is fixed: size, then proof on the raw bytes, then parsing, then the journal. The
journal's key is the platform's own: (source, its time stamp, event | message or file id | status), so that a
redelivery is found by one index look-up and changes nothing. Events without any id of their own take a hash of the
body, so that two are never merged by accident; an id that no index can hold is replaced by its own hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final, Literal

import structlog
from prometheus_client import Counter

from rbm_bots.channels.maap.inbound import parse
from rbm_bots.channels.maap.verify import Verifier
from rbm_bots.clock import Clock, to_ms
from rbm_bots.errors import BodyTooLarge
from rbm_bots.events import (
    Event,
    Incoming,
    Received,
    Said,
    SentFile,
    SentLocation,
    SharedDevice,
    Started,
    StatusChanged,
    Tapped,
)
from rbm_bots.history import JOURNAL_BODY
from rbm_bots.ids import new_contact_id
from rbm_bots.server.deployment import DeployedBot
from rbm_bots.server.metrics import Metrics
from rbm_bots.store import NewcomerAddress, NewEvent
from rbm_bots.store.base import Appended
from rbm_bots.store.batcher import Batcher
from rbm_bots.store.contacts import NUMBER
from rbm_bots.store.seal import Seal

__all__ = ["MOST_BYTES", "Ingest", "journal_row"]

MOST_BYTES: Final = 256_000
_PLAYED: Final = frozenset({"message", "response", "newUser", "alias", "messageStatus"})
_DETAILS: Final[Mapping[type[Event], str]] = {
    Said: "text",
    SentFile: "file",
    SentLocation: "location",
    SharedDevice: "action_tap",
}
_TAPS: Final[Mapping[str | None, str]] = {"reply": "suggested_reply", "action": "action_tap"}
_LONGEST_ID: Final = 200
_REMEMBERED: Final = 100_000
_REMEMBER_S: Final = 60.0

_log = structlog.get_logger("rbm.webhook")


class Ingest:
    """One bot's way in. Raises the ``InboundRefused`` that has the status to answer."""

    def __init__(
        self, deployed: DeployedBot, *, batcher: Batcher, seal: Seal, clock: Clock, verifier: Verifier, metrics: Metrics
    ) -> None:
        self._deployed = deployed
        self._batcher = batcher
        self._seal = seal
        self._clock = clock
        self.verifier = verifier
        self._metrics = metrics
        self._counters: dict[tuple[str, bool], Counter] = {}
        self._log = _log.bind(bot=deployed.id)
        self._known: dict[tuple[str, str], tuple[str, float]] = {}

    def serve(self, deployed: DeployedBot) -> None:
        """Read the next events for another loading of this bot."""
        self._deployed = deployed

    async def take(self, headers: Mapping[str, str], body: bytes, peer: str | None) -> bool:
        """Take one webhook call; true when its event is new. Returns after the commit."""
        if len(body) > MOST_BYTES:
            raise BodyTooLarge
        self.verifier.verify(headers, body, peer)
        incoming = parse(body)
        row = journal_row(
            self._deployed, self._seal, incoming, body, now_ms=to_ms(self._clock.now()), known=self._contact
        )
        appended = await self._batcher.put(row)
        self._remember(incoming, row, appended)
        self._counter(row.kind, appended.new).inc()
        self._log.debug("webhook.kept", kind=row.kind, body=row.body_hash, new=appended.new)
        return appended.new

    def _counter(self, kind: str, new: bool) -> Counter:
        """The counter of a kind, looked up by its labels only once."""
        counter = self._counters.get((kind, new))
        if counter is None:
            counter = self._metrics.webhook_events.labels(self._deployed.id, kind, "new" if new else "repeat")
            self._counters[kind, new] = counter
        return counter

    def _contact(self, identity: tuple[str, str]) -> str | None:
        known = self._known.get(identity)
        return known[0] if known is not None and known[1] > monotonic() else None

    def _remember(self, incoming: Incoming, row: NewEvent, appended: Appended) -> None:
        """Spare the next event of this person a look-up; only for a minute, since an erased number is a stranger's."""
        identity = incoming.address.identity
        if row.newcomer is not None and identity is not None and appended.contact_id is not None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[identity] = (appended.contact_id, monotonic() + _REMEMBER_S)


def journal_row(
    deployed: DeployedBot,
    seal: Seal,
    incoming: Incoming,
    body: bytes,
    *,
    now_ms: int,
    known: Callable[[tuple[str, str]], str | None],
) -> NewEvent:
    """The journal row of an event. ``known`` finds the contact of an identity without asking the database."""
    event = incoming.event
    body_hash = hashlib.blake2b(body, digest_size=8).hexdigest()
    identity = incoming.address.identity
    contact = known(identity) if identity is not None else None
    status = event.status if isinstance(event, StatusChanged) else None
    opt = deployed.read_opt(event)
    newcomer = None
    if identity is not None and contact is None:
        kind, address = identity
        sealed = seal.close(address.encode(), purpose=NUMBER)
        newcomer = NewcomerAddress(
            index=seal.index(kind, address), kind=kind, contact_id=new_contact_id(), sealed=sealed
        )
    return NewEvent(
        source=deployed.source,
        at=to_ms(incoming.at) if incoming.at is not None else 0,
        source_id=_source_id(incoming, status, seal, body_hash),
        kind=incoming.kind,
        bot=deployed.id,
        received_at=now_ms,
        contact_id=contact,
        newcomer=newcomer,
        via=identity[0] if identity is not None else None,
        message_id=_storable(incoming.message_id),
        status=status,
        body=seal.close(body, purpose=JOURNAL_BODY),
        body_hash=body_hash,
        detail=_detail(incoming, opt),
        plays=identity is not None and incoming.kind in _PLAYED,
        opt=opt,
        brand=deployed.brand,
    )


def _detail(incoming: Incoming, opt: Literal["stop", "start"] | None) -> str | None:
    """What kind of user event this is to the ledger; ``None``: none that can be an answer."""
    event = incoming.event
    if opt == "stop":
        return "stop"
    if isinstance(event, Received):  # a message of a form that we do not know is one all the same; a tap is none
        return "text" if incoming.kind == "message" else None
    if isinstance(event, Tapped | Started):
        return _TAPS.get(event.tap)
    return _DETAILS.get(type(event))


def _source_id(incoming: Incoming, status: str | None, seal: Seal, body_hash: str) -> str:
    if incoming.kind == "isTyping":
        who = incoming.address.identity
        index = seal.index(*who)[:20] if who is not None else ""
        return f"isTyping|{_storable(incoming.message_id) or ''}|{index}"
    identity = incoming.message_id or getattr(getattr(incoming.event, "file", None), "id", None)
    word = status or getattr(incoming.event, "status", None) or ""
    return f"{incoming.kind}|{_storable(identity) or '#' + body_hash}|{word}"


def _storable(identity: str | None) -> str | None:
    """An id of the platform as both engines can keep and index it: a very long or unprintable one by its hash."""
    if identity is None or (len(identity) <= _LONGEST_ID and identity.isprintable()):
        return identity
    return f"#{hashlib.blake2b(identity.encode(errors='surrogatepass'), digest_size=16).hexdigest()}"
