"""The window of open operations: numbers, slots, quarantine, in any order and with any loss."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.channels.sms.errors import LinkDown, LinkLost, ResultLate
from rbm_bots.channels.sms.ucp.frame import Frame
from rbm_bots.channels.sms.ucp.window import Open, TrnWindow


def result(trn: int, ot: int = 51, key: str = "") -> Frame:
    return Frame(trn=trn, kind="R", ot=ot, fields=("A", "", key))


async def test_numbers_go_round_and_skip_what_is_open() -> None:
    window = TrnWindow(3)
    first = await window.take(51, until=9.0)
    seen = []
    for _ in range(100):
        one = await window.take(51, until=9.0)
        seen.append(one.trn)
        window.settle(result(one.trn))
    assert first.trn == 0
    assert seen == [*range(1, 100), 1]


async def test_a_full_window_waits_for_a_result() -> None:
    window = TrnWindow(1)
    one = await window.take(51, until=9.0)
    waiting = asyncio.ensure_future(window.take(51, until=9.0))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    window.settle(result(one.trn))
    assert (await waiting).trn == 1


async def test_a_result_for_another_operation_settles_nothing() -> None:
    window = TrnWindow(2)
    one = await window.take(51, until=9.0)
    assert not window.knows(one.trn, 31)
    assert window.settle(result(one.trn, 31)) is None
    assert not window.knows(None, None)
    assert window.open == 1
    assert not one.result.done()


async def test_a_late_number_is_in_quarantine_until_its_result() -> None:
    window = TrnWindow(2)
    one = await window.take(51, label="m", until=1.0)
    assert window.expire(1.0) == 1
    with pytest.raises(ResultLate):
        await one.result
    assert (window.open, window.quarantined) == (0, 1)
    late = window.settle(result(one.trn))
    assert isinstance(late, Open)
    assert late.label == "m"
    assert window.quarantined == 0


async def test_time_outs_wear_the_link() -> None:
    window = TrnWindow(10)
    for at in range(3):
        one = await window.take(51, until=at)
        assert not window.is_worn
        window.expire(at)
        assert isinstance(one.result.exception(), ResultLate)
    assert window.is_worn


async def test_the_end_fails_what_is_open_and_what_comes_after() -> None:
    window = TrnWindow(1)
    one = await window.take(51, until=1.0)
    waiting = asyncio.ensure_future(window.take(51, until=1.0))
    await asyncio.sleep(0)
    window.close()
    with pytest.raises(LinkLost):
        await one.result
    with pytest.raises(LinkDown):
        await waiting


@given(st.integers(1, 20), st.integers(0, 2**32), st.floats(0, 0.3))
def test_no_result_ever_reaches_another_message(size: int, seed: int, loss: float) -> None:
    """Results come in any order, some never, some late; each operation gets its own or none."""

    async def run() -> None:
        chance, window = random.Random(seed), TrnWindow(size)
        running: list[tuple[Open, str]] = []
        late: list[tuple[Open, str]] = []
        for at in range(150):
            if window.open < size and window.quarantined < 100 - size:
                one = await window.take(51, until=float(at + 10))
                assert all(one.trn != other.trn for other, _ in running + late)
                running.append((one, str(at)))
            else:
                assert running
            if running and chance.random() > loss:
                one, key = running.pop(chance.randrange(len(running)))
                window.settle(result(one.trn, key=key))
                assert one.result.result() == result(one.trn, key=key)
            window.expire(float(at))
            for pair in [pair for pair in running if pair[0].result.done()]:
                assert isinstance(pair[0].result.exception(), ResultLate)
                running.remove(pair)
                late.append(pair)
            if late and chance.random() < 0.5:
                one, key = late.pop(chance.randrange(len(late)))
                assert window.settle(result(one.trn, key=key)) is one
            assert window.open == len(running)
            assert window.quarantined == len(late)
        window.close()
        for one, _ in running:
            assert isinstance(one.result.exception(), LinkLost)

    asyncio.run(run())
