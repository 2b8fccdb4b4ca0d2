"""Files of fee cases: a contract, a month and its usage each, and what the invoice should say."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from rbm_bots.ledger.comparison import differences
from rbm_bots.ledger.contracts import Contract
from rbm_bots.ledger.fees import FeeLine, FeeSwitches, Month, Usage, fee_lines, totals
from rbm_bots.ledger.files import decode_json
from rbm_bots.ledger.prices import KnownPrices

__all__ = ["ExpectFees", "FeeCase", "invoice", "read_fee_cases"]


class ExpectFees(msgspec.Struct, frozen=True, kw_only=True):
    """What an invoice should give; what is ``None`` is not compared. Lines are compared without regard to order."""

    lines: list[FeeLine] | None = None
    total_ht: int | None = None
    vat: int | None = None
    total_ttc: int | None = None


class FeeCase(msgspec.Struct, frozen=True, kw_only=True):
    """One month of one contract. ``charges`` are further lines: product, quantity, unit price in micro-euro."""

    id: str
    month: Annotated[str, msgspec.Meta(pattern="^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
    title: str = ""
    contract: Contract | None = None
    usage: Usage | None = None
    switches: FeeSwitches | None = None
    charges: list[tuple[str, int, int | None]] | None = None
    expect: ExpectFees | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True):
    cases: list[FeeCase]


def read_fee_cases(body: bytes) -> list[FeeCase]:
    """The cases of a file. Raises ``LedgerFileUnreadable``."""
    return decode_json(body, _File).cases


def invoice(case: FeeCase, prices: KnownPrices) -> dict[str, Any]:
    """The result of a case as ``rbm ledger fees --json`` prints it."""
    lines = fee_lines(
        case.contract or Contract(),
        case.usage or Usage(),
        Month.of(case.month),
        prices,
        switches=case.switches or FeeSwitches(),
    )
    lines += [FeeLine.priced(*further) for further in case.charges or ()]
    found: dict[str, Any] = {"lines": lines, **msgspec.structs.asdict(totals(lines))}
    missed = differences(found, case.expect)
    return {"id": case.id, **msgspec.to_builtins(found), "ok": not missed, "differences": missed}
