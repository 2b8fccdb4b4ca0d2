"""A replay: the journal of a database played again, to see whether the same sessions and messages come out.

Theory of operation. Each handled row has a turn row: its rank in its conversation, the instant it was played at and
what was known. ``turn()`` is pure, so the same rows in the same order, at the same instants, knowing the same, give
the same sessions and the same message ids; whatever differs was lost, doubled or played out of order. Receipts are
handled without a turn and are passed over, and so is what the second guard dropped: it has no turn row.

A turn is played by the version of the bot that played it, as its row says; where that version cannot be had, the given
one plays it and ``other_versions`` names what was wanted. Sessions that ended because two contacts turned out to be
one person are not in the turn rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import msgspec

from rbm_bots.botfile.model import Bot
from rbm_bots.clock import from_ms
from rbm_bots.dialogue import MakeCall, Send, Session, decode_session, encode_session, new_session, turn
from rbm_bots.history import cause_of, open_event, open_facts, open_session
from rbm_bots.ids import CallId, MessageId
from rbm_bots.store import Store, turns
from rbm_bots.store.seal import Seal
from rbm_bots.store.turns import Handled, Talked

__all__ = ["FindBot", "Replayed", "replay", "replay_rows"]

_RECEIPT = "messageStatus"

FindBot = Callable[[str, str], Bot | None]
"""A bot by its name and version; ``None`` when that version is not to be had."""


def _none(_bot: str, _version: str) -> None:
    return None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What one conversation should be. ``stored`` is the session it has; ``None`` when it has none."""

    bot: str
    contact_id: str
    session: Session
    stored: Session | None = None
    message_ids: tuple[MessageId, ...] = ()
    call_ids: tuple[CallId, ...] = ()
    other_versions: frozenset[str] = frozenset()

    @property
    def same(self) -> bool:
        """Whether the stored session is the one that the journal makes."""
        return self.session == self.stored


async def replay(
    store: Store, seal: Seal, bots: Mapping[str, Bot], *, contact: str | None = None, earlier: FindBot = _none
) -> list[Replayed]:
    """Play every conversation of ``bots`` again (or those of one contact); nothing is written.

    ``earlier`` finds other versions than the given ones. Raises ``SealBroken`` for other keys.
    """
    replayed = []
    for talk in await store.read(turns.conversations):
        if talk.bot not in bots or contact not in (None, talk.contact_id):
            continue
        rows = await store.read(partial(turns.handled, bot=talk.bot, contact_id=talk.contact_id))
        played = replay_rows(bots[talk.bot], rows, seal, talk=talk, earlier=earlier)
        stored = open_session(seal, talk.session) if talk.session is not None else None
        replayed.append(msgspec.structs.replace(played, stored=stored))
    return replayed


def replay_rows(bot: Bot, rows: Iterable[Handled], seal: Seal, *, talk: Talked, earlier: FindBot = _none) -> Replayed:
    """Play ``rows`` of one conversation, oldest first."""
    session: Session | None = None
    messages: list[MessageId] = []
    calls: list[CallId] = []
    missing: set[str] = set()
    for row in rows:
        if row.kind == _RECEIPT:
            continue
        now, facts = from_ms(row.played_at), open_facts(seal, row.facts or b"")
        if session is None or facts.left == "state_unreadable":
            session = new_session(bot, now)
        version = bot if row.bot_version == bot.version else earlier(talk.bot, row.bot_version)
        if version is None:
            missing.add(row.bot_version)
        played = turn(version or bot, session, open_event(seal, row), now=now, cause=cause_of(row), facts=facts)
        session = decode_session(encode_session(played.session))  # as it comes back from its row
        messages += [effect.message_id for effect in played.effects if isinstance(effect, Send)]
        calls += [effect.call_id for effect in played.effects if isinstance(effect, MakeCall)]
    return Replayed(
        bot=talk.bot,
        contact_id=talk.contact_id,
        session=session or new_session(bot, from_ms(0)),
        message_ids=tuple(messages),
        call_ids=tuple(calls),
        other_versions=frozenset(missing),
    )
