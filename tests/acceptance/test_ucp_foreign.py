"""Programs written by others read our frames and exchange with our centre; a client at full rate loses nothing.

``make soak`` runs these: they take real time, and need ``apt-get install kannel tshark``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession

from rbm_bots.channels.sms.parts import cut
from rbm_bots.channels.sms.ucp import Turns, UcpClient, UcpSettings
from rbm_bots.channels.sms.ucp.frame import Frame, encode
from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.channels.sms.ucp.operations import Login, alert_fields
from rbm_bots.channels.sms.ucp.transport import UcpTransport
from rbm_bots.clock import SystemClock
from rbm_bots.delivery.pacer import Pacer
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from tests.acceptance.driver.foreign import kannel, program, until
from tests.acceptance.driver.pcap import Packet, write_pcap
from tests.integration.channels.sms_inbox import Heard, one_sms
from tests.integration.channels.ucp_compose import compose

pytestmark = pytest.mark.soak

PARIS = ZoneInfo("Europe/Paris")


def transported(until_then: datetime) -> list[tuple[str, ...]]:
    """What the transport makes of messages of each kind."""
    settings = UcpTransportSettings(hosts=("127.0.0.1:5000",), account="36123", password="secret", nadc="127000000001")
    clock = SystemClock()
    transport = UcpTransport(settings=settings, inbound="msisdn", inbox=Heard(), clock=clock, monotonic=time.monotonic)
    messages = [
        one_sms("Votre code : 4711", sender="+33199001234", validity_until=until_then),
        one_sms("Merci, votre vote compte", to="412700583916"),
        one_sms("sans rapport", report=False),
        *(one_sms(part=part) for part in cut("Ça [coûte] 10 € " * 12, reference=0xFACE, reference_bits=16)),
    ]
    return [transport._operation(message).fields(PARIS) for message in messages]


def frames() -> list[Frame]:
    """One frame of each kind that our client sends."""
    at = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    operations = [(60, Login(account="36123", password="secret").fields()), (31, alert_fields("36123"))]
    for text in ("Bonjour à 12 € [net]", "x" * 400, "Reçu 📄", "Reçu 📄" * 40):
        submits = compose(text, to="0033639981234", sender="36123", ref=200, validity=at)
        operations += [(51, submit.fields(PARIS)) for submit in submits]
    named = compose("Bonjour", to="33639981234", sender="AtelierNord", sender_kind="name", ref=1, deferred_to=at)
    operations.append((51, named[0].fields(PARIS)))
    operations += [(51, fields) for fields in transported(at)]
    results = [(52, ("A", "", "")), (53, ("A", "", "")), (1, ("A", "")), (31, ("A", "0000")), (52, ("N", "02", ""))]
    return [
        *(Frame(trn=trn, kind="O", ot=ot, fields=fields) for trn, (ot, fields) in enumerate(operations)),
        *(Frame(trn=trn, kind="R", ot=ot, fields=fields) for trn, (ot, fields) in enumerate(results)),
    ]


async def test_each_kind_of_frame_is_read_by_kannels_decoder() -> None:
    decoder, wanted = program("decode_emimsg", package="kannel"), frames()
    assert len(wanted) > 15
    for frame in wanted:
        shown = await asyncio.create_subprocess_exec(
            decoder,
            encode(frame)[1:-1].decode("ascii"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await shown.communicate()
        assert any(line.startswith(b"OPERATION") or b" OPERATION" in line for line in said.splitlines()), frame


async def tshark(file: Path, *options: str) -> str:
    found = program("tshark", package="tshark")
    pipe, quiet = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(found, "-r", str(file), *options, stdout=pipe, stderr=quiet)
    said, _ = await running.communicate()
    assert running.returncode == 0
    return said.decode("utf-8")


async def test_each_kind_of_frame_is_dissected_by_tshark(tmp_path: Path) -> None:
    file, wanted = tmp_path / "ours.pcap", frames()
    write_pcap(file, [Packet(encode(frame)) for frame in wanted])  # a packet each: of two, one's faults would hide
    names = ("AdC", "OAdC", "NRq", "NT", "NPID", "DD", "DDT", "VP", "MT", "NB", "MCLs", "OTOA")
    columns = ["_ws.col.Protocol", "_ws.col.Info", "ucp.hdr.TRN", "ucp.hdr.LEN", "ucp.hdr.OT"]
    columns += [f"ucp.parm.{name}" for name in names]
    shown = await tshark(file, "-T", "fields", *(part for column in columns for part in ("-e", column)))
    lines = [line.split("\t") for line in shown.splitlines()]
    assert len(lines) == len(wanted)
    for line, frame in zip(lines, wanted, strict=True):
        protocol, info, trn, length, ot, *values = line
        assert (protocol, int(trn), int(ot)) == ("UCP", frame.trn, frame.ot)
        assert int(length) == len(encode(frame)) - 2
        assert "invalid" not in info
        if frame.kind == "O":
            named = frame.named()
            seen = {name: as_on_the_wire(name, value) for name, value in zip(names, values, strict=True) if value}
            assert seen == {name: named[name] for name in names if named.get(name)}, frame.label
    counted = await tshark(file, "-q", "-z", "ucp_messages,tree")
    assert re.search(rf"^\s*UCP Messages\s+{len(wanted)}\b", counted, re.MULTILINE), counted


def as_on_the_wire(name: str, shown: str) -> str:
    """A field's digits, from the way in which tshark shows them."""
    if name in ("VP", "DDT"):
        at = datetime.strptime(shown.partition(".")[0], "%b %d, %Y %H:%M:%S")  # noqa: DTZ007 - local to the centre
        return at.strftime("%d%m%y%H%M")
    return shown.strip("'").zfill(4 if name in ("NPID", "NB") else 1)


async def test_tshark_sees_a_damaged_frame(tmp_path: Path) -> None:
    file = tmp_path / "damaged.pcap"
    good = encode(Frame(trn=7, kind="O", ot=31, fields=alert_fields("36123")))
    write_pcap(file, [Packet(good), Packet(good.replace(b"36123", b"36124")), Packet(good)])
    lines = (await tshark(file)).splitlines()
    assert [("checksum invalid" in line) for line in lines] == [False, True, False]


async def test_kannel_exchanges_with_our_centre(tmp_path: Path) -> None:
    record = tmp_path / "frames.jsonl"
    centre = Smsc(settings=SmscSettings(), clock=SystemClock(), record_file=record)
    await centre.start()
    try:
        async with kannel(tmp_path, centre.port) as address, ClientSession() as http:
            for to, text, more in (
                ("+33639981234", "Bonjour", {}),
                ("+33639980001", "x" * 200, {}),
                ("+33639981234", "Reçu 📄", {"coding": "2"}),
                ("+33639981006", "refusé", {}),
                ("+33639987001", "Salut", {}),
                ("+33639987003", "deux", {}),
                ("+33639987005", "appel", {}),
            ):
                asked = {"username": "t", "password": "t", "from": "36123", "charset": "UTF-8", "dlr-mask": "31"}
                query = urlencode(asked | {"dlr-url": "http://127.0.0.1:9/", "to": to, "text": text} | more)
                async with http.get(f"{address}?{query}") as answer:
                    assert answer.status == 202
            await until(lambda: len(centre.taken) == 7)
            await until(lambda: centre.counts["result_53_A"] >= 6)
            await until(lambda: centre.counts["result_52_A"] == 3 and centre.counts["result_01_A"] == 1)
            await until(lambda: centre.counts["in_31"] >= 2)
    finally:
        await centre.stop()
    texts = [one.submit.text for one in centre.taken]
    assert texts[0] == "Bonjour"
    assert "".join(texts[1:3]) == "x" * 200
    assert texts[3] == "Reçu 📄"
    assert not [name for name in centre.counts if name.startswith(("fault", "foreign"))]
    lines = [json.loads(line)["frame"] for line in record.read_text("utf-8").splitlines()]
    assert any("/R/51/N/06/" in line for line in lines)


class Counting:
    """An inbox that counts what it is told of each message."""

    def __init__(self) -> None:
        self.delivered: Counter[str] = Counter()

    async def message(self, heard: object) -> None:
        return None

    async def progress(self, progress: Any) -> None:
        self.delivered[progress.label] += progress.state == "delivered"


async def test_a_minute_at_the_fastest_rate_loses_and_doubles_nothing() -> None:
    clock, inbox, rate = SystemClock(), Counting(), 150
    centre = Smsc(settings=SmscSettings(rate=rate, window=30), clock=clock)
    await centre.start()
    settings = UcpSettings(hosts=(("127.0.0.1", centre.port),), account="36123", password="secret", window=30)
    turns = Turns(Pacer(per_second=rate, window="second"), clock=clock, monotonic=time.monotonic)
    client = UcpClient(settings=settings, turns=turns, inbox=inbox, clock=clock, monotonic=time.monotonic)
    running = asyncio.ensure_future(client.run())
    try:
        await client.up.wait()
        began = time.monotonic()
        labels = [f"m{at}" for at in range(60 * rate)]
        sends = [
            client.submit(
                compose("Bonjour", to=f"0033639980{at % 1000:03}", sender="36123", ref=0)[0],
                lane="service",
                label=label,
            )
            for at, label in enumerate(labels)
        ]
        await asyncio.gather(*sends)
        took = time.monotonic() - began
        await until(lambda: len(inbox.delivered) == len(labels), 30)
    finally:
        await client.stop()
        await running
        await centre.stop()
    assert len(centre.taken) == len(labels)
    assert set(inbox.delivered.values()) == {1}
    assert centre.counts["over_rate"] == centre.counts["beyond_window"] == 0
    assert took < 66
