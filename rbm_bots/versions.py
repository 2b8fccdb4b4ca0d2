"""Earlier versions of bots: kept as files in the database, made again when a talk that began with one goes on.

A talk keeps the version it began with, however often the bot is deployed meanwhile; only what lies beside the files,
Python and media, is always of today. So an earlier version may name an action that nobody runs any more: it is made
all the same, and says which (:attr:`Kept.gone`), because the talk may never come there.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection

from rbm_bots.botfile.load import read_version
from rbm_bots.botfile.model import Bot, Do
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.store import bot_versions
from rbm_bots.store.seal import Seal

__all__ = ["Kept", "KeptVersions"]

_FILES: Final = b"bot_version.files"
_MOST: Final = 64
_CALENDAR: Final = ("free", "book", "move", "cancel")

_log = structlog.get_logger("rbm.versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An earlier version. ``gone``: the actions that its steps call and nobody runs today."""

    bot: Bot
    gone: frozenset[str]


class KeptVersions:
    """The versions of every bot of this process; those used last, 64 at most, stay in memory. Safe in threads."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._made: OrderedDict[tuple[str, str, str], Kept | None] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, connection: Connection, *, name: str, bot: Bot, now_ms: int) -> bool:
        """Keep the version that is served under ``name``; true when it is new."""
        return bot_versions.keep(connection, bot=name, version=bot.version, files=self._close(bot.files), now_ms=now_ms)

    def find(self, connection: Connection, *, name: str, newest: Bot, version: str) -> Kept | None:
        """A version of the bot that is served under ``name`` as ``newest`` now; ``None`` when it cannot go on.

        Why not is logged, once.
        """
        key = (name, newest.version, version)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(connection, name, newest, version)
                while len(self._made) > _MOST:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]

    def _make(self, connection: Connection, name: str, newest: Bot, version: str) -> Kept | None:
        sealed = bot_versions.read_files(connection, bot=name, version=version)
        if sealed is None:
            _log.warning("version.missing", bot=name, version=version)
            return None
        checked = read_version(self._open(sealed), actions=newest.actions, folder=newest.folder)
        if checked.bot is None:
            codes = sorted({fault.code for fault in checked.faults if fault.severity == "error"})
            _log.warning("version.faulty", bot=name, version=version, codes=codes)
            return None
        return Kept(bot=checked.bot, gone=frozenset(_called(checked.bot)) - _run_today(checked.bot, newest))

    def _close(self, files: Mapping[str, bytes]) -> bytes:
        return self._seal.close(zlib.compress(msgspec.json.encode(dict(files))), purpose=_FILES)

    def _open(self, sealed: bytes) -> dict[str, bytes]:
        return msgspec.json.decode(zlib.decompress(self._seal.open(sealed, purpose=_FILES)), type=dict[str, bytes])


def _called(bot: Bot) -> Iterator[str]:
    for flow in bot.flows.values():
        for step in flow.steps:
            if isinstance(step, Do):
                yield step.action
            elif isinstance(step, Rendezvous):
                yield step.find


def _run_today(kept: Bot, newest: Bot) -> frozenset[str]:
    """Python and calendars are of today; an HTTP action is part of the version's files."""
    python = newest.actions.actions if newest.actions is not None else {}
    calendars = (f"{name}.{verb}" for name in newest.calendars for verb in _CALENDAR)
    return frozenset((*python, *kept.http, *calendars))
