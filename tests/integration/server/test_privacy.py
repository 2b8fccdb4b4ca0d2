"""Who a person is and what they write stands sealed in the database and nowhere else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from rbm_bots.server.logs import configure_logs
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import ADMIN, OPERATOR_TOKEN, SECRET, House, housed

NUMBER = "+33639980077"
WORDS = "aubergine violette"
SECRETS = (SECRET, OPERATOR_TOKEN, ADMIN, "ssssssss", "iiiiiiii")
FORBIDDEN = ("39980077", "639 98 00 77", "aubergine", "violette", *SECRETS)


async def talk(house: House, operator: Operator) -> None:
    """A conversation in which much goes wrong."""
    await house.say("bonjour", number=NUMBER)
    await until(lambda: len(operator.texts(NUMBER)) == 1, within_s=10)
    house.shop.fault = ValueError(f"there is no {WORDS} for {NUMBER}")
    await house.say(WORDS, number=NUMBER)
    await until(lambda: len(operator.texts(NUMBER)) == 2, within_s=10)
    await operator.rule({"status": 400, "body": {"reason": {"code": 40018, "text": f"{WORDS} {NUMBER}"}}}, nth=1)
    await operator.rule({"drop": "after"}, nth=2)
    await house.say("deux messages", number=NUMBER)
    assert await house.post(json.dumps({"event": WORDS, "messageContact": NUMBER}).encode()) == 200
    assert await house.post(f'{{"{WORDS}": "{NUMBER}"'.encode()) == 400
    assert await house.post(b"{}", secret="not " + SECRET) == 401
    assert await house.post(house.event("alias", number=NUMBER)) == 200
    await house.say("STOP", number=NUMBER)
    await until(lambda: len(operator.texts(NUMBER)) == 4, within_s=10)


def values(connection: Connection) -> Iterator[tuple[str, Any]]:
    """Every value of every table, with its place."""
    for found in SQLModel.metadata.sorted_tables:
        for row in connection.execute(select(found)):
            yield from ((f"{found.name}.{name}", value) for name, value in row._mapping.items())


def holds(value: Any, word: str) -> bool:
    return word.encode() in value if isinstance(value, bytes) else word in str(value)


async def test_no_log_no_answer_and_no_column_shows_a_person(
    database: str, operator: Operator, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    configure_logs(level="debug")  # to where capsys reads, before anything logs
    caplog.set_level(logging.DEBUG)
    async with housed(database=database, operator=operator.base) as house:
        await talk(house, operator)
        told = [(await house.admin("GET", path))[1] for path in ("/admin/state", "/metrics")]
        stored = list(await house.store.read(lambda connection: list(values(connection))))
    logs = "".join(capsys.readouterr()) + "\n".join(f"{one.name} {one.getMessage()}" for one in caplog.records)
    for event in ("webhook.kept", "webhook.refused", "action.fault", "call.done", "message.rejected"):
        assert f'"{event}"' in logs, "the logs were not read"
    assert len(stored) > 100, "the tables were not read"
    for word in FORBIDDEN:
        assert word not in logs
        assert word not in str(told)
        assert [place for place, value in stored if holds(value, word)] == []


async def test_no_byte_of_the_file_shows_a_person(sqlite_path: Path, operator: Operator) -> None:
    async with housed(database=f"sqlite:///{sqlite_path}", operator=operator.base) as house:
        await talk(house, operator)
    files = [path for path in sqlite_path.parent.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) > 50_000
    for path in files:
        found = path.read_bytes()
        assert [word for word in FORBIDDEN if word.encode() in found] == []
