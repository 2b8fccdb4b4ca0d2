"""A whole server in the test's own process: its store, its bot, its operator, and a clock that can be moved."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import select

from rbm_bots import Actions, Context
from rbm_bots.botfile.load import read_bot
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot
from rbm_bots.clock import SystemClock, rfc3339
from rbm_bots.server.app import Server
from rbm_bots.server.deployment import DeployedBot, Deployment
from rbm_bots.settings import Settings
from rbm_bots.store import Store, open_store
from rbm_bots.store.base import table
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from tests.acceptance.driver.deployment import free_ports

__all__ = ["ADMIN", "BOT", "OPERATOR_TOKEN", "PERSON", "SECRET", "House", "MovedClock", "Shop", "cases", "housed"]

BOT = "shop"
PERSON = "+33639980001"
SECRET = "webhook-secret-of-the-tests"
OPERATOR_TOKEN = "operator-token-of-the-tests"
ADMIN = "admin-token-of-the-tests"
SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))

BOT_FILE = """
rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr], expires: 48h}
slots:
  thing: {type: text}
  order: {type: record, fields: {ref: text}, keep: contact}
start: order
flows:
  order:
    hears: [bonjour]
    steps:
      - {ask: thing, say: Que voulez-vous ?, give_up: nothing, timeout: 2h}
      - do: shop.order
        with: {thing: "{{ thing }}"}
        save: order
        on_error: {any: {goto: trouble}}
      - {say: "Commande {{ order.ref }}."}
  twice:
    hears: [deux messages]
    steps: [{say: Premier.}, {say: Second.}]
  nothing:
    steps: [{say: Une autre fois.}]
  trouble:
    steps: [{say: Cela ne va pas.}]
"""


class MovedClock:
    """The machine's time, and whatever it was moved by; waiting is real."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self._moved = timedelta()

    def now(self) -> datetime:
        return self._system.now() + self._moved

    async def sleep(self, seconds: float) -> None:
        await self._system.sleep(seconds)

    def advance(self, seconds: float) -> None:
        self._moved += timedelta(seconds=seconds)


class Shop:
    """The shop's Python: an action that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.actions = Actions()
        self.open = asyncio.Event()
        self.open.set()
        self.ordered: list[str] = []
        self.fault: Exception | None = None
        self.actions.action("shop.order", timeout=20)(self._order())

    def _order(self) -> Any:
        async def order(ctx: Context, thing: str) -> dict[str, object]:
            self.ordered.append(ctx.key)
            await self.open.wait()
            if self.fault is not None:
                raise self.fault
            return {"ref": f"R-{len(thing)}"}

        return order


class House:
    """One deployment; ``start`` and ``stop`` its server as often as the test wants."""

    def __init__(
        self, *, database: str, operator: str, http: ClientSession, ports: tuple[int, int], text: str = BOT_FILE
    ) -> None:
        self.clock = MovedClock()
        self.shop = Shop()
        self.seal = SEAL
        self.http = http
        self.database = database
        self._ids = itertools.count(1)
        self._settings = Settings(
            database=database,
            port=ports[0],
            admin_port=ports[1],
            admin_token=ADMIN,
            public_url="https://bots.example",
            lease_s=1.0,
            drain_s=1.0,
            capability={"nightly": False},  # the same calls at every hour
        )
        how = {"auth_mode": "gsma_only", "gsma_token": "static", "api_base": operator, "quota_per_s": 3000}
        application = MaapApplication.model_validate({"id": "APP1", "settings": {**how, "timeout_s": 2.0}})
        auth = {"kind": "header", "name": "X-Secret", "value": SECRET}
        account = MaapBot.model_validate(
            {"id": BOT, "platform_id": BOT, "application": "APP1", "webhook_auth": auth, "token": OPERATOR_TOKEN}
        )
        deployed = DeployedBot(bot=read_bot(text, actions=self.shop.actions), account=account, brand="brand")
        self.deployment = Deployment(bots={BOT: deployed}, applications={"APP1": application})
        self.server: Server | None = None
        self._store: Store | None = None

    @property
    def url(self) -> str:
        """Where the public application listens."""
        return f"http://127.0.0.1:{self._settings.port}"

    @property
    def store(self) -> Store:
        assert self._store is not None, "the server does not run"
        return self._store

    async def start(self) -> None:
        self._store = await open_store(self.database)
        self.server = Server(
            settings=self._settings, deployment=self.deployment, store=self._store, seal=self.seal, clock=self.clock
        )
        await self.server.start()

    async def stop(self) -> None:
        if self.server is not None:
            await self.server.stop()
            await self.store.close()
        self.server = self._store = None

    def event(self, kind: str, *, number: str = PERSON, msg_id: str | None = None, **content: Any) -> dict[str, Any]:
        """A webhook event, now."""
        message = {"msgId": msg_id or f"in-{next(self._ids)}", "timestamp": rfc3339(self.clock.now()), **content}
        return {"event": kind, "RCSMessage": message, "messageContact": {"userContact": number}}

    async def post(self, body: dict[str, Any] | bytes, *, bot: str = BOT, secret: str = SECRET) -> int:
        """What the operator does; the status."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.url}/webhooks/maap/{bot}"
        async with self.http.post(url, data=data, headers={"X-Secret": secret}) as answer:
            return answer.status

    async def say(self, text: str, *, number: str = PERSON) -> None:
        assert await self.post(self.event("message", number=number, textMessage=text)) == 200

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """A call of the public application."""
        async with self.http.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.text()

    async def admin(self, method: str, path: str, body: Any = None, *, token: str = ADMIN) -> tuple[int, Any]:
        """A call of the admin API; its status and what it says."""
        url, headers = f"http://127.0.0.1:{self._settings.admin_port}{path}", {"Authorization": f"Bearer {token}"}
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    def move(self, seconds: float) -> None:
        """Time goes by, and whoever waits looks at the clock again."""
        self.clock.advance(seconds)
        self.store.wake.all()

    async def rows(self, model: type[Any]) -> list[Any]:
        """All rows of a table, oldest first."""
        found = table(model)
        order = found.c.seq if "seq" in found.c else next(iter(found.primary_key))
        return list(await self.store.read(lambda connection: connection.execute(select(found).order_by(order)).all()))


@asynccontextmanager
async def housed(*, database: str, operator: str, text: str = BOT_FILE) -> AsyncIterator[House]:
    """A house whose server runs the bot in ``text``; it is stopped at the end, however it stands."""
    await upgrade(database)
    port, admin_port = free_ports(2)
    async with ClientSession() as http:
        house = House(database=database, operator=operator, http=http, ports=(port, admin_port), text=text)
        await house.start()
        try:
            yield house
        finally:
            house.shop.open.set()
            await house.stop()


def cases(folder: Path) -> list[Path]:
    """The JSON files of a folder; there are some."""
    found = sorted(folder.glob("*.json"))
    assert found, f"no cases in {folder}"
    return found
