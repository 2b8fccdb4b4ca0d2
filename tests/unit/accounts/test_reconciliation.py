"""Reconciliation: pairing, files, and what the two sides say."""

from __future__ import annotations

import io
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.accounts.reconciliation import Compared, Ours, Theirs, as_we_rate, compare, nearest_pairs, totals
from rbm_bots.accounts.reconciliation_files import (
    BILLABLE_EVENTS,
    ReportUnreadable,
    Sum,
    read_mapping,
    read_named,
    read_report,
)
from rbm_bots.ledger.files import LedgerFileUnreadable

T = 1_772_445_600_000  # 2026-03-02T10:00:00Z
HEADER = (
    "billing_event_id,type,agent_id,agent_owner,billing_party,max_duration_single_message,start_time,duration,"
    "mt_messages,mo_messages,size_kilobytes"
)


def their(name: str, at: int = 0, product: str = "MU", mt: int | None = 1, mo: int | None = 0, **more: Any) -> Theirs:
    return Theirs(id=name, product=product, bot="garage", start_ms=T + at, mt_count=mt, mo_count=mo, **more)


def our(name: str, at: int = 0, product: str = "MU", mt: int = 1, mo: int = 0, micros: int | None = 60_000) -> Ours:
    return Ours(id=name, product=product, bot="garage", user="u", anchor=f"m-{name}", start_ms=T + at, mt_count=mt,
                mo_count=mo, micros=micros)  # fmt: skip


def pairs(found: list[Compared]) -> dict[tuple[str, str], str]:
    return {(one.theirs.id if one.theirs else "", one.ours.id if one.ours else ""): one.outcome for one in found}


def test_equal_lines_are_the_same_on_both_sides_of_the_tolerance() -> None:
    assert pairs(compare([their("t", 2000)], [our("o")])) == {("t", "o"): "same"}
    assert pairs(compare([their("t", 2001)], [our("o")])) == {("t", ""): "only_theirs", ("", "o"): "only_ours"}
    assert pairs(compare([their("t", 2001)], [our("o")], tolerance_ms=3000)) == {("t", "o"): "same"}


def test_equal_message_counts_come_before_the_nearest() -> None:
    ours = [our("near", 1, "CONVERSATION", 1, 1), our("far", 900, "CONVERSATION", 3, 2)]
    found = compare([their("t", 0, "CONVERSATION", 3, 2)], ours)
    assert pairs(found) == {("t", "far"): "same", ("", "near"): "only_ours"}


def test_of_equal_counts_the_nearest_is_taken() -> None:
    found = compare([their("t", 1900)], [our("early"), our("late", 2000)])
    assert pairs(found) == {("t", "late"): "same", ("", "early"): "only_ours"}


def test_counts_that_differ_do_not_keep_lines_apart() -> None:
    assert pairs(compare([their("t", mt=None, mo=None)], [our("o", mt=2)])) == {("t", "o"): "same"}


def test_the_anchor_messages_time_is_tried_for_what_is_left() -> None:
    asked: list[list[str]] = []

    def anchor_times(left: Any) -> dict[str, int]:
        asked.append([one.id for one in left])
        return {"late": T - 3_600_000}

    found = compare(
        [their("t1"), their("t2", -3_600_000, "CONVERSATION")],
        [our("paired"), our("late", 0, "CONVERSATION")],
        anchor_times=anchor_times,
    )
    assert pairs(found) == {("t1", "paired"): "same", ("t2", "late"): "same"}
    assert asked == [["late"]]


def test_what_pairs_without_its_product_differs_in_type() -> None:
    (found,) = compare([their("t", 5, "CONVERSATION")], [our("o")])
    assert (found.outcome, found.reason) == ("type_differs", "they say CONVERSATION, we say MU")


def test_amounts_are_compared_where_the_report_has_them() -> None:
    (cheap,) = compare([their("t", micros=50_000)], [our("o")])
    (unpriced,) = compare([their("t", micros=50_000)], [our("o", micros=None)])
    assert (cheap.outcome, unpriced.outcome) == ("amount_differs", "amount_differs")
    assert unpriced.reason == "our charge has no price"
    assert compare([their("t", micros=60_000)], [our("o")])[0].outcome == "same"


def test_a_line_that_names_our_message_pairs_first() -> None:
    found = compare([their("t", 7_200_000)], [our("o"), our("other", 7_200_000)], named={"m-o": "t"})
    assert pairs(found) == {("t", "o"): "same", ("", "other"): "only_ours"}


def test_bots_are_never_mixed() -> None:
    elsewhere = Ours(id="o", product="MU", bot="bakery", user="u", anchor="a", start_ms=T, mt_count=1)
    assert {one.outcome for one in compare([their("t")], [elsewhere])} == {"only_theirs", "only_ours"}


def test_plain_texts_are_messages_uniques_unless_we_price_them_apart() -> None:
    theirs = [their("t", product="MU_BASIC")]
    assert as_we_rate(theirs, [our("o")])[0].product == "MU"
    assert as_we_rate(theirs, [our("o", product="MU_BASIC")])[0].product == "MU_BASIC"


def test_totals_come_by_product_with_amounts_only_where_all_lines_have_one() -> None:
    ours = [our("a"), our("b"), our("c", product="CONVERSATION", micros=95_000)]
    bare = {one.product: (one.ours, one.theirs, one.difference) for one in totals([their("t")], ours)}
    assert bare == {"CONVERSATION": ((1, 95_000), (0, None), (1, None)), "MU": ((2, 120_000), (1, None), (1, None))}
    priced = {one.product: one.difference for one in totals([their("t", micros=60_000)], ours)}
    assert priced == {"CONVERSATION": (1, 95_000), "MU": (1, 60_000)}


@given(st.lists(st.integers(0, 60), max_size=6), st.lists(st.integers(0, 60), max_size=6), st.integers(0, 8))
def test_as_many_are_paired_as_can_be(left: list[int], right: list[int], tolerance: int) -> None:
    lefts, rights = ([(at, place) for place, at in enumerate(one)] for one in (left, right))
    found = nearest_pairs(lefts, rights,
                          tolerance_ms=tolerance)  # fmt: skip
    assert len({one for one, _ in found}) == len({other for _, other in found}) == len(found)
    assert all(abs(left[one] - right[other]) <= tolerance for one, other in found)
    assert len(found) == most_pairs(tuple(left), tuple(right), tolerance)


def most_pairs(left: tuple[int, ...], right: tuple[int, ...], tolerance: int) -> int:
    """By trying everything."""
    if not left:
        return 0
    taken = [
        1 + most_pairs(left[1:], right[:place] + right[place + 1 :], tolerance)
        for place, at in enumerate(right)
        if abs(at - left[0]) <= tolerance
    ]
    return max([most_pairs(left[1:], right, tolerance), *taken])


def test_a_crowded_month_needs_no_comparison_of_all_with_all() -> None:
    """A campaign at 30 a second: each line has more than a hundred candidates within the tolerance."""
    chance = random.Random(1)
    starts = [place * 33 for place in range(20_000)]
    theirs = [their(str(place), at // 1000 * 1000) for place, at in enumerate(starts)]
    chance.shuffle(theirs)
    found = Counter(one.outcome for one in compare(theirs, [our(str(place), at) for place, at in enumerate(starts)]))
    assert found == {"same": 20_000}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_billable_events_are_read_with_any_separator(separator: str) -> None:
    rows = [HEADER, "e1,single_message,garage.demo@bots.example,brand,partner,86400s,2026-03-02T10:00:00,0,1,0,1.5"]
    file = io.StringIO("\ufeff" + "\n".join(rows).replace(",", separator) + "\n")
    (row,) = read_report(file, BILLABLE_EVENTS, bots={"garage.demo": "garage"})
    assert row.says == Theirs(id="e1", product="MU", bot="garage", start_ms=T, mt_count=1, mo_count=0, duration_s=0,
                              size_kilobytes="1.5", billed="partner")  # fmt: skip
    assert row.windows == ()


@pytest.mark.parametrize(("type_", "product"), [
    ("single_message", "MU"), ("basic_message", "MU_BASIC"), ("a2p_conversation", "CONVERSATION"),
    ("p2a_conversation", "CONV_MO1ST"),
])  # fmt: skip
def test_their_types_are_our_products(type_: str, product: str) -> None:
    file = io.StringIO(f"billing_event_id,type,agent_id,start_time\n1,{type_},b@x,2026-03-02T11:00:00+01:00\n")
    (row,) = read_report(file, BILLABLE_EVENTS, bots={})
    assert isinstance(row.says, Theirs)
    assert (row.says.product, row.says.bot, row.says.start_ms, row.says.mt_count) == (product, "b", T, None)


@pytest.mark.parametrize(("window", "told"), [
    ("86400", False), ("24h", False), ("PT24H", False), ("P1D", False), ("24:00:00", False), ("86400000ms", False),
    ("", False), ("25h", True), ("soon", True),
])  # fmt: skip
def test_a_window_of_other_than_24_hours_is_told(window: str, told: bool) -> None:
    file = io.StringIO(f"{HEADER}\ne1,single_message,g@x,,,{window},2026-03-02T10:00:00,,1,0,\n")
    (row,) = read_report(file, BILLABLE_EVENTS, bots={})
    assert row.windows == (("max_duration_single_message",) if told else ())


@pytest.mark.parametrize(("rows", "said"), [
    (["a,b"], "no column type, start_time"),
    ([HEADER, "e1,other,g@x,,,,2026-03-02T10:00:00,,1,0,"], "line 2: a type or product"),
    ([HEADER, "e1,single_message,g@x,,,,yesterday,,1,0,"], "line 2: the start is no ISO 8601 instant"),
    ([HEADER, "e1,single_message,g@x,,,,2026-03-02T10:00:00,,one,0,"], "line 2: «mt_messages» is no whole number"),
    ([HEADER, "e1,single_message"], "line 2: the number of cells"),
])  # fmt: skip
def test_a_row_that_cannot_be_read_is_named_by_its_line_alone(rows: list[str], said: str) -> None:
    with pytest.raises(ReportUnreadable) as wrong:
        list(read_report(io.StringIO("\n".join(rows) + "\n"), BILLABLE_EVENTS, bots={}))
    assert said in str(wrong.value)
    assert "yesterday" not in str(wrong.value)


MAPPING = """
time_zone = "Europe/Paris"
[columns]
product = "Service"
month = "Mois"
operator = "Opérateur"
quantity = "Quantité"
amount = "Montant HT"
[products]
"Message unique" = "MU"
"""


def test_a_summary_is_read_through_its_mapping() -> None:
    mapped = read_mapping(MAPPING.encode())
    file = io.StringIO("Opérateur;Service;Mois;Quantité;Montant HT\nOrange;Message unique;2026-03;1 234;74,04 €\n")
    (row,) = read_report(file, mapped, bots={})
    assert row.says == Sum(product="MU", quantity=1234, micros=74_040_000, operator="Orange", month="2026-03")


@pytest.mark.parametrize("amount", ["much", "1e9", "0,0000001"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    file = io.StringIO(f"Opérateur;Service;Mois;Quantité;Montant HT\nOrange;MU;2026-03;1;{amount}\n")
    with pytest.raises(ReportUnreadable, match="line 2: the amount"):
        list(read_report(file, read_mapping(MAPPING.encode()), bots={}))


@pytest.mark.parametrize(("body", "kind"), [
    ("[columns]\nproduct = \"a\"\n", ReportUnreadable),
    ("[columns]\nproduct = \"a\"\nstart = \"b\"\n[other]\n", LedgerFileUnreadable),
    ("time_zone = \"Mars\"\n[columns]\nproduct = \"a\"\nstart = \"b\"\n", ReportUnreadable),
])  # fmt: skip
def test_a_wrong_mapping_is_told(body: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        read_mapping(body.encode())


def test_an_activity_file_is_read_for_our_messages_alone() -> None:
    file = io.StringIO("activity_id,billing_event_id,user_id\nm-1,e1,x\nm-2,e1,x\n")
    assert read_named(file, {"m-2"}) == {"m-2": "e1"}
