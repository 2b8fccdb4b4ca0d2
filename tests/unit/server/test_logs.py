"""Logs: JSON lines on stderr, and no number in any of them."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.server.logs import configure_logs, mask_numbers

NUMBER = "+33639980001"
LEAVES = st.one_of(st.none(), st.integers(), st.booleans(), st.sampled_from([NUMBER, f"to {NUMBER}.", "no number"]))
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", NUMBER]), inner))


@given(st.dictionaries(st.sampled_from(["event", "fault", "body"]), VALUES))
def test_no_number_is_left_however_deep(line: dict[str, object]) -> None:
    assert NUMBER[1:] not in repr(mask_numbers(None, "", line))


def test_what_is_no_number_stays_as_it_is() -> None:
    line = {
        "event": "a",
        "count": 3,
        "share": 0.5,
        "none": None,
        "good": True,
        "at": "2026-01-15T10:00:00+01:00",
        "list": [1],
    }
    assert mask_numbers(None, "", dict(line)) == line


def test_an_object_is_shown_by_its_words_and_masked() -> None:
    line = mask_numbers(None, "", {"error": ValueError(f"no such person: {NUMBER}")})
    assert line == {"error": "no such person: +336••••••01"}


def test_a_line_is_one_json_object_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    log = structlog.get_logger("rbm.test")
    log.debug("below the level")
    log.info("event.taken", contact="p-1", note=f"for {NUMBER}")
    try:
        raise ValueError(f"not {NUMBER}")
    except ValueError:
        log.exception("event.failed")
    out, err = capsys.readouterr()
    first, second = map(json.loads, err.splitlines())
    assert out == ""
    assert (first["event"], first["level"], first["contact"], first["note"]) == (
        "event.taken",
        "info",
        "p-1",
        "for +336••••••01",
    )
    assert first["timestamp"].endswith("Z")
    assert second["exception"].endswith("builtins.ValueError")
    assert "01" not in second["exception"].splitlines()[-1]


def test_for_a_person_it_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="warning", readable=True)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud", to=NUMBER)
    err = capsys.readouterr().err
    assert ("quiet" in err, "loud" in err, NUMBER in err) == (False, True, False)


def test_a_line_of_a_library_is_masked_json_without_the_words_of_its_fault(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    library = logging.getLogger("aiohttp.server")
    library.info("below the level of libraries")
    words = "mon numéro est secret"
    try:
        raise ValueError(words)
    except ValueError:
        library.exception("Error handling tel:%%2B33639980001 and %s", "0639980002")
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line["logger"] == "aiohttp.server"
    assert line["level"] == "error"
    assert line["exception"].endswith("ValueError")
    assert not any(secret in repr(line) for secret in ("639980001", "639980002", "secret"))


def test_a_bot_logs_at_the_level_of_the_server(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    logging.getLogger("rbm_bots.bot.garage").info("a slot for %s", NUMBER)
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line["event"] == "a slot for +336••••••01"
