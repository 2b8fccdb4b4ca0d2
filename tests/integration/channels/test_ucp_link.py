"""The life of a UCP link: its window, its rate, its keepalive, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.channels.sms.errors import (
    AccountRefused,
    LinkDown,
    LinkLost,
    OverRate,
)
from rbm_bots.channels.sms.ucp.transport import Unpaced
from rbm_bots.channels.sms.ucp.turns import Lane, Turns
from rbm_bots.emulator.smsc import SmscSettings
from tests.integration.channels.ucp_link import Link, linked


async def test_the_window_is_kept() -> None:
    async with linked(SmscSettings(window=3), window=3) as link:
        await link.until(link.client.up.is_set)
        tasks = [link.submit("0000", label=str(at)) for at in range(120)]
        await link.until(lambda: all(task.done() for task in tasks))
        assert len(link.centre.taken) == 120
        assert link.centre.counts["beyond_window"] == link.centre.counts["reused_number"] == 0


async def test_the_rate_of_a_short_code_is_kept_exactly() -> None:
    async with linked(SmscSettings(rate=10), per_second=10, window=100, keepalive_s=5.0) as link:
        await link.until(link.client.up.is_set)
        began = link.clock.seconds
        tasks = [link.submit("0000", label=str(at)) for at in range(60)]
        await link.until(lambda: all(task.done() for task in tasks), step_s=0.01)
        assert [task.exception() for task in tasks] == [None] * 60
        assert link.centre.counts["over_rate"] == 0
        assert 5 <= link.clock.seconds - began < 6.5


async def test_urgent_texts_go_first() -> None:
    async with linked(per_second=1) as link:
        await link.until(link.client.up.is_set)
        lanes: list[Lane] = ["marketing", "marketing", "service", "conversation", "code"]
        tasks = [link.submit("0000", lane=lane, text=lane) for lane in lanes]
        await link.until(lambda: all(task.done() for task in tasks))
        texts = [one.submit.text for one in link.centre.taken]
        assert texts[1:] == ["code", "conversation", "service", "marketing"]


async def test_a_centre_slower_than_agreed_loses_nothing() -> None:
    async with linked(SmscSettings(rate=5), per_second=10) as link:
        await link.until(link.client.up.is_set)
        left, refused = list(range(20)), 0
        while left:
            task = link.submit("0000", label=str(left[0]))
            await link.until(task.done)
            if task.exception() is None:
                left.pop(0)
            else:
                assert isinstance(task.exception(), OverRate)
                refused += 1
        assert refused
        assert len(link.centre.taken) == 20


async def test_a_quiet_link_is_kept_alive() -> None:
    async with linked(SmscSettings(idle_s=60)) as link:
        await link.until(link.client.up.is_set)
        await link.until(lambda: link.clock.seconds > 190, step_s=0.5)
        assert link.centre.counts["in_31"] == 3
        assert link.centre.counts["idle"] == 0
        assert link.counts["keepalive_refused"] == 0


async def test_a_link_whose_keepalive_is_not_answered_is_dead() -> None:
    async with linked(SmscSettings(window=0)) as link:  # every 31 is refused, which is an answer
        await link.until(link.client.up.is_set)
        await link.until(lambda: link.counts["keepalive_refused"] == 1, step_s=0.5)
        assert link.client.up.is_set()


async def test_a_client_that_says_nothing_is_cut_off() -> None:
    async with linked(SmscSettings(idle_s=20)) as link:
        await link.until(link.client.up.is_set)
        await link.until(lambda: link.centre.counts["idle"] == 1, step_s=0.5)
        await link.until(lambda: link.centre.counts["in_60"] == 2, step_s=0.5)


async def test_a_refused_login_is_not_repeated_in_a_storm() -> None:
    async with linked(password="wrong") as link:
        await link.until(lambda: link.clock.seconds > 500, step_s=0.5)
        assert link.centre.counts["login_refused"] == link.counts["login_refused"]
        assert 3 <= link.counts["login_refused"] <= 4
        with pytest.raises(LinkDown):
            await link.submit("0000")


@pytest.mark.parametrize("code", ["04", "50", "27"])
async def test_a_login_that_a_busy_centre_refuses_is_repeated_soon(code: str) -> None:
    async with linked(SmscSettings(refuse_login=code)) as link:
        await link.until(lambda: link.counts["login_refused"] == 3, step_s=0.1)
        assert link.clock.seconds < 10
        link.centre.settings = SmscSettings()
        await link.until(link.client.up.is_set, step_s=0.1)
        await link.sent("0000")


async def test_an_account_that_may_not_send_ends_the_link_and_not_the_queue(link: Link) -> None:
    open_one = link.submit("4002", label="open")
    await link.until(lambda: link.centre.taken)
    with pytest.raises(AccountRefused):
        await link.sent("1008")
    with pytest.raises(LinkDown):
        await link.submit("0000")
    link.centre.peers[0].cut()
    await link.until(open_one.done)
    assert isinstance(open_one.exception(), LinkLost)
    began = link.clock.seconds
    await link.until(link.client.up.is_set, step_s=0.5)
    assert link.clock.seconds - began > 55
    await link.sent("0000")


async def test_a_keepalive_refused_for_its_address_ends_the_link() -> None:
    async with linked(keepalive_s=5.0) as link:
        await link.until(link.client.up.is_set)
        link.centre.settings = SmscSettings(account="36124")
        await link.until(lambda: link.counts["keepalive_refused"], step_s=0.5)
        await link.until(lambda: not link.client.up.is_set())
        with pytest.raises(LinkDown):
            await link.submit("0000")


async def test_a_centre_that_takes_each_login_and_hangs_up_is_not_asked_in_a_storm() -> None:
    async with linked(SmscSettings(drop_after=0)) as link:
        await link.until(lambda: link.clock.seconds > 300, step_s=0.2)
        assert 7 <= link.centre.counts["in_60"] <= 12


@pytest.mark.parametrize("counts", [True, False])
async def test_a_keepalive_counts_as_an_operation_of_its_second(counts: bool) -> None:
    async with linked(SmscSettings(rate=5), per_second=5, keepalive_s=10.0, alert_counts=counts) as link:
        await link.until(link.client.up.is_set)
        await link.until(lambda: link.centre.counts["in_31"] == 1, step_s=0.02)
        link.client._turns = Turns(Unpaced(), clock=link.clock, monotonic=link.clock.monotonic)  # paced elsewhere
        began = link.clock.seconds
        tasks = [link.submit("0000", label=str(at)) for at in range(5)]
        await link.until(lambda: all(task.done() for task in tasks))
        waited = link.clock.seconds - began
        assert (waited >= 1.0) == counts
        assert (link.centre.counts["over_rate"] == 0) == counts


async def test_the_second_host_is_tried(free_port: int) -> None:
    async with linked(hosts=(("127.0.0.1", free_port),)) as link:
        await link.until(link.client.up.is_set)
        await link.sent("0000")


@pytest.mark.parametrize("writes", ["octets", "glued"])
async def test_a_centre_that_writes_in_pieces(writes: Any) -> None:
    async with linked(SmscSettings(writes=writes)) as link:
        await link.until(link.client.up.is_set)
        for at in range(5):
            await link.sent("0000", label=str(at))
        await link.until(lambda: len(link.notes.moves) == 5)
        assert link.counts["fault_checksum"] == link.counts["fault_length"] == 0


async def test_two_parts_with_one_stamp_both_get_their_report() -> None:
    async with linked(SmscSettings(unique_stamps=False)) as link:
        await link.until(link.client.up.is_set)
        first, second = link.submit("0000", label="1"), link.submit("0000", label="2")
        keys = {(await link.result_of(first)).digits, (await link.result_of(second)).digits}
        assert len(keys) == 1
        await link.until(lambda: len(link.notes.moves) == 2)
        assert sorted(move.label for move in link.notes.moves) == ["1", "2"]


async def test_open_results_are_waited_for_at_the_end(link: Link) -> None:
    link.centre.settings = SmscSettings(writes="glued", moment_s=1.0)
    task = link.submit("0000")
    await link.until(lambda: link.centre.taken)
    await link.client.stop()
    assert (await link.result_of(task)).digits


async def test_a_link_cut_after_some_submits() -> None:
    async with linked(SmscSettings(drop_after=3)) as link:
        await link.until(link.client.up.is_set)
        outcomes = []
        for at in range(3):
            task = link.submit("0000", label=str(at))
            await link.until(task.done)
            outcomes.append(type(task.exception()))
        assert outcomes == [type(None), type(None), LinkLost]


async def test_the_record_has_no_password(tmp_path: Path) -> None:
    file = tmp_path / "frames.jsonl"
    async with linked(record=file) as link:
        await link.until(link.client.up.is_set)
        await link.sent("0000")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {line["direction"] for line in lines} == {"in", "out"}
    assert any("/O/51/" in line["frame"] for line in lines)
    assert b"secret".hex().upper() not in file.read_text("utf-8")
