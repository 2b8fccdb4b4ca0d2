"""The tables, once for both engines.

Instants are integer milliseconds since the epoch (UTC); what people wrote is sealed.

``journal``       what happened: append-only; one row per event of an operator, a timer, a call, or a send of ours
``inbox``         which journal rows their conversation has not handled yet: the worker's queue
``turn``          which row was handled when, by which bot version, knowing what: what a replay needs
``conversation``  the locked pair (bot, contact): its session and the call it waits for
``timer``         what fires when; ``call`` an action under way; ``outbox`` every operator call before it is made
``lease``         who paces an application, with its fencing number and pause
``address``       HMAC index of a number or chat id -> contact id; ``vault`` the sealed number itself
``contact``       a person; ``opt`` every STOP and START with its proof
``bot_version``   the files of a bot's versions, for talks that began with an earlier one
``handover``      a person who asks for a human, or has one
``booking``       an appointment in a built-in calendar; ``hold`` an instant that is kept for a person for some minutes
"""

from __future__ import annotations

from rbm_bots.store.tables.core import (
    AddressRow,
    BookingRow,
    BotVersionRow,
    CallRow,
    ContactRow,
    ConversationRow,
    HandoverRow,
    HoldRow,
    InboxRow,
    JournalRow,
    LeaseRow,
    OptRow,
    OutboxRow,
    TimerRow,
    TurnRow,
    VaultRow,
)

__all__ = [
    "AddressRow",
    "BookingRow",
    "BotVersionRow",
    "CallRow",
    "ContactRow",
    "ConversationRow",
    "HandoverRow",
    "HoldRow",
    "InboxRow",
    "JournalRow",
    "LeaseRow",
    "OptRow",
    "OutboxRow",
    "TimerRow",
    "TurnRow",
    "VaultRow",
]
