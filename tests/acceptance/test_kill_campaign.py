"""``kill -9``, three times in one campaign: every recipient has one outcome, and nobody gets two messages."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.driver.deployment import BOT, TOKEN, Deployment, deploy, free_ports, webhook
from tests.acceptance.driver.operator import Operator, numbers, operating, until
from tests.acceptance.driver.process import Process, rest

PEOPLE = 60
QUOTA = 20
SENDING_S = 60
KILLS = 3
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 18))]
CAMPAIGN = f"""
campaign: recall
bot: {BOT}
class: service
audience: {{csv: people.csv, number: mobile, reference: id}}
columns: {{drink: boisson}}
message: {{text: "Votre {{{{ drink }}}} est là."}}
"""
_PROGRAM = "from rbm_bots.cli.main import main; main()"


async def command(deployment: Deployment, *words: str) -> None:
    """A command of the campaign's owner."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        "campaign",
        words[0],
        "--config",
        str(deployment.config),
        *words[1:],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()


async def asked(deployment: Deployment, operator: Operator, path: str) -> Any:
    """What the running server says of the campaign."""
    url = f"http://127.0.0.1:{deployment.admin_port}/admin/campaigns/recall{path}"
    async with operator.http.get(url, headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


def write_files(folder: Path) -> Path:
    """The campaign's file and its audience."""
    lines = [f"{place};{number};thé {place}" for place, number in enumerate(numbers(PEOPLE))]
    (folder / "people.csv").write_text("\n".join(["id;mobile;boisson", *lines]), encoding="utf-8")
    file = folder / "recall.yaml"
    file.write_text(CAMPAIGN, encoding="utf-8")
    return file


def check(lines: list[dict[str, Any]], operator: Operator) -> Counter[str]:
    """Each person has one line, and as many messages as its outcome says."""
    assert sorted(int(line["reference"]) for line in lines) == list(range(PEOPLE))
    assert len({line["contact"] for line in lines}) == PEOPLE
    for line in lines:
        texts = operator.texts(line["columns"][0])
        assert set(texts) <= {f"Votre thé {line['reference']} est là."}
        least, most = (0, 1) if line["outcome"] == "unknown" else (1, 1)
        assert least <= len(texts) <= most, line["outcome"]
    return Counter(str(line["outcome"]) for line in lines)


def _received(operator: Operator, least: int) -> bool:
    return operator.received_by_all() >= least


class KillContract:
    """Each engine's test class gives the fixture ``database``."""

    @pytest.mark.parametrize("seed", SEEDS)
    async def test_nobody_is_lost_and_nobody_gets_two(self, database: str, tmp_path: Path, seed: int) -> None:
        ports = free_ports(2)
        async with operating(webhook=webhook(ports[0]), quota_per_s=QUOTA) as operator:
            deployment = await deploy(
                tmp_path, database=database, operator=operator.base, ports=(ports[0], ports[1]), quota_per_s=QUOTA
            )
            server = Process(deployment)
            try:
                await server.start()
                await command(deployment, "run", str(write_files(tmp_path)))
                for instant in sorted(random.Random(seed).sample(range(1, PEOPLE - 10), KILLS)):
                    # what a kill left in doubt may never come, so the wait has an end
                    await until(partial(_received, operator, instant), within_s=10, strict=False)
                    await server.kill()
                    await server.start()

                async def over() -> bool:
                    return bool((await asked(deployment, operator, ""))["state"] == "done")

                await until(over, within_s=SENDING_S)
                await rest(server, operator)
                report = await asked(deployment, operator, "/report?column=mobile")
                assert await server.terminate() == 0
            finally:
                await server.close()
            outcomes = check(report, operator)
        assert set(outcomes) <= {"delivered", "displayed", "unknown"}
        assert outcomes["unknown"] <= KILLS * QUOTA, "what was under way at a kill: one window at most"
        assert operator.answers_to_sends() == {202}


class TestSqlite(KillContract):
    @pytest.fixture
    def database(self, sqlite_path: Path) -> str:
        return f"sqlite:///{sqlite_path}"


class TestPostgres(KillContract):
    @pytest.fixture
    def database(self, postgres_database: str) -> str:
        return postgres_database
