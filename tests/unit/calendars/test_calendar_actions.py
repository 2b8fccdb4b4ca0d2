"""The four actions of a calendar and ``rbm.hold``, through the runner that plays them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.actions import Actions, Context
from rbm_bots.botfile.load import check_bot
from rbm_bots.calendars import CalendarActions, CalendarSpec, MemoryBook, SlotKeeper, specs_of
from rbm_bots.dialogue.stored import restore, store
from rbm_bots.runner import ActionRunner
from rbm_bots.values import Slot
from tests.unit.calendars.specs import NOW, PARIS, calendar, minutes, paris

AT = paris(2026, 1, 15, 9, 0)


class Shop:
    """A bot with calendars, and people who call its actions."""

    def __init__(self, *specs: CalendarSpec, actions: Actions | None = None, folder: Path = Path()) -> None:
        self.book = MemoryBook()
        self.now = NOW
        self.calls = 0
        by_name = {spec.name: spec for spec in specs or (calendar(),)}
        self.keeper = SlotKeeper("garage", self.book, by_name)
        calendars = CalendarActions("garage", self.book, by_name, folder=folder)
        self.runner = ActionRunner("garage", actions, sources=(calendars, self.keeper), keeper=self.keeper, settings={})

    async def call(self, contact: str, action: str, *, key: str = "", **more: Any) -> Any:
        """The result, or the code of the fault as ``!code``."""
        self.calls += 1
        asked = {name: more.pop(name) for name in ("after", "offers") if name in more}
        args = {name: store(value) for name, value in more.items()}
        returned = await self.runner.run(
            call_id=key or f"call-{self.calls}",
            action=action,
            args=args,
            slots={},
            contact=contact,
            now=self.now,
            **asked,
        )
        return f"!{returned.error}" if returned.error else restore(returned.result)

    async def hold(self, contact: str, at: datetime = AT, **more: Any) -> Any:
        return await self.call(
            contact, "rbm.hold", **({"at": at, "until": self.now + minutes(10), "find": "calendar.free"} | more)
        )

    async def free(self, contact: str, **more: Any) -> list[str]:
        found = await self.call(contact, "calendar.free", offers=True, **more)
        return [f"{slot.start:%d %H:%M}" for slot in found]


async def test_a_person_finds_books_moves_and_cancels() -> None:
    shop = Shop()
    found = await shop.call("ann", "calendar.free", service="pneus", days="14")
    assert found[0] == Slot(start=paris(2026, 1, 14, 14, 0), minutes=30)
    booked = await shop.call("ann", "calendar.book", when=AT, service="pneus", plate=None)
    assert (booked["ref"][:2], len(booked["ref"]), booked["when"]) == ("R-", 8, AT)
    assert booked["when"].tzinfo == PARIS
    assert "15 09:00" not in await shop.free("bob")
    moved = await shop.call("ann", "calendar.move", ref=booked["ref"], when=AT + minutes(60))
    assert moved == {"ref": booked["ref"], "when": AT + minutes(60)}
    assert "15 09:00" in await shop.free("bob")
    assert "15 10:00" not in await shop.free("bob")
    for _ in range(2):
        assert await shop.call("ann", "calendar.cancel", ref=booked["ref"]) is None
    assert "15 10:00" in await shop.free("bob")


async def test_what_is_told_with_a_booking_is_kept_with_it() -> None:
    shop = Shop()
    await shop.call("ann", "calendar.book", key="k", when=AT, service="pneus", since=NOW)
    made = await shop.book.made("k")
    assert made is not None
    assert restore(dict(made.details)) == {"service": "pneus", "since": NOW}


async def test_a_call_that_is_run_again_books_once_even_when_its_time_is_no_longer_offered() -> None:
    shop = Shop()
    first = await shop.call("ann", "calendar.book", key="k", when=AT)
    shop.now = AT.astimezone(UTC) + timedelta(days=1)
    assert await shop.call("ann", "calendar.book", key="k", when=AT) == first


@pytest.mark.parametrize(
    "when",
    [AT + minutes(10), paris(2026, 1, 18, 9), paris(2026, 1, 14, 9), paris(2026, 7, 14, 9), paris(2028, 1, 5, 9)],
)
async def test_what_the_calendar_does_not_offer_cannot_be_booked_or_moved_to(when: datetime) -> None:
    shop = Shop()
    booked = await shop.call("ann", "calendar.book", when=AT)
    assert await shop.call("ann", "calendar.book", when=when) == "!slot_taken"
    assert await shop.call("ann", "calendar.move", ref=booked["ref"], when=when) == "!slot_taken"


async def test_the_notice_does_not_run_out_while_a_person_makes_up_their_mind() -> None:
    shop = Shop()
    assert (await shop.free("ann"))[0] == "14 14:00"
    shop.now = paris(2026, 1, 14, 12, 10).astimezone(UTC)
    assert "14 14:00" not in await shop.free("ann")
    assert (await shop.call("ann", "calendar.book", when=paris(2026, 1, 14, 14)))["ref"]


async def test_a_booking_is_its_owners() -> None:
    shop = Shop()
    booked = await shop.call("ann", "calendar.book", when=AT)
    assert await shop.call("bob", "calendar.move", ref=booked["ref"], when=AT + minutes(60)) == "!unknown_booking"
    assert await shop.call("bob", "calendar.cancel", ref=booked["ref"]) == "!unknown_booking"
    assert await shop.call("ann", "calendar.cancel", ref="R-NOBODY") == "!unknown_booking"


async def test_two_people_who_want_one_instant() -> None:
    shop = Shop()
    assert await shop.hold("ann") is None
    assert await shop.hold("bob") == "!slot_taken"
    assert await shop.call("bob", "calendar.book", when=AT) == "!slot_taken"
    assert "15 09:00" in await shop.free("ann")
    assert "15 09:00" not in await shop.free("bob")
    assert (await shop.call("ann", "calendar.book", when=AT))["ref"]
    assert await shop.hold("bob") == "!slot_taken"


async def test_a_hold_ends() -> None:
    shop = Shop()
    await shop.hold("ann")
    shop.now += minutes(10)
    assert await shop.hold("bob") is None
    assert await shop.call("ann", "calendar.book", when=AT) == "!slot_taken"


async def test_after_and_days_page_through_what_is_free() -> None:
    shop = Shop()
    assert (await shop.free("ann", after=AT))[0] == "15 09:30"  # as Context.after
    assert (await shop.call("ann", "calendar.free", offers=True, days=1))[-1].start == paris(2026, 1, 15, 9, 30)
    assert await shop.free("ann", days=0) == []


async def test_a_python_action_stands_in_for_the_calendars() -> None:
    actions = Actions()

    @actions.action("calendar.free")
    async def free(ctx: Context) -> list[Slot]:
        return [Slot(start=AT), Slot(start=AT - minutes(60)), Slot(start=AT)]

    shop = Shop(actions=actions)
    assert await shop.free("ann") == ["15 08:00", "15 09:00"]
    assert (await shop.call("ann", "calendar.book", when=AT))["ref"]


async def test_what_python_found_is_held_for_one_person_wherever_it_was_found() -> None:
    actions = Actions()

    @actions.action("agenda.find")
    async def find(ctx: Context) -> list[Slot]:
        return [Slot(start=AT)]

    shop = Shop(calendar(capacity=5), actions=actions)
    assert await shop.hold("ann", find="agenda.find") is None
    assert await shop.call("ann", "agenda.find", offers=True) == [Slot(start=AT)]
    assert await shop.call("bob", "agenda.find", offers=True) == []
    assert await shop.call("bob", "agenda.find") == [Slot(start=AT)]
    assert await shop.hold("bob", find=None) == "!slot_taken"


async def test_a_capacity_is_shared_by_bookings_and_holds() -> None:
    shop = Shop(calendar(capacity=2))
    await shop.call("ann", "calendar.book", when=AT)
    assert await shop.hold("bob") is None
    assert "15 09:00" not in await shop.free("cid")
    assert await shop.hold("cid") == "!slot_taken"
    assert (await shop.call("bob", "calendar.book", when=AT))["ref"]


async def test_calendars_of_one_bot_do_not_get_in_each_others_way() -> None:
    shop = Shop(calendar(), calendar().__class__(name="lyon", hours=calendar().hours, timezone=PARIS))
    await shop.hold("ann")
    assert (await shop.call("bob", "lyon.book", when=AT))["ref"]
    assert await shop.call("bob", "calendar.book", when=AT) == "!slot_taken"


@pytest.mark.parametrize(
    "result",
    [
        "x",
        {"start": "2026-01-15T09:00+01:00"},
        ["x"],
        [{"start": "2026-01-15T09:00"}],
        [{}],
        [{"start": AT, "minutes": "x"}],
    ],
)
async def test_what_is_no_list_of_appointments_is_an_error(result: object) -> None:
    assert await Shop(actions=returning(result)).call("ann", "find", offers=True) == "!error"


async def test_appointments_may_come_as_json() -> None:
    result = [{"start": "2026-01-15T09:00+01:00", "minutes": 45, "ref": 7, "label": "Ann"}, {"start": AT - minutes(5)}]
    found = await Shop(actions=returning(result)).call("ann", "find", offers=True)
    assert found == [Slot(start=AT - minutes(5)), Slot(start=AT, minutes=45, ref="7", label="Ann")]
    assert await Shop(actions=returning(None)).call("ann", "find", offers=True) == []


async def test_without_a_keeper_nothing_is_struck_out() -> None:
    runner = ActionRunner("garage", returning([Slot(start=AT)]), settings={})
    returned = await runner.run(call_id="k", action="find", args={}, slots={}, contact="a", now=NOW, offers=True)
    assert restore(returned.result) == [Slot(start=AT)]


def returning(result: object) -> Actions:
    actions = Actions()

    @actions.action("find")
    async def find(ctx: Context) -> object:
        return result

    return actions


async def test_the_calendars_of_a_bot_file(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(
        """
rbm: 1
bot: {id: garage, name: Garage, timezone: Indian/Reunion}
calendars:
  calendar: {source: builtin, hours: mon-fri 08:00-12:00, slot: 1h, capacity: 2, notice: 1d, days: 7}
slots: {when: {type: datetime}}
start: hello
flows:
  hello:
    steps:
      - {rendezvous: when, say: Quand ?, find: calendar.free, none: end}
      - {do: calendar.book, with: {when: "{{ when }}"}, on_error: {any: {goto: end}}}
""",
        encoding="utf-8",
    )
    bot, faults = check_bot(tmp_path / "bot.yaml")
    assert bot is not None, faults
    spec = specs_of(bot)["calendar"]
    assert (spec.slot, spec.capacity, spec.notice, spec.days) == (minutes(60), 2, timedelta(days=1), 7)
    assert (spec.timezone.key, spec.country, spec.source) == ("Indian/Reunion", "FR", "builtin")


class TestFromAFile:
    """An ``ics`` calendar whose file lies in the bot's folder."""

    BODY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}END:VCALENDAR\r\n"
    EVENT = "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{}\r\nDTEND:{}\r\nEND:VEVENT\r\n"

    def shop(self, folder: Path, events: str, **more: Any) -> Shop:
        (folder / "busy.ics").write_text(self.BODY.format(events), encoding="utf-8")
        return Shop(calendar(source="ics", file="busy.ics", **more), folder=folder)

    async def test_its_busy_times_are_not_free_and_cannot_be_booked(self, tmp_path: Path) -> None:
        shop = self.shop(tmp_path, self.EVENT.format("20260115T080000Z", "20260115T090000Z"))
        free = await shop.free("ann")
        assert [time for time in free if time.startswith("15 ")][:3] == ["15 08:30", "15 10:00", "15 10:30"]
        assert await shop.call("ann", "calendar.book", when=AT) == "!slot_taken"
        assert (await shop.call("ann", "calendar.book", when=AT + minutes(60)))["ref"]

    async def test_a_changed_file_is_read_after_a_minute(self, tmp_path: Path) -> None:
        shop = self.shop(tmp_path, "")
        assert "15 09:00" in await shop.free("ann")
        (tmp_path / "busy.ics").write_text(
            self.BODY.format(self.EVENT.format("20260115T080000Z", "20260115T090000Z")), encoding="utf-8"
        )
        shop.now += timedelta(seconds=59)
        assert "15 09:00" in await shop.free("ann")
        shop.now += timedelta(seconds=1)
        assert "15 09:00" not in await shop.free("ann")
        shop.now += timedelta(seconds=60)  # unchanged
        assert "15 09:00" not in await shop.free("ann")

    async def test_a_day_later_the_same_file_is_read_further(self, tmp_path: Path) -> None:
        shop = self.shop(tmp_path, self.EVENT.format("20260117T080000Z", "20260117T110000Z"), days=2)
        assert (await shop.free("ann"))[-1] == "16 18:00"
        shop.now += timedelta(days=1)
        assert (await shop.free("ann"))[-1] == "16 18:00"  # Saturday is busy by now

    @pytest.mark.parametrize("file", ["nothing.ics", "../busy.ics", "/etc/hostname", "."])
    async def test_a_file_that_cannot_be_read_is_an_error(self, tmp_path: Path, file: str) -> None:
        folder = tmp_path / "bot"
        folder.mkdir()
        (tmp_path / "busy.ics").write_text(self.BODY.format(""), encoding="utf-8")
        shop = Shop(calendar(source="ics", file=file), folder=folder)
        for action in ("calendar.free", "calendar.book"):
            assert await shop.call("ann", action, **({"when": AT} if "book" in action else {})) == "!error"


def test_any_mapping_is_a_source() -> None:
    sources: Mapping[str, Any] = {}
    assert ActionRunner("garage", None, sources=(sources,), settings={})
