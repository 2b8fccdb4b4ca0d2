"""What a bot can call in a terminal conversation: its calendars too, with bookings that nobody keeps."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rbm_bots.botfile.load import check_bot
from rbm_bots.cli.talk_actions import open_runner
from rbm_bots.dialogue.stored import restore, store

NOW = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)

BOT = """
rbm: 1
bot: {id: garage, name: Garage}
calendars:
  calendar: {source: builtin, hours: mon-fri 09:00-12:00}
start: hello
flows:
  hello:
    steps:
      - {do: calendar.cancel, with: {ref: R-NOBODY}, on_error: {unknown_booking: {goto: end}}}
"""


async def test_it_books_and_holds_until_the_terminal_is_closed(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(BOT, encoding="utf-8")
    bot, faults = check_bot(tmp_path / "bot.yaml")
    assert bot is not None, faults
    async with AsyncExitStack() as opened:
        runner = await open_runner(bot, opened)
        await runner.start()

        async def call(contact: str, action: str, *, offers: bool = False, **args: Any) -> Any:
            stored = {name: store(value) for name, value in args.items()}
            returned = await runner.run(
                call_id=f"{contact}/{action}",
                action=action,
                args=stored,
                slots={},
                contact=contact,
                now=NOW,
                offers=offers,
            )
            return restore(returned.result) if returned.error is None else returned.error

        first, second, *_ = [slot.start for slot in await call("ann", "calendar.free", offers=True)]
        held = {"at": first, "until": NOW + timedelta(minutes=10), "find": "calendar.free"}
        assert await call("ann", "rbm.hold", **held) is None
        assert (await call("bob", "calendar.free", offers=True))[0].start == second
        assert await call("bob", "calendar.book", when=first) == "slot_taken"
        booked = await call("ann", "calendar.book", when=first)
        assert booked["when"] == first
        assert await call("bob", "calendar.cancel", ref=booked["ref"]) == "unknown_booking"
