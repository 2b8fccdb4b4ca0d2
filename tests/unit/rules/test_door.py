"""The door: STOP holds marketing back, and nothing else."""

from __future__ import annotations

import pytest

from rbm_bots.rules.decision import Decision
from rbm_bots.rules.door import decide


def test_stop_forbids_marketing_and_names_itself() -> None:
    refused = decide(message_class="marketing", opted_out=True)
    assert (refused.allowed, refused.rule) == (False, "stop")


@pytest.mark.parametrize("message_class", ["code", "conversation", "service"])
def test_what_is_no_marketing_leaves_after_a_stop(message_class: str) -> None:
    assert decide(message_class=message_class, opted_out=True) == Decision()


@pytest.mark.parametrize("message_class", ["code", "conversation", "service", "marketing"])
def test_everything_leaves_to_who_did_not_say_stop(message_class: str) -> None:
    assert decide(message_class=message_class, opted_out=False).allowed
