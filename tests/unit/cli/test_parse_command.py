from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rbm_bots.cli.parse import parse

CASES = Path(__file__).parents[2] / "cases" / "maap-events"


def run(*args: str, body: bytes | None = None) -> Result:
    return CliRunner().invoke(parse, ["--channel", "maap", *args], input=body, catch_exceptions=False)


def test_every_event_file_gives_one_json_object() -> None:
    files = sorted(CASES.glob("*.json"))
    assert files
    for file in files:
        result = run(str(file), "--json")
        assert (result.exit_code, json.loads(result.stdout)["channel"]) == (0, "maap"), file.stem


def test_the_input_is_read_for_a_dash_and_the_output_is_utf_8() -> None:
    body = '{"RCSMessage":{"textMessage":"ça va 👍"},"event":"message"}'.encode()
    result = run("-", "--json", body=body)
    assert json.loads(result.stdout_bytes) == {
        "channel": "maap", "kind": "message", "event": "message", "content": "text", "text": "ça va 👍",
    }  # fmt: skip
    assert "👍".encode() in result.stdout_bytes


@pytest.mark.parametrize(
    ("body", "http"), [(b"", 400), (b"[1]", 400), (b'{"a":NaN}', 400), (b"\xff", 400), (b" " * 256_001, 413)]
)
def test_a_refused_body_exits_1_with_its_status(body: bytes, http: int) -> None:
    result = run("-", "--json", body=body)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["http"], set(found)) == (1, http, {"error", "http"})
    assert found["error"].endswith((".", "bytes"))


@pytest.mark.parametrize("args", [["nowhere.json", "--json"], [], ["-", "--yaml"], [str(CASES)]])
def test_wrong_use_exits_2(args: list[str]) -> None:
    assert run(*args).exit_code == 2


def test_for_a_person_there_is_one_line_per_member() -> None:
    result = run(str(CASES / "12-alias.json"))
    assert result.exit_code == 0
    assert 'contact     {"msisdn": "+33639980001", "chat_id": "tok-abc"}' in result.stdout.splitlines()
