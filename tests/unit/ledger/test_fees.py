"""Monthly fees: every case, and the edges of a month."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from rbm_bots.ledger.fee_files import FeeCase, invoice, read_fee_cases
from rbm_bots.ledger.fees import Month
from rbm_bots.ledger.files import LedgerFileUnreadable
from rbm_bots.ledger.price_files import known_prices
from rbm_bots.ledger.prices import KNOWN_ALWAYS, PriceBook
from tests.unit.ledger.made import CASES

PRICES = PriceBook(known_prices()).as_known(KNOWN_ALWAYS)
SHIPPED = read_fee_cases((CASES / "fees-cases.json").read_bytes())
OLD = {"code": "36001", "opened": "2020-01-01"}


def lines(*codes: dict[str, Any], month: str = "2026-03", usage: Any = None, switches: Any = None, **more: Any) -> Any:
    """Product to quantity, without the code's own month."""
    contract = {"short_codes": codes, **more}
    body = {"cases": [{"id": "x", "month": month, "contract": contract, "usage": usage, "switches": switches}]}
    (case,) = read_fee_cases(msgspec.json.encode(body))
    return {line[0]: line[1] for line in invoice(case, PRICES)["lines"] if line[0] != "NC_MONTH_1_20"}


def test_there_are_cases() -> None:
    assert len(SHIPPED) == 16
    assert all(one.expect is not None for one in SHIPPED)


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: case.id)
def test_each_case_costs_what_it_should(case: FeeCase) -> None:
    found = invoice(case, PRICES)
    assert (found["differences"], found["ok"]) == ([], True)


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: case.id)
def test_the_order_of_the_codes_changes_nothing(case: FeeCase) -> None:
    if case.contract is not None:
        case = msgspec.structs.replace(
            case, contract=msgspec.structs.replace(case.contract, short_codes=case.contract.short_codes[::-1])
        )
    assert invoice(case, PRICES)["ok"]


def test_a_month_has_its_first_and_its_last_day() -> None:
    assert Month.of("2028-02") == Month(date(2028, 2, 1), date(2028, 2, 29))
    months = [("2026-02", 0), ("2026-03", 1), ("2026-04", 1), ("2026-05", 0)]
    for month, count in months:
        spans = {"qualification": {"from": "2026-03-31", "to": "2026-04-01"}}
        assert lines(month=month, **spans).get("QUAL_MONTH", 0) == count, month


def test_a_rate_chosen_at_opening_is_no_change_but_a_second_one_is() -> None:
    changes = [{"on": day, "kind": "throughput"} for day in ("2026-03-02", "2026-03-05", "2026-03-06", "2026-04-01")]
    code = {"code": "36001", "opened": "2026-03-02", "changes": changes}
    assert lines(code) == {"NC_TECH_OPEN": 1, "NC_ADMIN_OPEN": 1, "NC_THROUGHPUT_CHANGE": 2}


def test_other_changes_are_those_of_codes_of_the_contract_and_closings() -> None:
    code = {**OLD, "closed": "2026-03-31", "changes": [{"on": "2026-03-01", "kind": "ip"}]}
    contract = [{"on": "2026-03-09", "kind": "ip"}, {"on": "2026-03-31", "kind": "termination"},
                {"on": "2026-04-01", "kind": "ip"}]  # fmt: skip
    assert lines(code, changes=contract) == {"NC_OTHER_CHANGE": 4}


def test_an_option_ends_with_its_code() -> None:
    options = {
        "throughput": [{"from": "2026-01-01", "rate": 20}],
        "oadc": [{"on": "2026-01-05"}],
    }
    closed = {**OLD, "closed": "2026-02-27", **options}
    assert lines(closed) == {}
    assert lines(closed, month="2026-02") == {"THROUGHPUT_20": 1, "OADC_MONTH": 1, "NC_OTHER_CHANGE": 1}
    reopened = {"code": "36001", "opened": "2026-03-01"}
    assert lines(closed, reopened) == {"NC_TECH_OPEN": 1, "NC_ADMIN_OPEN": 1}


def test_ten_a_second_is_part_of_the_code() -> None:
    assert lines({**OLD, "throughput": [{"from": "2026-01-01", "rate": 10}]}) == {}


@pytest.mark.parametrize(("switch", "months"), [("each", [1, 1]), ("once", [1, 0])])
def test_switching_the_sender_name_off_costs_as_the_contract_says(switch: str, months: list[int]) -> None:
    code = {**OLD, "oadc": [{"on": "2026-03-05", "off": "2026-04-02"}]}
    found = [lines(code, month=month, switches={"oadc_switch": switch}) for month in ("2026-03", "2026-04")]
    assert [one.get("OADC_SWITCH", 0) for one in found] == months
    assert [one["OADC_MONTH"] for one in found] == [1, 1]


def test_a_service_attached_twice_in_a_month_pays_once() -> None:
    services = [
        {"service": "b", "from": "2026-01-01", "to": "2026-03-05"},
        {"service": "b", "from": "2026-03-20", "to": None},
        {"service": "c", "from": "2026-04-01"},
    ]
    assert lines(attached_services=services) == {"ALIAS_COMMON": 1}


def test_without_a_price_a_line_has_no_amount_and_is_not_zero() -> None:
    case = FeeCase(id="x", month="2016-09", charges=[("MU", 3, None), ("CONVERSATION", 1, 95_000)])
    found = invoice(case, PRICES)
    assert found["lines"] == [["MU", 3, None, None], ["CONVERSATION", 1, 95_000, 95_000]]
    assert (found["total_ht"], found["vat"], found["total_ttc"]) == (100_000, 20_000, 120_000)


def test_what_is_wrong_is_told() -> None:
    (case,) = read_fee_cases(b'{"cases": [{"id": "x", "month": "2026-03", "expect": {"lines": [], "vat": 1}}]}')
    assert invoice(case, PRICES)["differences"] == [{"key": "vat", "expected": 1, "got": 0}]


@pytest.mark.parametrize("changed", [
    {"month": "2026-13"}, {"month": "March"},
    {"contract": {"short_codes": [{"code": "12345", "opened": "2020-01-01"}]}},
    {"contract": {"short_codes": [{"code": "36001", "opened": "2020-02-31"}]}},
    {"contract": {"short_codes": [{**OLD, "throughput": [{"from": "2026-01-01", "rate": 30}]}]}},
    {"contract": {"short_codes": [{**OLD, "changes": [{"on": "2026-01-01", "kind": "colour"}]}]}},
    {"switches": {"green_tenth": 200}},
])  # fmt: skip
def test_a_wrong_file_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(LedgerFileUnreadable):
        read_fee_cases(msgspec.json.encode({"cases": [{"id": "x", "month": "2026-03", **changed}]}))
