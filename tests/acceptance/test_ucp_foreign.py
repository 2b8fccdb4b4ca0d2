"""Kannel, written by others, reads our frames and exchanges with our centre; a client at full rate loses nothing.

``make soak`` runs these: they take real time, and those with Kannel need ``apt-get install kannel``.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession

from rbm_bots.channels.sms.ucp import Turns, UcpClient, UcpSettings, compose
from rbm_bots.channels.sms.ucp.frame import Frame, encode
from rbm_bots.channels.sms.ucp.operations import Login, alert_fields
from rbm_bots.clock import SystemClock
from rbm_bots.delivery.pacer import Pacer
from rbm_bots.emulator.smsc import Smsc, SmscSettings

pytestmark = pytest.mark.soak

PARIS = ZoneInfo("Europe/Paris")
CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = bar
admin-allow-ip = "127.0.0.1"
smsbox-port = {box}
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = emi
smsc-id = EMU
host = 127.0.0.1
port = {port}
smsc-username = 36123
smsc-password = secret
my-number = 36123
keepalive = 3
flow-control = 0
window = 10
throughput = 10
wait-ack = 30
notification-pid = 0539

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = "127.0.0.1"

group = sendsms-user
username = t
password = t
concatenation = true
max-messages = 5

group = sms-service
keyword = default
catch-all = true
max-messages = 0
text = "ok"
"""


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.fail(f"{name} is not installed: apt-get install kannel")
    return found


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        await asyncio.sleep(0.05)


def frames() -> list[Frame]:
    """One frame of each kind that our client sends."""
    at = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    operations = [(60, Login(account="36123", password="secret").fields()), (31, alert_fields("36123"))]
    for text in ("Bonjour à 12 € [net]", "x" * 400, "Reçu 📄", "Reçu 📄" * 40):
        submits = compose(text, to="0033639981234", sender="36123", ref=200, validity=at)
        operations += [(51, submit.fields(PARIS)) for submit in submits]
    named = compose("Bonjour", to="33639981234", sender="AtelierNord", sender_kind="name", ref=1, deferred_to=at)
    operations.append((51, named[0].fields(PARIS)))
    results = [(52, ("A", "", "")), (53, ("A", "", "")), (1, ("A", "")), (31, ("A", "0000")), (52, ("N", "02", ""))]
    return [
        *(Frame(trn=trn, kind="O", ot=ot, fields=fields) for trn, (ot, fields) in enumerate(operations)),
        *(Frame(trn=trn, kind="R", ot=ot, fields=fields) for trn, (ot, fields) in enumerate(results)),
    ]


async def test_each_kind_of_frame_is_read_by_kannels_decoder() -> None:
    decoder, wanted = program("decode_emimsg"), frames()
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


@asynccontextmanager
async def kannel(folder: Path, port: int) -> AsyncIterator[str]:
    """Kannel's two boxes as a client of our centre; the address to send messages with."""
    bearerbox, smsbox = program("bearerbox"), program("smsbox")
    ports = dict(zip(("admin", "box", "http"), range(23_900, 23_903), strict=True))
    file = folder / "kannel.conf"
    file.write_text(CONFIGURATION.format(port=port, **ports), encoding="utf-8")
    boxes = []
    try:
        for box in (bearerbox, smsbox):
            quiet = asyncio.subprocess.DEVNULL
            boxes.append(await asyncio.create_subprocess_exec(box, str(file), stdout=quiet, stderr=quiet))
            await asyncio.sleep(2)
        yield f"http://127.0.0.1:{ports['http']}/cgi-bin/sendsms"
    finally:
        for process in reversed(boxes):
            process.terminate()
            await process.wait()


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

    async def journal(self, operation: object) -> None:
        return None

    async def message(self, message: object) -> None:
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
