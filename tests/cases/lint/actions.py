"""The Python that the lint cases call."""

from __future__ import annotations

from datetime import datetime

from rbm_bots import Actions, Context, Slot

actions = Actions()


class SlotTaken(Exception):
    """Someone was faster."""


@actions.check("plate")
def plate(value: str) -> str:
    """Take any plate."""
    return value


@actions.action("book", errors={"slot_taken": SlotTaken})
async def book(ctx: Context, service: str, when: datetime | None = None, days: int = 14) -> dict[str, str]:
    """Book something."""
    return {"ref": f"{service}-{days}-{when}-{ctx.key}"}


@actions.action("free")
async def free(ctx: Context) -> list[Slot]:
    """Give no free times."""
    return []
