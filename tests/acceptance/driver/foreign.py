"""Programs written by others, which tests find or say plainly that they are not there; Kannel among them."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

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
{service}
"""


def program(name: str, *, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.fail(f"{name} is not installed: apt-get install {package}")
    return found


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        await asyncio.sleep(0.05)


@asynccontextmanager
async def kannel(folder: Path, port: int, *, service: str = 'text = "ok"') -> AsyncIterator[str]:
    """Kannel's two boxes as a client of our centre; the address to send messages with.

    ``service``: what it does with messages from phones.
    """
    bearerbox, smsbox = program("bearerbox", package="kannel"), program("smsbox", package="kannel")
    ports = dict(zip(("admin", "box", "http"), range(23_900, 23_903), strict=True))
    file = folder / "kannel.conf"
    file.write_text(CONFIGURATION.format(port=port, service=service, **ports), encoding="utf-8")
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
