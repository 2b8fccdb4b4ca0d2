"""What the example bots call."""

from __future__ import annotations

from datetime import date

from rbm_bots import Actions, Context, File, Location, Reject

actions = Actions()


class Refused(Exception):
    """No delay is granted."""


@actions.check("town")
async def town(ctx: Context, value: str) -> Location:
    """Find a town."""
    raise Reject("unknown_town")


@actions.action("survey.save")
async def save(ctx: Context, claim: str | None, score: int, why: str | None, words: str | None) -> None:
    """Keep an answer."""


@actions.action("billing.state")
async def state(ctx: Context, ref: str) -> dict[str, bool]:
    """Tell whether an invoice is paid."""
    return {"paid": False}


@actions.action("billing.proof")
async def proof(ctx: Context, ref: str, proof: File) -> None:
    """Keep a proof of payment."""


@actions.action("billing.delay", errors={"refused": Refused})
async def delay(ctx: Context, ref: str, until: date) -> None:
    """Grant a delay."""
