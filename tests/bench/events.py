"""The webhook bodies of the benches: 838 bytes each, half of them texts and half taps, from a thousand people.

Every event has an id, a time and a text of its own: what a cache would remember is not measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final

from rbm_bots.clock import from_ms, rfc3339

__all__ = ["BODY_BYTES", "BOT", "PEOPLE", "TOKEN", "bodies", "request", "requests"]

BODY_BYTES: Final = 838
PEOPLE: Final = 1000
BOT: Final = "garage"
TOKEN: Final = "a-shared-secret-of-the-bench"
_BEGAN_MS: Final = 1_768_471_200_000
_TEXT: Final = (
    b'{"RCSMessage":{"msgId":"in-%09d","textMessage":"Bonjour, je passe vers %d h avec la voiture %d",'
    b'"timestamp":"%b"},"messageContact":{"userContact":"+3363998%04d"},"event":"message"'
)
_TAP: Final = (
    b'{"RCSMessage":{"msgId":"in-%09d","suggestedResponse":{"response":{"reply":{"displayText":"Choisir %d h, %d",'
    b'"postback":{"data":"1.4.services/1.a"}}}},"timestamp":"%b"},"messageContact":{"userContact":"+3363998%04d"},'
    b'"event":"response"'
)
_HEAD: Final = (
    b"POST /webhooks/maap/%b HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: %b\r\nUser-Agent: BotHub\r\n"
    b"Accept: */*\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)


def bodies(first: int = 0) -> Iterator[bytes]:
    """Bodies without end; ``first`` numbers the first one. One per millisecond of the operator's clock."""
    for number in count(first):
        stamp = rfc3339(from_ms(_BEGAN_MS + number)).encode()
        shape = _TAP if number % 2 else _TEXT
        body = shape % (number, number % 24, number, stamp, number * 7 % PEOPLE)
        # a member that nobody knows fills it up, as platforms do
        yield body + b',"trace":"%b"}' % (b"x" * (BODY_BYTES - len(body) - 12))


def request(body: bytes) -> bytes:
    """The whole HTTP request."""
    return _HEAD % (BOT.encode(), TOKEN.encode(), len(body)) + body


def requests(first: int = 0) -> Iterator[bytes]:
    """The requests of :func:`bodies`."""
    return map(request, bodies(first))
