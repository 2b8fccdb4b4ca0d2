"""Each rule's small print, one line each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from rbm_bots.rules.gate import ask_gate
from rbm_bots.rules.question import Consent, Facts, Question
from tests.unit.rules.asking import RCS, question

FEBRUARY = {"mo": ["2026-02-09T10:00:00+01:00"]}
STOPPED = "2026-11-20T10:00:00+01:00"


def rule(**asked: Any) -> str | None:
    return ask_gate(question(**asked)).rule


class TestClass:
    @pytest.mark.parametrize("name", [None, "", "code", "Marketing", "newsletter"])
    def test_other_names_are_unknown(self, name: str | None) -> None:
        assert rule(kind=name) == "class"

    @pytest.mark.parametrize("name", ["order_tracking", "signup_confirmation", "credentials", "service"])
    def test_service_has_several_names(self, name: str) -> None:
        assert rule(kind=name, text="Votre voiture est prête.") is None

    def test_a_commercial_reminder_is_marketing(self) -> None:
        assert rule(kind="commercial_reminder", text="Pensez à nous.") == "stop_mention"

    @pytest.mark.parametrize("last", [None, "2026-11-24T10:00:01+01:00"])
    def test_an_answer_follows_a_message(self, last: str | None) -> None:
        facts = {"last_inbound_at": last} if last else {}
        assert rule(kind="conversation", facts=facts) == "class"


class TestStop:
    def opted_out(self, opt: list[dict[str, Any]], **facts: Any) -> bool:
        return rule(facts={"opt": opt, **facts}) == "stop"

    def test_a_stop_of_tomorrow_does_not_count_yet(self) -> None:
        assert not self.opted_out([{"at": "2026-11-24T10:00:01+01:00", "do": "stop"}])
        assert self.opted_out([{"at": "2026-11-24T10:00:00+01:00", "do": "stop"}])

    def test_another_brands_stop_is_its_own(self) -> None:
        assert not self.opted_out([{"at": STOPPED, "do": "stop", "brand": "florist"}])

    @pytest.mark.parametrize(("text", "lifted"), [("démarrer", True), ("START", True), ("démarrer la voiture", False)])
    def test_only_the_word_alone_lifts_it(self, text: str, lifted: bool) -> None:
        told = [{"at": STOPPED, "do": "stop"}, {"at": "2026-11-21T10:00:00+01:00", "text": text}]
        assert self.opted_out(told) is not lifted

    def test_an_opt_in_of_the_same_instant_lifts_nothing(self) -> None:
        assert self.opted_out([{"at": STOPPED, "do": "stop"}], consent={"at": STOPPED, "proof": True})

    def test_an_unproven_opt_in_lifts_nothing(self) -> None:
        assert self.opted_out([{"at": STOPPED, "do": "stop"}], consent={"at": "2026-11-21T10:00:00Z", "proof": False})

    @pytest.mark.parametrize(
        ("sent", "out"),
        [
            ([], True),
            ([("garage", "2026-11-13T10:00:01+01:00")], True),
            ([("garage", "2026-11-01T10:00:00+01:00")], True),
            ([("garage", "2026-11-01T10:00:00+01:00"), ("florist", "2026-11-02T10:00:00+01:00")], False),
            ([("garage", "2026-11-02T10:00:00+01:00"), ("florist", "2026-11-01T10:00:00+01:00")], True),
            ([("garage", "2026-11-13T10:00:00+01:00"), ("florist", "2026-11-19T10:00:00+01:00")], False),
            ([("garage", "2026-11-20T10:00:01+01:00"), ("florist", "2026-11-02T10:00:00+01:00")], False),
        ],
    )
    def test_a_shared_code_concerns_who_wrote_from_it(self, sent: list[tuple[str, str]], out: bool) -> None:
        written = [{"brand": brand, "code": "36123", "at": at} for brand, at in sent]
        assert self.opted_out([{"at": STOPPED, "do": "stop", "code": "36123"}], sent=written) is out

    def test_messages_from_other_codes_say_nothing_of_this_one(self) -> None:
        sent = [{"brand": "florist", "code": "36999", "at": "2026-11-19T10:00:00+01:00"}]
        assert self.opted_out([{"at": STOPPED, "do": "stop", "code": "36123"}], sent=sent)


def test_an_opt_in_of_tomorrow_is_none_today() -> None:
    assert rule(facts={"consent": {"at": "2026-11-24T10:00:01+01:00", "proof": True}}) == "consent"


class TestContent:
    def test_minors_were_not_spoken_of_in_2016(self) -> None:
        assert rule(rule_set="ops-2016", audience="minors") is None
        assert rule(kind="service", audience="minors") is None

    @pytest.mark.parametrize("text", ["Entrée Gratuite", "GRATUITEMENT !", "c'est d'gratuit"])
    def test_free_is_found_in_its_forms(self, text: str) -> None:
        assert rule(kind="service", text=text, promotes=[{"paid": True}]) == "free_claim"
        assert rule(kind="service", text=text, promotes=[{"paid": False}]) is None
        assert rule(kind="otp", text=text, promotes=[{"paid": True}]) is None

    def test_other_words_are_not_free(self) -> None:
        assert rule(kind="service", text="une ingratuite", promotes=[{"paid": True}]) is None


class Trialer:
    @pytest.mark.parametrize("code", [None, "", "3612", "361234", "33123", "39123", "36 12", "３６１２３"])
    def test_a_code_has_five_digits_of_a_known_range(self, code: str | None) -> None:
        assert rule(code=code) == "sender_syntax"

    @pytest.mark.parametrize("name", ["", "12345678901", "Mart'n", "É", "a b", "36124"])
    def test_a_name_has_letters_and_digits(self, name: str) -> None:
        assert rule(sender=name, facts={"oadc_option": True}) == "sender_syntax"

    @pytest.mark.parametrize("name", ["A", "3Suisses", "GarageMart1", "36123"])
    def test_names_that_are_names(self, name: str) -> None:
        assert rule(sender=name, facts={"oadc_option": True}) is None

    def test_protected_names_want_an_authorisation(self) -> None:
        lists = {"forbidden": ["Police"], "authorised_only": ["impots"]}
        mine = {"oadc_option": True, "protected": {**lists, "authorisations": ["IMPOTS", "police"]}}
        assert rule(sender="Impots", facts=mine) is None
        assert rule(sender="POLICE", facts=mine) == "sender_protected"
        assert rule(sender="Impots", facts={"oadc_option": True, "protected": lists}) == "sender_protected"

    def test_a_code_out_of_service_sends_nothing(self) -> None:
        assert rule(kind="otp", facts={"code_status": "requested"}) == "sender_status"

    def test_a_web_writer_is_known(self) -> None:
        assert rule(kind="web2sms", code="37123") == "sender_identity"

    @pytest.mark.parametrize(
        ("kind", "now_fits", "in_2016"),
        [
            ("marketing", {"34", "35", "36"}, {"34", "35", "36"}),
            ("service", {"34", "36", "38"}, {"34", "36"}),
            ("otp", {"34", "36", "38"}, {"34", "36"}),
            ("conversation", {"34", "36", "38"}, {"34", "36"}),
            ("web2sms", {"37"}, {"37"}),
            ("m2m", {"38"}, {"38"}),
        ],
    )
    def test_ranges_carry_classes(self, kind: str, now_fits: set[str], in_2016: set[str]) -> None:
        facts = {"last_inbound_at": "2026-11-24T09:00:00+01:00", "web2sms_authenticated": True}
        for rule_set, fits in (("auto", now_fits), ("ops-2016", in_2016)):
            found = {
                prefix
                for prefix in ("34", "35", "36", "37", "38")
                if rule(kind=kind, code=f"{prefix}123", geo=True, facts=facts, rule_set=rule_set) is None
            }
            assert found == fits

    def test_rcs_has_no_short_code(self) -> None:
        assert rule(**RCS) is None


class TestStopMention:
    @pytest.mark.parametrize(
        "text", ["stop au 36123", "Samedi ! Stop 36123", "non-stop. STOP: 36123", "stop36123 STOP"]
    )
    def test_it_is_there(self, text: str) -> None:
        assert rule(text=text) is None

    @pytest.mark.parametrize("text", ["", "stopper", "non stop", "NON-STOP !", "STOP36123"])
    def test_it_is_not(self, text: str) -> None:
        assert rule(text=text) == "stop_mention"

    @pytest.mark.parametrize(
        ("text", "there"),
        [("STOP 36123", True), ("stop au 36123", True), ("STOP 36999", False), ("non stop 36123", False)],
    )
    def test_a_name_wants_the_code(self, text: str, there: bool) -> None:
        found = rule(text=text, sender="Garage", facts={"oadc_option": True})
        assert found == (None if there else "stop_mention")

    def test_a_link_will_do_on_rcs_alone(self) -> None:
        assert rule(text="-20 %", unsubscribe_link=True, **RCS) is None
        assert rule(text="-20 %", unsubscribe_link=True, stop_chip=True) == "stop_mention"

    def test_a_gateway_may_add_it(self) -> None:
        assert rule(text="-20 %", settings={"stop_appended_by_gateway": True}) is None
        assert rule(text="-20 %", settings={"stop_appended_by_gateway": True}, **RCS) == "stop_mention"


class TestOneADay:
    def test_what_leaves_tomorrow_does_not_count(self) -> None:
        assert (
            rule(facts={"marketing": [{"brand": "garage", "at": "2026-11-24T18:00:00+01:00", "message": "m0"}]}) is None
        )

    def test_service_has_no_cap(self) -> None:
        marketing = [{"brand": "garage", "at": "2026-11-24T08:30:00+01:00", "message": "m0"}]
        assert rule(kind="service", facts={"marketing": marketing}) is None


class TestAlias:
    def asked(self, *, now: str, offer: str | None, settings: dict[str, Any] | None = None, **window: Any) -> Question:
        told = {"offer": offer, **window} if offer else dict(window)
        return question(now=now, address_kind="alias", settings=settings, facts={"window": told})

    @pytest.mark.parametrize(
        ("offer", "now", "window", "settings", "until"),
        [
            ("premium_express", "2026-04-10T09:59:59+02:00", {"mo": ["2026-02-09T10:00:00+01:00"]}, {}, None),
            ("premium_express", "2026-04-10T10:00:00+02:00", {"mo": ["2026-02-09T10:00:00+01:00"]}, {},
             "2026-04-10T10:00:00+02:00"),
            ("light_pull", "2026-04-13T11:00:00+02:00",
             {"mo": ["2026-03-20T10:00:00+01:00", "2026-02-09T10:00:00+01:00"]}, {}, "2026-04-10T10:00:00+02:00"),
            ("light_pull", "2026-04-13T11:00:00+02:00",
             {"mo": ["2026-02-09T10:00:00+01:00", "2026-03-20T10:00:00+01:00"]}, {"anchor": "last_mo"}, None),
            ("premium_tribu", "2026-06-01T10:00:00+02:00",
             {"mo": ["2026-02-09T10:00:00+01:00", "2026-04-20T10:00:00+02:00"]}, {}, None),
            ("premium_transaction", "2026-04-13T11:00:00+02:00",
             {**FEBRUARY, "paid": ["2026-03-20T10:00:00+01:00"]}, {"anchor": "last_paid"}, None),
            ("premium_express", "2026-04-10T10:30:00+02:00", FEBRUARY, {"days_in": "hours"},
             None),
            ("premium_express", "2026-04-10T11:00:00+02:00", FEBRUARY, {"days_in": "hours"},
             "2026-04-10T11:00:00+02:00"),
            ("premium_push", "2026-03-20T09:59:59+01:00", {"unsubscribed_at": "2026-02-17T10:00:00+01:00"}, {}, None),
            ("premium_push", "2026-03-20T10:00:00+01:00", {"unsubscribed_at": "2026-02-17T10:00:00+01:00"}, {},
             "2026-03-20T10:00:00+01:00"),
            ("premium_push", "2026-06-02T10:00:00+02:00",
             {"subscribed_from": "2026-05-01T10:00:00Z", "unsubscribed_at": "2026-02-17T10:00:00Z"}, {}, None),
            ("premium_push", "2026-06-02T10:00:00+02:00",
             {"subscribed_from": "2026-05-01T10:00:00Z", "unsubscribed_at": "2026-07-17T10:00:00Z"}, {}, None),
            ("gallery", "2026-04-21T10:00:00+02:00", {"common_identifier": True}, {}, None),
            ("push", "2026-04-21T10:00:00+02:00", {}, {}, None),
            ("rcs_bot", "2026-04-21T10:00:00+02:00", {}, {}, None),
            (None, "2026-04-21T10:00:00+02:00", {}, {}, None),
        ],
    )  # fmt: skip
    def test_the_window(
        self, offer: str | None, now: str, window: dict[str, Any], settings: dict[str, Any], until: str | None
    ) -> None:
        found = ask_gate(self.asked(now=now, offer=offer, settings=settings, **window))
        assert found.rule == ("window" if until else None)
        assert found.until == (datetime.fromisoformat(until) if until else None)

    @pytest.mark.parametrize(
        ("offer", "window"),
        [
            ("premium_express", {}),
            ("premium_express", {"mo": ["2026-11-25T10:00:00Z"]}),
            ("premium_push", {}),
            ("premium_push", {"subscribed_from": "2026-11-25T10:00:00Z"}),
            ("premium_push", {"subscribed_from": "2026-11-25T10:00:00Z", "unsubscribed_at": "2026-11-26T10:00:00Z"}),
        ],
    )
    def test_a_window_that_never_was_has_no_end(self, offer: str, window: dict[str, Any]) -> None:
        found = ask_gate(self.asked(now="2026-11-24T10:00:00+01:00", offer=offer, **window))
        assert (found.verdict, found.rule, found.until) == ("deny", "window", None)

    def test_an_answer_has_a_window_too(self) -> None:
        facts = {"window": {"offer": "light_gallery"}, "last_inbound_at": "2026-11-24T09:00:00+01:00"}
        assert rule(kind="conversation", address_kind="alias", facts=facts) == "identifier"
        assert rule(kind="otp", address_kind="alias", facts=facts) is None

    def test_rcs_never_reaches_one(self) -> None:
        assert rule(kind="otp", address_kind="alias", **RCS) == "alias_rcs"


class TestReach:
    def test_another_route_serves_sms_alone(self) -> None:
        facts = {"operator": "other", "other_route": True}
        assert rule(facts=facts) is None
        assert rule(facts=facts, **RCS) == "operator"

    def test_an_unknown_operator_passes(self) -> None:
        assert rule(facts={"operator": "unknown"}, **RCS) is None

    @pytest.mark.parametrize(
        ("ratio", "expected"),
        [
            ({"errors": 15, "attempts": 100}, None),
            ({"errors": 16, "attempts": 100}, "error_ratio"),
            ({"errors": 99, "attempts": 99}, None),
            ({"errors": 6, "attempts": 100, "limit": 500}, "error_ratio"),
            ({"errors": 5, "attempts": 100, "limit": 500}, None),
            ({"errors": 30, "attempts": 100, "limit": 3000}, None),
            ({"errors": 9, "attempts": 10, "least": 10}, "error_ratio"),
        ],
    )
    def test_the_guard_goes_by_what_is_settled(self, ratio: dict[str, int], expected: str | None) -> None:
        assert rule(facts={"error_ratio": ratio}, **RCS) == expected

    def test_the_guard_lets_sms_pass(self) -> None:
        assert rule(facts={"error_ratio": {"errors": 90, "attempts": 100}}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Nowhere"},
        {"zone": ""},
        {"zone": "../etc"},
        {"consent": {"at": "1899-12-31T00:00:00Z"}},
        {"window": {"mo": ["3000-01-01T00:00:00Z"]}},
        {"quota_free_at": "2026-11-24T10:00:00"},
    ],
)
def test_facts_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        question(facts=wrong)


def test_naive_instants_are_refused_in_code_as_well() -> None:
    with pytest.raises(ValueError, match="zone"):
        Consent(at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake itself
    assert Facts().zone == "Europe/Paris"
