"""The group of commands: what it lists, how it ends, what one line it says."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

import rbm_bots
from rbm_bots.cli.main import rbm
from rbm_bots.cli.process import one_line, one_line_faults, run_async
from rbm_bots.cli.run import run
from rbm_bots.errors import BodyMalformed, FaultsFound, SettingsError, StoreError, UsageError

NAMES = [
    "campaign",
    "capability",
    "check",
    "db",
    "delivery",
    "dev",
    "doctor",
    "emulate",
    "explain",
    "graph",
    "i18n",
    "ledger",
    "new",
    "parse",
    "preview",
    "replay",
    "rules",
    "schema",
    "serve",
    "sms",
    "smsc",
    "talk",
    "test",
    "work",
]


def ended(*args: str) -> int:
    with pytest.raises(SystemExit) as end:
        run(rbm, list(args))
    assert isinstance(end.value.code, int)
    return end.value.code


def test_help_lists_every_command_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--help") == 0
    listed = re.findall(r"^  ([a-z0-9]+)  +(\S.+)$", capsys.readouterr().out, flags=re.MULTILINE)
    assert [name for name, _ in listed] == NAMES
    assert rbm.list_commands(click.Context(rbm)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_command_explains_itself_and_each_option(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(name, "--help") == 0
    assert f"Usage: rbm {name}" in capsys.readouterr().out
    command = rbm.get_command(click.Context(rbm), name)
    assert command is not None
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


def test_nothing_asked_is_the_help_and_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended() == 2
    err = capsys.readouterr().err
    assert err.startswith("Usage: rbm")
    assert len(err.splitlines()) > len(NAMES)


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--version") == 0
    assert capsys.readouterr().out == f"rbm {rbm_bots.__version__}\n"


@pytest.mark.parametrize("args", [["nothing"], ["--loud"], ["check"], ["db", "downgrade"], ["serve", "more"], ["dev"]])
def test_wrong_use_is_one_line_and_2(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(*args) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("rbm: ")


def test_an_interrupt_ends_with_1() -> None:
    @click.command()
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as end:
        run(interrupted, [])
    assert end.value.code == 1


FAULTS: list[tuple[Exception, int, str]] = [
    (SettingsError("no port", where="rbm.toml"), 2, "rbm.toml: no port"),
    (UsageError("not so"), 2, "not so"),
    (FaultsFound("3 errors"), 1, "3 errors"),
    (StoreError("is away"), 1, "is away"),
    (BodyMalformed(), 1, "The body is not a JSON object."),
    (OSError(errno.EADDRINUSE, "address in use"), 1, "cannot start: address in use; choose another port"),
    (PermissionError(errno.EACCES, "Permission denied", "/x/keys"), 1, "/x/keys: Permission denied"),
    (OSError("no words"), 1, "cannot start: no words"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), 1, "cannot start: Connection refused"),
]


@pytest.mark.parametrize(("fault", "code", "said"), FAULTS)
def test_a_persons_mistake_is_one_line(fault: Exception, code: int, said: str) -> None:
    @click.command()
    def wrong() -> None:
        with one_line_faults():
            raise fault

    result = CliRunner().invoke(wrong)
    assert result.exit_code == code
    assert said == result.output.strip().splitlines()[-1].removeprefix("Error: ")
    assert "Traceback" not in result.output


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    assert one_line(KeyError("x")) is None
    with pytest.raises(ZeroDivisionError), one_line_faults():
        raise ZeroDivisionError


@pytest.fixture(params=["uvloop", "asyncio"])
def runs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    if request.param == "asyncio":
        monkeypatch.setitem(sys.modules, "uvloop", None)
    return run_async


def test_a_body_runs_with_and_without_uvloop(runs: Callable[..., object]) -> None:
    async def body() -> str:
        return "done"

    assert runs(body) == "done"
