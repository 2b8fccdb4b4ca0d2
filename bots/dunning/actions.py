"""The brand's accounts, invented: put calls to the real ones here.

Three invoices can be tried: F-1042, F-1043 (paid) and F-1044 (too large to wait without a person).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from rbm_bots import Actions, Context, File

actions = Actions()

_INVOICES = {
    "F1042": (Decimal("84.20"), False),
    "F1043": (Decimal("129.90"), True),
    "F1044": (Decimal("312.00"), False),
}
_DAYS_LATE = 12
_MOST_WITHOUT_A_PERSON = 300


class UnknownInvoice(Exception):
    """No invoice has this number."""


class Refused(Exception):
    """A person has to decide."""


def _find(ref: str) -> tuple[Decimal, bool]:
    try:
        return _INVOICES[ref.upper().replace("-", "")]
    except KeyError:
        raise UnknownInvoice from None


@actions.action("billing.invoice", errors={"unknown_invoice": UnknownInvoice})
async def invoice(ctx: Context, ref: str) -> dict[str, object]:
    """What is owed, since when, and where to pay: the link names the invoice, so that nobody types an amount."""
    amount, paid = _find(ref)
    url = f"https://payer.lumen-energie.example/{ref.upper()}"
    return {"paid": paid, "amount": amount, "due": ctx.now.date() - timedelta(days=_DAYS_LATE), "pay_url": url}


@actions.action("billing.proof")
async def proof(ctx: Context, ref: str, proof: File) -> None:
    """Keep a receipt for the accounts."""
    ctx.log.info("a receipt of %d bytes came for an invoice of %d characters", proof.size, len(ref))


@actions.action("billing.delay", errors={"refused": Refused})
async def delay(ctx: Context, ref: str, until: date) -> None:
    """Grant a later day for small amounts."""
    amount, _ = _find(ref)
    if amount > _MOST_WITHOUT_A_PERSON:
        raise Refused
    ctx.log.info("a delay of %d days was granted", (until - ctx.now.date()).days)
