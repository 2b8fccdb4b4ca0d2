"""The timeline of a conversation: what happened, what it did to the bill, and when. Pure.

Theory of operation. The messages of a key are taken through the same :func:`~rbm_bots.ledger.fold.step` that rates
them, and each change of its state becomes a moment: a message is held, an answer absorbs it, a session opens, a window
closes. So the story cannot differ from the bill. What happened and costs nothing (a refused message, a tap that is no
answer) is told too, because that is what people ask about.

Each moment names the anchor messages it is *about*; the story of one charge is those of its anchor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from rbm_bots.ledger.evidence import BOT, Evidence, Message
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.fold import DAY_MS, IDLE, State, lapse, step
from rbm_bots.ledger.switches import Switches

__all__ = ["Bill", "Moment", "MomentKind", "Timeline", "about", "timeline"]

MomentKind = Literal[
    "held",  # a bot message; its Message Unique is held
    "superseded",  # a newer bot message made the older one final
    "unanswered",  # 24 h went by; the Message Unique is final
    "absorbed",  # an answer: the held message becomes part of a paid session
    "opened",  # a paid session begins
    "person_first",  # the person writes first; the bot's answer would open a free session
    "opened_free",  # the bot answered: a free session begins
    "unheard",  # nobody answered the person in time
    "included",  # a message inside a session
    "closed",  # the 24 h of a session are over
    "running",  # a session that is still open at the end
    "waiting",  # a message that is still held at the end
    "single",  # a bot that cannot converse: each message is charged at once
    "sms",  # an SMS was delivered
    "no_answer",  # something the person did that is not an answer
    "not_delivered",  # a bot message that never counted
]
_SINGLE: Final = ("MU", "MU_BASIC")
_UNCOUNTED: Final = frozenset({"mo", "mt_accepted", "mt_rejected", "mt_failed", "mt_revoked"})


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A charge as the story needs it. ``price_from_ms``: the ``valid_from`` of its price row."""

    id: str
    product: str
    anchor: str
    operator: str
    state: str
    micros: int | None
    at_ms: int
    month: str
    booked_in: str
    price_from_ms: int | None = None
    price_source: str = ""
    mt_count: int = 0
    mo_count: int = 0


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at ``at_ms`` (ms since the epoch, UTC).

    ``number`` is the bot message's place in the story, from 1; ``other`` that of the message it decides about.
    ``by``: ``bot`` or ``person``. ``what``: the kind of a user event, or why a message does not count. ``since_ms`` and
    ``until_ms``: the window it is about. ``bill``: what it costs, where it costs something.
    """

    at_ms: int
    kind: MomentKind
    about: tuple[str, ...]
    message: str = ""
    number: int = 0
    other: int = 0
    by: Literal["bot", "person", ""] = ""
    what: str = ""
    since_ms: int = 0
    until_ms: int = 0
    bill: Bill | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation's moments in order of time, and its charges."""

    bot: str
    contact: str
    as_of_ms: int
    moments: tuple[Moment, ...]
    bills: tuple[Bill, ...]


def timeline(
    facts: Sequence[Fact],
    *,
    bot: str,
    contact: str,
    switches: Switches,
    as_of_ms: int,
    default_operator: str,
    bills: Iterable[Bill],
) -> Timeline:
    """The story of all facts of a key, with its charges as they are in the ledger (or as they would be)."""
    kept = tuple(bills)
    evidence = Evidence(facts)
    messages = evidence.messages(switches, as_of_ms=as_of_ms, default_operator=default_operator)
    story = _Story(messages, facts, kept, switches)
    for message in messages:
        story.take(message)
    story.end(as_of_ms)
    story.sms(evidence, as_of_ms)
    story.uncounted(messages, as_of_ms)
    moments = sorted(story.moments, key=lambda one: one.at_ms)
    return Timeline(bot=bot, contact=contact, as_of_ms=as_of_ms, moments=tuple(moments), bills=kept)


def about(whole: Timeline, bill: Bill) -> Timeline:
    """The part of a story that explains one charge."""
    moments = tuple(one for one in whole.moments if bill.anchor in one.about)
    return msgspec.structs.replace(whole, moments=moments, bills=(bill,))


class _Story:
    """The fold at work, noting what it does."""

    def __init__(
        self, messages: Iterable[Message], facts: Iterable[Fact], bills: Iterable[Bill], switches: Switches
    ) -> None:
        self.moments: list[Moment] = []
        self._state: State = IDLE
        self._switches = switches
        self._facts = list(facts)
        self._kinds: Mapping[str, str] = {one.msg: one.kind for one in self._facts if one.type == "mo"}
        self._numbers: dict[str, int] = {}
        for message in messages:
            if message.author == BOT:
                self._numbers[message.id] = len(self._numbers) + 1
        self._bills: dict[tuple[str, str], Bill] = {}
        for bill in bills:
            if bill.state in {"posted", "held"}:
                self._bills[_family(bill.product), bill.anchor] = bill

    def take(self, message: Message) -> None:
        """One message that counts."""
        before, _ = lapse(self._state, message.at_ms, self._switches)
        if message.conversational and before.phase != self._state.phase:
            self._lapsed(self._state)
        after, _ = step(self._state, message, self._switches)
        if not message.conversational:
            self._note("single", message, self._bill("MU", message.id), about=(message.id,))
        elif message.author == BOT:
            self._bot_message(before, after, message)
        else:
            self._user_message(before, after, message)
        self._state = after

    def _bot_message(self, before: State, after: State, message: Message) -> None:
        if before.phase == "session":
            self._note("included", message, about=(before.anchor,))
        elif before.phase == "mo_pending":
            bill = self._bill("CONV_MO1ST", after.anchor)
            until_ms = after.since_ms + DAY_MS
            self._note("opened_free", message, bill, about=(after.anchor,), since_ms=before.since_ms, until_ms=until_ms)
        else:
            if before.phase == "mu_pending":
                self._note(
                    "superseded",
                    message,
                    self._bill("MU", before.anchor),
                    about=(before.anchor,),
                    other=self._numbers[before.anchor],
                    since_ms=before.since_ms,
                )
            bill = self._bill("MU", message.id)
            self._note("held", message, bill, about=(message.id,), until_ms=message.at_ms + DAY_MS)

    def _user_message(self, before: State, after: State, message: Message) -> None:
        if before.phase == "session":
            self._note("included", message, about=(before.anchor,))
        elif before.phase == "mu_pending":
            number, since_ms = self._numbers[before.anchor], before.since_ms
            self._note("absorbed", message, about=(before.anchor,), other=number, since_ms=since_ms)
            bill = self._bill("CONVERSATION", before.anchor)
            self._note("opened", message, bill, about=(before.anchor,), until_ms=after.since_ms + DAY_MS)
        else:
            self._note("person_first", message, about=(message.id, after.anchor), until_ms=after.since_ms + DAY_MS)

    def _lapsed(self, state: State) -> None:
        """A window that ended before the next message came."""
        at_ms, window = state.since_ms + DAY_MS, (state.since_ms, state.since_ms + DAY_MS)
        if state.phase == "mu_pending":
            bill, number = self._bill("MU", state.anchor), self._numbers[state.anchor]
            self._add("unanswered", at_ms, state.anchor, bill=bill, other=number, window=window)
        elif state.phase == "session":
            self._add("closed", at_ms, state.anchor, bill=self._bill(state.product, state.anchor), window=window)
        else:
            self._add("unheard", at_ms, state.anchor, window=window)

    def end(self, as_of_ms: int) -> None:
        """What is open at the end of what we know."""
        state, _ = lapse(self._state, as_of_ms, self._switches)
        if state.phase == "idle":
            if self._state.phase != "idle":
                self._lapsed(self._state)
            return
        window = (state.since_ms, state.since_ms + DAY_MS)
        if state.phase == "mu_pending":
            bill, number = self._bill("MU", state.anchor), self._numbers[state.anchor]
            self._add("waiting", as_of_ms, state.anchor, bill=bill, other=number, window=window)
        elif state.phase == "session":
            self._add("running", as_of_ms, state.anchor, bill=self._bill(state.product, state.anchor), window=window)

    def sms(self, evidence: Evidence, as_of_ms: int) -> None:
        """SMS stand outside the windows."""
        for one in evidence.sms(as_of_ms=as_of_ms):
            self._add("sms", one.at_ms, one.id, bill=self._bill("SMS_MT", one.id))

    def uncounted(self, messages: Iterable[Message], as_of_ms: int) -> None:
        """What happened and costs nothing, each thing once; of a message, how it ended."""
        counted = {one.id for one in messages}
        found: dict[str, Fact] = {}
        for fact in sorted(self._facts, key=lambda one: (one.at_ms, one.id)):
            if fact.at_ms <= as_of_ms and fact.msg not in counted and fact.type in _UNCOUNTED:
                found[fact.msg] = fact
        for fact in found.values():
            if fact.type == "mo":
                self.moments.append(_uncounted("no_answer", fact, fact.kind))
            else:
                self.moments.append(_uncounted("not_delivered", fact, fact.type.removeprefix("mt_")))

    def _bill(self, product: str, anchor: str) -> Bill | None:
        return self._bills.get((product, anchor))

    def _note(
        self,
        kind: MomentKind,
        message: Message,
        bill: Bill | None = None,
        *,
        about: tuple[str, ...],
        other: int = 0,
        since_ms: int = 0,
        until_ms: int = 0,
    ) -> None:
        """A moment at a message."""
        self.moments.append(
            Moment(
                at_ms=message.at_ms,
                kind=kind,
                about=about,
                message=message.id,
                number=self._numbers.get(message.id, 0),
                other=other,
                by="bot" if message.author == BOT else "person",
                what=self._kinds.get(message.id, ""),
                since_ms=since_ms,
                until_ms=until_ms,
                bill=bill,
            )
        )

    def _add(
        self,
        kind: MomentKind,
        at_ms: int,
        anchor: str,
        *,
        bill: Bill | None = None,
        other: int = 0,
        window: tuple[int, int] = (0, 0),
    ) -> None:
        """A moment between messages."""
        since_ms, until_ms = window
        self.moments.append(
            Moment(
                at_ms=at_ms, kind=kind, about=(anchor,), other=other, since_ms=since_ms, until_ms=until_ms, bill=bill
            )
        )


def _uncounted(kind: MomentKind, fact: Fact, what: str) -> Moment:
    by: Literal["bot", "person"] = "person" if fact.type == "mo" else "bot"
    return Moment(at_ms=fact.at_ms, kind=kind, about=(fact.msg,), message=fact.msg, by=by, what=what)


def _family(product: str) -> str:
    """Plain text rated apart is still the Message Unique of its message."""
    return "MU" if product in _SINGLE else product
