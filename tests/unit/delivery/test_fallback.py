"""The fallback saga: every case of the file, and what the file does not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rbm_bots.delivery.fallback import (
    Action,
    Event,
    FallbackChanges,
    Saga,
    Tick,
    advance,
    is_double,
    measures,
    outcome,
    settings_for,
)
from rbm_bots.delivery.fallback.cases import CasesUnreadable, read_cases
from rbm_bots.delivery.fallback.happenings import (
    GateAnswered,
    OptChanged,
    RcsSubmitted,
    RcsTold,
    Revoke,
    RevokeAnswered,
    SendRcs,
    SendSms,
    SmsTold,
)
from rbm_bots.delivery.fallback.settings import CLASS_SETTINGS
from rbm_bots.delivery.fallback.simulate import simulate

FILE = Path(__file__).parents[2] / "cases" / "fallback-cases.json"
CASES = read_cases(FILE.read_bytes())
EXPECTED = {case["id"]: case["expect"] for case in msgspec.json.decode(FILE.read_bytes())["cases"]}
START = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACCEPTED = RcsSubmitted(result="accepted")
DELIVERED = RcsTold(status="delivered")
REVOKED = RcsTold(status="revoked")
FAILED = RcsTold(status="failed")
STOP = OptChanged(do="stop")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def saga(message_class: Any = "service", **more: Any) -> Saga:
    changes = FallbackChanges(**more.pop("changes", {}))
    told = {"channel": "maap", "capability": "yes", **more}
    return Saga.begin(
        message_class=message_class, settings=settings_for(message_class, changes), starts_at=START, **told
    )


def told(one: Saga, *events: tuple[float, Event]) -> tuple[Saga, list[Action]]:
    """Tell ``events``, with a tick wherever a timer is due earlier; the value, and everything it wanted."""
    actions: list[Action] = []
    for seconds, event in events:
        while one.due is not None and one.due < at(seconds):
            one, more = advance(one, Tick(), now=one.due)
            actions += more
        one, more = advance(one, event, now=at(seconds))
        actions += more
    return one, actions


def ended(one: Saga, *events: tuple[float, Event]) -> tuple[Saga, list[Action]]:
    """As ``told``, and then every timer."""
    return told(one, *events, (1_000_000, Tick()))


def kinds(actions: list[Action]) -> list[type]:
    return [type(action) for action in actions]


def test_there_are_cases() -> None:
    assert len(CASES) == len(EXPECTED) >= 44


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_of_the_file(case: Any) -> None:
    shown = simulate(case).as_json()
    expected = EXPECTED[case.id]
    legs: Any = shown["legs"]
    assert [leg["channel"] for leg in legs] == [leg["channel"] for leg in expected["legs"]]
    for leg, wanted in zip(legs, expected["legs"], strict=True):
        assert leg["left_at"] == pytest.approx(wanted["left_at"], abs=0.001)
    assert {name: shown[name] for name in ("outcome", "double", "revoke_sent")} == {
        name: expected[name] for name in ("outcome", "double", "revoke_sent")
    }


class TestSettings:
    def test_the_class_decides_and_later_changes_win(self) -> None:
        assert settings_for("marketing") == CLASS_SETTINGS["marketing"]
        channel = FallbackChanges(on_uncertain="hold", deadline_s=60)
        mine = FallbackChanges(deadline_s=5)
        settings = settings_for("code", channel, mine)
        assert (settings.on_uncertain, settings.deadline_s, settings.revoke_wait_s) == ("hold", 5, 10)

    def test_the_deadline_and_the_sms_end_with_the_message(self) -> None:
        one = saga("marketing", closes_at=at(1800), expires_at=at(900))
        assert (one.deadline(at(0)), one.sms_until(at(0))) == (at(900), at(900))
        one = saga("marketing", closes_at=at(1800))
        assert (one.deadline(at(0)), one.deadline(at(1800)), one.sms_until(at(2000))) == (at(1800), at(9000), None)
        assert saga("service", closes_at=at(10)).deadline(at(0)) == at(900)


class TestLegs:
    def test_rcs_carries_its_deadline_and_the_sms_its_end(self) -> None:
        _, actions = ended(saga("service", expires_at=at(5000)), (1, ACCEPTED), (901, REVOKED))
        assert actions == [
            SendRcs(until=at(900)),
            Revoke(),
            SendSms(attempt=1, prefixed=False, until=at(5000)),
        ]

    def test_only_a_send_that_nobody_can_judge_has_its_prefix(self) -> None:
        _, actions = ended(saga(), (1, ACCEPTED))
        assert actions[-1] == SendSms(attempt=1, prefixed=True, until=None)

    def test_a_denied_rcs_leg_becomes_the_sms_leg(self) -> None:
        one, actions = ended(saga(), (0, GateAnswered(decision="deny", leg="rcs")))
        assert (kinds(actions), outcome(one)) == ([SendSms], "UNKNOWN")
        one, actions = ended(saga(), (0, GateAnswered(decision="deny")))
        assert (actions, outcome(one)) == ([], "REFUSED")

    def test_a_deferral_is_asked_again_at_its_instant_alone(self) -> None:
        defer = GateAnswered(decision="defer", until=at(100))
        waiting, actions = told(saga(), (0, defer), (50, GateAnswered(decision="allow")))
        assert (waiting.phase, waiting.due, actions) == ("rcs_waiting", at(100), [])
        _, actions = told(waiting, (100, Tick()))
        assert actions == [SendRcs(until=at(1000))]
        _, actions = told(saga(), (0, defer), (100, GateAnswered(decision="defer", until=at(200))), (150, Tick()))
        assert actions == []

    def test_a_leg_that_waits_beyond_the_end_is_expired_at_the_end(self) -> None:
        defer = GateAnswered(decision="defer", until=at(100))
        one, _ = told(saga(expires_at=at(60)), (0, defer), (60, Tick()))
        assert (outcome(one), one.due) == ("EXPIRED", None)
        one, _ = ended(saga("marketing", expires_at=at(60)), (0, defer), (60, STOP))
        assert outcome(one) == "REFUSED"
        one, _ = told(saga(capability="no", expires_at=at(60)), (0, defer), (0, Tick()))
        assert (one.phase, one.due) == ("sms_waiting", at(60))
        one, _ = ended(saga("marketing", expires_at=at(60)), (0, defer), (61, STOP))
        assert outcome(one) == "EXPIRED"

    def test_a_delivery_cancels_the_sms_that_waits(self) -> None:
        defer = GateAnswered(decision="defer", until=at(5000))
        one, actions = ended(saga(), (1, ACCEPTED), (800, defer), (901, REVOKED), (950, DELIVERED))
        assert (kinds(actions), outcome(one), one.late) == ([SendRcs, Revoke], "DONE_RCS", False)

    def test_stop_before_the_start_purges_everything(self) -> None:
        one, actions = ended(saga("marketing"), (0, STOP), (0, OptChanged(do="start")))
        assert (actions, outcome(one)) == ([], "REFUSED")


class TestConversation:
    """A sentence of a talk does not follow the person to SMS, unless that is where they are."""

    def test_it_falls_back_to_where_the_person_was(self) -> None:
        one, actions = ended(saga("conversation"), (1, ACCEPTED), (5, FAILED))
        assert (kinds(actions), outcome(one)) == ([SendRcs], "REFUSED")
        _, actions = ended(saga("conversation", last_by_sms=True), (1, ACCEPTED), (5, FAILED))
        assert kinds(actions) == [SendRcs, SendSms]

    def test_it_falls_back_when_rcs_says_at_once_that_nobody_is_there(self) -> None:
        _, actions = ended(saga("conversation"), (1, RcsSubmitted(result="unreachable")))
        assert kinds(actions) == [SendRcs, SendSms]
        _, actions = ended(saga("conversation", capability="no"))
        assert kinds(actions) == [SendSms]

    def test_it_is_given_up_after_two_minutes_and_a_quiet_one(self) -> None:
        one, actions = told(saga("conversation"), (1, ACCEPTED), (180, Tick()))
        assert (kinds(actions), one.phase, outcome(one)) == ([SendRcs, Revoke], "dropped", "UNKNOWN")


class TestRevoke:
    def test_an_unconfirmed_send_proves_nothing_by_a_refusal_however_often(self) -> None:
        hold = {"on_uncertain": "hold"}
        refusal = RevokeAnswered(result="delivered")
        one, _ = told(saga(channel="google", changes=hold), (901, refusal), (902, ACCEPTED), (903, refusal))
        assert (one.phase, one.delivered) == ("held", False)
        one, _ = told(saga(channel="google"), (1, ACCEPTED), (901, refusal))
        assert outcome(one) == "DONE_RCS"

    def test_what_is_said_before_the_revoke_is_out_does_not_end_it(self) -> None:
        for word in (
            RevokeAnswered(result="refused"),
            RevokeAnswered(result="accepted"),
            RcsTold(status="revoke_failed"),
        ):
            one, _ = told(saga(channel="google"), (1, ACCEPTED))
            assert advance(one, word, now=at(2)) == (one, ())

    def test_on_hold_google_s_quiet_yes_is_a_revoke(self) -> None:
        one = saga(channel="google", changes={"on_uncertain": "hold"})
        yes = RevokeAnswered(result="accepted")
        held, _ = told(one, (1, ACCEPTED), (2000, yes), (2005, yes))
        assert (held.phase, held.due) == ("held", at(2010))
        _, actions = ended(one, (1, ACCEPTED), (2000, yes), (2005, yes))
        assert kinds(actions) == [SendRcs, Revoke, SendSms]
        held, _ = told(one, (1, ACCEPTED), (901, yes), (905, RcsTold(status="revoke_failed")))
        assert (held.phase, held.due) == ("held", at(911))

    def test_dropped_is_dropped_but_a_delivery_counts(self) -> None:
        one, actions = ended(saga("marketing"), (1, ACCEPTED), (8000, REVOKED))
        assert (kinds(actions), outcome(one)) == ([SendRcs, Revoke], "UNKNOWN")
        one, _ = told(one, (1_000_001, DELIVERED))
        assert outcome(one) == "DONE_RCS"

    def test_a_refusal_because_it_is_revoked_sends_the_sms(self) -> None:
        _, actions = ended(saga(), (1, ACCEPTED), (901, RevokeAnswered(result="revoked")))
        assert kinds(actions) == [SendRcs, Revoke, SendSms]

    def test_the_end_of_the_message_still_takes_it_back(self) -> None:
        one, actions = ended(saga(expires_at=at(60)), (1, ACCEPTED), (61, REVOKED))
        assert (kinds(actions), outcome(one)) == ([SendRcs, Revoke], "EXPIRED")

    @pytest.mark.parametrize(("stopped_at", "word"), [(50, "REFUSED"), (60, "REFUSED"), (61, "EXPIRED")])
    def test_of_a_stop_and_the_end_the_first_says_why_no_sms_left(self, stopped_at: float, word: str) -> None:
        one, actions = ended(saga("marketing", expires_at=at(60)), (1, ACCEPTED), (stopped_at, STOP), (62, REVOKED))
        assert (kinds(actions), outcome(one)) == ([SendRcs, Revoke], word)


class TestSms:
    UNKNOWN = SmsTold(status="unknown")

    def code(self, **more: Any) -> Saga:
        return saga("code", capability="no", **more)

    def test_a_known_answer_is_not_repeated(self) -> None:
        for word in ("accepted", "delivered", "failed"):
            _, actions = ended(self.code(), (0.5, Tick()), (1, SmsTold(status=word)), (5, self.UNKNOWN))
            assert kinds(actions) == [SendSms]

    def test_the_gate_is_asked_for_the_repeat(self) -> None:
        deny, defer = GateAnswered(decision="deny"), GateAnswered(decision="defer", until=at(50))
        _, actions = ended(self.code(), (1, deny), (5, self.UNKNOWN), (6, self.UNKNOWN))
        assert kinds(actions) == [SendSms]
        _, actions = ended(self.code(), (1, defer), (5, self.UNKNOWN))
        assert kinds(actions) == [SendSms, SendSms]
        _, actions = ended(self.code(), (1, defer), (5, self.UNKNOWN), (40, SmsTold(status="delivered")))
        assert kinds(actions) == [SendSms]

    def test_nothing_is_repeated_after_the_end_or_a_stop_or_a_delivery(self) -> None:
        _, actions = ended(self.code(expires_at=at(5)), (5, self.UNKNOWN))
        assert kinds(actions) == [SendSms]
        marketing = saga("marketing", capability="no", changes={"on_uncertain": "send_with_prefix"})
        _, actions = ended(marketing, (5, self.UNKNOWN), (6, STOP))
        assert kinds(actions) == [SendSms]
        _, actions = ended(saga(), (1, ACCEPTED), (5, FAILED), (6, self.UNKNOWN), (7, DELIVERED))
        assert kinds(actions) == [SendRcs, SendSms]
        _, actions = ended(saga("code"), (1, ACCEPTED), (5, FAILED), (6, DELIVERED), (7, self.UNKNOWN))
        assert kinds(actions) == [SendRcs, SendSms]

    def test_both_tries_delivered_are_a_double(self) -> None:
        first, second = SmsTold(status="delivered"), SmsTold(status="delivered", attempt=2)
        one, actions = ended(self.code(), (5, self.UNKNOWN), (9, first), (9, second))
        assert (kinds(actions), outcome(one), is_double(one)) == ([SendSms, SendSms], "DOUBLE", True)

    def test_failed_wants_every_try_failed(self) -> None:
        failed, again = SmsTold(status="failed", part=1), SmsTold(status="failed", part=2, attempt=2)
        one, _ = ended(self.code(parts=2), (5, self.UNKNOWN), (9, failed))
        assert outcome(one) == "UNKNOWN"
        one, _ = told(one, (1_000_001, again))
        assert outcome(one) == "FAILED"
        one, _ = told(one, (1_000_002, SmsTold(status="delivered")))
        assert outcome(one) == "DONE_SMS"

    def test_what_never_left_cannot_be_told_of(self) -> None:
        one = saga()
        for word in (DELIVERED, ACCEPTED, RevokeAnswered(result="revoked"), SmsTold(status="delivered")):
            assert advance(one, word, now=START) == (one, ())


class TestTimeAndCounts:
    def test_a_late_tick_acts_now_and_waits_from_now(self) -> None:
        one, _ = told(saga(), (1, ACCEPTED))
        late, actions = advance(one, Tick(), now=at(4000))
        assert (actions, late.due) == ((Revoke(),), at(4060))
        assert advance(one, DELIVERED, now=at(4000))[0].phase == "done_rcs"

    def test_each_change_is_one_version(self) -> None:
        one, _ = told(saga(), (0, Tick()))
        assert one.version == 1
        assert advance(one, Tick(), now=at(1))[0] is one
        assert advance(one, ACCEPTED, now=at(1))[0].version == 2

    def test_the_counts_are_read_from_the_facts(self) -> None:
        one, _ = ended(saga(), (1, ACCEPTED), (2000, DELIVERED))
        assert measures(one) == {"fallback", "uncertain", "late_receipt", "double"}
        one, _ = told(one, (1_000_001, SmsTold(status="failed")))
        assert measures(one) == {"fallback", "uncertain", "late_receipt"}
        assert measures(saga()) == frozenset()


GOOD: dict[str, Any] = {"id": "A", "class": "otp", "capability": "no"}
BAD: list[Any] = [
    b"", b"{", b"[]", b"\xff", b'{"cases": [NaN]}', b"[" * 100_000, {}, {"cases": 1}, {"cases": [1]},
    {"cases": [{**GOOD, "class": "news"}]}, {"cases": [{**GOOD, "parts": 0}]}, {"cases": [{**GOOD, "id": None}]},
    {"cases": [{**GOOD, "start": "2026-11-24T10:00:00"}]},
    {"cases": [{**GOOD, "start": "9999-12-31T23:00:00Z", "expires_at": 5000}]},
    {"cases": [{**GOOD, "settings": {"deadline": -1}}]},
    {"cases": [{**GOOD, "events": [{"t": 0, "kind": "rcs_lost"}]}]},
    {"cases": [{**GOOD, "events": [{"t": 0, "kind": "gate"}]}]},
    {"cases": [{**GOOD, "events": [{"t": 0, "kind": "gate", "decision": "defer"}]}]},
    {"cases": [{**GOOD, "events": [{"t": 2, "kind": "stop"}, {"t": 1, "kind": "stop"}]}]},
    {"cases": [{**GOOD, "events": [{"t": 0, "kind": "sms_delivered", "try": 3}]}]},
]  # fmt: skip


class TestFiles:
    @pytest.mark.parametrize("body", BAD)
    def test_what_is_not_as_described_is_told_in_a_sentence(self, body: Any) -> None:
        with pytest.raises(CasesUnreadable) as fault:
            read_cases(body if isinstance(body, bytes) else msgspec.json.encode(body))
        assert "\n" not in fault.value.message

    def test_null_is_absent_and_the_unknown_is_ignored(self) -> None:
        event = {"t": 1, "kind": "sms_delivered", "part": None, "try": None, "colour": "red"}
        body = {"cases": [{**GOOD, "parts": None, "settings": None, "events": [event]}], "about": 1}
        (case,) = read_cases(msgspec.json.encode(body))
        assert outcome(simulate(case).saga) == "DONE_SMS"

    def test_a_timer_beyond_the_calendar_is_a_sentence_too(self) -> None:
        body = {"cases": [{**GOOD, "capability": "yes", "start": "9999-12-31T23:50:00Z", "class": "service"}]}
        (case,) = read_cases(msgspec.json.encode(body))
        with pytest.raises(CasesUnreadable, match="calendar"):
            simulate(case)
