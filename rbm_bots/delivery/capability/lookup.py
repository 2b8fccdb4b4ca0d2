"""Who serves a number: the file first, then the address that is asked over HTTP for what the file does not know.

Both answer for a whole batch. An address that fails leaves its numbers unknown: a campaign is not stopped by a look-up
that is down, and the number is asked for again the next time. Numbers travel in the body, never in the address, and
stand in no log.

The address gets ``POST`` ``{"numbers": ["+33…", …]}``, at most 500 of them, and answers
``{"operators": {"+33…": "orange", …}}``; numbers that it does not know are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import aiohttp
import msgspec
import structlog
from pydantic import SecretStr

from rbm_bots.outside import AnswerTooLarge, read_at_most
from rbm_bots.store import Store, operators
from rbm_bots.store.seal import Seal

__all__ = ["FileLookUp", "HttpLookUp", "LookUps", "OperatorLookUp"]

_MOST_NUMBERS: Final = 500
_MOST_BYTES: Final = 256 * 1024
_log = structlog.get_logger("rbm.capability")


class OperatorLookUp(Protocol):
    """One way to find out who serves numbers."""

    async def look_up(self, numbers: Sequence[str]) -> dict[str, str | None]:
        """The operator's name (small letters) of each E.164 number; ``None`` where it is not known.

        A number that could not be asked about is left out. Never raises.
        """
        ...


class FileLookUp:
    """The file that was read into the database."""

    def __init__(self, *, store: Store, seal: Seal) -> None:
        self._store = store
        self._seal = seal

    async def look_up(self, numbers: Sequence[str]) -> dict[str, str | None]:
        """See :class:`OperatorLookUp`."""
        found = await self._store.read(lambda connection: operators.find(connection, self._seal, numbers))
        return {number: found.get(number) for number in numbers}


class _Answer(msgspec.Struct):
    operators: dict[str, str] = {}


class HttpLookUp:
    """An address of the deployment's own. ``session`` refuses private addresses and is the caller's to close."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, *, token: SecretStr | None = None, timeout_s: float = 10.0
    ) -> None:
        self._session = session
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._headers = {"Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token.get_secret_value()}"

    async def look_up(self, numbers: Sequence[str]) -> dict[str, str | None]:
        """See :class:`OperatorLookUp`."""
        found: dict[str, str | None] = {}
        for at in range(0, len(numbers), _MOST_NUMBERS):
            some = list(numbers[at : at + _MOST_NUMBERS])
            try:
                answer = await self._ask(some)
            except (aiohttp.ClientError, OSError, ValueError, AnswerTooLarge, msgspec.MsgspecError) as fault:
                _log.warning("operators.not_asked", error=type(fault).__name__, numbers=len(numbers) - at)
                break
            found |= {number: answer.get(number, "").strip().lower() or None for number in some}
        return found

    async def _ask(self, numbers: list[str]) -> dict[str, str]:
        body = msgspec.json.encode({"numbers": numbers})
        async with self._session.post(
            self._url, data=body, headers=self._headers, allow_redirects=False, timeout=self._timeout
        ) as answer:
            if answer.status != 200:
                raise ValueError("not a 200")
            return msgspec.json.decode(await read_at_most(answer, _MOST_BYTES), type=_Answer).operators


class LookUps:
    """Several in order; each is asked only for what those before it did not know."""

    def __init__(self, *ways: OperatorLookUp) -> None:
        self._ways = ways

    def __bool__(self) -> bool:
        return bool(self._ways)

    async def look_up(self, numbers: Sequence[str]) -> dict[str, str | None]:
        """See :class:`OperatorLookUp`."""
        found: dict[str, str | None] = dict.fromkeys(numbers)
        silent: set[str] = set()
        for way in self._ways:
            left = [number for number, operator in found.items() if operator is None]
            if left:
                told = await way.look_up(left)
                silent |= set(left) - told.keys()
                found |= told
        return {number: operator for number, operator in found.items() if operator is not None or number not in silent}
