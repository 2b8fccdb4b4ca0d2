"""``rbm delivery simulate``: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rbm_bots.cli.main import rbm
from rbm_bots.cli.run import run

CASES = Path(__file__).parents[2] / "cases" / "fallback-cases.json"


def ended(*args: str) -> int:
    with pytest.raises(SystemExit) as end:
        run(rbm, ["delivery", "simulate", *args])
    assert isinstance(end.value.code, int)
    return end.value.code


def test_each_case_is_an_object_in_the_order_of_the_file(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert ended(str(CASES), "--json") == 0
    out = capsysbinary.readouterr().out
    assert out.count(b"\n") == 1
    shown = json.loads(out)["cases"]
    cases = json.loads(CASES.read_bytes())["cases"]
    assert cases
    assert shown == [{"id": case["id"], **case["expect"]} for case in cases]


def test_a_person_reads_one_line_per_case(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert ended(str(CASES)) == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines[6] == "F07  DONE_SMS  rcs at 0 s, sms at 902 s"
    assert len(lines) == len(json.loads(CASES.read_bytes())["cases"])


@pytest.mark.parametrize("body", [b"", b'{"cases": [{"id": "\xc3\xa9"}]}', b'{"cases": [{"id": 1}]}'])
def test_a_file_that_is_not_one_of_cases_is_one_sentence_and_1(
    body: bytes, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes(body)
    assert ended(str(file), "--json") == 1
    out, err = capsysbinary.readouterr()
    assert list(json.loads(out)) == ["error"]
    assert err == b""
    assert ended(str(file)) == 1
    assert capsysbinary.readouterr().out.startswith(b"the file cannot be read")


def test_wrong_use_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(str(tmp_path / "none.json"), "--json") == 2
    assert ended() == 2
    assert ended(str(CASES), "--loud") == 2
    assert capsys.readouterr().out == ""
