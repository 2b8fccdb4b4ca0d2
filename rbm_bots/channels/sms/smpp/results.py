"""The error of a refused submit, by its command status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rbm_bots.channels.sms.errors import (
    AccountRefused,
    AddressRefused,
    CentreBusy,
    OverRate,
    RefusedForNow,
    SmsRejected,
    SubmitFaulty,
    TimesRefused,
)
from rbm_bots.errors import ChannelError

__all__ = ["refusal_error"]

_ERRORS: Final[Mapping[int, type[ChannelError]]] = {
    0x58: OverRate,  # throttled
    0x14: CentreBusy,  # the queue is full
    **dict.fromkeys((0x0B,), AddressRefused),
    **dict.fromkeys((0x0D, 0x0E, 0x0F), AccountRefused),  # bind failed, password, account
    **dict.fromkeys((0x61, 0x62), TimesRefused),  # deferred delivery, validity
    **dict.fromkeys((0x04, 0x08, 0x64), RefusedForNow),  # not bound, system error, the application's own «later»
    **dict.fromkeys((0x01, 0x02, 0x03, 0x43, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4), SubmitFaulty),  # not understood
}


def refusal_error(status: int) -> ChannelError:
    """What a status other than 0 means; one that is in no table is a refusal for good."""
    return _ERRORS.get(status, SmsRejected)(platform_code=f"{status:04X}")
