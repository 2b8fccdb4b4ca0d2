"""From a webhook's raw bytes to a durable journal row: verify, parse, append, and only then answer.

Knows no web framework. The order is fixed: size, then proof on the raw bytes, then parsing, then the journal. The
journal's key is the platform's own: (source, its time stamp, event | message or file id | status), so that a
redelivery is found by one index look-up and changes nothing. Events without any id of their own take a hash of the
body, so that two are never merged by accident.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

import structlog

from rbm_bots.channels.maap.inbound import parse
from rbm_bots.channels.maap.verify import Verifier
from rbm_bots.clock import Clock, to_ms
from rbm_bots.errors import BodyTooLarge
from rbm_bots.events import Incoming, StatusChanged
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
        self._known: dict[str, tuple[str, float]] = {}

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
        self._remember(row, appended)
        self._metrics.webhook_events.labels(self._deployed.id, row.kind, "new" if appended.new else "repeat").inc()
        _log.debug("webhook.kept", bot=self._deployed.id, kind=row.kind, body=row.body_hash, new=appended.new)
        return appended.new

    def _contact(self, index: str) -> str | None:
        known = self._known.get(index)
        return known[0] if known is not None and known[1] > monotonic() else None

    def _remember(self, row: NewEvent, appended: Appended) -> None:
        """Spare the next event of this person a look-up; only for a minute, since an erased number is a stranger's."""
        if row.newcomer is not None and appended.contact_id is not None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[row.newcomer.index] = (appended.contact_id, monotonic() + _REMEMBER_S)


def journal_row(
    deployed: DeployedBot,
    seal: Seal,
    incoming: Incoming,
    body: bytes,
    *,
    now_ms: int,
    known: Callable[[str], str | None],
) -> NewEvent:
    """The journal row of an event. ``known`` finds the contact of an address index without asking the database."""
    event = incoming.event
    body_hash = hashlib.blake2b(body, digest_size=8).hexdigest()
    identities = seal.indices(incoming.address)
    kind, address, index = identities[0] if identities else ("", "", "")
    contact = known(index) if index else None
    status = event.status if isinstance(event, StatusChanged) else None
    newcomer = None
    if index and contact is None:
        sealed = seal.close(address.encode(), purpose=NUMBER)
        newcomer = NewcomerAddress(index=index, kind=kind, contact_id=new_contact_id(), sealed=sealed)
    return NewEvent(
        source=deployed.source,
        at=to_ms(incoming.at) if incoming.at is not None else 0,
        source_id=_source_id(incoming, status, index, body_hash),
        kind=incoming.kind,
        bot=deployed.id,
        received_at=now_ms,
        contact_id=contact,
        newcomer=newcomer,
        via=kind or None,
        message_id=incoming.message_id,
        status=status,
        body=seal.close(body, purpose=JOURNAL_BODY),
        body_hash=body_hash,
        plays=bool(index) and incoming.kind in _PLAYED,
        opt=deployed.read_opt(event),
        brand=deployed.brand,
    )


def _source_id(incoming: Incoming, status: str | None, index: str, body_hash: str) -> str:
    if incoming.kind == "isTyping":
        return f"isTyping|{incoming.message_id or ''}|{index[:20]}"
    identity = incoming.message_id or getattr(getattr(incoming.event, "file", None), "id", None)
    word = status or getattr(incoming.event, "status", None) or ""
    return f"{incoming.kind}|{identity or '#' + body_hash}|{word}"
