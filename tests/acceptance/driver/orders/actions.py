"""The counter's only action. It takes its time, so that a kill finds some of them under way."""

from __future__ import annotations

import asyncio

from rbm_bots import Actions, Context

actions = Actions()
PREPARATION_S = 0.05


@actions.action("orders.place", timeout=5)
async def place(ctx: Context, drink: str, cups: int) -> dict[str, object]:
    """Take the order; its reference is the call's own key, the same however often it is repeated."""
    await asyncio.sleep(PREPARATION_S)
    return {"ref": f"{drink}-{cups}-{ctx.key[:8]}"}
