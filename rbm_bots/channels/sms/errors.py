"""From a refusal of an SMS centre to one small exception class.

The leaves of :class:`~rbm_bots.errors.ChannelError` here::

    SendRejected
    ├── SmsRejected           refused for good, for a reason that has no class of its own
    ├── SubmitFaulty          the same octets would be refused again: a fault of ours
    ├── TimesRefused          the validity or the deferred delivery is not taken
    └── Unreachable
        └── AddressRefused    the centre refuses the recipient
    CredentialsRefused
    └── AccountRefused        the account may not do this; the link stops
    Throttled
    ├── OverRate              more operations in a second than subscribed: less may leave for a while
    └── CentreBusy            a busy centre: all wait, and then go on as before
    NotSent
    ├── LinkDown              no session is open
    └── RefusedForNow         a temporary refusal: the centre did not take it
    OutcomeUnknown
    └── SmsUnknown            nobody knows whether the SMS left
        ├── LinkLost          the link ended before the result
        └── ResultLate        no result in time

So whether a refusal is for good is its class, never a flag.
Each keeps the centre's code in ``platform_code`` and never its words, which may name a person.
"""

from __future__ import annotations

from rbm_bots.errors import (
    CredentialsRefused,
    NotSent,
    OutcomeUnknown,
    SendRejected,
    Throttled,
    Unreachable,
)

__all__ = [
    "AccountRefused",
    "AddressRefused",
    "CentreBusy",
    "LinkDown",
    "LinkLost",
    "OverRate",
    "RefusedForNow",
    "ResultLate",
    "SmsRejected",
    "SmsUnknown",
    "SubmitFaulty",
    "TimesRefused",
]


class SmsRejected(SendRejected):
    """The SMS is refused for good."""

    code = "sms_rejected"


class SubmitFaulty(SendRejected):
    """The SMS centre does not understand what we sent."""

    code = "sms_faulty"


class TimesRefused(SendRejected):
    """The SMS centre refuses the validity or the time of delivery."""

    code = "sms_times"


class AddressRefused(Unreachable):
    """The SMS centre refuses the recipient."""

    code = "sms_address"


class AccountRefused(CredentialsRefused):
    """The SMS centre refuses the account."""

    code = "sms_account"
    hint = "check the account, its password and what it may send"


class OverRate(Throttled):
    """The SMS centre is asked too fast."""

    code = "sms_rate"


class CentreBusy(Throttled):
    """The SMS centre is busy."""

    code = "sms_busy"
    slows = False


class LinkDown(NotSent):
    """There is no session with the SMS centre."""

    code = "sms_link_down"


class RefusedForNow(NotSent):
    """The SMS centre refuses for a reason that may pass."""

    code = "sms_for_now"


class SmsUnknown(OutcomeUnknown):
    """Nobody knows whether the SMS left."""

    code = "sms_unknown"


class LinkLost(SmsUnknown):
    """The link to the SMS centre ended before the result came."""

    code = "sms_link_lost"


class ResultLate(SmsUnknown):
    """The SMS centre gave no result in time."""

    code = "sms_result_late"
