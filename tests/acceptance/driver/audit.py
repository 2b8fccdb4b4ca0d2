"""What must be true of a database, and of what the operator saw, once everything is at rest.

The journal is the yardstick: each of its rows was handled once, and playing it again gives the sessions, the calls and
the messages that are there, none missing and none twice.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from rbm_bots.botfile.load import load_bot
from rbm_bots.delivery.bodies import BODY
from rbm_bots.messages import Message, Text
from rbm_bots.store import Store, contacts, open_store
from rbm_bots.store.base import table
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import CallRow, InboxRow, JournalRow, OutboxRow, TurnRow
from rbm_bots.testing.replay import Replayed, replay
from tests.acceptance.driver.deployment import BOT, BOT_FOLDER, Deployment
from tests.acceptance.driver.operator import Operator

__all__ = ["Audit", "audit"]

_FROM_WEBHOOK = frozenset({"message", "response", "newUser", "alias", "messageStatus"})
_PLAYED = _FROM_WEBHOOK | {"timer", "call"}


@dataclass(slots=True)
class Audit:
    """Everything that is there, read once; each method is one claim."""

    seal: Seal
    operator: Operator
    replayed: list[Replayed]
    journal: list[Any]
    turns: list[Any]
    outbox: list[Any]
    inbox: list[Any]
    calls: list[Any]
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def unknown(self) -> list[Any]:
        """Sends whose end nobody knows."""
        return [row for row in self.outbox if row.state == "unknown"]

    def nothing_waits(self) -> None:
        assert (self.inbox, self.calls) == ([], [])
        assert {row.state for row in self.outbox} <= {"delivered", "displayed", "unknown"}

    def each_event_was_handled_once(self) -> None:
        assert Counter(row.seq for row in self.turns) == Counter(row.seq for row in self.journal if row.kind in _PLAYED)

    def each_event_that_was_answered_200_is_kept(self) -> None:
        kept = Counter((r.kind, r.message_id, r.status or "") for r in self.journal if r.kind in _FROM_WEBHOOK)
        assert set(kept.values()) == {1}
        assert self.operator.told() - kept.keys() == set()
        assert self.operator.owed() == kept.keys()

    def sessions_equal_a_replay(self) -> None:
        assert [(talk.contact_id, talk.same, talk.other_versions) for talk in self.replayed] == [
            (talk.contact_id, True, frozenset()) for talk in self.replayed
        ]

    def messages_and_calls_are_those_of_a_replay(self) -> None:
        sent = defaultdict(list)
        for row in self.outbox:
            sent[row.contact_id].append(row.message_id)
        assert sent == {talk.contact_id: list(talk.message_ids) for talk in self.replayed if talk.message_ids}
        returned = Counter(row.status for row in self.journal if row.kind == "call")
        assert returned == Counter(call for talk in self.replayed for call in talk.call_ids)

    def words_were_handled_in_the_order_they_were_said(self) -> None:
        of = {row.seq: row for row in self.journal}
        handled = defaultdict(list)
        for turn in self.turns:
            if of[turn.seq].kind == "message":
                handled[turn.contact_id].append(of[turn.seq].message_id)
        said = {
            contact: [one.msg_id for one in self.operator.thread(number) if one.sender == "person"]
            for contact, number in self.numbers.items()
        }
        assert handled == said

    def phones_got_each_message_once_and_in_order(self) -> None:
        """What a phone has beside the messages we know to be accepted are sends whose end we do not know."""
        ours = defaultdict(list)
        for row in self.outbox:
            ours[row.contact_id].append(row)
        for contact, number in self.numbers.items():
            rows = ours[contact]
            arrived = self.operator.received(number)
            known = [row.platform_id for row in rows if row.platform_id is not None]
            assert [one.msg_id for one in arrived if one.msg_id in known] == known
            extra = Counter(one.content.get("textMessage") for one in arrived if one.msg_id not in known)
            lost = Counter(self._text(row) for row in rows if row.state == "unknown")
            assert extra <= lost

    def one_owner_at_a_time(self) -> None:
        """The calls of one owner were all made before those of the next."""
        made = defaultdict(list)
        for row in self.outbox:
            made[row.fence].append(row.attempted_at)
        owners = sorted(made)
        assert all(max(made[one]) <= min(made[then]) for one, then in itertools.pairwise(owners))

    def silence_s(self) -> float:
        """The longest time between one owner's last call and the next one's first; seconds."""
        calls = sorted((row.attempted_at, row.fence) for row in self.outbox)
        return max((then - at) / 1000 for (at, one), (then, other) in itertools.pairwise(calls) if one != other)

    def all(self) -> None:
        """Every claim."""
        self.nothing_waits()
        self.each_event_was_handled_once()
        self.each_event_that_was_answered_200_is_kept()
        self.sessions_equal_a_replay()
        self.messages_and_calls_are_those_of_a_replay()
        self.words_were_handled_in_the_order_they_were_said()
        self.phones_got_each_message_once_and_in_order()
        self.one_owner_at_a_time()

    def _text(self, row: Any) -> str:
        message = msgspec.json.decode(self.seal.open(row.body, purpose=BODY), type=Message)
        assert isinstance(message.content, Text)
        return message.content.text


async def audit(deployment: Deployment, operator: Operator) -> Audit:
    """Read everything; no server may be running on SQLite."""
    store = await open_store(deployment.database)
    try:
        return await _read(store, deployment.seal, operator)
    finally:
        await store.close()


async def _read(store: Store, seal: Seal, operator: Operator) -> Audit:
    def rows(connection: Connection) -> dict[str, Any]:
        journal, turn, out = table(JournalRow), table(TurnRow), table(OutboxRow)
        return {
            "journal": connection.execute(select(journal).order_by(journal.c.seq)).all(),
            "turns": connection.execute(select(turn).order_by(turn.c.ordinal)).all(),
            "outbox": connection.execute(select(out).order_by(out.c.seq)).all(),
            "inbox": connection.execute(select(table(InboxRow))).all(),
            "calls": connection.execute(select(table(CallRow))).all(),
        }

    replayed = await replay(store, seal, {BOT: load_bot(BOT_FOLDER)})
    found = Audit(seal=seal, operator=operator, replayed=replayed, **await store.read(rows))

    def addresses(connection: Connection) -> dict[str, str]:
        found = contacts.read_addresses(connection, seal, [(talk.contact_id, "msisdn") for talk in replayed])
        return {contact: address.msisdn or "" for (contact, _), address in found.items() if address is not None}

    found.numbers = await store.read(addresses)
    assert found.journal, "nothing was journalled"
    return found
