"""What makes two charges the same, and the id that a retry finds again."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from rbm_bots.ledger.charges import Charge, charge_id, difference

CHARGE = Charge(
    product="MU", bot="b", user="u", anchor="a", operator="A", at_ms=5, until_ms=5, month="2026-03", micros=7,
    price_from_ms=0,
)  # fmt: skip


def test_an_instant_that_moves_inside_its_month_is_no_difference() -> None:
    moved = msgspec.structs.replace(CHARGE, at_ms=6, mt_count=2, until_ms=9, price_from_ms=1)
    assert difference([CHARGE], [moved]) == difference([], [])


def test_each_other_member_makes_a_difference() -> None:
    changes = {"product": "X", "bot": "x", "user": "x", "anchor": "x", "operator": "X", "micros": None, "month": "x"}
    for name, value in changes.items():
        other = msgspec.structs.replace(CHARGE, **{name: value})
        changed = difference([CHARGE], [other])
        assert (changed.posted, changed.reversed) == ((other,), (CHARGE,)), name


def test_equal_charges_are_counted() -> None:
    assert difference([CHARGE], [CHARGE, CHARGE]).posted == (CHARGE,)
    assert difference([CHARGE, CHARGE], []).reversed == (CHARGE, CHARGE)


def test_an_id_is_stable_and_a_second_posting_has_another() -> None:
    assert charge_id(CHARGE) == sha256(b"charge|v1|MU|b|u|a|0").hexdigest()[:32]
    assert charge_id(CHARGE, times=1) == sha256(b"charge|v1|MU|b|u|a|1").hexdigest()[:32]
