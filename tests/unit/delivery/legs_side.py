"""Legs over a real table file without a server: a desk on which a test does by hand what senders and loops do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy import Connection, insert, select
from sqlmodel import SQLModel

from rbm_bots.clock import to_ms
from rbm_bots.delivery.asking import Asker, Found
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.deadlines import look
from rbm_bots.delivery.door import Door, Opened
from rbm_bots.delivery.fallback import Saga
from rbm_bots.delivery.gateway import Leaving
from rbm_bots.delivery.hearing import of_outcomes, of_receipts, of_report
from rbm_bots.delivery.legs import Legs, Told
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.delivery.routes import LegSettings, SmsCode
from rbm_bots.delivery.states import after_receipt, after_report
from rbm_bots.messages import Message, Reply, Text
from rbm_bots.messages.postback import Postback
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.store import contacts, leases, opts, outbox
from rbm_bots.store import legs as leg_rows
from rbm_bots.store.base import table
from rbm_bots.store.leases import Lease
from rbm_bots.store.legs import Reported
from rbm_bots.store.outbox import Outcome, Receipt
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.sqlite import sqlite_engine
from rbm_bots.store.tables import ConversationRow, OptRow, OutboxRow, SagaRow

__all__ = ["CODE", "OPEN", "RCS", "SMS", "Desk"]

T = TypeVar("T")
OPEN = datetime(2030, 3, 12, 9, 0, tzinfo=UTC)
"""A Tuesday, ten o'clock in Paris."""

CODE = "36123"
RCS, SMS = "APP1", f"sms:{CODE}"
SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
STOP = Postback(bot_version="v", talk=1, turn=1, step=STOP_STEP, option="stop").pack()
_decode_saga = msgspec.json.Decoder(Saga).decode


class Desk:
    """One bot, one short code, a clock that the test moves. Each method is one transaction."""

    def __init__(self, path: Path, **settings: Any) -> None:
        self._engine = sqlite_engine(path)
        with self._engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA synchronous=OFF")
        with self._engine.begin() as connection:
            SQLModel.metadata.create_all(connection)
        self.set_up(**settings)

    def set_up(self, **settings: Any) -> None:
        """Nothing has happened yet."""
        self.now = OPEN
        self.found: dict[str, Found] = {}
        self.measured: list[str] = []
        self._settings = LegSettings(**{"codes": {CODE: SmsCode(code=CODE)}, **settings})
        self.restart()

    def restart(self) -> None:
        """Another process: nothing but the tables is left."""
        asker = Asker(seal=SEAL, settings=self._settings, look_up=self._look_up)
        self.legs = Legs(seal=SEAL, asker=asker)
        self.doors = {name: Door(application=name, seal=SEAL, legs=self.legs) for name in (RCS, SMS)}

    def close(self) -> None:
        self._engine.dispose()

    def _look_up(self, _connection: Connection, people: Collection[str], _now_ms: int) -> Mapping[str, Found]:
        return {person: self.found.get(person, Found(capability="yes")) for person in people}

    def write(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    @property
    def now_ms(self) -> int:
        return to_ms(self.now)

    def person(self, number: str = "+33639980001", *, consent: bool = True, heard: bool = True) -> str:
        def work(connection: Connection) -> str:
            contact = contacts.ensure_contact(connection, SEAL, kind="msisdn", address=number, now_ms=self.now_ms)
            if consent:
                self._opt(connection, contact, "optin", self.now_ms - 1)
            if heard:
                row = ConversationRow(bot="shop", contact_id=contact, heard_at=self.now_ms, updated_at=self.now_ms)
                connection.execute(insert(table(ConversationRow)), [row.model_dump()])
            return contact

        return self.write(work)

    def _opt(self, connection: Connection, contact: str, kind: str, at: int) -> list[OptRow]:
        rows = [OptRow(brand="brand", contact_id=contact, kind=kind, at=at, proof=f"{kind}{at}")]
        opts.record(connection, rows)
        return rows

    def opt(self, contact: str, kind: str, at: int) -> None:
        """A word about marketing, as the platform's clock has it."""
        self.write(lambda connection: self._opt(connection, contact, kind, at))

    def say(self, contact: str, word: Literal["stop", "start"]) -> None:
        self.tell(lambda c: self.legs.opted(c, self._opt(c, contact, word, self.now_ms), now=self.now))

    def queue(self, contact: str, message_class: Any = "service", *, name: str = "m", **more: Any) -> None:
        text = more.pop("text", "Bonjour.")
        chips = (Reply(label="Ne plus recevoir", postback=STOP),) if message_class == "marketing" else ()
        message = Message(content=Text(text=text), chips=chips, sms=text)
        wanted = Wanted(
            message_id=name, application=RCS, bot="shop", brand="brand", contact_id=contact,
            message_class=message_class, body=SEAL.close(msgspec.json.encode(message), purpose=BODY),
            **{"sms_code": CODE, **more},
        )  # fmt: skip
        self.write(lambda connection: queue_messages(connection, [wanted], now_ms=self.now_ms))

    def lease(self, application: str) -> Lease:
        name = f"application:{application}"
        lease = self.write(lambda c: leases.acquire(c, name, owner="me", now_ms=self.now_ms, length_ms=10**12))
        assert lease is not None
        return lease

    def open(self, application: str = RCS) -> Opened:
        """The owner takes what waits and asks the door."""
        lease = self.lease(application)

        def work(connection: Connection) -> Opened:
            rows = outbox.take(connection, application, now_ms=self.now_ms, most=16)
            return self.doors[application].open(connection, lease, rows, now=self.now)

        opened = self.write(work)
        for told in opened.told:
            self._count(told)
        return opened

    def settle(self, row: Any, state: str, **more: Any) -> None:
        """A call ended."""
        self._settle([row], state, **more)

    def settle_all(self, leaving: Iterable[Leaving], state: str) -> None:
        """Several calls ended, and are written together."""
        self._settle([one.row for one in leaving], state)

    def _settle(self, rows: Sequence[Any], state: str, **more: Any) -> None:
        application = rows[0].application
        ended = [
            Outcome(
                row=outbox.Queued(**{name: getattr(row, name) for name in outbox.Queued.__struct_fields__}),
                state=state,
                at_ms=self.now_ms,
                **more,
            )
            for row in rows
        ]

        def work(connection: Connection) -> Told:
            fence = self.lease_of(connection, application)
            counted = outbox.settle(connection, application, fence, ended)
            return self.legs.tell(connection, of_outcomes(counted), now=self.now)

        self.tell(work)

    def lease_of(self, connection: Connection, application: str) -> int:
        [lease] = [one for one in leases.show(connection) if one.name == f"application:{application}"]
        return lease.fence

    def receipt(self, platform_id: str, status: str) -> None:
        receipt = Receipt(bot="shop", contact_id="", platform_id=platform_id, status=status)

        def work(connection: Connection) -> Told:
            applied = outbox.apply_receipts(connection, [receipt], after_receipt)
            return self.legs.tell(connection, of_receipts(applied.legs), now=self.now)

        self.tell(work)

    def report(self, part: str, status: Literal["accepted", "delivered", "failed"]) -> None:
        reported = Reported(message_id=part, status=status, at_ms=self.now_ms, source_id=f"{part}|{status}")

        def work(connection: Connection) -> Told:
            row = leg_rows.report(connection, reported, source=SMS, move=after_report, now_ms=self.now_ms)
            return self.legs.tell(connection, of_report(row, status) if row is not None else [], now=self.now)

        self.tell(work)

    def tick(self) -> None:
        """The loop of deadlines looks once."""
        self.tell(lambda connection: look(connection, self.legs, now=self.now)[1])

    def tell(self, work: Callable[[Connection], Told]) -> None:
        self._count(self.write(work))

    def _count(self, told: Told) -> None:
        self.measured += [what for _, _, what in told.measured]

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def rows(self, operation: str | None = None) -> list[Any]:
        found = self.write(lambda c: c.execute(select(table(OutboxRow)).order_by(table(OutboxRow).c.seq)).all())
        return [row for row in found if operation in (None, row.operation)]

    def kept(self, name: str = "m") -> Any:
        rows = self.write(lambda c: c.execute(select(table(SagaRow))).all())
        [row] = [row for row in rows if row.message_id == name]
        return row

    def saga(self, name: str = "m") -> Saga:
        return _decode_saga(self.kept(name).state)
