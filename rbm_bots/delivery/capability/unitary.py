"""One person, asked about at once: only where the application allows it, for the platform means it for tests."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from rbm_bots.addresses import Address
from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.capability.resolving import numbers_of
from rbm_bots.store import Store, capability
from rbm_bots.store.capability import Known, Learned
from rbm_bots.store.seal import Seal

__all__ = ["UnitaryGateway", "check_now"]


class UnitaryGateway(Protocol):
    """What a check needs of a channel's client."""

    async def capabilities(self, bot: str, address: Address) -> frozenset[str]:
        """The person's capabilities; empty: not reachable. Raises ``SettingsError`` where it is not allowed."""
        ...


async def check_now(
    *, store: Store, seal: Seal, clock: Clock, bot: str, gateway: UnitaryGateway, contact_id: str
) -> Known | None:  # fmt: skip
    """Ask the platform and keep its answer; ``None`` for a person without a number. Raises what the gateway raises."""
    numbers = await store.read(partial(numbers_of, seal=seal, contact_ids=[contact_id]))
    if contact_id not in numbers:
        return None
    found = await gateway.capabilities(bot, Address(msisdn=numbers[contact_id]))
    now_ms = to_ms(clock.now())
    answer = Learned(
        contact_id=contact_id, bot=bot, answer="rcs" if found else "none", source="unitary", at=now_ms
    )  # fmt: skip
    await store.write(partial(capability.learned, rows=[answer]))
    return (await store.read(partial(capability.known, contact_ids=[contact_id], now_ms=now_ms)))[contact_id]
