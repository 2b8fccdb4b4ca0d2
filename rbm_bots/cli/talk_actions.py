"""What a bot can call in a terminal conversation: all that a server runs, with bookings that nobody keeps."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack

from rbm_bots.botfile.model import Bot
from rbm_bots.calendars import CalendarActions, MemoryBook, SlotKeeper, specs_of
from rbm_bots.http_actions.source import http_actions
from rbm_bots.outside import outside_session
from rbm_bots.runner import ActionRunner

__all__ = ["open_runner"]


async def open_runner(bot: Bot, opened: AsyncExitStack) -> ActionRunner:
    """The runner of a bot's Python, calendars and ``http:`` actions; its resources open with ``start``.

    Closing ``opened`` closes it. Raises ``SettingsError`` when a calendar needs an extra that is not installed.
    """
    session = await opened.enter_async_context(outside_session())
    book, specs = MemoryBook(), specs_of(bot)
    keeper = SlotKeeper(bot.id, book, specs)
    calendars = CalendarActions(bot.id, book, specs, folder=bot.folder, session=session)
    http = http_actions(bot, session, secrets=os.environ)
    runner = ActionRunner(bot.id, bot.actions, sources=(http, calendars, keeper), keeper=keeper)
    opened.push_async_callback(runner.close)
    return runner
