"""What each side of the UCP wire answers to frames that the other should not have sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rbm_bots.channels.sms.errors import LinkDown, LinkLost
from rbm_bots.channels.sms.ucp.frame import Frame, FrameFault, encode
from rbm_bots.channels.sms.ucp.operations import Login, alert_fields, operation
from rbm_bots.channels.sms.ucp.session import Session
from rbm_bots.clock import FixedClock
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from tests.integration.channels.ucp_compose import compose

AT = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
LOGIN = Login(account="36123", password="secret").fields()
SUBMIT = compose("Bonjour", to="0033639980000", sender="36123", ref=1)[0].fields(ZoneInfo("Europe/Paris"))


class Wire:
    """A bare end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, octets: bytes) -> str:
        self.writer.write(octets)
        return await self.said()

    async def said(self) -> str:
        return (await asyncio.wait_for(self.reader.readuntil(b"\x03"), 10))[1:-1].decode("latin-1")


def sent(trn: int, ot: int, fields: tuple[str, ...]) -> bytes:
    return encode(Frame(trn=trn, kind="O", ot=ot, fields=fields))


class TestTheCentre:
    @pytest.fixture
    async def centre(self) -> AsyncIterator[Smsc]:
        centre = Smsc(settings=SmscSettings(), clock=FixedClock(AT))
        await centre.start()
        yield centre
        await centre.stop()

    @pytest.fixture
    async def wire(self, centre: Smsc) -> AsyncIterator[Wire]:
        wire = Wire(*await asyncio.open_connection("127.0.0.1", centre.port))
        yield wire
        wire.writer.close()

    async def test_nothing_is_allowed_before_the_login(self, wire: Wire) -> None:
        assert (await wire.ask(sent(0, 51, SUBMIT)))[9:17] == "R/51/N/0"
        assert "/R/31/N/04/" in await wire.ask(sent(1, 31, alert_fields("36123")))

    async def test_it_is_strict(self, wire: Wire, centre: Smsc) -> None:
        assert "/R/60/N/07/" in await wire.ask(sent(0, 60, Login(account="36123", password="x").fields()))
        assert "/R/60/A//" in await wire.ask(sent(0, 60, LOGIN))
        assert "/R/31/N/06/" in await wire.ask(sent(1, 31, alert_fields("36124")))
        assert "/R/53/N/02/" in await wire.ask(sent(2, 53, operation(53, {"AdC": "36123"})))
        assert "/R/54/N/03/" in await wire.ask(sent(3, 54, operation(51, {"AdC": "36123"})))
        assert "/R/31/N/01/" in await wire.ask(sent(4, 31, alert_fields("36123")).replace(b"/0539/", b"/0538/"))
        bad_name = operation(51, {"AdC": "0033639980000", "OAdC": "0000", "OTOA": "5039", "MT": "3"})
        assert "/R/51/N/02/" in await wire.ask(sent(5, 51, bad_name))
        assert (centre.counts["fault_syntax"], centre.counts["fault_checksum"]) == (1, 1)

    async def test_a_number_in_use_is_refused(self, wire: Wire, centre: Smsc) -> None:
        await wire.ask(sent(0, 60, LOGIN))
        silent = (SUBMIT[0][:-4] + "4001", *SUBMIT[1:])
        wire.writer.write(sent(7, 51, silent))
        assert "07/00022/R/51/N/02/" in await wire.ask(sent(7, 51, SUBMIT))
        assert centre.counts["reused_number"] == 1

    async def test_a_result_to_nothing_is_counted(self, wire: Wire, centre: Smsc) -> None:
        wire.writer.write(encode(Frame(trn=9, kind="R", ot=52, fields=("A", "", ""))))
        await wire.ask(sent(0, 60, LOGIN))
        assert centre.counts["foreign_result"] == 1


class TestTheClient:
    """A session whose other end says what it likes."""

    @pytest.fixture
    async def ends(self) -> AsyncIterator[tuple[Session, Wire, Counter[str]]]:
        arrived: asyncio.Queue[Wire] = asyncio.Queue()
        server = await asyncio.start_server(lambda *streams: arrived.put_nowait(Wire(*streams)), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        counts: Counter[str] = Counter()
        session = Session(
            reader=reader,
            writer=writer,
            window=10,
            result_timeout_s=60,
            clock=FixedClock(AT),
            monotonic=lambda: 0.0,
            count=lambda name: counts.update((name,)),
        )
        wire = await arrived.get()
        yield session, wire, counts
        session.close()
        wire.writer.close()
        server.close()
        await server.wait_closed()

    async def test_it_answers_what_it_cannot_use(self, ends: tuple[Session, Wire, Counter[str]]) -> None:
        session, wire, counts = ends
        reading = asyncio.ensure_future(session.read())
        assert "/R/60/N/03/" in await wire.ask(sent(1, 60, LOGIN))
        assert "/R/54/N/03/" in await wire.ask(sent(2, 54, operation(51, {"AdC": "36123"})))
        assert "/R/31/A/0000/" in await wire.ask(sent(3, 31, alert_fields("36123")))
        assert "/R/52/N/02/" in await wire.ask(sent(4, 52, operation(52, {"AdC": "36123"})))
        assert counts["fault_syntax"] == counts["fault_unsupported"] == 1
        reading.cancel()

    async def test_a_refusal_without_a_code_is_a_refusal(self, ends: tuple[Session, Wire, Counter[str]]) -> None:
        session, wire, _ = ends
        reading = asyncio.ensure_future(session.read())
        asking = asyncio.ensure_future(session.operate(51, SUBMIT))
        await wire.said()
        wire.writer.write(encode(Frame(trn=0, kind="R", ot=51, fields=("N", "", "refus"))))
        result = await asking
        assert isinstance(result, FrameFault)
        assert result.negative
        reading.cancel()

    async def test_ten_faults_in_a_minute_end_it(self, ends: tuple[Session, Wire, Counter[str]]) -> None:
        session, wire, counts = ends
        wire.writer.write(b"\x02nonsense\x03" * 10)
        with pytest.raises(LinkLost):
            await session.read()
        assert counts["fault_framing"] == 10

    async def test_nothing_leaves_a_closed_session(self, ends: tuple[Session, Wire, Counter[str]]) -> None:
        session, _, _ = ends
        session.close()
        with pytest.raises(LinkDown):
            await session.operate(51, SUBMIT)

    async def test_a_peer_that_asks_and_never_reads_fills_no_memory(
        self, ends: tuple[Session, Wire, Counter[str]]
    ) -> None:
        session, wire, counts = ends
        session._writer.write(b"x" * 20_000_000)  # as much as the sockets hold, and more
        reading = asyncio.ensure_future(session.read())
        for _ in range(20):
            wire.writer.write(sent(3, 31, alert_fields("36123")))
            await asyncio.sleep(0.001)
        assert 0 < counts["in_O31"] < 20
        session._writer.transport.abort()
        with pytest.raises(LinkLost):
            await reading

    async def test_half_frames_and_huge_lengths(self, ends: tuple[Session, Wire, Counter[str]]) -> None:
        session, wire, counts = ends
        reading = asyncio.ensure_future(session.read())
        alert = sent(3, 31, alert_fields("36123"))
        for octets in (alert[:7], b"\x02" + b"0" * 9000):
            wire.writer.write(octets)
        assert "/R/31/A/0000/" in await wire.ask(alert)
        for octets in (alert[:9], b"", alert[9:]):
            wire.writer.write(octets)
            await asyncio.sleep(0)
        assert "/R/31/A/0000/" in await wire.said()
        assert "/R/31/N/02/" in await wire.ask(b"\x0207/99999/O/31/36123/0539/FD\x03")
        assert "/R/31/A/0000/" in await wire.ask(alert)
        assert counts["fault_length"] == 1
        reading.cancel()
