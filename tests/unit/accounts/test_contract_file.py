"""The contract file behind monthly fees: read strictly, named by the settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rbm_bots.accounts.billing import load_billing
from rbm_bots.accounts.invoices_contract import read_contract
from rbm_bots.errors import SettingsError
from rbm_bots.ledger.files import LedgerFileUnreadable

FILE = """
[[short_codes]]
code = "36123"
opened = 2026-01-10
throughput = [{from = 2026-02-01, rate = 50}]
[[attached_services]]
service = "parcels"
from = 2026-01-01
[qualification]
from = 2026-01-01
to = 2026-06-30
[qualified]
"2026-03" = 12000
[switches]
oadc_switch = "once"
"""


def test_a_contract_is_read() -> None:
    read = read_contract(FILE.encode())
    [code] = read.contract.short_codes
    assert (code.code, code.opened, code.throughput[0].rate) == ("36123", date(2026, 1, 10), 50)
    assert (read.qualified, read.switches.oadc_switch) == ({"2026-03": 12000}, "once")
    assert read.contract.qualification is not None
    assert [one.service for one in read.contract.attached_services] == ["parcels"]


@pytest.mark.parametrize("body", [
    "x = ", "[other]", "[[short_codes]]\ncode = \"99\"\nopened = 2026-01-10\n", "[qualified]\n\"2026-03\" = \"many\"\n",
])  # fmt: skip
def test_a_wrong_contract_is_refused(body: str) -> None:
    with pytest.raises(LedgerFileUnreadable):
        read_contract(body.encode())


def test_the_settings_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text(FILE, encoding="utf-8")
    billing = load_billing({"contract": "contract.toml"}, folder=tmp_path)
    assert billing.contract == read_contract(FILE.encode())
    assert load_billing({}).contract is None
    with pytest.raises(SettingsError, match="cannot be read"):
        load_billing({"contract": "other.toml"}, folder=tmp_path)
