"""Finds out who serves people's numbers, and keeps it in the book for some weeks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.capability.lookup import LookUps
from rbm_bots.store import Store, capability, contacts
from rbm_bots.store.seal import Seal

__all__ = ["Resolver", "numbers_of"]

_AT_ONCE: Final = 1000
_ROWS: Final = 500
_DAY_MS: Final = 86_400_000


def numbers_of(connection: Connection, seal: Seal, contact_ids: Sequence[str]) -> dict[str, str]:
    """The E.164 number of each contact that has one; for calls that want numbers, and never kept."""
    numbers: dict[str, str] = {}
    for at in range(0, len(contact_ids), _ROWS):
        wanted = [(contact, "msisdn") for contact in contact_ids[at : at + _ROWS]]
        found = contacts.read_addresses(connection, seal, wanted)
        numbers |= {contact: one.msisdn for (contact, _), one in found.items() if one is not None and one.msisdn}
    return numbers


class Resolver:
    """The look-ups of a deployment, in front of its capability checks (S2-79)."""

    def __init__(self, *, store: Store, seal: Seal, clock: Clock, look_ups: LookUps, days: int) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._look_ups = look_ups
        self._days = days

    def since_ms(self) -> int:
        """What was looked up before this instant is looked up again."""
        return to_ms(self._clock.now()) - self._days * _DAY_MS

    async def resolve(self, contact_ids: Sequence[str]) -> int:
        """Look up the operators of those whose is not known or too old; how many were asked about."""
        asked = 0
        for at in range(0, len(contact_ids), _AT_ONCE) if self._look_ups else ():
            asked += await self._resolve(contact_ids[at : at + _AT_ONCE])
        return asked

    async def _resolve(self, contact_ids: Sequence[str]) -> int:
        now_ms = to_ms(self._clock.now())

        def missing(connection: Connection) -> dict[str, str]:
            wanted = capability.without_operator(connection, contact_ids, since_ms=self.since_ms())
            return numbers_of(connection, self._seal, wanted)

        numbers = await self._store.read(missing)
        if not numbers:
            return 0
        found = await self._look_ups.look_up(sorted(set(numbers.values())))
        told = {contact: found[number] for contact, number in numbers.items() if number in found}
        await self._store.write(partial(capability.note_operators, operators=told, now_ms=now_ms))
        return len(numbers)
