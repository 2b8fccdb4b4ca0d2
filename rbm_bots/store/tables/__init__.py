"""The tables, once for both engines.

Instants are integer milliseconds since the epoch (UTC); what people wrote is sealed.

``journal``       what happened: append-only; one row per event of an operator, a timer, a call, or a send of ours
``inbox``         which journal rows their conversation has not handled yet: the worker's queue
``turn``          which row was handled when, by which bot version, knowing what: what a replay needs
``conversation``  the locked pair (bot, contact): its session and the call it waits for
``timer``         what fires when; ``call`` an action under way; ``outbox`` every operator call before it is made
``saga``          a message that an SMS may replace: where it stands, when it is looked at again
``lease``         who paces an application, with its fencing number and pause
``address``       HMAC index of a number or chat id -> contact id; ``vault`` the sealed number itself
``contact``       a person; ``opt`` every STOP and START with its proof
``bot_version``   the files of a bot's versions, for talks that began with an earlier one
``charge``        what a message or a session costs; ``entry`` how it was booked; ``period`` which months are closed
``price``         what operators ask; ``run`` why charges were worked out again
``ledger_…``      how far the projector has read, its keys, and which journal rows belong to which
``reconciliation`` the last report of an operator; ``acknowledgement`` who accepted it
``budget``        the cap of a campaign; ``reservation`` what it has reserved
``handover``      a person who asks for a human, or has one
``campaign``      what a campaign says, to how many, how far it is; ``campaign_recipient`` its people one by one
``capability``    who can be reached by RCS; ``capability_job``, ``capability_asked`` the bulk check of a bot under way
``operator_number`` keyed hashes of numbers and prefixes -> who serves them; ``operator_file`` which file said so
``guard``         attempts and misses of campaigns and applications; ``attempt`` the last sends of an application
``sms_part``      parts of long SMS from phones, until the message is whole
``pruned``        how far what people wrote has been emptied
``booking``       an appointment in a built-in calendar; ``hold`` an instant that is kept for a person for some minutes
"""

from __future__ import annotations

from rbm_bots.store.tables.campaigns import CampaignRecipientRow, CampaignRow
from rbm_bots.store.tables.capability import (
    AttemptRow,
    CapabilityAskedRow,
    CapabilityJobRow,
    CapabilityRow,
    GuardRow,
    OperatorFileRow,
    OperatorNumberRow,
)
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
from rbm_bots.store.tables.ledger import (
    AcknowledgementRow,
    BudgetRow,
    ChargeRow,
    EntryRow,
    LedgerCursorRow,
    LedgerFactRow,
    LedgerKeyRow,
    LedgerMovedRow,
    PeriodRow,
    PriceRow,
    ReconciliationRow,
    ReservationRow,
    RunRow,
)
from rbm_bots.store.tables.legs import SagaRow
from rbm_bots.store.tables.retention import PrunedRow
from rbm_bots.store.tables.sms import SmsPartRow

__all__ = [
    "AcknowledgementRow",
    "AddressRow",
    "AttemptRow",
    "BookingRow",
    "BotVersionRow",
    "BudgetRow",
    "CallRow",
    "CampaignRecipientRow",
    "CampaignRow",
    "CapabilityAskedRow",
    "CapabilityJobRow",
    "CapabilityRow",
    "ChargeRow",
    "ContactRow",
    "ConversationRow",
    "EntryRow",
    "GuardRow",
    "HandoverRow",
    "HoldRow",
    "InboxRow",
    "JournalRow",
    "LeaseRow",
    "LedgerCursorRow",
    "LedgerFactRow",
    "LedgerKeyRow",
    "LedgerMovedRow",
    "OperatorFileRow",
    "OperatorNumberRow",
    "OptRow",
    "OutboxRow",
    "PeriodRow",
    "PriceRow",
    "PrunedRow",
    "ReconciliationRow",
    "ReservationRow",
    "RunRow",
    "SagaRow",
    "SmsPartRow",
    "TimerRow",
    "TurnRow",
    "VaultRow",
]
