"""What every appointment book owes the calendars: one class of tests, run on each."""

from __future__ import annotations

import asyncio
import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from rbm_bots.calendars import AppointmentBook, Booking
from rbm_bots.store.diaries import Diary

NOW = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
AT = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
SLOT_MS = 30 * 60 * 1000


def diary(capacity: int = 1, *, calendar: str = "calendar", bot: str = "garage") -> Diary:
    return Diary(bot=bot, calendar=calendar, slot_ms=SLOT_MS, capacity=capacity)


async def book(
    book: AppointmentBook, contact: str, *, where: Diary | None = None, at: datetime = AT, call: str = ""
) -> Booking | None:
    made = call or f"{contact}/{at.isoformat()}"
    return await book.book(where or diary(), at=at, contact=contact, call=made, details={"service": "pneus"}, now=NOW)


async def hold(
    book: AppointmentBook, contact: str, *, where: Diary | None = None, at: datetime = AT, now: datetime = NOW
) -> bool:
    until = now + timedelta(minutes=10)
    return await book.hold(where or diary(), at=at, until=until, contact=contact, now=now)


async def occupied(
    book: AppointmentBook, contact: str, *, where: Diary | None = None, now: datetime = NOW
) -> dict[datetime, int]:
    since, until = AT - timedelta(days=1), AT + timedelta(days=1)
    return dict(await book.occupied(where or diary(), contact=contact, since=since, until=until, now=now))


class BookContract:
    """Each book's test class gives the fixture ``appointments``."""

    async def test_a_booking_has_a_number_that_people_can_read_out(self, appointments: AppointmentBook) -> None:
        booked = await book(appointments, "ann")
        assert booked is not None
        assert re.fullmatch(r"R-[2-9A-HJ-NP-Z]{6}", booked.ref)
        assert (booked.start, booked.details, booked.cancelled) == (AT, {"service": "pneus"}, False)
        assert await appointments.made(f"ann/{AT.isoformat()}") == booked
        assert await appointments.made("nobody") is None

    async def test_numbers_are_not_in_sequence(self, appointments: AppointmentBook) -> None:
        made = [await book(appointments, f"p{rank}", at=AT + rank * HALF_HOUR) for rank in range(20)]
        refs = [one.ref for one in made if one is not None]
        assert len(set(refs)) == 20
        assert refs != sorted(refs)

    async def test_the_same_call_books_once(self, appointments: AppointmentBook) -> None:
        outcomes = await asyncio.gather(*(book(appointments, "ann", where=diary(9), call="k") for _ in range(5)))
        assert len({one.ref for one in outcomes if one is not None}) == 1
        assert None not in outcomes
        assert await occupied(appointments, "ann") == {AT: 1}

    async def test_a_full_instant_is_refused_and_so_is_what_overlaps_it(self, appointments: AppointmentBook) -> None:
        assert await book(appointments, "ann") is not None
        assert await book(appointments, "bob") is None
        assert await book(appointments, "bob", at=AT + timedelta(minutes=29)) is None
        assert await book(appointments, "bob", at=AT - timedelta(minutes=29)) is None
        assert await book(appointments, "bob", at=AT + HALF_HOUR) is not None
        assert await book(appointments, "cid", at=AT - HALF_HOUR) is not None

    async def test_calendars_and_bots_are_apart(self, appointments: AppointmentBook) -> None:
        for where in (diary(), diary(calendar="other"), diary(bot="other")):
            assert await book(appointments, "ann", where=where, call=f"{where}") is not None
        assert await occupied(appointments, "x") == {AT: 1}

    async def test_many_takers_of_one_instant_never_more_than_fit(self, appointments: AppointmentBook) -> None:
        for capacity in (1, 3):
            where = diary(capacity, calendar=f"calendar{capacity}")
            outcomes = await asyncio.gather(
                *(book(appointments, f"p{rank}", where=where, call=f"{capacity}/{rank}") for rank in range(50))
            )
            assert sum(one is not None for one in outcomes) == capacity
            assert await occupied(appointments, "x", where=where) == {AT: capacity}

    async def test_many_who_hold_then_book_one_instant(self, appointments: AppointmentBook) -> None:
        async def race(contact: str) -> tuple[bool, bool]:
            held = await hold(appointments, contact, where=diary(2))
            booked = await book(appointments, contact, where=diary(2))
            return held, booked is not None

        outcomes = await asyncio.gather(*(race(f"p{rank}") for rank in range(50)))
        assert sum(booked for _, booked in outcomes) == 2
        assert all(booked for held, booked in outcomes if held)

    async def test_many_who_move_to_one_instant(self, appointments: AppointmentBook) -> None:
        made = [await book(appointments, f"p{rank}", at=AT + rank * HALF_HOUR) for rank in range(1, 13)]
        moves = [
            appointments.move(diary(), ref=one.ref, at=AT, contact=f"p{rank}", now=NOW)
            for rank, one in enumerate(made, start=1)
            if one is not None
        ]
        outcomes = await asyncio.gather(*moves)
        assert (outcomes.count("moved"), outcomes.count("taken")) == (1, 11)
        there = await occupied(appointments, "x")
        assert sorted(there.values()) == [1] * 12
        assert AT in there

    async def test_a_move_is_all_or_nothing(self, appointments: AppointmentBook) -> None:
        ann = await book(appointments, "ann")
        assert ann is not None
        await book(appointments, "bob", at=AT + HALF_HOUR)
        move = appointments.move
        assert await move(diary(), ref=ann.ref, at=AT + HALF_HOUR, contact="ann", now=NOW) == "taken"
        assert await occupied(appointments, "x") == {AT: 1, AT + HALF_HOUR: 1}
        assert await move(diary(), ref=ann.ref, at=AT - timedelta(minutes=10), contact="ann", now=NOW) == "moved"
        for _ in range(2):  # a call that is run again
            assert await move(diary(), ref=ann.ref, at=AT - HALF_HOUR, contact="ann", now=NOW) == "moved"
        assert await occupied(appointments, "x") == {AT - HALF_HOUR: 1, AT + HALF_HOUR: 1}

    async def test_a_booking_of_somebody_else_or_elsewhere_is_unknown(self, appointments: AppointmentBook) -> None:
        ann = await book(appointments, "ann")
        assert ann is not None
        move, cancel = appointments.move, appointments.cancel
        for where, ref, contact in (
            (diary(), ann.ref, "bob"),
            (diary(), "R-NOBODY", "ann"),
            (diary(calendar="other"), ann.ref, "ann"),
            (diary(bot="other"), ann.ref, "ann"),
        ):
            assert await move(where, ref=ref, at=AT + HALF_HOUR, contact=contact, now=NOW) == "unknown"
            assert not await cancel(where, ref=ref, contact=contact, now=NOW)
        assert await occupied(appointments, "x") == {AT: 1}

    async def test_cancelling_twice_is_as_good_as_once_and_makes_room(self, appointments: AppointmentBook) -> None:
        ann = await book(appointments, "ann", call="k")
        assert ann is not None
        for _ in range(2):
            assert await appointments.cancel(diary(), ref=ann.ref, contact="ann", now=NOW)
        assert await book(appointments, "bob") is not None
        assert await appointments.move(diary(), ref=ann.ref, at=AT + HALF_HOUR, contact="ann", now=NOW) == "unknown"
        made = await appointments.made("k")
        assert made is not None
        assert made.cancelled

    async def test_a_hold_counts_for_everybody_but_its_holder(self, appointments: AppointmentBook) -> None:
        assert await hold(appointments, "ann")
        assert not await hold(appointments, "bob")
        assert await occupied(appointments, "ann") == {}
        assert await occupied(appointments, "bob") == {AT: 1}
        assert await book(appointments, "bob") is None
        assert await book(appointments, "ann") is not None

    async def test_a_hold_expires(self, appointments: AppointmentBook) -> None:
        assert await hold(appointments, "ann")
        last, over = NOW + timedelta(minutes=10, milliseconds=-1), NOW + timedelta(minutes=10)
        assert await occupied(appointments, "bob", now=last) == {AT: 1}
        assert not await hold(appointments, "bob", now=last)
        assert await occupied(appointments, "bob", now=over) == {}
        assert await hold(appointments, "bob", now=over)
        assert not await hold(appointments, "ann", now=over)

    async def test_a_new_hold_replaces_the_persons_older_one(self, appointments: AppointmentBook) -> None:
        assert await hold(appointments, "ann")
        assert await hold(appointments, "ann")  # the same again
        assert await hold(appointments, "ann", at=AT + HALF_HOUR)
        assert await occupied(appointments, "x") == {AT + HALF_HOUR: 1}

    async def test_a_hold_that_is_refused_leaves_the_older_one(self, appointments: AppointmentBook) -> None:
        assert await hold(appointments, "ann", at=AT + HALF_HOUR)
        assert await hold(appointments, "bob")
        assert not await hold(appointments, "ann")
        assert await occupied(appointments, "x") == {AT: 1, AT + HALF_HOUR: 1}

    async def test_booking_and_moving_end_the_hold_of_that_person_alone(self, appointments: AppointmentBook) -> None:
        assert await hold(appointments, "ann")
        assert await hold(appointments, "bob", at=AT + HALF_HOUR)
        ann = await book(appointments, "ann")
        assert ann is not None
        assert await occupied(appointments, "x") == {AT: 1, AT + HALF_HOUR: 1}
        assert await hold(appointments, "ann", at=AT - HALF_HOUR)
        await appointments.move(diary(), ref=ann.ref, at=AT - HALF_HOUR, contact="ann", now=NOW)
        assert await occupied(appointments, "x") == {AT - HALF_HOUR: 1, AT + HALF_HOUR: 1}

    async def test_what_no_calendar_found_is_one_persons_in_the_whole_bot(self, appointments: AppointmentBook) -> None:
        anywhere = Diary(bot="garage")
        assert await hold(appointments, "ann", where=anywhere)
        assert not await hold(appointments, "bob", where=anywhere)
        assert not await hold(appointments, "bob")
        assert await hold(appointments, "bob", where=diary(2))
        assert await hold(appointments, "cid", where=Diary(bot="other"))
        assert await occupied(appointments, "cid", where=anywhere) == {AT: 2}

    async def test_only_what_lies_in_the_span_is_counted(self, appointments: AppointmentBook) -> None:
        for rank in range(3):
            await book(appointments, f"p{rank}", at=AT + rank * HALF_HOUR)
        found = await appointments.occupied(
            diary(), contact="x", since=AT + HALF_HOUR, until=AT + 2 * HALF_HOUR, now=NOW
        )
        assert dict(found) == {AT + HALF_HOUR: 1}

    @pytest.mark.parametrize("seed", range(8))
    async def test_whatever_people_do_at_once_nobody_is_booked_too_many(
        self, appointments: AppointmentBook, seed: int
    ) -> None:
        chance = random.Random(seed)
        where = diary(chance.randint(1, 3))
        people = [f"p{rank}" for rank in range(8)]
        mine = {one: await book(appointments, one, where=diary(9), at=AT + timedelta(days=2)) for one in people}

        async def act(order: int) -> None:
            contact, at = chance.choice(people), AT + chance.randint(0, 4) * timedelta(minutes=15)
            booked = mine[contact]
            assert booked is not None
            match chance.choice(["hold", "hold", "book", "book", "move", "cancel"]):
                case "hold":
                    await hold(appointments, contact, where=where, at=at)
                case "book":
                    await book(appointments, contact, where=where, at=at, call=f"act/{order}")
                case "move":
                    await appointments.move(where, ref=booked.ref, at=at, contact=contact, now=NOW)
                case _:
                    await appointments.cancel(where, ref=booked.ref, contact=contact, now=NOW)

        for turn in range(4):
            await asyncio.gather(*(act(turn * 50 + order) for order in range(50)))
            there = await occupied(appointments, "x", where=where)
            assert there
            for first in there:
                # who holds and who has booked are counted alike: no more meet at any moment than fit
                assert sum(count for at, count in there.items() if at <= first < at + HALF_HOUR) <= where.capacity
