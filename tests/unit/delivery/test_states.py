"""Outbox states only move forward."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.delivery.states import FINAL, State, after_receipt, may_move
from rbm_bots.events import MessageStatus

STATES = get_args(State)
STATUSES = get_args(MessageStatus)
RANK = {"accepted": 0, "sent": 1, "revoking": 2, "delivered": 3, "displayed": 4, "revoked": 5, "failed": 5}


def test_there_are_states_and_receipts_to_look_at() -> None:
    assert len(STATES) == 14
    assert len(STATUSES) == 9


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_final_state_is_the_end(state: str) -> None:
    assert not any(may_move(state, wanted) for wanted in STATES)


@pytest.mark.parametrize("state", ["held", "queued", "attempting", "unknown", "refused", "rejected"])
def test_no_receipt_touches_what_the_operator_has_not_accepted(state: str) -> None:
    assert {after_receipt(state, status) for status in STATUSES} == {None}


@given(st.lists(st.sampled_from(STATUSES), max_size=30))
def test_receipts_in_any_order_never_lead_back(statuses: list[str]) -> None:
    state = "accepted"
    for status in statuses:
        moved = after_receipt(state, status)
        if moved is not None:
            assert RANK[moved] > RANK[state]
            state = moved


@pytest.mark.parametrize(
    ("before", "status", "after"),
    [
        ("accepted", "displayed", "displayed"),  # skipped steps
        ("revoking", "delivered", "delivered"),  # the revocation came too late
        ("delivered", "failed", None),
        ("delivered", "revoked", None),
        ("displayed", "delivered", None),
        ("sent", "sent", None),
        ("accepted", "pending", None),
        ("accepted", "unknown", None),
    ],
)
def test_a_receipt_moves_a_message(before: str, status: str, after: str | None) -> None:
    assert after_receipt(before, status) == after


def test_only_an_attempt_an_unknown_or_what_a_pause_holds_goes_back_to_the_queue() -> None:
    back = {state for state, wanted in product(STATES, ["queued"]) if may_move(state, wanted)}
    assert back == {"attempting", "held", "unknown"}
