"""Other ways to a centre: TLS around the link, and a centre that connects back; and peers that mean no good."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from rbm_bots.channels.sms.errors import LinkDown
from rbm_bots.channels.sms.smpp import SmppTransportSettings
from rbm_bots.channels.sms.tls import TlsSettings
from rbm_bots.channels.sms.ucp.client import closed
from rbm_bots.channels.sms.ucp.frame import Frame, encode
from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.channels.sms.ucp.operations import Deliver
from rbm_bots.channels.sms.ucp.stamps import Stamp
from rbm_bots.channels.sms.ucp.transport import UcpTransport
from rbm_bots.clock import SystemClock
from rbm_bots.emulator.smsc import Line, Smsc, SmscSettings
from rbm_bots.errors import SettingsError
from tests.integration.channels.smpp_side import linked as smpp_linked
from tests.integration.channels.sms_inbox import Heard, one_sms, until
from tests.integration.channels.tls_side import NAME, tls_before, write_certificate


@asynccontextmanager
async def a_centre(**how: Any) -> AsyncIterator[Smsc]:
    centre = Smsc(settings=SmscSettings(**how), clock=SystemClock())
    await centre.start()
    try:
        yield centre
    finally:
        await centre.stop()


@asynccontextmanager
async def a_link(port: int, heard: Heard, **options: Any) -> AsyncIterator[UcpTransport]:
    raw = {"hosts": [f"127.0.0.1:{port}"], "account": "36123", "password": "secret", "drain_s": 0.1} | options
    transport = UcpTransport(
        settings=UcpTransportSettings.model_validate(raw),
        inbound="msisdn",
        inbox=heard,
        clock=SystemClock(),
        monotonic=asyncio.get_running_loop().time,
    )
    await transport.start()
    try:
        yield transport
    finally:
        await transport.stop()


class TestTls:
    async def test_ucp(self, tmp_path: Path) -> None:
        certificate, key = write_certificate(tmp_path)
        ours, our_key = write_certificate(tmp_path, "us.example")
        heard = Heard()
        tls = {"roots": certificate, "server_name": NAME, "certificate": ours, "key": our_key}
        async with (
            a_centre() as centre,
            tls_before(centre.port, certificate=certificate, key=key, client=ours) as port,
            a_link(port, heard, tls=tls) as transport,
        ):
            await until(lambda: heard.links == ["open"])
            await transport.submit(one_sms())
            await until(lambda: heard.states("m1") == ["delivered"])

    @pytest.mark.parametrize("tls", [{}, {"server_name": NAME}])
    async def test_a_centre_that_cannot_prove_itself_hears_nothing(self, tmp_path: Path, tls: Any) -> None:
        certificate, key = write_certificate(tmp_path)
        roots = {} if tls else {"roots": certificate}  # unknown to us, or known under another name than its host
        heard = Heard()
        async with (
            a_centre() as centre,
            tls_before(centre.port, certificate=certificate, key=key) as port,
            a_link(port, heard, tls=tls | roots) as transport,
        ):
            with pytest.raises(LinkDown):
                await transport.submit(one_sms())
            await asyncio.sleep(0.1)
            assert heard.links == []
            assert centre.counts["in_60"] == 0

    async def test_smpp(self, tmp_path: Path, free_port: int) -> None:
        certificate, key = write_certificate(tmp_path)
        async with tls_before(free_port, certificate=certificate, key=key) as port:
            tls = {"roots": certificate, "server_name": NAME}
            async with smpp_linked(free_port, host=f"127.0.0.1:{port}", tls=tls) as side:
                assert (await side.transport.submit(one_sms())).reference == "id-1"
                assert (await side.centre.say(b"STOP")).is_success
                assert [message.text for message in side.heard.messages] == ["STOP"]

    def test_files_that_cannot_be_used(self, tmp_path: Path) -> None:
        nothing = tmp_path / "nothing.pem"
        nothing.write_text("no certificate")
        for wrong in ({"roots": tmp_path / "gone"}, {"roots": nothing}, {"certificate": nothing}):
            with pytest.raises(SettingsError, match="certificate"):
                TlsSettings.model_validate(wrong).context()
        with pytest.raises(ValidationError, match="certificate"):
            TlsSettings.model_validate({"key": nothing})

    def test_each_link_can_have_it(self) -> None:
        assert SmppTransportSettings.model_validate({"host": "a:1", "system_id": "us", "tls": {}}).tls is not None
        assert TlsSettings().name_of("smsc") == "smsc"


class TestConnectingBack:
    async def test_messages_and_reports_come_on_the_centres_own_connection(self, free_port: int) -> None:
        heard = Heard()
        script = (Line(sender="33639980001", text="STOP", after_s=0.0),)
        listen = {"listen": f"127.0.0.1:{free_port}", "listen_peers": ["127.0.0.0/8"]}
        async with (
            a_centre(connect_back=("127.0.0.1", free_port), script=script) as centre,
            a_link(centre.port, heard, **listen) as transport,
        ):
            await until(lambda: heard.links == ["open"])
            await transport.submit(one_sms())
            await until(lambda: heard.states("m1") == ["delivered"] and heard.messages)
            assert [message.text for message in heard.messages] == ["STOP"]
            await until(lambda: centre.counts["result_52_A"] and centre.counts["result_53_A"])
            assert centre.counts["back"] == 1

    async def test_nobody_else_may_come(self, free_port: int) -> None:
        heard = Heard()
        listen = {"listen": f"127.0.0.1:{free_port}", "listen_peers": ["192.0.2.0/24"]}
        stop = Deliver(to="36123", sender="33639980001", text="STOP", scts=Stamp(digits="241126101640", at=None))
        async with a_centre() as centre, a_link(centre.port, heard, **listen):
            await until(lambda: heard.links == ["open"])
            reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
            with contextlib.suppress(OSError):
                writer.write(encode(Frame(trn=0, kind="O", ot=52, fields=stop.fields())))
                assert await reader.read() == b""
            writer.close()
            assert heard.messages == []

    async def test_a_place_that_is_taken_is_said(self) -> None:
        async with a_centre() as centre:
            listen = {"listen": f"127.0.0.1:{centre.port}", "listen_peers": ["127.0.0.0/8"]}
            with pytest.raises(SettingsError, match="listen"):
                async with a_link(centre.port, Heard(), **listen):
                    pass

    @pytest.mark.parametrize(
        "wrong", [{"listen": "127.0.0.1:1"}, {"listen": "here", "listen_peers": ["::1"]}, {"listen_peers": ["x"]}]
    )
    def test_settings_that_cannot_be(self, wrong: Any) -> None:
        with pytest.raises(ValidationError):
            UcpTransportSettings.model_validate({"hosts": ["a:1"], "account": "1", "password": "x"} | wrong)


async def test_what_is_written_and_never_read_does_not_hold_up_the_next_link() -> None:
    arrived: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: arrived.put_nowait(writer), "127.0.0.1", 0, limit=1024)
    _, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    other = await arrived.get()
    writer.write(b"x" * 20_000_000)
    writer.close()
    await closed(writer, within_s=0.05)
    assert writer.transport.get_write_buffer_size() == 0
    other.transport.abort()
    server.close()
    await server.wait_closed()


async def test_a_short_validity_is_a_minute_and_one_that_is_over_does_not_leave() -> None:
    now = datetime.now(UTC)
    heard = Heard()
    async with a_centre() as centre, a_link(centre.port, heard) as transport:
        await until(lambda: heard.links == ["open"])
        await transport.submit(one_sms(validity_until=now + timedelta(seconds=5)))
        validity = centre.taken[0].submit.validity
        assert validity is not None
        assert now < validity <= now + timedelta(minutes=2)
