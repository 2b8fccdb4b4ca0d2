"""The contract file that monthly fees come from: short codes, options, attached services.

A TOML file with the members of :class:`~rbm_bots.ledger.contracts.Contract` at its top, and two tables::

    [[short_codes]]
    code = "36123"
    opened = 2026-01-10
    throughput = [{from = 2026-02-01, rate = 50}]

    [qualified]                                 # numbers that were qualified, by month
    "2026-03" = 12000

    [switches]                                  # two readings of the price list
    green_tenth = 150
    oadc_switch = "each"
"""

from __future__ import annotations

import msgspec

from rbm_bots.ledger.contracts import AttachedService, Contract, ContractChange, Period, ShortCode
from rbm_bots.ledger.fees import FeeSwitches
from rbm_bots.ledger.files import decode_toml

__all__ = ["SubscribedContract", "read_contract"]


class SubscribedContract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract with the numbers it qualified, by month (``YYYY-MM``)."""

    contract: Contract
    qualified: dict[str, int] = {}
    switches: FeeSwitches = FeeSwitches()


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    short_codes: list[ShortCode] = []
    changes: list[ContractChange] = []
    qualification: Period | None = None
    attached_services: list[AttachedService] = []
    qualified: dict[str, int] = {}
    switches: FeeSwitches = FeeSwitches()


def read_contract(body: bytes) -> SubscribedContract:
    """The contract in a TOML file. Raises ``LedgerFileUnreadable``."""
    read = decode_toml(body, _File)
    contract = Contract(
        short_codes=read.short_codes,
        changes=read.changes,
        qualification=read.qualification,
        attached_services=read.attached_services,
    )
    return SubscribedContract(contract=contract, qualified=read.qualified, switches=read.switches)
