"""Statements: how lines come together, and that every format says the same."""

from __future__ import annotations

import builtins
import csv
import io
import re
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.accounts.french import count, day, euros, moment, month_name
from rbm_bots.accounts.statements import Group, Held, Line, PeriodState, Scope, Statement, fee_line, statement
from rbm_bots.accounts.statements_html import statement_page
from rbm_bots.accounts.statements_parquet import write_parquet
from rbm_bots.accounts.statements_pdf import write_pdf
from rbm_bots.accounts.statements_rows import COLUMNS, as_json, plain_cell, rows, write_csv
from rbm_bots.accounts.statements_shown import sheet
from rbm_bots.errors import SettingsError
from rbm_bots.ledger.fees import FeeLine
from rbm_bots.ledger.prices import Price

OCTOBER_2021 = 1_633_039_200_000  # 2021-10-01T00:00+02:00
MARCH_15 = 1_773_529_200_000  # 2026-03-15T00:00+01:00
APRIL_2 = 1_775_116_800_000  # 2026-04-02T10:00+02:00
SPACE, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def group(product: str, quantity: int, unit: int | None, *, bot: str = "garage", since: int = OCTOBER_2021) -> Group:
    return Group(
        operator="ORANGE",
        product=product,
        bot=bot,
        unit=unit,
        price_from_ms=None if unit is None else since,
        quantity=quantity,
    )


def fee(product: str, quantity: int, unit: int) -> Line:
    row = Price(operator="OPS", product=product, from_ms=OCTOBER_2021, micros=unit, source="the list")
    return fee_line(FeeLine.priced(product, quantity, unit), row)


def made(
    *groups: Group,
    adjusted: tuple[tuple[str, Group], ...] = (),
    fees: tuple[Line, ...] = (),
    held: Held = Held(),  # noqa: B008  # frozen
    state: PeriodState = "open",
    scope: Scope = Scope(),  # noqa: B008  # frozen
) -> Statement:
    return statement(
        month="2026-03",
        scope=scope,
        state=state,
        as_of_ms=APRIL_2,
        groups=groups,
        adjusted=adjusted,
        fees=fees,
        held=held,
        sources={("ORANGE", "CONVERSATION", OCTOBER_2021): "Orange, 2021"},
    )


FULL = made(
    group("MU", 1234, 60_000),
    group("MU", 10, 61_000, since=MARCH_15),
    group("CONVERSATION", 3, 95_000),
    group("CONVERSATION", 2, None, bot="=cmd()"),
    adjusted=(("2026-01", group("MU", -1, 60_000)), ("2026-01", group("CONVERSATION", 1, 95_000))),
    fees=(fee("NC_MONTH_1_20", 2, 150_000_000),),
    held=Held(quantity=5, micros=300_000, unpriced=1),
)


def test_a_change_of_price_makes_two_lines_and_no_price_makes_an_empty_amount() -> None:
    assert [(one.product, one.bot, one.quantity, one.unit, one.amount) for one in FULL.lines] == [
        ("CONVERSATION", "=cmd()", 2, None, None),
        ("CONVERSATION", "garage", 3, 95_000, 285_000),
        ("MU", "garage", 1234, 60_000, 74_040_000),
        ("MU", "garage", 10, 61_000, 610_000),
    ]
    assert FULL.unpriced == 2
    assert FULL.lines[1].price_source == "Orange, 2021"


def test_held_money_is_not_in_the_total_and_adjustments_and_fees_are() -> None:
    exact = 285_000 + 74_040_000 + 610_000 + 300_000_000 - 60_000 + 95_000
    assert FULL.total_ht == (exact + 5_000) // 10_000 * 10_000 == 374_970_000
    assert (FULL.vat, FULL.total_ttc) == (74_990_000, 449_960_000)
    assert FULL.held == Held(quantity=5, micros=300_000, unpriced=1)


def test_a_credit_is_rounded_away_from_zero() -> None:
    credit = made(adjusted=(("2026-01", group("MU", -1, 65_000)),))
    assert (credit.total_ht, credit.vat, credit.total_ttc) == (-70_000, -10_000, -80_000)


@pytest.mark.parametrize(("state", "stamp"), [
    ("open", "provisional (open)"), ("grace", "provisional (grace)"), ("closed", "closed"),
])  # fmt: skip
def test_only_a_closed_month_is_final(state: PeriodState, stamp: str) -> None:
    one = made(state=state)
    assert one.provisional is (state != "closed")
    assert as_json(one)["provisional"] is one.provisional
    assert sheet(one).stamp == stamp
    assert ("provisional" in statement_page(sheet(one))) is one.provisional


def test_it_says_what_it_counts_and_where_prices_come_from() -> None:
    text = statement_page(sheet(FULL))
    for said in ("delivered messages", "Europe/Paris", "1 October 2021 (Orange, 2021)", "15 March 2026", "January 2026",
                 "Held, not owed: 5 messages", "UNPRICED: 2 charges without a price"):  # fmt: skip
        assert said in text
    assert "for all" not in text
    assert sheet(made(scope=Scope(bot="garage", operator="ORANGE"))).facts[0] == ("For", "bot garage, operator ORANGE")


def test_every_format_has_the_same_figures(tmp_path: Path) -> None:
    plain = [msgspec.structs.asdict(row) for row in rows(FULL)]
    assert len(plain) == 4 + 1 + 2 + 4
    assert {row["section"] for row in plain} == {
        "charges",
        "fees",
        "adjustments",
        "total_ht",
        "vat",
        "total_ttc",
        "held",
    }

    text = io.StringIO()
    write_csv(FULL, text)
    read = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert [{name: str(plain_cell(row[name])) for name in COLUMNS} for row in plain] == read

    path = tmp_path / "it's one.parquet"
    write_parquet(FULL, path)
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)])
    names = [column[0] for column in found.description]
    assert [dict(zip(names, row, strict=True)) for row in found.fetchall()] == plain

    said = as_json(FULL)
    lines = [*said["lines"], *said["fees"], *(one["line"] for one in said["adjustments"])]
    assert [(one["product"], one["quantity"], one["unit"], one["amount"]) for one in lines] == [
        (row["product"], row["quantity"], row["unit_micros"], row["amount_micros"]) for row in plain[:7]
    ]
    totals = {row["section"]: row["amount_micros"] for row in plain[7:]}
    assert totals == {**{name: said[name] for name in ("total_ht", "vat", "total_ttc")}, "held": said["held"]["micros"]}

    shown = [euros(row["amount_micros"]) for row in plain if row["amount_micros"] is not None]
    page = statement_page(sheet(FULL))
    pdf = pdf_text(tmp_path)
    assert len(shown) == 10
    for amount in shown:
        assert amount in page
        assert amount.replace(NARROW, " ").replace(SPACE, " ") in pdf


groups = st.builds(
    Group,
    operator=st.sampled_from(["ORANGE", "SFR"]),
    product=st.sampled_from(["MU", "CONVERSATION"]),
    bot=st.sampled_from(["garage", "bakery"]),
    unit=st.none() | st.integers(0, 10**7),
    price_from_ms=st.just(OCTOBER_2021),
    quantity=st.integers(1, 10**6),
)


@given(st.lists(groups, max_size=6), st.lists(st.tuples(st.sampled_from(["2026-01", "2026-02"]), groups), max_size=3))
def test_the_rows_of_any_statement_add_up_to_its_total(lines: list[Group], later: list[tuple[str, Group]]) -> None:
    back = tuple((month, msgspec.structs.replace(one, quantity=-one.quantity)) for month, one in later)
    shown = made(*lines, adjusted=back)
    found = rows(shown)
    of = {name: [one for one in found if one.section == name] for name in {one.section for one in found}}
    parts = [*of.get("charges", []), *of.get("adjustments", [])]
    exact = sum(one.amount_micros or 0 for one in parts)
    [ht], [vat], [ttc] = (of[name] for name in ("total_ht", "vat", "total_ttc"))
    assert ht.amount_micros is not None
    assert (ht.amount_micros % 10_000, abs(ht.amount_micros - exact) <= 5_000) == (0, True)
    assert (vat.amount_micros or 0) + ht.amount_micros == ttc.amount_micros
    assert len(parts) == len(lines) + len(later)
    assert all(one.quantity * one.unit_micros == one.amount_micros for one in parts if one.unit_micros is not None)


def pdf_text(folder: Path) -> str:
    """The words that a PDF without compression draws."""
    from reportlab import rl_config

    path = folder / "statement.pdf"
    rl_config.pageCompression = 0
    try:
        write_pdf(sheet(FULL), path)
    finally:
        rl_config.pageCompression = 1
    body = path.read_bytes()
    assert body.startswith(b"%PDF-")
    drawn = re.findall(rb"\((.*?)(?<!\\)\) Tj", body)
    plain = [re.sub(rb"\\(\d{3})", lambda one: bytes([int(one[1], 8)]), piece) for piece in drawn]
    return b" ".join(plain).decode("cp1252").replace(SPACE, " ")


@pytest.mark.parametrize(("package", "write"), [("duckdb", write_parquet), ("reportlab", write_pdf)])
def test_without_its_extra_a_format_says_what_to_install(
    package: str, write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=r"pip install 'rbm_bots\[(parquet|pdf)\]'"):
        write(FULL if write is write_parquet else sheet(FULL), tmp_path / "file")


def test_no_name_becomes_markup_or_a_formula() -> None:
    wild = made(group("MU", 1, 60_000, bot="<b>&</b>"))
    assert "<b>&" not in statement_page(sheet(wild))
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in statement_page(sheet(wild))
    assert plain_cell("=1+1") == "'=1+1"
    assert plain_cell("-0.50") == "-0.50"
    assert plain_cell(-5) == -5


def test_a_name_that_the_pdf_fonts_do_not_have_does_not_break_it(tmp_path: Path) -> None:
    write_pdf(sheet(made(group("MU", 1, 60_000, bot="拉面 & <i>"))), tmp_path / "one.pdf")
    assert (tmp_path / "one.pdf").stat().st_size > 1000


def test_numbers_are_written_as_french_people_write_them() -> None:
    assert euros(1_234_567_890_000) == f"1{NARROW}234{NARROW}567,89{SPACE}€"
    assert euros(95_000) == f"0,095{SPACE}€"
    assert euros(-500_000) == f"-0,50{SPACE}€"
    assert count(1_234_567) == f"1{NARROW}234{NARROW}567"
    assert (day(MARCH_15 - 1), moment(MARCH_15)) == ("14 March 2026", "15 March 2026, 00:00:00")
    assert month_name("2026-03") == "March 2026"
