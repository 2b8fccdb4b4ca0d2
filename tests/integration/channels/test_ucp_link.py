"""The UCP client against the emulated SMS centre, over loopback, with time moved by hand."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.channels.sms.errors import (
    AccountRefused,
    AddressRefused,
    LinkDown,
    LinkLost,
    OverRate,
    RefusedForNow,
    ResultLate,
    SubmitFaulty,
    TimesRefused,
)
from rbm_bots.channels.sms.ucp import Accepted, Turns, UcpClient, UcpSettings, compose
from rbm_bots.channels.sms.ucp.incoming import Inbound
from rbm_bots.channels.sms.ucp.operations import Deliver, Report
from rbm_bots.channels.sms.ucp.reports import Progress
from rbm_bots.channels.sms.ucp.turns import Lane
from rbm_bots.delivery.pacer import Pacer, SentCall
from rbm_bots.emulator.smsc import Smsc, SmscSettings

START = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


class HandClock:
    """Time stands still until :meth:`advance`; sleepers wake when their instant has come."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + seconds, woken))
        await woken

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        due = [one for one in self._sleepers if one[0] <= self.seconds + 1e-9]
        self._sleepers = [one for one in self._sleepers if one[0] > self.seconds + 1e-9]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)


class Notes:
    """An inbox that writes down what it is told, and fails when asked to."""

    def __init__(self) -> None:
        self.journalled: list[Deliver | Report] = []
        self.messages: list[Inbound] = []
        self.moves: list[Progress] = []
        self.fail: set[str] = set()

    async def journal(self, operation: Deliver | Report) -> None:
        self._fail("journal")
        self.journalled.append(operation)

    def _fail(self, what: str) -> None:
        if what in self.fail:
            raise RuntimeError("the disk is full")

    async def message(self, message: Inbound) -> None:
        self._fail("message")
        self.messages.append(message)

    async def progress(self, progress: Progress) -> None:
        self._fail("progress")
        self.moves.append(progress)

    def states(self, label: str) -> list[str]:
        return [move.state for move in self.moves if move.label == label]


class Link:
    """A centre, a client and their clock."""

    def __init__(self, centre: Smsc, client: UcpClient[SentCall], notes: Notes, clock: HandClock) -> None:
        self.centre, self.client, self.notes, self.clock = centre, client, notes, clock
        self.counts: Counter[str] = Counter()

    async def until(self, condition: Callable[[], Any], *, step_s: float = 0.02) -> None:
        """Let time pass until ``condition``; real patience ends after 20 s."""
        patience = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < patience, (self.centre.counts, self.counts, self.notes.moves)
            for _ in range(8):
                await asyncio.sleep(0)
            self.clock.advance(step_s)

    async def result_of(self, task: asyncio.Task[Accepted], *, step_s: float = 0.02) -> Accepted:
        await self.until(task.done, step_s=step_s)
        return await task

    def submit(
        self, digits: str, *, label: str = "m", lane: Lane = "service", text: str = "Bonjour", notify: int = 7
    ) -> asyncio.Task[Accepted]:
        (one,) = compose(text, to=f"003363998{digits}", sender="36123", ref=1, notify=notify)
        return asyncio.ensure_future(self.client.submit(one, lane=lane, label=label))

    async def sent(self, digits: str, **options: Any) -> Accepted:
        return await self.result_of(self.submit(digits, **options))


@asynccontextmanager
async def linked(
    centre_settings: SmscSettings | None = None, *, per_second: int = 150, record: Path | None = None, **options: Any
) -> AsyncIterator[Link]:
    clock, notes = HandClock(), Notes()
    centre = Smsc(settings=centre_settings or SmscSettings(), clock=clock, record_file=record)
    await centre.start()
    hosts = (*options.pop("hosts", ()), ("127.0.0.1", centre.port))
    wanted = {"hosts": hosts, "account": "36123", "password": "secret"} | options
    turns = Turns(Pacer(per_second=per_second, window="second"), clock=clock, monotonic=clock.monotonic)
    counts: Counter[str] = Counter()
    client = UcpClient(
        settings=UcpSettings(**wanted),
        turns=turns,
        inbox=notes,
        clock=clock,
        monotonic=clock.monotonic,
        jitter=lambda: 1.0,
        count=lambda name: counts.update((name,)),
    )
    link = Link(centre, client, notes, clock)
    link.counts = counts
    running = asyncio.ensure_future(client.run())
    try:
        yield link
    finally:
        await client.stop()
        await link.until(running.done)
        await running
        await centre.stop()


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    async with linked() as one:
        await one.until(one.client.up.is_set)
        yield one


async def test_a_text_is_taken_and_delivered(link: Link) -> None:
    accepted = await link.sent("1234")
    assert accepted.address == "0033639981234"
    assert accepted.digits == link.centre.taken[0].digits
    assert link.centre.taken[0].submit.text == "Bonjour"
    await link.until(lambda: link.notes.moves)
    assert link.notes.moves == [Progress(label="m", state="delivered")]
    await link.until(lambda: link.centre.counts["result_53_A"])


@pytest.mark.parametrize("alphabet", ["gsm7", "ucs2"])
async def test_a_long_text_goes_in_parts(link: Link, alphabet: str) -> None:
    text = ("Bonjour, 12 € [net]. " if alphabet == "gsm7" else "Reçu : 👍🏽, à bientôt. ") * 20
    parts = compose(text, to="0033639980001", sender="VeloLumen", sender_kind="name", ref=42)
    assert len(parts) > 2
    for part in parts:
        await link.result_of(asyncio.ensure_future(link.client.submit(part, lane="marketing", label=str(part.part))))
    assert "".join(one.submit.text for one in link.centre.taken) == text
    assert [one.submit.part for one in link.centre.taken] == [part.part for part in parts]
    assert {one.submit.part.ref for one in link.centre.taken if one.submit.part} == {42}
    assert all(one.submit.report and one.submit.sender == "VeloLumen" for one in link.centre.taken)
    await link.until(lambda: len(link.notes.moves) == len(parts))
    assert {move.state for move in link.notes.moves} == {"delivered"}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("01", SubmitFaulty),
        ("02", SubmitFaulty),
        ("05", AddressRefused),
        ("06", AddressRefused),
        ("07", AccountRefused),
        ("03", OverRate),
        ("04", OverRate),
        ("50", OverRate),
        ("22", TimesRefused),
        ("30", RefusedForNow),
    ],
)
async def test_a_refusal_has_its_error(link: Link, code: str, error: type[Exception]) -> None:
    with pytest.raises(error) as refused:
        await link.sent(f"10{code}")
    assert refused.value.platform_code == code  # type: ignore[attr-defined] - every one of them is a ChannelError
    assert link.centre.taken == []


async def test_a_busy_centre_is_left_alone_for_longer_each_time(link: Link) -> None:
    waited = []
    for _ in range(3):
        before = link.clock.seconds
        with pytest.raises(OverRate):
            await link.sent("1004")
        waited.append(link.clock.seconds - before)
    assert waited[0] < 0.5
    assert 1 <= waited[1] < 1.5
    assert 2 <= waited[2] < 2.5
    await link.sent("0000")


async def test_reasons_and_states(link: Link) -> None:
    await link.sent("2107", label="absent")
    await link.sent("3108", label="slow")
    await link.until(lambda: link.notes.states("slow")[-1:] == ["delivered"])
    assert [(move.state, move.reason) for move in link.notes.moves if move.label == "absent"] == [("failed", "107")]
    assert link.notes.states("slow") == ["buffered", "delivered"]


async def test_no_result_is_unknown_and_a_late_one_is_told(link: Link) -> None:
    began = link.clock.seconds
    with pytest.raises(ResultLate):
        await link.sent("4002", label="late")
    assert 60 <= link.clock.seconds - began < 63
    await link.until(lambda: "delivered" in link.notes.states("late"), step_s=0.2)
    assert link.notes.states("late") == ["submitted", "delivered"]
    with pytest.raises(ResultLate):
        await link.sent("4001", label="never")
    assert link.notes.states("never") == []


async def test_three_time_outs_in_a_row_open_a_new_link(link: Link) -> None:
    tasks = [link.submit("4001") for _ in range(3)]
    await link.until(lambda: all(task.done() for task in tasks), step_s=0.2)
    assert [type(task.exception()) for task in tasks] == [ResultLate] * 3
    await link.until(lambda: link.centre.counts["in_60"] == 2)
    await link.until(link.client.up.is_set)
    await link.sent("0000")


async def test_reports_in_every_order(link: Link) -> None:
    for digits in ("4003", "4004", "4005", "4006", "4007"):
        await link.sent(digits, label=digits)
    await link.until(lambda: link.centre.counts["result_53_A"] == 6)
    await link.until(lambda: link.client.receiver.reports.parked == 1)
    assert {digits: link.notes.states(digits) for digits in ("4003", "4004", "4005", "4006", "4007")} == {
        "4003": ["delivered"],
        "4004": ["delivered"],
        "4005": ["delivered"],
        "4006": [],
        "4007": [],
    }
    assert link.counts["repeat"] == 1
    link.clock.advance(49 * 3600)
    await link.until(lambda: link.notes.states("4006"))
    assert link.notes.states("4006") == link.notes.states("4007") == ["unknown"]
    assert link.client.receiver.reports.parked_dropped == 1


async def test_a_link_that_is_cut_comes_back(link: Link) -> None:
    with pytest.raises(LinkLost):
        await link.sent("5001")
    await link.until(lambda: not link.client.up.is_set())
    with pytest.raises(LinkDown):
        await link.submit("0000")
    began = link.clock.seconds
    await link.until(link.client.up.is_set)
    assert link.clock.seconds - began >= 0.9
    await link.sent("5002", label="after")
    await link.until(lambda: link.notes.states("after"))
    assert link.centre.counts["in_60"] == 3


@pytest.mark.parametrize("digits", ["6005", "6006"])
async def test_a_result_however_it_is_written(link: Link, digits: str) -> None:
    await link.sent(digits)
    await link.until(lambda: link.notes.states("m") == ["delivered"])


@pytest.mark.parametrize(
    ("digits", "counted"),
    [("6001", "fault_checksum"), ("6002", "fault_length"), ("6003", "foreign_result"), ("6004", "foreign_result")],
)
async def test_a_result_that_cannot_be_used_leaves_it_unknown(link: Link, digits: str, counted: str) -> None:
    with pytest.raises(ResultLate):
        await link.result_of(link.submit(digits), step_s=0.2)
    assert link.counts[counted] == 1
    await link.sent("0000")


@pytest.mark.parametrize(
    ("digits", "sender", "text"),
    [
        ("7001", "33639987001", "STOP"),
        ("7002", "412700583916", "Stop"),
        ("7003", "33639987003", "Je voudrais changer l'heure et la date"),
        ("7004", "33639987004", "Ça va 👍"),
        ("7005", "33639987005", "OUI"),
    ],
)
async def test_people_answer(link: Link, digits: str, sender: str, text: str) -> None:
    await link.sent(digits)
    await link.until(lambda: link.notes.messages)
    (message,) = link.notes.messages
    assert (message.to, message.sender, message.text, message.missing) == ("36123", sender, text, 0)
    await link.until(lambda: link.centre.counts["result_52_A"] or link.centre.counts["result_01_A"])


async def test_a_missing_part_is_not_waited_for_for_ever(link: Link) -> None:
    await link.sent("7003")
    await link.until(lambda: link.notes.messages)
    part = next(one for one in link.notes.journalled if isinstance(one, Deliver) and one.part and one.part.seq == 2)
    link.clock.advance(2)
    link.centre.deliver(Deliver(to=part.to, sender="33639980009", text="la fin", scts=part.scts, part=part.part))
    await link.until(lambda: len(link.notes.messages) == 2, step_s=0.5)
    assert (link.notes.messages[1].text, link.notes.messages[1].missing) == ("la fin", 1)


async def test_the_centre_may_ask_whether_we_live(link: Link) -> None:
    await link.sent("7006")
    await link.until(lambda: link.centre.counts["result_31_A"])


async def test_what_cannot_be_stored_is_not_acknowledged(link: Link) -> None:
    link.notes.fail = {"journal"}
    link.centre.say("Ça marche ?", sender="33639980001")
    await link.until(lambda: link.counts["inbox_failed"])
    assert link.centre.counts["result_52_A"] == 0
    link.notes.fail = set()
    for _ in range(2):
        link.centre.say("STOP", sender="33639980001")
    await link.until(lambda: link.centre.counts["result_52_A"] == 2)
    assert [message.text for message in link.notes.messages] == ["STOP"]
    assert link.counts["repeat"] == 1


async def test_the_centre_sends_again_what_was_not_acknowledged(link: Link) -> None:
    link.notes.fail = {"message"}
    link.centre.say("STOP", sender="33639980001")
    await link.until(lambda: link.counts["inbox_failed"])
    link.notes.fail = {"message", "journal"}
    link.centre.peers[0].cut()
    await link.until(lambda: link.counts["repeat"])
    assert link.centre.counts["result_52_A"] == 0
    link.notes.fail = set()
    await link.until(lambda: link.notes.messages)
    link.centre.peers[0].cut()
    await link.until(lambda: link.centre.counts["result_52_A"])
    assert [message.text for message in link.notes.messages] == ["STOP"]
    assert len(link.notes.journalled) == 1


async def test_more_messages_than_numbers_wait_their_turn(link: Link) -> None:
    for at in range(250):
        link.centre.say(f"message {at}", sender="33639980001")
    await link.until(lambda: len(link.notes.messages) == 250)
    await link.until(lambda: link.centre.counts["result_52_A"] == 250)
    assert [message.text for message in link.notes.messages] == [f"message {at}" for at in range(250)]


@pytest.mark.parametrize(("what", "digits"), [("message", "7003"), ("progress", "0000")])
async def test_what_the_inbox_did_not_take_is_told_again(link: Link, what: str, digits: str) -> None:
    link.notes.fail = {what}
    await link.sent(digits)
    await link.until(lambda: link.counts["inbox_failed"] > 2)
    told = link.notes.messages if what == "message" else link.notes.moves
    assert told == []
    link.notes.fail = set()
    await link.until(lambda: told)
    await link.until(lambda: link.clock.seconds > 200, step_s=0.5)
    assert len(told) == 1
    assert link.client.up.is_set()


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
