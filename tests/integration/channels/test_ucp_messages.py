"""What becomes of messages over UCP: results, refusals, reports, and what people answer."""

from __future__ import annotations

import asyncio

import pytest

from rbm_bots.channels.sms.errors import (
    AccountRefused,
    AddressRefused,
    CentreBusy,
    LinkDown,
    LinkLost,
    OverRate,
    RefusedForNow,
    ResultLate,
    SubmitFaulty,
    TimesRefused,
)
from rbm_bots.channels.sms.ucp.reports import Progress
from tests.integration.channels.ucp_compose import compose
from tests.integration.channels.ucp_link import Link


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
        ("03", CentreBusy),
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
        ("7004", "33639987004", "Ça va 👍"),
        ("7005", "33639987005", "OUI"),
    ],
)
async def test_people_answer(link: Link, digits: str, sender: str, text: str) -> None:
    await link.sent(digits)
    await link.until(lambda: link.notes.messages)
    message = link.notes.messages[0].message
    assert (message.to, message.sender, message.text, message.part) == ("36123", sender, text, None)
    await link.until(lambda: link.centre.counts["result_52_A"] or link.centre.counts["result_01_A"])


async def test_each_part_of_a_long_message_is_told_before_it_is_acknowledged(link: Link) -> None:
    link.notes.fail = {"message"}
    await link.sent("7003")
    await link.until(lambda: link.counts["inbox_failed"])
    assert link.centre.counts["result_52_A"] == 0
    link.notes.fail = set()
    await link.until(lambda: len(link.notes.messages) == 2)
    parts = [(heard.message.part.seq, heard.message.text) for heard in link.notes.messages if heard.message.part]
    assert parts == [(2, "et la date"), (1, "Je voudrais changer l'heure ")]


async def test_the_centre_may_ask_whether_we_live(link: Link) -> None:
    await link.sent("7006")
    await link.until(lambda: link.centre.counts["result_31_A"])


async def test_what_cannot_be_stored_is_not_acknowledged_and_is_sent_again(link: Link) -> None:
    link.notes.fail = {"message"}
    link.centre.say("STOP", sender="33639980001")
    await link.until(lambda: link.counts["inbox_failed"])
    link.centre.peers[0].cut()
    await link.until(lambda: link.counts["repeat"])
    assert link.centre.counts["result_52_A"] == 0
    link.notes.fail = set()
    await link.until(lambda: link.notes.messages)
    link.centre.peers[0].cut()
    await link.until(lambda: link.centre.counts["result_52_A"])
    for _ in range(2):
        link.centre.say("Encore ?", sender="33639980001")
    await link.until(lambda: link.centre.counts["result_52_A"] == 3)
    assert link.notes.texts == ["STOP", "Encore ?"]


async def test_more_messages_than_numbers_wait_their_turn(link: Link) -> None:
    for at in range(250):
        link.centre.say(f"message {at}", sender="33639980001")
    await link.until(lambda: len(link.notes.messages) == 250)
    await link.until(lambda: link.centre.counts["result_52_A"] == 250)
    assert link.notes.texts == [f"message {at}" for at in range(250)]


@pytest.mark.parametrize(("what", "digits"), [("message", "7001"), ("progress", "0000")])
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
