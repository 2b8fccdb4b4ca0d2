"""What a turn wants done. Rows before they are calls: the worker writes them in the session's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from rbm_bots.ids import CallId, HandoverId, MessageId
from rbm_bots.messages import Message

__all__ = [
    "ClearTimer",
    "Effect",
    "HandOver",
    "HandOverChanged",
    "MakeCall",
    "MessageClass",
    "Note",
    "OptChanged",
    "Rated",
    "SceneTold",
    "Send",
    "SetTimer",
]

MessageClass = Literal["code", "conversation", "service", "marketing"]


class Send(msgspec.Struct, frozen=True, kw_only=True, tag="send"):
    """One message for the person of this conversation.

    ``message_id`` is made from the cause, so a repeated turn makes the same row. ``step`` names what sent it, for logs.
    """

    message_id: MessageId
    message: Message
    message_class: MessageClass = "conversation"
    step: str = ""


class SetTimer(msgspec.Struct, frozen=True, kw_only=True, tag="set_timer"):
    """Fire :class:`~rbm_bots.events.TimerFired` with ``name`` at ``at``; a timer of that name is replaced."""

    name: str
    at: datetime


class ClearTimer(msgspec.Struct, frozen=True, kw_only=True, tag="clear_timer"):
    """Forget the timer ``name``; none of that name is fine."""

    name: str


class MakeCall(msgspec.Struct, frozen=True, kw_only=True, tag="make_call"):
    """Run an action outside any transaction; its result comes back as ``CallReturned(call=call_id)``.

    ``args`` are filled, in their stored form (:mod:`.stored`), and so are ``slots`` and ``customer``, what
    ``Context.slots`` and ``Context.customer`` show.
    ``check:NAME`` is an async check of a slot; its one argument is ``value``. ``flow:NAME`` builds a flow.
    ``rbm.hold`` keeps an instant for the person, or fails with ``slot_taken``; its arguments are ``at``, ``until`` and
    ``find``, the action that found it.

    ``offers``: the result is free appointments, and comes back as a list of ``Slot`` without those that others hold.
    ``after``: what ``Context.after`` shows, the last instant that was offered.
    """

    call_id: CallId
    action: str
    args: dict[str, Any]
    slots: dict[str, Any] = {}
    customer: dict[str, Any] = {}
    offers: bool = False
    after: datetime | None = None


class OptChanged(msgspec.Struct, frozen=True, kw_only=True, tag="opt"):
    """The person forbade (``stop``) or allowed again (``start``) marketing of this brand, on every channel."""

    kind: Literal["stop", "start"]


class HandOver(msgspec.Struct, frozen=True, kw_only=True, tag="hand_over"):
    """A person asks for a human: a row in the queue of ``team``. The same ``request`` again replaces it.

    ``reason``: ``asked``, ``give_up:booking.plate``, ``unknown``, ``error``, or ``joined`` when the human came unasked.
    ``carry``: the slots that the human sees, in stored form.
    """

    request: HandoverId
    team: str
    reason: str
    carry: dict[str, Any] = {}


class HandOverChanged(msgspec.Struct, frozen=True, kw_only=True, tag="hand_over_changed"):
    """What became of a request. ``why`` it ended: ``left``, ``quit``, ``idle``, ``timeout``, ``stopped``, ``over``."""

    request: HandoverId
    state: Literal["joined", "ended"]
    why: str = ""


class Rated(msgspec.Struct, frozen=True, kw_only=True, tag="rated"):
    """The person gave a mark for a human's help: its quality or its relevance, 1 to 5."""

    request: HandoverId
    about: Literal["quality", "relevance"]
    mark: int


class SceneTold(msgspec.Struct, frozen=True, kw_only=True, tag="scene_told"):
    """What became of a scene that a campaign started.

    ``sent``: its first message left. ``skipped``: it ended without one. ``busy``: the person is in a talk or with a
    human; try again later. ``refused``: there is no such scene, or a column is missing or cannot be read (``why`` names
    it).
    """

    name: str
    outcome: Literal["sent", "skipped", "busy", "refused"]
    why: str = ""
    campaign: str = ""


class Note(msgspec.Struct, frozen=True, kw_only=True, tag="note"):
    """Something a person should be able to count: a text cut, a chip dropped, a tap expired, a goal reached.

    ``what`` is one word of a small fixed set; never words of the person. ``name``: the goal, slot or limit it is about.
    """

    what: str
    step: str = ""
    name: str = ""


Effect = Send | SetTimer | ClearTimer | MakeCall | OptChanged | HandOver | HandOverChanged | Rated | SceneTold | Note
