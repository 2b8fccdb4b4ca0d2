"""A whole way by a gateway written by others: our HTTP transport, Kannel, our centre over UCP, and all of it back.

``make soak`` runs this: it takes real time and needs ``apt-get install kannel``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from rbm_bots.channels.sms.factory import transport_for
from rbm_bots.channels.sms.http import HttpTransport, HttpTransportSettings
from rbm_bots.channels.sms.parts import cut
from rbm_bots.channels.sms.transport import Submitted
from rbm_bots.clock import SystemClock
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from rbm_bots.server.sms_webhook import add_sms_webhook
from tests.acceptance.driver.foreign import kannel, until
from tests.integration.channels.sms_inbox import Heard, one_sms

pytestmark = pytest.mark.soak

MESSAGE = 'get-url = "{url}/webhooks/sms/36123/message?id=%I&from=%p&to=%P&text=%b&charset=%C&time=%T&key=k"'


@asynccontextmanager
async def our_webhooks(transports: dict[str, HttpTransport]) -> AsyncIterator[str]:
    app = web.Application()
    add_sms_webhook(app, transports)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_there_and_back_through_kannel(tmp_path: Path) -> None:
    clock, heard = SystemClock(), Heard()
    centre = Smsc(settings=SmscSettings(), clock=clock)
    await centre.start()
    transports: dict[str, HttpTransport] = {}
    try:
        async with (
            our_webhooks(transports) as ours,
            kannel(tmp_path, centre.port, service=MESSAGE.format(url=ours)) as address,
        ):
            raw = {"kind": "http", "profile": "kannel", "url": address, "username": "t", "password": "t"}
            settings = HttpTransportSettings.model_validate(raw | {"webhook": {"secret": "k"}})
            transport = transport_for(settings, code="36123", inbox=heard, clock=clock, public_url=ours)
            assert isinstance(transport, HttpTransport)
            transports["36123"] = transport
            await transport.start()
            await exchange(transport, heard)
            await transport.stop()
    finally:
        await centre.stop()
    texts = [one.submit.text for one in centre.taken]
    assert texts[0] == "Bonjour à 10 € [net]"
    assert "Reçu 📄" in texts
    assert "".join(one.submit.text for one in centre.taken if one.submit.part) == "à [long] €" * 40
    assert [one.submit.part.seq for one in centre.taken if one.submit.part] == [1, 2, 3, 4]
    assert all(one.submit.report for one in centre.taken)
    assert centre.taken[0].submit.validity is not None
    assert centre.taken[0].submit.to == "0033639981234"


async def exchange(transport: HttpTransport, heard: Heard) -> None:
    """Texts of each kind out, their reports and answers in."""
    until_then = SystemClock().now() + timedelta(hours=2)
    assert (
        await transport.submit(one_sms("Bonjour à 10 € [net]", sms_id="plain", validity_until=until_then))
        == Submitted()
    )
    await transport.submit(one_sms("Reçu 📄", sms_id="emoji"))
    for part in cut("à [long] €" * 40, reference=0xC3):
        await transport.submit(one_sms(part=part, sms_id=f"part{part.number}"))
    for digits, sms_id in (("2107", "absent"), ("1006", "refused"), ("7001", "stop"), ("7004", "ça")):
        await transport.submit(one_sms(to=f"+3363998{digits}", sms_id=sms_id))
    wanted = {"plain", "emoji", "part1", "part2", "part3", "part4"}
    await until(lambda: {one.id for one in heard.reports if one.state == "delivered"} >= wanted, 30)
    await until(lambda: {one.id for one in heard.reports if one.state == "failed"} == {"absent", "refused"}, 30)
    await until(lambda: len(heard.messages) == 2, 30)
    texts = {one.sender.value: one.text for one in heard.messages}
    assert texts == {"+33639987001": "STOP", "+33639987004": "Ça va 👍"}
