"""From a gateway's answer to the outcome of a submit. Pure.

====================================  ==========================================================
answer                                outcome
====================================  ==========================================================
2xx that says «taken»                 submitted
2xx that does not, or without its id  unknown: it may have been taken
408, 500, 502, 504                    unknown
429, a code of «too fast»             throttled: everything of this code waits, and then less may leave
503                                   throttled: everything of this code waits
401, 403                              the account is refused
any other, redirects included         rejected; the person, when the code says so
====================================  ==========================================================

An error keeps the gateway's code and never its words, which may name a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from rbm_bots.channels.sms.errors import AccountRefused, AddressRefused, CentreBusy, OverRate, SmsRejected, SmsUnknown
from rbm_bots.channels.sms.http.reading import dig
from rbm_bots.channels.sms.http.settings import AnswerSettings
from rbm_bots.channels.sms.transport import Submitted
from rbm_bots.errors import ChannelError

__all__ = ["read_answer", "retry_after_s"]

_UNKNOWN: Final = frozenset({408, 500, 502, 504})
_THROTTLED: Final = frozenset({429, 503})
_ACCOUNT: Final = frozenset({401, 403})
_LONGEST_CODE: Final = 40
_LONGEST_WAIT_S: Final = 3600.0


def read_answer(answer: AnswerSettings, *, status: int, body: bytes, headers: Mapping[str, str]) -> Submitted:
    """What came of it. Raises the ``ChannelError`` that says so."""
    text = body.decode("utf-8", "replace")
    document = _document(body)
    if not 200 <= status < 300:
        raise _error(answer, status=status, document=document, headers=headers)
    if answer.taken and not re.search(answer.taken, text):
        raise SmsUnknown("the gateway's answer does not say that it took the SMS", http=status)
    reference = _reference(answer, document=document, text=text)
    if not reference and (answer.id or answer.id_text):
        raise SmsUnknown("the gateway's answer holds no id", http=status)
    return Submitted(reference=reference)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After``, at most an hour; a date is not read, gateways send seconds."""
    text = (headers.get("Retry-After") or "").strip()
    return min(float(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() else None


def _error(answer: AnswerSettings, *, status: int, document: object, headers: Mapping[str, str]) -> ChannelError:
    code = next((found for path in answer.codes if (found := dig(document, path)) is not None), None)
    known = {"http": status, "platform_code": None if code is None else str(code)[:_LONGEST_CODE]}
    if status in _THROTTLED or code in answer.throttle_codes:
        busy = status == 503 and code not in answer.throttle_codes
        return (CentreBusy if busy else OverRate)(retry_after_s=retry_after_s(headers), **known)  # type: ignore[arg-type]  # of both types
    kind: type[ChannelError] = SmsRejected
    if code in answer.recipient_codes:
        kind = AddressRefused
    elif status in _UNKNOWN:
        kind = SmsUnknown
    elif status in _ACCOUNT:
        kind = AccountRefused
    return kind(**known)  # type: ignore[arg-type]  # of both types


def _reference(answer: AnswerSettings, *, document: object, text: str) -> str:
    found = dig(document, answer.id) if answer.id else text
    if found is None or not (answer.id or answer.id_text):
        return ""
    if not answer.id_text:
        return str(found)
    match = re.search(answer.id_text, str(found))
    return match[1] if match is not None else ""


def _document(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
