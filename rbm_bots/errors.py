"""The one tree of errors.

Each class says what happened (its docstring is the default message), carries a stable ``code``, and a ``hint``: what to
do next. ``where`` names the place when there is one.

::

    RbmError
    ├── UsageError                wrong command line, settings or environment (exit 2)
    │   ├── AudienceUnreadable    rbm_bots.delivery.campaigns.audience: the people of a campaign cannot be read
    │   ├── BudgetUnpriced        rbm_bots.accounts.budgets: a cap wants a price for all that may be charged
    │   ├── CampaignRefused       rbm_bots.delivery.campaigns.desk: the campaign does not allow it
    │   ├── ControlRefused        rbm_bots.emulator.refusals: the emulator's control API was misused
    │   ├── LedgerFileUnreadable  rbm_bots.ledger.files: a file of charges, fees or prices is not one
    │   ├── NothingToExplain      rbm_bots.accounts.asked: the ledger knows no such charge and no such conversation
    │   ├── ReportUnreadable      rbm_bots.accounts.reconciliation_files: an operator's report cannot be read
    │   └── SettingsError         a setting is missing or wrong
    ├── FaultsFound               input was read and is wrong; carries every fault (exit 1)
    │   ├── BotFileFaulty         rbm_bots.botfile.faults
    │   │   └── TalksFaulty       rbm_bots.testing.reading: a file of conversation tests
    │   ├── CampaignFileFaulty    rbm_bots.delivery.campaigns.reading
    │   ├── DoesNotFit            rbm_bots.delivery.campaigns.plan: a campaign cannot end in the hours it has
    │   ├── CasesUnreadable       rbm_bots.delivery.fallback.cases: a file of timelines
    │   ├── QuestionsUnreadable   rbm_bots.rules.case_file: a file of questions to the gate
    │   ├── MessageFaulty         rbm_bots.messages.check
    │   └── SmsTextRefused        rbm_bots.messages.sms_text: it does not leave by SMS in this mode
    ├── BotError                  raised by a brand's own actions; a code of «on_error»
    │   ├── CalendarUnreadable    rbm_bots.calendars.faults: a feed of busy times cannot be read
    │   ├── HttpActionFailed      rbm_bots.http_actions.source: no result; its code is the file's
    │   ├── Reject                a check refuses an answer
    │   ├── SlotTaken             rbm_bots.calendars.faults: somebody else was first
    │   └── UnknownBooking        rbm_bots.calendars.faults: no booking has this reference
    ├── PeriodNotClosable         rbm_bots.accounts.periods: something stands in the way of closing a month
    ├── ResourceFailed            a bot's resource could not be opened
    ├── CallRefused               rbm_bots.emulator.refusals: the emulated operator says no
    ├── InboundRefused            a webhook call is not taken; has the HTTP status to answer
    │   ├── BodyTooLarge          413
    │   ├── BodyMalformed         400
    │   ├── NotVerified           401
    │   └── Overloaded            503
    ├── ChannelError              an operator call went wrong; leaves live in each channel's errors.py
    │   ├── SendRejected          final: the same call would fail again
    │   │   ├── CredentialsRefused  401 after a fresh token
    │   │   └── Unreachable       the person is not on this channel
    │   ├── Throttled             the whole application must pause
    │   ├── NotSent               certain: no byte of the request left; may be repeated
    │   └── OutcomeUnknown        the call may have worked; never repeated by itself
    ├── StoreError                the database
    │   ├── NotTheWriter          another process writes this SQLite file
    │   ├── LeaseLost             another process owns what we were working on
    │   ├── SagaOutrun            rbm_bots.store.sagas: somebody else moved the message in between
    │   ├── SchemaOutdated        «rbm db upgrade» has not run
    │   └── SealBroken            a sealed value was not written with these keys
    ├── MockMissing               rbm_bots.testing.mocks: a talk called an action that nobody answers for
    ├── NotOnScreen               rbm_bots.testing.play: a tester tapped what was not shown
    └── TalkFailed                rbm_bots.testing.failures: a talk did not go as its test says
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BodyMalformed",
    "BodyTooLarge",
    "BotError",
    "ChannelError",
    "CredentialsRefused",
    "FaultsFound",
    "InboundRefused",
    "LeaseLost",
    "NotSent",
    "NotTheWriter",
    "NotVerified",
    "OutcomeUnknown",
    "Overloaded",
    "RbmError",
    "Reject",
    "ResourceFailed",
    "SchemaOutdated",
    "SealBroken",
    "SendRejected",
    "SettingsError",
    "StoreError",
    "Throttled",
    "Unreachable",
    "UsageError",
]


class RbmError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"
    hint: str = ""

    def __init__(self, message: str | None = None, *, where: str = "", hint: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.where = where
        if hint is not None:
            self.hint = hint
        super().__init__(self.message)

    def __str__(self) -> str:
        """One line for a person: place, what, and what to do."""
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{hint}"


class UsageError(RbmError):
    """The command was used in a way it does not understand."""

    code = "usage"


class SettingsError(UsageError):
    """A setting is missing or wrong."""

    code = "settings"


class FaultsFound(RbmError):
    """The input has faults."""

    code = "faults"


class BotError(RbmError):
    """A brand's action could not do what was asked."""

    code = "error"


class Reject(BotError):
    """The answer is not acceptable."""

    code = "reject"

    def __init__(self, reason: str = "reject") -> None:
        super().__init__(f"refused: {reason}")
        self.reason = reason


class ResourceFailed(RbmError):
    """A bot's resource could not be opened."""

    code = "resource"
    hint = "«rbm talk BOT» runs without it and tells more"


class InboundRefused(RbmError):
    """The webhook call was not taken."""

    code = "inbound"
    http: ClassVar[int] = 400


class BodyTooLarge(InboundRefused):
    """The body is larger than an operator's event may be."""

    code = "body_too_large"
    http = 413


class BodyMalformed(InboundRefused):
    """The body is not a JSON object."""

    code = "body_malformed"
    http = 400


class NotVerified(InboundRefused):
    """The caller did not prove that it is the operator."""

    code = "not_verified"
    http = 401


class Overloaded(InboundRefused):
    """Too many events wait to be stored."""

    code = "overloaded"
    http = 503


class ChannelError(RbmError):
    """An operator call went wrong."""

    code = "channel"

    def __init__(
        self,
        message: str | None = None,
        *,
        where: str = "",
        hint: str | None = None,
        http: int | None = None,
        platform_code: str | None = None,
        retry_after_s: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.http = http
        self.platform_code = platform_code
        self.retry_after_s = retry_after_s
        self.request_id = request_id


class SendRejected(ChannelError):
    """The operator refused the call for good."""

    code = "rejected"


class Unreachable(SendRejected):
    """The person cannot be reached on this channel."""

    code = "unreachable"


class CredentialsRefused(SendRejected):
    """The operator does not accept our credentials."""

    code = "credentials"


class Throttled(ChannelError):
    """The operator asks the whole application to pause."""

    code = "throttled"
    slows: ClassVar[bool] = True
    """Whether it also says that the quota is less than we were told."""


class NotSent(ChannelError):
    """The request never left; it may be repeated."""

    code = "not_sent"


class OutcomeUnknown(ChannelError):
    """The request left and nobody knows whether it worked."""

    code = "unknown"


class StoreError(RbmError):
    """The database could not do what was asked."""

    code = "store"


class NotTheWriter(StoreError):
    """Another process already writes this database file."""

    code = "not_the_writer"
    hint = "stop the other process, or use PostgreSQL to run several"


class LeaseLost(StoreError):
    """Another process has taken over."""

    code = "lease_lost"


class SchemaOutdated(StoreError):
    """The database's tables are not those of this version."""

    code = "schema"
    hint = "run «rbm db upgrade»"


class SealBroken(StoreError):
    """A sealed value cannot be opened with these keys."""

    code = "seal"
    hint = "RBM_VAULT_KEY differs from the key this database was written with"
