"""The fold: messages of one key in, causes of charges out.

Theory of operation. The unit is the key (bot, user). It is in one of four states:

===============  =====================================================================================
``idle``         nothing is open
``mu_pending``   a bot message waits for an answer; its Message Unique is held
``mo_pending``   a user message waits for the bot's answer
``session``      24 hours run in which every message is included
===============  =====================================================================================

A session starts at the first reply, whoever replies, and lasts 24 h. It is paid (``CONVERSATION``) when the user
replied, free (``CONV_MO1ST``) when the bot did. What was sent before and not replied to is a Message Unique (``MU``).
Only the last bot message before the answer is absorbed. No message moves the end of a session, so two sessions of one
key cannot overlap.

Each state has a window of 24 h from ``since_ms``: elapsed time to the millisecond, both ends inside (see the switch
``window_closed``). A message beyond the window finds the key idle. So :func:`step` first lets the window lapse, then
does what the state asks for; both are pure, and a fold may stop and go on at any message.

Sources: ``S2-33`` (the 24 h), ``S2-36`` (a Conversation includes its Message Unique), ``S2-41`` (it starts at the
answer), ``S2-81`` and ``S2-82`` (MT 1st is paid, MO 1st is free).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from rbm_bots.ledger.evidence import BOT, Message
from rbm_bots.ledger.switches import Switches

__all__ = ["DAY_MS", "IDLE", "Cause", "Phase", "State", "final", "fold", "lapse", "step", "within"]

DAY_MS: Final = 24 * 3600 * 1000

Phase = Literal["idle", "mu_pending", "mo_pending", "session"]


class Cause(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why something is charged: the product, the charge date, the anchor message, and the messages in it.

    ``until_ms`` is the end of a session; of anything else, the charge date.
    """

    product: str
    at_ms: int
    until_ms: int
    anchor: str
    operator: str
    mt_count: int = 1
    mo_count: int = 0
    basic: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a key stands. ``anchor`` and ``operator`` are those of the charge that is held or running.

    ``product`` is that of a running session; ``basic`` marks a held message that a plain-text price may be for.
    """

    phase: Phase
    since_ms: int = 0
    anchor: str = ""
    operator: str = ""
    product: str = ""
    mt_count: int = 0
    mo_count: int = 0
    basic: bool = False


IDLE: Final = State(phase="idle")
_NOTHING: Final[tuple[Cause, ...]] = ()


def within(since_ms: int, at_ms: int, switches: Switches) -> bool:
    """Whether ``at_ms`` lies in the 24 h that begin at ``since_ms``."""
    elapsed = at_ms - since_ms
    return 0 <= elapsed < DAY_MS or (elapsed == DAY_MS and switches.window_closed.at(since_ms))


def fold(messages: Iterable[Message], switches: Switches, *, start: State = IDLE) -> tuple[State, list[Cause]]:
    """Take messages in the order of rating, from ``start`` on; a session still open is in the state alone."""
    state = start
    causes: list[Cause] = []
    for message in messages:
        state, caused = step(state, message, switches)
        if caused:
            causes += caused
    return state, causes


def step(state: State, message: Message, switches: Switches) -> tuple[State, tuple[Cause, ...]]:
    """One message: the state after it, and what it made final."""
    if not message.conversational:  # each message of such a bot is a Message Unique at once, and opens nothing
        return state, (_message_unique(message.at_ms, message.id, message.operator, basic=message.basic),)
    state, lapsed = lapse(state, message.at_ms, switches)
    if message.author == BOT:
        after, caused = _bot_message(state, message, switches)
    else:
        after, caused = _user_message(state, message, switches), _NOTHING
    return after, lapsed + caused if lapsed else caused


def lapse(state: State, at_ms: int, switches: Switches) -> tuple[State, tuple[Cause, ...]]:
    """Let time pass until an instant: a window that is over by then ends, and leaves its charge."""
    if state.phase == "idle" or within(state.since_ms, at_ms, switches):
        return state, _NOTHING
    return IDLE, final(state)


def final(state: State) -> tuple[Cause, ...]:
    """What a state leaves behind when it ends unanswered or its session is over."""
    if state.phase == "mu_pending":
        return (_message_unique(state.since_ms, state.anchor, state.operator, basic=state.basic),)
    if state.phase == "session":
        cause = Cause(
            product=state.product,
            at_ms=state.since_ms,
            until_ms=state.since_ms + DAY_MS,
            anchor=state.anchor,
            operator=state.operator,
            mt_count=state.mt_count,
            mo_count=state.mo_count,
        )
        return (cause,)
    return _NOTHING


def _message_unique(at_ms: int, anchor: str, operator: str, *, basic: bool) -> Cause:
    return Cause(product="MU", at_ms=at_ms, until_ms=at_ms, anchor=anchor, operator=operator, basic=basic)


def _bot_message(state: State, message: Message, switches: Switches) -> tuple[State, tuple[Cause, ...]]:
    if state.phase == "session":
        return _counted(state, mt=1), _NOTHING
    if state.phase == "mo_pending":
        answered = switches.mo_anchor.at(state.since_ms) == "answer"
        session = State(
            phase="session",
            product="CONV_MO1ST",
            since_ms=message.at_ms if answered else state.since_ms,
            anchor=state.anchor,
            operator=message.operator,
            mt_count=1,
            mo_count=state.mo_count,
        )
        return session, _NOTHING
    held = State(
        phase="mu_pending",
        since_ms=message.at_ms,
        anchor=message.id,
        operator=message.operator,
        basic=message.basic,
    )
    return held, final(state)


def _user_message(state: State, message: Message, switches: Switches) -> State:
    if state.phase == "mu_pending":
        return State(
            phase="session",
            product="CONVERSATION",
            since_ms=message.at_ms,
            anchor=state.anchor,
            operator=state.operator,
            mt_count=1,
            mo_count=1,
        )
    waits_from_first = state.phase == "mo_pending" and switches.mo_anchor.at(state.since_ms) == "first"
    if state.phase == "session" or waits_from_first:
        return _counted(state, mo=1)
    return State(phase="mo_pending", since_ms=message.at_ms, anchor=message.id, mo_count=1)


def _counted(state: State, *, mt: int = 0, mo: int = 0) -> State:
    return State(
        phase=state.phase,
        product=state.product,
        since_ms=state.since_ms,
        anchor=state.anchor,
        operator=state.operator,
        mt_count=state.mt_count + mt,
        mo_count=state.mo_count + mo,
    )
