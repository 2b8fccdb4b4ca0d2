"""The charges behind a statement as rows of CSV, one each: what every line comes from.

A charge that the statement takes back has its amount with the other sign. The amounts of all rows together are the
statement's lines and adjustments; fees are not charges and have no rows.
"""

from __future__ import annotations

from typing import Final

from rbm_bots.accounts.statements_rows import plain_cell
from rbm_bots.clock import from_ms
from rbm_bots.ledger.months import PARIS
from rbm_bots.store.ledger_charges import KeptCharge

__all__ = ["CHARGE_COLUMNS", "charge_cells"]

CHARGE_COLUMNS: Final = (
    "charge",
    "product",
    "operator",
    "brand",
    "bot",
    "campaign",
    "contact",
    "message",
    "date",
    "of_month",
    "quantity",
    "amount_micros",
    "price_from",
    "mt_messages",
    "mo_messages",
    "opened_by",
    "also_by_sms",
)


def charge_cells(charge: KeptCharge, *, taken_back: bool) -> list[str | int]:
    """The cells of a charge in the order of :data:`CHARGE_COLUMNS`; instants are written in Paris time."""
    sign = -1 if taken_back else 1
    cells: tuple[str | int | None, ...] = (
        charge.charge_id,
        charge.product,
        charge.operator,
        charge.brand,
        charge.bot,
        charge.campaign,
        charge.contact_id,
        charge.anchor,
        _instant(charge.at),
        charge.month,
        sign,
        None if charge.micros is None else sign * charge.micros,
        None if charge.price_from is None else _instant(charge.price_from),
        charge.mt_count,
        charge.mo_count,
        charge.opened_by,
        int(charge.double_cost),
    )
    return [plain_cell(one) for one in cells]


def _instant(at_ms: int) -> str:
    return from_ms(at_ms).astimezone(PARIS).isoformat(timespec="milliseconds")
