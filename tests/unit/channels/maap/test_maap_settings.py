from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from rbm_bots.channels.maap.bulk_slot import bulk_slot_open
from rbm_bots.channels.maap.replies import (
    BulkResult,
    FileInfo,
    read_accepted,
    read_bulk,
    read_capabilities,
    read_file,
    read_status,
)
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot, MaapSettings
from rbm_bots.channels.maap.webhook_auth import NoAuth
from rbm_bots.messages import V8, V11


@pytest.mark.parametrize(
    ("settings", "rates"),
    [
        ({}, (30, 30)),
        ({"quota_scope": "no_typing", "other_calls_per_s": 5}, (30, 5)),
        ({"quota_scope": "all"}, (27, 3)),
        ({"quota_scope": "all", "other_calls_per_s": 1}, (29, 1)),
        ({"quota_scope": "all", "quota_per_s": 5}, (4, 1)),
        ({"quota_scope": "all", "quota_per_s": 1}, (1, 1)),
    ],
)
def test_sends_and_other_calls_share_what_counts_together(settings: dict[str, Any], rates: tuple[int, int]) -> None:
    assert MaapSettings(**settings).rates() == rates


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-01-15T20:59:59+00:00", False),
        ("2026-01-15T21:00:00+00:00", True),
        ("2026-01-16T05:59:59+00:00", True),
        ("2026-01-16T06:00:00+00:00", False),
        ("2026-07-15T20:30:00+00:00", False),
        ("2026-07-15T21:00:00+00:00", True),
        ("2026-07-16T04:59:59+00:00", True),
        ("2026-07-16T05:00:00+00:00", False),
        ("2026-03-29T05:30:00+00:00", False),  # summer time began at 01:00 UTC
        ("2026-10-25T05:30:00+00:00", True),  # and ended at 01:00 UTC
        ("2026-01-15T14:00:00+01:00", False),
        ("2026-01-15T22:30:00+01:00", True),
    ],
)
def test_the_night_slot(at: str, is_open: bool) -> None:
    assert bulk_slot_open(datetime.fromisoformat(at)) is is_open


def test_the_slot_lies_in_both_readings_of_it_all_year() -> None:
    from zoneinfo import ZoneInfo

    at, paris, hours = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("Europe/Paris"), 0
    for _ in range(365 * 48):
        at += timedelta(minutes=30)
        if bulk_slot_open(at):
            hours += 1
            for local in (at.astimezone(paris).time(), (at + timedelta(hours=1)).time()):
                assert local.hour >= 22 or local.hour < 7
    assert hours > 365 * 16 - 60


def test_the_defaults_are_the_references() -> None:
    settings = MaapSettings()
    assert settings.api_base == "https://api.orange.com/bothub/v1/gsma"
    assert settings.origin() == "https://api.orange.com"
    assert (settings.gsma_auth_header, settings.gsma_auth_prefix) == ("X-Gsma-Authorization", "Bearer ")
    assert (settings.profile, settings.cancel_word, settings.quota_window) == ("v10", "cancelled", "both")
    assert not settings.retry_ambiguous_send
    assert not settings.caps_in_production


def test_limits_follow_the_profile_and_the_operators_text_length() -> None:
    assert MaapSettings(profile="v8").limits() == V8
    assert MaapSettings(profile="v11").limits() == V11
    assert MaapSettings(text_max_chars=160).limits().text == 160


def test_wrong_settings_are_refused_and_secrets_do_not_print() -> None:
    with pytest.raises(ValidationError):
        MaapSettings.model_validate({"cancel_word": "stop"})
    with pytest.raises(ValidationError):
        MaapSettings.model_validate({"api_bass": "https://a.example"})
    with pytest.raises(ValidationError):
        MaapApplication(id="a", client_id="APP1")
    with pytest.raises(ValidationError):
        MaapBot.model_validate({"id": "b", "platform_id": "b", "application": "a"})  # webhook_auth must be chosen
    application = MaapApplication(id="a", client_id="APP1", client_secret=SecretStr("s3cr3t"))
    bot = MaapBot(id="b", platform_id="b", application="a", webhook_auth=NoAuth(), token=SecretStr("s3cr3t"))
    assert "s3cr3t" not in repr(application) + str(bot)


def test_replies_are_read_leniently() -> None:
    assert read_accepted(b'{"RCSMessage":{"msgId":"m-1"}}') is not None
    for odd in (
        b"",
        b"[]",
        b'{"RCSMessage":[]}',
        b'{"RCSMessage":{"msgId":7}}',
        b'{"RCSMessage":{"msgId":""}}',
        b"\xff",
    ):
        assert read_accepted(odd) is None
    assert read_status(b'{"RCSMessage":{"status":"read"}}').status == "displayed"
    assert read_status(b"{}").status is None
    assert read_capabilities(b'{"capabilities":["chat",7]}') == {"chat"}
    assert read_capabilities(b'{"capabilities":"chat"}') == frozenset()
    top = read_file(b'{"fileId":"f","status":"odd","fileSize":true,"validity":7}')
    assert top == FileInfo(id="f", status="unknown")


def test_either_view_of_a_bulk_result_is_read() -> None:
    one, two = "+33639980001", "+33639980002"
    flat = read_bulk(200, b'{"rcsEnabledContacts":["+33639980001"]}')
    assert flat == BulkResult(state="completed", enabled=frozenset({one}))
    detail = read_bulk(
        200,
        b'{"contacts":[{"userContact":"33639980001","rcsEnabled":true,"capabilities":["chat"]},'
        b'{"userContact":"+33639980002","rcsEnabled":false},{"userContact":"x"},7]}',
    )
    assert (detail.enabled, detail.disabled) == ({one}, {two})
    assert detail.capabilities == {one: {"chat"}, two: frozenset()}
    for body in (b'{"status":"pending"}', b'{"status":"running","contacts":[]}', b"{}", b""):
        assert read_bulk(200, body).state == "pending"
    assert read_bulk(202, b'{"contacts":[]}').state == "pending"
