"""The UCP transport against the emulated SMS centre: what the interface promises, whatever is below it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from rbm_bots.channels.sms.errors import AddressRefused, LinkDown, LinkLost, OverRate, ResultLate, SubmitFaulty
from rbm_bots.channels.sms.parts import SmsPart, cut
from rbm_bots.channels.sms.transport import Expected, OutSms, Submitted
from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.channels.sms.ucp.operations import Report
from rbm_bots.channels.sms.ucp.stamps import Stamp
from rbm_bots.channels.sms.ucp.transport import UcpTransport
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from tests.integration.channels.sms_inbox import PERSON, Heard, one_sms
from tests.integration.channels.ucp_link import HandClock, passing


def report_of(to: str, digits: str) -> Report:
    stamp = Stamp(digits=digits, at=None)
    return Report(to="36123", recipient=to, scts=stamp, state="delivered", reason="000", done=stamp)


class Side:
    def __init__(self, centre: Smsc, transport: UcpTransport, heard: Heard, clock: HandClock) -> None:
        self.centre, self.transport, self.heard, self.clock = centre, transport, heard, clock

    async def until(self, condition: Any, *, step_s: float = 0.02) -> None:
        await passing(self.clock, condition, step_s=step_s)

    def submit(self, sms: OutSms) -> asyncio.Task[Submitted]:
        return asyncio.ensure_future(self.transport.submit(sms))

    async def sent(self, sms: OutSms, *, step_s: float = 0.02) -> Submitted:
        task = self.submit(sms)
        await self.until(task.done, step_s=step_s)
        return await task


@asynccontextmanager
async def linked(
    *, centre: Smsc | None = None, expected: tuple[Expected, ...] = (), inbound: Any = "msisdn", **options: Any
) -> AsyncIterator[Side]:
    clock, heard = HandClock(), Heard()
    own = centre is None
    centre = centre or Smsc(settings=SmscSettings(), clock=clock)
    if own:
        await centre.start()
    raw = {"hosts": [f"127.0.0.1:{centre.port}"], "account": "36123", "password": "secret"} | options
    transport = UcpTransport(
        settings=UcpTransportSettings.model_validate(raw),
        inbound=inbound,
        inbox=heard,
        clock=clock,
        monotonic=clock.monotonic,
    )
    transport.expect(expected)
    await transport.start()
    side = Side(centre, transport, heard, clock)
    try:
        await side.until(lambda: heard.links == ["open"])
        yield side
    finally:
        stopping = asyncio.ensure_future(transport.stop())
        await side.until(stopping.done)
        await stopping
        if own:
            await centre.stop()


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    async with linked() as one:
        yield one


async def test_a_part_is_taken_and_delivered(side: Side) -> None:
    submitted = await side.sent(one_sms("Prêt à 10 €", to=PERSON))
    (taken,) = side.centre.taken
    assert submitted.reference == taken.digits
    assert PERSON[3:] not in submitted.reference
    assert (taken.submit.to, taken.submit.sender, taken.submit.text) == ("0033639981234", "36123", "Prêt à 10 €")
    assert (taken.submit.report, taken.submit.notify, taken.submit.coding) == (True, 3, "ucs2")
    await side.until(lambda: side.heard.reports)
    assert [(one.id, one.state, one.reason) for one in side.heard.reports] == [("m1", "delivered", "")]


async def test_each_part_of_a_long_text_is_reported_by_itself(side: Side) -> None:
    parts = cut("Bonjour à toutes et à tous. " * 14, reference=7)
    assert len(parts) == 3
    for part in parts:
        await side.sent(one_sms(part=part, sms_id=f"p{part.number}"))
    await side.until(lambda: len(side.heard.reports) == 3)
    assert sorted(one.id for one in side.heard.reports) == ["p1", "p2", "p3"]
    assert [one.submit.part for one in side.centre.taken] == [part.place for part in parts]


@pytest.mark.parametrize(
    ("form", "wire"), [("00", "0033639981234"), ("bare", "33639981234"), ("national", "0639981234")]
)
async def test_numbers_are_written_as_the_link_wants(form: str, wire: str) -> None:
    async with linked(number_form=form) as side:
        await side.sent(one_sms(sender="VeloLumen", report=False))
        (taken,) = side.centre.taken
        assert (taken.submit.to, taken.submit.sender_kind, taken.submit.report) == (wire, "name", False)


async def test_an_alias_is_sent_as_it_came_and_answers_as_one() -> None:
    async with linked(inbound="alias") as side:
        await side.sent(one_sms(to="412700587002"))
        assert side.centre.taken[0].submit.to == "412700587002"
        await side.until(lambda: side.heard.messages)
        (message,) = side.heard.messages
    assert (message.sender.kind, message.sender.value, message.text) == ("alias", "412700583916", "Stop")


async def test_a_number_on_a_code_of_aliases_is_nobody() -> None:
    async with linked(inbound="alias") as side:
        await side.sent(one_sms(to="+33639987001"))
        await side.until(lambda: side.centre.counts["result_52_A"])
        assert side.heard.messages == []


async def test_people_answer(side: Side) -> None:
    await side.sent(one_sms(to="+33639987001"))
    await side.until(lambda: side.heard.messages)
    (message,) = side.heard.messages
    assert (message.sender.value, message.to, message.text) == ("+33639987001", "36123", "STOP")


async def test_refusals_pass_as_they_are(side: Side) -> None:
    with pytest.raises(AddressRefused):
        await side.sent(one_sms(to="+33639981006"))
    for wait in (1.0, 2.0, 4.0):
        burst = [side.submit(one_sms(to="+33639981004")) for _ in range(5)]
        await side.until(lambda burst=burst: all(task.done() for task in burst))
        for task in burst:
            refused = task.exception()
            assert isinstance(refused, OverRate)
            assert refused.retry_after_s == pytest.approx(wait, abs=0.2)
        side.clock.advance(wait)
    began = side.clock.seconds
    await side.sent(one_sms())
    assert side.clock.seconds - began < 0.5  # the sender waits, not the link


async def test_nothing_is_paced_here(side: Side) -> None:
    began = side.clock.seconds
    tasks = [side.submit(one_sms(sms_id=f"m{at}")) for at in range(200)]
    await side.until(lambda: all(task.done() for task in tasks))
    assert side.clock.seconds - began < 1
    assert len(side.centre.taken) == 200


async def test_unknown_and_known_after_all(side: Side) -> None:
    with pytest.raises(ResultLate):
        await side.sent(one_sms(to="+33639984002", sms_id="late"))
    await side.until(lambda: "delivered" in side.heard.states("late"), step_s=0.2)
    assert side.heard.states("late") == ["submitted", "delivered"]
    with pytest.raises(LinkLost):
        await side.sent(one_sms(to="+33639985001"))
    await side.until(lambda: side.heard.links[-1] == "sms_link_lost")
    with pytest.raises(LinkDown):
        await side.sent(one_sms())
    await side.until(lambda: side.heard.links[-1] == "open")


async def test_the_end_is_told_once(side: Side) -> None:
    stopping = asyncio.ensure_future(side.transport.stop())
    await side.until(stopping.done)
    assert side.heard.links == ["open", "stopped"]


async def test_reports_of_an_earlier_process_are_matched() -> None:
    clock = HandClock()
    centre = Smsc(settings=SmscSettings(), clock=clock)
    await centre.start()
    try:
        async with linked(centre=centre) as before:
            clock.seconds = before.clock.seconds
            first = await before.sent(one_sms(to="+33639984006", sms_id="earlier"))
        later = clock.now() + timedelta(days=1)
        again = Expected(
            id="earlier",
            to=one_sms(to="+33639984006").to,
            reference=first.reference,
            deadline=later,
        )
        lost = Expected(id="without", to=again.to, reference="", deadline=again.deadline)
        async with linked(centre=centre, expected=(again, lost)) as after:
            taken = centre.taken[0]
            centre.report(report_of(taken.submit.to, taken.digits))
            await after.until(lambda: after.heard.reports)
            assert [(one.id, one.state) for one in after.heard.reports] == [("earlier", "delivered")]
    finally:
        await centre.stop()


async def test_what_cannot_be_stored_is_told_again(side: Side) -> None:
    side.heard.failing = 1
    await side.sent(one_sms(to="+33639987001"))
    await side.until(lambda: side.heard.messages and side.heard.reports, step_s=0.2)
    assert [one.text for one in side.heard.messages] == ["STOP"]


async def test_a_text_outside_its_alphabet_does_not_leave(side: Side) -> None:
    for wrong in (one_sms(part=SmsPart(text="Reçu", encoding="gsm7")), one_sms(sender="Reçu")):
        with pytest.raises(SubmitFaulty):
            await side.sent(wrong)
    assert side.centre.taken == []
