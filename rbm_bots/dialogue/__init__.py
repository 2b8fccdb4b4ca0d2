"""The dialogue: the pure player of a bot. See :mod:`.turn`."""

from __future__ import annotations

from rbm_bots.dialogue.effects import (
    ClearTimer,
    Effect,
    HandOver,
    HandOverChanged,
    MakeCall,
    MessageClass,
    Note,
    OptChanged,
    SceneTold,
    Send,
    SetTimer,
)
from rbm_bots.dialogue.facts import Facts
from rbm_bots.dialogue.session import Session, decode_session, encode_session, new_session
from rbm_bots.dialogue.stored import NotStorable, restore, store
from rbm_bots.dialogue.turn import Turn, turn

__all__ = [
    "ClearTimer",
    "Effect",
    "Facts",
    "HandOver",
    "HandOverChanged",
    "MakeCall",
    "MessageClass",
    "NotStorable",
    "Note",
    "OptChanged",
    "SceneTold",
    "Send",
    "Session",
    "SetTimer",
    "Turn",
    "decode_session",
    "encode_session",
    "new_session",
    "restore",
    "store",
    "turn",
]
