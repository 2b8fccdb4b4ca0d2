"""``rbm db``, ``serve``, ``work`` and ``doctor``: how they start, stop, and say what is missing."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from rbm_bots.paths import bots_dir
from rbm_bots.store.schema import HEAD
from tests.integration.cli.conftest import Command, Running
from tests.postgres_server import with_database

READY = "rbm serve: listening on "
CHECKS = ["settings", "vault keys", "bots", "secrets", "database", "admin token"]
NO_DATABASE = [
    ("nonsense", "not a database URL"),
    ("mysql://u@127.0.0.1/x", "no engine for mysql"),
    ("postgresql://u@127.0.0.1:1/x", "PostgreSQL does not answer"),
    ("sqlite:////proc/nowhere/x.db", "/proc/nowhere: No such file or directory"),
    ("sqlite:///rbm.toml", "file is not a database"),
]


@pytest.fixture
def taken(free_port: int) -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port))
        holder.listen()
        yield free_port


class TestDbUpgrade:
    def test_it_makes_the_tables_and_may_be_repeated(self, command: Command) -> None:
        for _ in range(2):
            done = command("db", "upgrade")
            assert (done.code, done.out) == (0, f"rbm db: the tables are at version {HEAD}\n")
        assert Path("data/rbm.db").is_file()

    @pytest.mark.parametrize(("url", "said"), NO_DATABASE)
    def test_a_database_that_cannot_be_had_is_one_line(
        self, command: Command, monkeypatch: pytest.MonkeyPatch, url: str, said: str
    ) -> None:
        monkeypatch.setenv("RBM_DATABASE", url)
        done = command("db", "upgrade")
        assert said in done.said
        assert done.code in (1, 2)

    def test_a_database_that_is_not_there_is_one_line(
        self, command: Command, monkeypatch: pytest.MonkeyPatch, postgres_url: str
    ) -> None:
        monkeypatch.setenv("RBM_DATABASE", with_database(postgres_url, "rbm_nobody_made_it"))
        done = command("db", "upgrade")
        assert (done.code, "does not exist" in done.said) == (1, True)

    def test_the_named_file_is_read(self, command: Command) -> None:
        assert command("db", "upgrade", "--config", "none.toml").said == "rbm: none.toml: No such file or directory"


class TestServe:
    @pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
    async def test_it_says_when_it_listens_and_stops_with_0(
        self, command: Command, running: Running, sign: signal.Signals
    ) -> None:
        await asyncio.to_thread(command, "db", "upgrade")
        async with running("serve") as process:
            assert process.ready.startswith(READY + "http://127.0.0.1:")
            async with ClientSession() as session, session.get(process.ready.removeprefix(READY) + "/ready") as answer:
                assert (answer.status, (await answer.json())["status"]) == (200, "ready")
            done = await process.stop(sign)
        assert (done.code, done.out) == (0, "")
        assert all(json.loads(line)["level"] == "info" for line in done.err.splitlines())

    async def test_a_second_one_on_the_same_file_is_told_so(self, command: Command, running: Running) -> None:
        await asyncio.to_thread(command, "db", "upgrade")
        async with running("serve", "--log-level", "error") as process:
            assert process.ready.startswith(READY)
            for args in (("serve",), ("db", "upgrade")):
                done = await asyncio.to_thread(command, *args)
                assert (done.code, "Another process already writes this database file" in done.said) == (1, True)
            assert (await process.stop()).err == ""

    def test_tables_of_no_version_are_said(self, command: Command) -> None:
        done = command("serve")
        assert (done.code, done.said.endswith("(run «rbm db upgrade»)")) == (1, True)

    def test_a_port_that_is_taken_is_said(self, command: Command, monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
        command("db", "upgrade")
        monkeypatch.setenv("RBM_PORT", str(taken))
        done = command("serve", "--log-level", "error")
        assert done.code == 1
        assert f"'127.0.0.1', {taken}" in done.said
        assert done.said.endswith("already in use; choose another port")

    @pytest.mark.parametrize(("url", "said"), NO_DATABASE)
    def test_a_database_that_cannot_be_had_is_one_line(
        self, command: Command, monkeypatch: pytest.MonkeyPatch, url: str, said: str
    ) -> None:
        monkeypatch.setenv("RBM_DATABASE", url)
        assert said in command("serve").said

    def test_missing_keys_are_named(self, command: Command, settings: Path) -> None:
        settings.write_text(settings.read_text().replace('key_file = "data/keys.json"', ""))
        done = command("serve")
        assert (done.code, "RBM_VAULT_KEY is not set" in done.said) == (2, True)

    def test_a_key_file_that_cannot_be_made_is_named(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RBM_KEY_FILE", "/proc/nowhere/keys.json")
        assert command("serve").said == "rbm: /proc/nowhere: No such file or directory"

    @pytest.mark.parametrize(("name", "value", "said"), [("RBM_PORT", "many", "port"), ("RBM_PROT", "1", "")])
    def test_a_wrong_setting_is_named(
        self, command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
    ) -> None:
        monkeypatch.setenv(name, value)
        done = command("serve")
        assert said in done.said

    def test_a_faulty_bot_is_not_served(self, command: Command, settings: Path, tmp_path: Path) -> None:
        (tmp_path / "bot.yaml").write_text("rbm: 1\nbot: {id: x}\n", encoding="utf-8")
        settings.write_text(settings.read_text().replace(str(bots_dir() / "garage"), str(tmp_path)))
        done = command("serve")
        assert done.code == 1
        assert "bot.yaml:" in done.err

    def test_a_bot_that_is_not_there_is_said(self, command: Command, settings: Path) -> None:
        settings.write_text(settings.read_text().replace("/bots/garage", "/nowhere"))
        done = command("serve")
        assert (done.code, "nowhere" in done.said) == (2, True)


class TestWork:
    def test_on_sqlite_it_refuses(self, command: Command) -> None:
        done = command("work")
        assert done.code == 2
        assert "SQLite has one writing process" in done.said
        assert done.said.endswith("(set database to a postgresql:// URL to run several processes)")

    async def test_on_postgres_it_works_beside_others_and_stops_with_0(
        self, running: Running, monkeypatch: pytest.MonkeyPatch, postgres_database: str
    ) -> None:
        monkeypatch.setenv("RBM_DATABASE", postgres_database)
        async with running("db", "upgrade") as upgraded:
            assert upgraded.ready == f"rbm db: the tables are at version {HEAD}"
        async with running("serve") as serving, running("work") as one, running("work") as other:
            assert (one.ready, other.ready) == ("rbm work: working", "rbm work: working")
            for process in (one, other, serving):
                assert (await process.stop()).code == 0


class TestDoctor:
    def test_a_complete_deployment_is_fine(self, command: Command) -> None:
        command("db", "upgrade")
        done = command("doctor")
        assert (done.code, done.err) == (0, "")
        assert [line[:2] for line in done.out.splitlines()] == ["ok"] * len(CHECKS)

    def test_for_programs_it_is_json(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        command("db", "upgrade")
        monkeypatch.setenv("RBM_ADMIN_TOKEN", "do not show me")
        done = command("doctor", "--json")
        found = json.loads(done.out)
        assert done.code == 0
        assert [one["check"] for one in found] == CHECKS
        assert all(set(one) == {"check", "good", "detail"} for one in found)
        assert found[-1]["detail"] == "127.0.0.1:8081"
        assert "do not show me" not in done.out

    @pytest.mark.parametrize(
        ("environment", "failing"),
        [
            ({}, ["database"]),
            *[({"RBM_DATABASE": url}, ["database"]) for url, _ in NO_DATABASE],
            ({"RBM_VAULT_KEY": "short"}, ["vault keys", "database"]),
            ({"RBM_KEY_FILE": "/proc/nowhere/keys"}, ["vault keys", "database"]),
            ({"RBM_BOTS__GARAGE__APPLICATION": "APP2"}, ["bots", "database"]),
        ],
    )
    def test_what_is_missing_is_named_and_the_exit_is_1(
        self, command: Command, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], failing: list[str]
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        done = command("doctor", "--json")
        found = json.loads(done.out)
        assert (done.code, [one["check"] for one in found if not one["good"]]) == (1, failing)
        assert all("\n" not in one["detail"] for one in found)

    def test_secrets_of_http_actions_are_named_and_never_shown(
        self, command: Command, settings: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        command("db", "upgrade")
        settings.write_text(settings.read_text().replace(str(bots_dir() / "garage"), str(bots_dir() / "parcel")))
        monkeypatch.delenv("RBM_SECRET_PARCEL_KEY", raising=False)
        done = command("doctor")
        assert done.code == 1
        assert "FAIL  secrets: not set: RBM_SECRET_PARCEL_KEY" in done.out
        monkeypatch.setenv("RBM_SECRET_PARCEL_KEY", "do not show me")
        done = command("doctor")
        assert (done.code, "ok    secrets: RBM_SECRET_PARCEL_KEY" in done.out) == (0, True)
        assert "do not show me" not in done.out

    def test_settings_that_cannot_be_read_end_the_examination(self, command: Command, settings: Path) -> None:
        settings.write_text("port = ")
        done = command("doctor")
        assert (done.code, done.out.startswith("FAIL  settings: rbm.toml"), done.out.count("\n")) == (1, True, 1)
