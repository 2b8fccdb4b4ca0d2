"""The tables [sms], [fallback] and [rules]: what is read, and what a wrong one is told."""

from __future__ import annotations

from typing import Any

import pytest

from rbm_bots.errors import SettingsError
from rbm_bots.server.leg_settings import read_leg_settings

LINK = {"kind": "ucp", "hosts": ["127.0.0.1:5000"], "account": "36123", "password": "secret"}


def read(**tables: Any) -> Any:
    given = {"sms": {}, "fallback": {}, "rules": {}, "try_unknown": False, "without_result": {}} | tables
    return read_leg_settings(**given)


def test_without_tables_there_is_no_sms_and_the_class_table_holds() -> None:
    settings, tables = read()
    assert (settings.codes, tables) == ({}, {})
    waits = settings.waits("service", "APP1")
    assert (waits.deadline_s, waits.revoke_wait_s, waits.on_uncertain) == (900, 60, "send_with_prefix")


def test_a_code_has_its_transport_and_its_ways() -> None:
    settings, tables = read(sms={"codes": {"36123": {"transport": LINK, "operations_per_s": 20, "sender": "MARQUE"}}})
    code = settings.codes["36123"]
    assert (code.application, code.shown_sender, code.operations_per_s, code.whole) == (
        "sms:36123",
        "MARQUE",
        20,
        False,
    )
    assert tables["36123"].transport.kind == "ucp"


def test_what_the_gate_is_told_of_senders_and_of_a_region() -> None:
    settings, _ = read(
        sms={"codes": {"36123": {"transport": LINK, "in_service": False}}},
        rules={
            "forbidden_senders": ["POLICE"],
            "protected_senders": ["MARQUE"],
            "authorised_senders": ["MARQUE"],
            "region": "alsace-moselle",
        },
    )
    assert not settings.codes["36123"].in_service
    names = settings.senders
    assert (names.forbidden, names.authorised_only, names.authorisations) == (("POLICE",), ("MARQUE",), ("MARQUE",))
    assert settings.region == "alsace-moselle"


def test_a_gateway_that_cuts_by_itself_gets_texts_whole() -> None:
    link = {"kind": "http", "profile": "contact-everyone", "token": "t"}
    settings, _ = read(sms={"codes": {"36124": {"transport": link}}})
    assert settings.codes["36124"].whole


def test_a_class_is_changed_and_the_channel_goes_first() -> None:
    settings, _ = read(
        fallback={"code": {"deadline": 20, "on_uncertain": "hold"}},
        without_result={"APP1": "send"},
        try_unknown=True,
    )
    assert (settings.waits("code", "APP1").on_uncertain, settings.waits("code", "APP2").on_uncertain) == (
        "send",
        "hold",
    )
    assert (settings.waits("code", "APP2").deadline_s, settings.waits("code", "APP2").try_unknown) == (20, True)


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"sms": {"code": {}}}, "sms: code: no setting is called so"),
        ({"sms": {"codes": {"36123": {}}}}, "sms.codes.36123: transport: Field required"),
        ({"sms": {"codes": {"36123": {"transport": LINK, "rate": 3}}}}, "sms.codes.36123: rate: Extra inputs"),
        ({"fallback": {"otp": {}}}, "fallback: otp: Extra inputs"),
        ({"fallback": {"code": {"on_uncertain": "guess"}}}, "fallback: code.on_uncertain: Input should be"),
        ({"rules": {"rule_set": "af2m-2030"}}, "rules: rule_set: Value error, one of auto, ops-2016"),
        ({"rules": {"shared_code_days": 0}}, "rules: shared_code_days: Input should be"),
    ],
)
def test_a_wrong_table_says_where(tables: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(**tables)
    assert str(refused.value).startswith(told)
