"""What every store owes the rooms above: one class of tests, run on each engine."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from sqlalchemy import Connection, select, text

from rbm_bots.addresses import Address
from rbm_bots.errors import LeaseLost
from rbm_bots.store import (
    NewcomerAddress,
    NewEvent,
    Store,
    bot_versions,
    calls,
    contacts,
    conversations,
    leases,
    opts,
    outbox,
    timers,
)
from rbm_bots.store.base import table
from rbm_bots.store.batcher import Batcher
from rbm_bots.store.conversations import FAR, Locked
from rbm_bots.store.outbox import Outcome, Receipt
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import BotVersionRow, CallRow, InboxRow, JournalRow, OptRow, OutboxRow, TimerRow, TurnRow

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
NOW = 1_768_471_200_000
BOT = "garage"


def event(number: int = 1, *, contact: str | None = "c1", **more: object) -> NewEvent:
    values = {"source": "maap:APP1:garage", "at": NOW + number, "source_id": f"message|in-{number}|", "kind": "message"}
    return NewEvent(
        **(values | {"bot": BOT, "received_at": NOW, "contact_id": contact, "message_id": f"in-{number}"} | more)
    )


def newcomer(msisdn: str, contact: str) -> NewcomerAddress:
    sealed = SEAL.close(msisdn.encode(), purpose=contacts.NUMBER)
    return NewcomerAddress(index=SEAL.index("msisdn", msisdn), kind="msisdn", contact_id=contact, sealed=sealed)


def send(message: str, *, contact: str = "c1", lane: int = 1, **more: object) -> OutboxRow:
    values = {"message_id": message, "application": "APP1", "bot": BOT, "brand": BOT, "contact_id": contact}
    values |= {"via": "msisdn", "operation": "message", "message_class": "conversation", "lane": lane}
    return OutboxRow(**(values | {"state": "queued", "body": b"x", "created_at": NOW} | more))


def move(state: str, status: str) -> str | None:
    return status if state != status else None


async def journal(store: Store) -> list[object]:
    rows = await store.read(lambda connection: connection.execute(select(table(JournalRow))).all())
    return list(rows)


class StoreContract:
    """Each engine's test class gives the fixture ``store``."""

    async def test_a_key_seen_before_is_kept_once(self, store: Store) -> None:
        first = await store.append([event(1)])
        again = await store.append([event(1, received_at=NOW + 5)])
        assert [first[0].new, again[0].new] == [True, False]
        assert len(await journal(store)) == 1

    async def test_two_of_one_key_in_one_commit_are_kept_once(self, store: Store) -> None:
        appended = await store.append([event(1), event(1), event(2)])
        assert [one.new for one in appended] == [True, False, True]

    async def test_every_new_row_of_a_large_load_waits_for_its_own_person_and_no_other(self, store: Store) -> None:
        kept_before = [event(number, contact=f"c{number}") for number in range(0, 300, 7)]
        await store.append(kept_before)
        load = [event(number, contact=f"c{number}", plays=number % 5 != 0) for number in (*range(300), 41, 42)]
        appended = await store.append(load)
        new = {number for number in range(300) if number % 7}
        assert [one.new for one in appended] == [number in new for number in range(300)] + [False, False]
        waiting = table(InboxRow).join(table(JournalRow), table(InboxRow).c.seq == table(JournalRow).c.seq)
        asked = select(table(InboxRow).c.contact_id, table(JournalRow).c.message_id).select_from(waiting)
        found = await store.read(lambda connection: {tuple(row) for row in connection.execute(asked)})
        queued = {number for number in new if number % 5} | set(range(0, 300, 7))
        assert found == {(f"c{number}", f"in-{number}") for number in queued}

    async def test_after_work_that_failed_the_next_is_done(self, store: Store) -> None:
        def breaks(connection: Connection) -> None:
            raise RuntimeError("on purpose")

        with pytest.raises(RuntimeError):
            await store.write(breaks)
        assert (await store.append([event(1)]))[0].new

    async def test_what_the_ledger_reads_is_kept(self, store: Store) -> None:
        facts = {"detail": "text", "in_reply_to": "m", "logical_id": "l", "campaign": "spring", "sender": "36123"}
        facts |= {"partner": "agency", "brand": "garage", "operator": "ORANGE"}
        await store.append([event(1, **facts), event(2)])
        full, empty = await journal(store)
        assert {name: getattr(full, name) for name in facts} == facts
        assert {getattr(empty, name) for name in facts} == {None}

    async def test_a_new_number_becomes_one_contact_however_often_it_is_new(self, store: Store) -> None:
        async def meet(number: int) -> str | None:
            stranger = newcomer("+33639980001", f"candidate{number}")
            return (await store.append([event(number, contact=None, newcomer=stranger)]))[0].contact_id

        found = {await meet(1), *await asyncio.gather(*(meet(number) for number in range(2, 9)))}
        assert len(found) == 1
        whose = (found.pop() or "", "msisdn")
        addresses = await store.read(lambda c: contacts.read_addresses(c, SEAL, [whose]))
        assert addresses == {whose: Address(msisdn="+33639980001")}

    async def test_an_event_that_nobody_plays_is_kept_and_not_queued(self, store: Store) -> None:
        await store.append([event(1, plays=False, kind="isTyping")])
        assert len(await journal(store)) == 1
        assert await store.read(conversations.waiting_count) == 0

    async def test_a_stop_is_durable_with_its_message(self, store: Store) -> None:
        await store.append([event(1, opt="stop", brand="martin"), event(2)])
        assert await store.read(partial(opts.is_opted_out, brand="martin", contact_id="c1"))
        assert not await store.read(partial(opts.is_opted_out, brand="other", contact_id="c1"))
        await store.append([event(3, opt="start", brand="martin")])
        assert not await store.read(partial(opts.is_opted_out, brand="martin", contact_id="c1"))

    async def test_a_start_that_arrives_late_does_not_lift_a_younger_stop(self, store: Store) -> None:
        await store.append([event(9, opt="stop", brand="martin")])
        await store.append([event(3, opt="start", brand="martin")])
        assert await store.read(partial(opts.is_opted_out, brand="martin", contact_id="c1"))

    async def test_a_failed_piece_of_work_undoes_itself_alone(self, store: Store) -> None:
        def breaks(connection: Connection) -> None:
            opts.record(connection, [OptRow(brand="b", contact_id="c", kind="stop", at=1, proof="p")])
            raise RuntimeError("on purpose")

        works = partial(opts.record, rows=[OptRow(brand="b", contact_id="d", kind="stop", at=1, proof="p")])
        outcomes = await asyncio.gather(store.write(breaks), store.write(works), return_exceptions=True)
        assert isinstance(outcomes[0], RuntimeError)
        assert outcomes[1] is None
        assert await store.read(partial(opts.opted_out, keys=[("b", "c"), ("b", "d")])) == {("b", "d")}

    async def test_reading_cannot_write(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"readonly|read-only"):
            await store.read(lambda connection: connection.execute(text("DELETE FROM journal")))

    async def test_a_claim_reads_rows_in_journal_order(self, store: Store) -> None:
        await store.append([event(2), event(1), event(3, contact="c2")])
        claimed = await store.write(lambda c: conversations.claim(c, bots=[BOT], now_ms=NOW, most=10))
        assert {one.contact_id: [row.message_id for row in one.rows] for one in claimed} == {
            "c1": ["in-2", "in-1"],
            "c2": ["in-3"],
        }

    async def test_a_claim_leaves_other_bots_alone(self, store: Store) -> None:
        await store.append([event(1)])
        assert await store.write(lambda c: conversations.claim(c, bots=["other"], now_ms=NOW, most=10)) == []

    async def test_what_was_handled_is_not_claimed_again(self, store: Store) -> None:
        await store.append([event(1), event(2)])

        def handle(connection: Connection) -> list[Locked]:
            claimed = conversations.claim(connection, bots=[BOT], now_ms=NOW, most=10)
            one = claimed[0]
            one.session, one.turns = b"after", 1
            row = one.rows[0]
            turn = TurnRow(
                seq=row.seq, bot=BOT, contact_id="c1", ordinal=1, played_at=NOW, bot_version="v", facts=b""
            )  # fmt: skip
            conversations.save(connection, claimed, now_ms=NOW)
            conversations.played(connection, [turn])
            conversations.later(connection, {one.rows[1].seq: FAR})
            return claimed

        await store.write(handle)
        assert await store.read(conversations.waiting_count) == 1
        assert await store.write(lambda c: conversations.claim(c, bots=[BOT], now_ms=NOW, most=10)) == []
        await store.append([event(3)])
        (again,) = await store.write(lambda c: conversations.claim(c, bots=[BOT], now_ms=NOW, most=10))
        assert (again.session, [row.message_id for row in again.rows]) == (b"after", ["in-2", "in-3"])

    async def test_a_timer_fires_once_and_one_of_its_name_replaces_it(self, store: Store) -> None:
        first = TimerRow(bot=BOT, contact_id="c1", name="timeout/1", due_at=NOW + 10)
        second = TimerRow(bot=BOT, contact_id="c1", name="timeout/1", due_at=NOW + 20)
        await store.write(lambda c: timers.set_timers(c, [first]))
        await store.write(lambda c: timers.set_timers(c, [second]))
        assert await store.read(timers.next_due) == NOW + 20
        assert await store.write(partial(timers.fire_due, now_ms=NOW + 19)) == 0
        assert await store.write(partial(timers.fire_due, now_ms=NOW + 20)) == 1
        assert await store.write(partial(timers.fire_due, now_ms=NOW + 99)) == 0
        assert await store.read(conversations.waiting_count) == 1

    async def test_a_cleared_timer_never_fires(self, store: Store) -> None:
        await store.write(lambda c: timers.set_timers(c, [TimerRow(bot=BOT, contact_id="c1", name="t", due_at=NOW)]))
        await store.write(lambda c: timers.clear(c, [(BOT, "c1", "t"), (BOT, "c1", "never set")]))
        assert await store.write(partial(timers.fire_due, now_ms=NOW + 1)) == 0

    async def test_a_call_is_run_by_one_and_ends_once(self, store: Store) -> None:
        row = CallRow(call_id="k", bot=BOT, contact_id="c1", action="a", payload=b"x", lease_until=0, created_at=NOW)
        await store.write(lambda c: calls.add(c, [row]))
        take = partial(calls.take, bots=[BOT], lease_ms=1000, most=5)
        (taken,) = await store.write(partial(take, now_ms=NOW))
        assert await store.write(partial(take, now_ms=NOW + 999)) == []
        (again,) = await store.write(partial(take, now_ms=NOW + 1000))
        assert (taken.attempts, again.attempts) == (1, 2)
        finish = partial(calls.finish, body=b"r", now_ms=NOW)
        assert await store.write(partial(finish, call=taken)) is True
        assert await store.write(partial(finish, call=again)) is False
        assert await store.read(conversations.waiting_count) == 1

    async def test_a_lease_has_one_owner_and_each_new_one_a_higher_fence(self, store: Store) -> None:
        take = partial(leases.acquire, name="application:APP1", length_ms=1000)
        first = await store.write(partial(take, owner="a", now_ms=NOW))
        assert first is not None
        assert await store.write(partial(take, owner="b", now_ms=NOW + 999)) is None
        renewed = await store.write(partial(take, owner="a", now_ms=NOW + 500))
        second = await store.write(partial(take, owner="b", now_ms=NOW + 1501))
        assert renewed is not None
        assert second is not None
        assert (first.fence, renewed.fence, second.fence) == (1, 1, 2)
        with pytest.raises(LeaseLost):
            await store.write(partial(leases.require, lease=first))

    async def test_a_lease_given_back_is_free_at_once_and_keeps_its_pause(self, store: Store) -> None:
        take = partial(leases.acquire, name="application:APP1", length_ms=1000)
        first = await store.write(partial(take, owner="a", now_ms=NOW))
        assert first is not None
        await store.write(partial(leases.pause, name=first.name, until_ms=NOW + 60_000))
        await store.write(partial(leases.release, lease=first))
        second = await store.write(partial(take, owner="b", now_ms=NOW + 1))
        assert second is not None
        assert (second.fence, second.paused_until) == (2, NOW + 60_000)

    async def test_a_429_tells_the_pause_and_does_not_shorten_a_longer_one(self, store: Store) -> None:
        take = partial(leases.acquire, name="application:APP1", length_ms=1000)
        lease = await store.write(partial(take, owner="a", now_ms=NOW))
        assert lease is not None
        assert await store.write(partial(leases.require, lease=lease)) == 0
        for pause_ms, stays in ((60_000, 60_000), (90_000, 90_000), (10_000, 90_000)):
            told = leases.Throttled(paused_until=NOW + pause_ms, throttled_at=NOW, ceiling=667)
            await store.write(partial(leases.throttle, name=lease.name, told=told))
            assert await store.write(partial(leases.require, lease=lease)) == NOW + stays
        await store.write(partial(leases.pause, name=lease.name, until_ms=0))
        assert await store.read(partial(leases.paused_until, name=lease.name)) == 0

    async def test_people_may_be_passed_over(self, store: Store) -> None:
        await store.write(partial(outbox.add, rows=[send("m1"), send("m2", contact="c2"), send("m3", contact="c3")]))
        taken = await store.write(
            lambda c: outbox.take(c, "APP1", now_ms=NOW, most=1, without={(BOT, "c1"), ("another", "c2")})
        )
        assert [row.message_id for row in taken] == ["m2"]

    async def test_the_outbox_gives_rows_by_lane_and_then_in_order(self, store: Store) -> None:
        rows = [send("m1", lane=3), send("m2", lane=1), send("m3", lane=1), send("m4", lane=0, not_before=NOW + 1)]
        await store.write(lambda c: outbox.add(c, rows))
        await store.write(lambda c: outbox.add(c, [send("m2", lane=1)]))  # a repeated turn changes nothing
        taken = await store.write(lambda c: outbox.take(c, "APP1", now_ms=NOW, most=10))
        assert [row.message_id for row in taken] == ["m2", "m3", "m1"]

    async def test_a_row_put_back_holds_its_person_back_and_nobody_else(self, store: Store) -> None:
        rows = [send("first", not_before=NOW + 5_000), send("second"), send("other", contact="c2")]
        code = send("code", message_class="code", lane=0)
        await store.write(partial(outbox.add, rows=[*rows, code]))
        taken = await store.write(lambda c: outbox.take(c, "APP1", now_ms=NOW, most=10))
        assert [row.message_id for row in taken] == ["code", "other"]
        later = await store.write(lambda c: outbox.take(c, "APP1", now_ms=NOW + 5_000, most=10))
        assert [row.message_id for row in later] == ["code", "first", "second", "other"]

    async def test_a_past_owner_can_neither_mark_nor_settle(self, store: Store) -> None:
        take = partial(leases.acquire, name="application:APP1", length_ms=1000)
        old = await store.write(partial(take, owner="a", now_ms=NOW))
        assert old is not None
        await store.write(lambda c: outbox.add(c, [send("m1"), send("m2")]))
        (row, _) = await store.write(lambda c: outbox.take(c, "APP1", now_ms=NOW, most=2))
        assert await store.write(lambda c: outbox.mark_attempting(c, old, ["m1"], now_ms=NOW)) == {"m1"}
        new = await store.write(partial(take, owner="b", now_ms=NOW + 2000))
        assert new is not None
        with pytest.raises(LeaseLost):
            await store.write(lambda c: outbox.mark_attempting(c, old, ["m2"], now_ms=NOW))
        [stranded] = await store.write(lambda c: outbox.strand(c, "APP1", new, now_ms=NOW + 2000))
        assert (stranded.row.message_id, stranded.state) == ("m1", "unknown")
        assert (await store.read(outbox.counts))["APP1"] == {"unknown": 1, "queued": 1}
        # the old owner's answer is a fact all the same, and settles what nobody knew
        late = Outcome(row=row, state="accepted", at_ms=NOW + 2100, platform_id="m-0001")
        await store.write(lambda c: outbox.settle(c, "APP1", old.fence, [late]))
        assert (await store.read(outbox.counts))["APP1"] == {"accepted": 1, "queued": 1}

    async def test_what_became_of_a_send_is_journalled_in_the_same_commit(self, store: Store) -> None:
        lease = await store.write(
            lambda c: leases.acquire(c, "application:APP1", owner="a", now_ms=NOW, length_ms=1000)
        )
        assert lease is not None
        await store.write(lambda c: outbox.add(c, [send("m1")]))
        (row,) = await store.write(lambda c: outbox.take(c, "APP1", now_ms=NOW, most=1))
        await store.write(lambda c: outbox.mark_attempting(c, lease, ["m1"], now_ms=NOW))
        outcome = Outcome(row=row, state="accepted", at_ms=NOW + 30, platform_id="m-0001")
        for _ in range(2):  # settling twice writes one fact
            await store.write(lambda c: outbox.settle(c, "APP1", lease.fence, [outcome]))
        facts = [(fact.kind, fact.status, fact.message_id, fact.message_class) for fact in await journal(store)]
        assert facts == [("sent", "accepted", "m-0001", "conversation")]
        assert await store.read(lambda c: outbox.attempts_since(c, "APP1", NOW)) == [NOW + 30]

    async def test_a_receipt_finds_its_message_or_says_that_there_is_none(self, store: Store) -> None:
        await store.write(lambda c: outbox.add(c, [send("m1", state="accepted", platform_id="p1")]))
        receipts = [Receipt(bot=BOT, contact_id="c1", platform_id=name, status="delivered") for name in ("p1", "p2")]
        applied = await store.write(lambda c: outbox.apply_receipts(c, receipts, move))
        assert (applied.unmatched, applied.legs) == ({(BOT, "p2")}, [])
        assert (await store.read(outbox.counts))["APP1"] == {"delivered": 1}

    async def test_a_chat_id_that_turns_out_to_be_a_number_joins_its_contact(self, store: Store) -> None:
        both = Address(msisdn="+33639980001", chat_id="tk-5f2c")

        def meet(connection: Connection) -> tuple[str, str, str | None]:
            chat = contacts.ensure_contact(connection, SEAL, kind="chat", address="tk-5f2c", now_ms=NOW)
            number = contacts.ensure_contact(connection, SEAL, kind="msisdn", address="+33639980001", now_ms=NOW)
            opts.record(connection, [OptRow(brand="b", contact_id=chat, kind="stop", at=NOW, proof="p")])
            joined = contacts.join_contacts(connection, SEAL, address=both, now_ms=NOW)
            return chat, number, joined

        chat, number, joined = await store.write(meet)
        assert joined == number != chat
        assert await store.read(lambda c: contacts.contact_of(c, SEAL.index("chat", "tk-5f2c"))) == number
        assert await store.read(partial(opts.opted_out, keys=[("b", number), ("b", chat)])) == {
            ("b", number),
            ("b", chat),
        }
        addresses = await store.read(lambda c: contacts.read_addresses(c, SEAL, [(number, "chat"), ("nobody", "chat")]))
        assert addresses == {(number, "chat"): Address(chat_id="tk-5f2c"), ("nobody", "chat"): None}

    async def test_a_number_never_seen_joins_the_chat_ids_contact(self, store: Store) -> None:
        both = Address(msisdn="+33639980001", chat_id="tk-5f2c")
        chat = await store.write(lambda c: contacts.ensure_contact(c, SEAL, kind="chat", address="tk-5f2c", now_ms=NOW))
        assert await store.write(lambda c: contacts.join_contacts(c, SEAL, address=both, now_ms=NOW)) == chat
        assert await store.read(lambda c: contacts.contact_of(c, SEAL.index("msisdn", "+33639980001"))) == chat

    async def test_a_version_is_kept_once_and_each_bot_has_its_own(self, store: Store) -> None:
        keep = partial(bot_versions.keep, version="1a2b3c4d", files=b"sealed", now_ms=NOW)
        assert await store.write(partial(keep, bot=BOT))
        assert not await store.write(partial(keep, bot=BOT, files=b"sealed again", now_ms=NOW + 9))
        assert await store.write(partial(keep, bot="parcel", files=b"another"))
        read = partial(bot_versions.read_files, version="1a2b3c4d")
        assert await store.read(partial(read, bot=BOT)) == b"sealed"
        assert await store.read(partial(read, bot="parcel")) == b"another"
        assert await store.read(partial(read, bot=BOT, version="ffffffff")) is None
        rows = await store.read(lambda connection: connection.execute(select(table(BotVersionRow))).all())
        assert sorted((row.bot, row.first_seen, row.last_used) for row in rows) == [
            (BOT, NOW, NOW + 9),
            ("parcel", NOW, NOW),
        ]

    async def test_many_requests_share_commits_and_all_get_their_answer(self, store: Store) -> None:
        batcher = Batcher(store)
        results = await asyncio.gather(*(batcher.put(event(number % 150)) for number in range(300)))
        assert sum(result.new for result in results) == 150
        await batcher.drain()
        assert batcher.waiting == 0

    async def test_one_bad_row_fails_alone(self, store: Store) -> None:
        batcher = Batcher(store)
        bad = event(2, kind=None)
        outcomes = await asyncio.gather(
            batcher.put(event(1)), batcher.put(bad), batcher.put(event(3)), return_exceptions=True
        )
        assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False]
