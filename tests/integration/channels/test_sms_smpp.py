"""The SMPP transport against an SMSC written by others, in this process."""

from __future__ import annotations

import asyncio
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import smpp34

from rbm_bots.channels.sms.alphabet import read_septets, read_utf16, septets
from rbm_bots.channels.sms.errors import (
    AccountRefused,
    AddressRefused,
    CentreBusy,
    LinkDown,
    LinkLost,
    OverRate,
    RefusedForNow,
    ResultLate,
    SmsRejected,
    SubmitFaulty,
    TimesRefused,
)
from rbm_bots.channels.sms.header import Part, read_part, write_part
from rbm_bots.channels.sms.parts import SmsPart, cut
from rbm_bots.channels.sms.smpp import SmppTransport, SmppTransportSettings, library
from rbm_bots.channels.sms.transport import Expected, Submitted
from rbm_bots.clock import SystemClock
from rbm_bots.errors import ChannelError, SettingsError
from tests.integration.channels.smpp_side import NOW, Side, linked
from tests.integration.channels.sms_inbox import PERSON, Heard, one_sms, until


@pytest.fixture
async def side(free_port: int) -> AsyncIterator[Side]:
    async with linked(free_port) as one:
        yield one


async def test_a_text_is_taken_and_its_report_has_our_id(side: Side) -> None:
    assert await side.transport.submit(one_sms("Prêt à 10 €")) == Submitted(reference="id-1")
    (taken,) = side.centre.taken
    assert read_utf16(taken.short_message) == "Prêt à 10 €"
    assert (taken.data_coding, taken.registered_delivery, taken.esm_class) == (8, 1, 0)
    assert (taken.source_addr, taken.source_addr_ton, taken.source_addr_npi) == ("36123", 3, 0)
    assert (taken.destination_addr, taken.dest_addr_ton, taken.dest_addr_npi) == ("33639981234", 1, 1)
    answer = await side.centre.report("id:id-1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:")
    assert answer.is_success
    (report,) = side.heard.reports
    assert (report.id, report.reference, report.state, report.reason) == ("m1", "id-1", "delivered", "")


@pytest.mark.parametrize(("text", "coding"), [("à [net] €" * 40, 0), ("Reçu 📄 " * 30, 8)])
async def test_a_long_text_goes_in_parts_with_headers(side: Side, text: str, coding: int) -> None:
    parts = cut(text, reference=300)
    assert len(parts) > 2
    for part in parts:
        await side.transport.submit(one_sms(part=part, sms_id=f"p{part.number}"))
    pieces = []
    for taken, part in zip(side.centre.taken, parts, strict=True):
        octets = taken.short_message
        assert (taken.esm_class, taken.data_coding) == (0x40, coding)
        place = read_part(octets[: octets[0] + 1])
        assert place == part.place
        pieces.append((read_utf16 if coding else read_septets)(octets[octets[0] + 1 :]))
    assert "".join(pieces) == text


async def test_senders_of_each_kind(side: Side) -> None:
    for sender in ("36123", "VeloLumen", "+33199001234"):
        await side.transport.submit(one_sms(sender=sender))
    seen = [(one.source_addr, one.source_addr_ton, one.source_addr_npi) for one in side.centre.taken]
    assert seen == [("36123", 3, 0), ("VeloLumen", 5, 0), ("33199001234", 1, 1)]


async def test_an_alias_is_sent_as_it_came(side: Side) -> None:
    await side.transport.submit(one_sms(to="412700580016"))
    (taken,) = side.centre.taken
    assert (taken.destination_addr, taken.dest_addr_ton, taken.dest_addr_npi) == ("412700580016", 0, 0)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (0x01, SubmitFaulty),
        (0x0B, AddressRefused),
        (0x0E, AccountRefused),
        (0x58, OverRate),
        (0x14, CentreBusy),
        (0x61, TimesRefused),
        (0x08, RefusedForNow),
        (0x45, SmsRejected),
    ],
)
async def test_a_refusal_has_its_error(side: Side, status: int, error: type[ChannelError]) -> None:
    with pytest.raises(error) as refused:
        await side.transport.submit(one_sms(to=f"+3363998{9000 + status}"))
    assert refused.value.platform_code == f"{status:04X}"
    assert await side.transport.submit(one_sms())


async def test_a_busy_centre_says_how_long_it_wants_to_be_left_alone(side: Side) -> None:
    for _ in range(3):  # all of one burst: the pause is the first one's
        with pytest.raises(OverRate) as refused:
            await side.transport.submit(one_sms(to=f"+3363998{9000 + 0x58}"))
        assert refused.value.retry_after_s is not None
        assert 0.5 < refused.value.retry_after_s <= 1.0


async def test_no_result_in_time_is_unknown_and_a_late_one_is_told(free_port: int) -> None:
    async with linked(free_port, result_timeout_s=0.2) as side:
        with pytest.raises(ResultLate):
            await side.transport.submit(one_sms(to="+33639982000", sms_id="late"))
        side.centre.held.pop().accept("id-late")
        await until(lambda: side.heard.reports)
        (report,) = side.heard.reports
        assert (report.id, report.reference, report.state) == ("late", "id-late", "submitted")


async def test_what_a_lost_link_leaves_unknown(side: Side) -> None:
    task = asyncio.ensure_future(side.transport.submit(one_sms(to="+33639982000")))
    await until(lambda: side.centre.held)
    await side.centre.sessions[-1].unbind()
    with pytest.raises(LinkLost):
        await task
    await until(lambda: "network" in side.heard.links)
    with pytest.raises(LinkDown):
        await side.transport.submit(one_sms())
    await until(lambda: side.heard.links[-1] == "open")
    assert await side.transport.submit(one_sms())


async def test_the_window_is_kept(free_port: int) -> None:
    async with linked(free_port, window=2) as side:
        tasks = [asyncio.ensure_future(side.transport.submit(one_sms(to="+33639982000"))) for _ in range(3)]
        await until(lambda: len(side.centre.held) == 2)
        await side.centre.report("id:x1 stat:ENROUTE")  # there and back: a third one would have come before
        assert len(side.centre.held) == 2
        side.centre.held.pop().accept("id")
        await until(lambda: len(side.centre.held) == 2)
        for held in side.centre.held:
            held.accept("id")
        assert len(await asyncio.gather(*tasks)) == 3


@pytest.mark.parametrize(
    ("text", "tlvs", "state", "reason"),
    [
        ("id:x1 stat:UNDELIV err:021 text:", (), "failed", "021"),
        (
            "id:x1 sub:001 dlvrd:000 done date:261124101506 stat:EXPIRED err:0A",
            (),
            "failed",
            "0A",
        ),
        ("id:x1 stat:REJECTD err:000", (), "failed", "REJECTD"),
        ("id:x1 stat:ENROUTE", (), "buffered", "ENROUTE"),
        ("id:x1 stat:ACCEPTD", (), "submitted", "ACCEPTD"),
        ("id:x1 stat:UNKNOWN", (), "unknown", "UNKNOWN"),
        ("id:other stat:UNDELIV", ((0x1E, b"x1\0"), (0x427, b"\x02")), "delivered", ""),
        ("", ((0x1E, b"x1\0"), (0x427, b"\x05"), (0x423, b"\x03\x00\xff")), "failed", "UNDELIV"),
    ],
)
async def test_reports_of_every_kind(side: Side, text: str, tlvs: Any, state: str, reason: str) -> None:
    side.transport.expect([Expected(id="m9", to=one_sms().to, reference="x1", deadline=NOW)])
    answer = await side.centre.report(text, tlvs=[smpp34.Tlv(tag, value) for tag, value in tlvs])
    assert answer.is_success
    (report,) = side.heard.reports
    assert (report.id, report.reference, report.state, report.reason) == ("m9", "x1", state, reason)


async def test_a_report_of_another_process_has_the_reference_alone(side: Side) -> None:
    await side.centre.report("id:elsewhere stat:DELIVRD err:000")
    (report,) = side.heard.reports
    assert (report.id, report.reference) == ("", "elsewhere")


async def test_a_report_that_says_nothing_is_taken_all_the_same(side: Side) -> None:
    assert (await side.centre.report("stat:DELIVRD")).is_success
    assert (await side.centre.report("id:x1 stat:PERHAPS")).is_success
    assert side.heard.reports == []


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        (b"STOP", 0, "STOP"),
        ("Ça va".encode("latin-1"), 3, "Ça va"),
        ("Ça 👍".encode("utf-16-be"), 8, "Ça 👍"),
        (b"\x1be\x02 \x7f", 0, "€$ à"),
    ],
)
async def test_people_write(side: Side, octets: bytes, coding: int, text: str) -> None:
    assert (await side.centre.say(octets, data_coding=coding)).is_success
    (message,) = side.heard.messages
    assert (message.sender.value, message.to, message.text) == (PERSON, "36123", text)


@pytest.mark.parametrize("bits", [8, 16])
async def test_each_part_of_a_long_message_is_told(side: Side, bits: Any) -> None:
    parts = cut("Je voudrais changer l'heure et la date. " * 8, reference=0x1234, reference_bits=bits)
    for part in parts:
        assert part.place is not None
        await side.centre.say(write_part(part.place) + septets(part.text), esm_class=0x40)
    assert [(one.place, one.text) for one in side.heard.parts] == [(part.place, part.text) for part in parts]
    assert PERSON not in repr(side.heard.parts)
    assert side.heard.messages == []


async def test_parts_told_by_parameters(side: Side) -> None:
    more = [smpp34.Tlv(0x20C, b"\x12\x34"), smpp34.Tlv(0x20E, b"\x02"), smpp34.Tlv(0x20F, b"\x01")]
    await side.centre.say(b"Bonjour ", tlvs=more)
    (part,) = side.heard.parts
    assert (part.place, part.text) == (Part(ref=0x1234, total=2, seq=1, ref_bits=16), "Bonjour ")


async def test_a_part_that_cannot_be_stored_is_not_acknowledged(side: Side) -> None:
    octets = write_part(Part(ref=7, total=2, seq=1)) + b"Bonjour "
    side.heard.failing = 1
    with pytest.raises(smpp34.SmppError):
        await side.centre.say(octets, esm_class=0x40)
    await until(lambda: side.heard.links == ["open", "network", "open"])
    assert (await side.centre.say(octets, esm_class=0x40)).is_success
    assert [part.text for part in side.heard.parts] == ["Bonjour "]


async def test_a_late_refusal_is_told(free_port: int) -> None:
    async with linked(free_port, result_timeout_s=0.2) as side:
        with pytest.raises(ResultLate):
            await side.transport.submit(one_sms(to="+33639982000", sms_id="late"))
        side.centre.held.pop().reject(0x0B)
        await until(lambda: side.heard.reports)
        (report,) = side.heard.reports
        assert (report.id, report.reference, report.state, report.reason) == ("late", "", "failed", "000B")


async def test_an_address_that_is_too_long_does_not_leave(side: Side) -> None:
    with pytest.raises(SubmitFaulty):
        await side.transport.submit(one_sms(sender="1" * 21))
    assert await side.transport.submit(one_sms())


async def test_what_cannot_be_stored_is_handed_over_again(side: Side) -> None:
    side.heard.failing = 1
    with pytest.raises(smpp34.SmppError):
        await side.centre.say(b"STOP")
    await until(lambda: side.heard.links == ["open", "network", "open"] and len(side.centre.sessions) == 2)
    assert (await side.centre.say(b"STOP")).is_success
    assert [message.text for message in side.heard.messages] == ["STOP"]


async def test_a_message_from_nobody_is_taken_and_forgotten(side: Side) -> None:
    await side.centre.sessions[-1].deliver_sm("36123", b"Bonjour", source_addr="Info")
    assert side.heard.messages == []


async def test_open_results_are_waited_for_at_the_end(side: Side) -> None:
    task = asyncio.ensure_future(side.transport.submit(one_sms(to="+33639982000")))
    await until(lambda: side.centre.held)
    stopping = asyncio.ensure_future(side.transport.stop())
    await side.centre.report("id:x1 stat:ENROUTE")  # there and back
    assert not stopping.done()
    side.centre.held.pop().accept("id-last")
    assert await task == Submitted(reference="id-last")
    await stopping
    with pytest.raises(LinkDown):
        await side.transport.submit(one_sms())
    assert side.heard.links == ["open", "stopped"]


async def test_a_text_outside_its_alphabet_does_not_leave(side: Side) -> None:
    wrong = SmsPart(text="Reçu", encoding="gsm7")
    with pytest.raises(SubmitFaulty):
        await side.transport.submit(one_sms(part=wrong))
    assert side.centre.taken == []


def test_the_octets_are_what_another_library_reads() -> None:
    until_then = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    message = library.submit_pdu(
        key="1",
        sender=("36123", 3, 0),
        to=("33639981234", 1, 1),
        octets=b"Bonjour",
        ucs2=False,
        has_header=False,
        report=False,
        validity_until=until_then,
    )
    message.sequence_num = 7
    read = smpp34.decode(message.pdu())
    assert (read.short_message, read.data_coding, read.registered_delivery) == (b"Bonjour", 0, 0)
    assert read.validity_period == "261124203000000+"


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("aiosmpplib", "rbm_bots.channels.sms.smpp.li"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiosmpplib", None)
    monkeypatch.delattr("rbm_bots.channels.sms.smpp.library", raising=False)
    monkeypatch.delattr("rbm_bots.channels.sms.smpp.link", raising=False)
    settings = SmppTransportSettings(host="127.0.0.1:1", system_id="us")
    with pytest.raises(SettingsError, match="not installed"):
        SmppTransport(settings=settings, inbound="msisdn", inbox=Heard(), clock=SystemClock())


class Impatient:
    """A clock that notes how long it is asked to wait, and waits until told."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.go = asyncio.Event()

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        if seconds == 1.0 and self.asked:
            await asyncio.Event().wait()  # somebody looks after missing parts
        self.asked.append(seconds)
        await self.go.wait()


@asynccontextmanager
async def waiting(port: int) -> AsyncIterator[tuple[SmppTransport, Impatient, Heard]]:
    clock, heard = Impatient(), Heard()
    settings = SmppTransportSettings(host=f"127.0.0.1:{port}", system_id="us")
    transport = SmppTransport(settings=settings, inbound="msisdn", inbox=heard, clock=clock)
    await transport.start()
    try:
        yield transport, clock, heard
    finally:
        await transport.stop()


async def test_a_refused_bind_is_not_repeated_in_a_storm(free_port: int) -> None:
    binds = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(16)
        binds.append(await reader.readexactly(int.from_bytes(head[:4]) - 16))
        writer.write(struct.pack("!IIII", 17, 0x8000_0009, 0x0E, int.from_bytes(head[12:])) + b"\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", free_port)
    try:
        async with waiting(free_port) as (transport, clock, heard):
            await until(lambda: any(seconds >= 30 for seconds in clock.asked))
            assert len(binds) == 1
            assert 30 <= max(clock.asked) <= 60
            assert heard.links == []
            with pytest.raises(LinkDown):
                await transport.submit(one_sms())
    finally:
        server.close()
        await server.wait_closed()


async def test_without_a_centre_it_can_be_stopped(free_port: int) -> None:
    async with waiting(free_port) as (transport, clock, _):
        await until(lambda: clock.asked)
        with pytest.raises(LinkDown):
            await transport.submit(one_sms())
