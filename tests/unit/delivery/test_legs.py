"""Legs over tables: what the door decides, what facts do to sagas, and what is taken back before it was called."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.delivery.asking import Found
from rbm_bots.delivery.fallback import FallbackChanges
from rbm_bots.delivery.gateway import Revocation
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.rules.question import GateSettings, Protected
from rbm_bots.store import outbox
from tests.unit.delivery.legs_side import CODE, OPEN, RCS, SMS, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "legs.db")


def legs(desk: Desk) -> list[tuple[str, str]]:
    return [(row.operation, row.state) for row in desk.rows()]


def sent(desk: Desk, message_class: str = "service", **more: object) -> str:
    """A message whose RCS leg the platform took."""
    contact = desk.person()
    desk.queue(contact, message_class, **more)
    [leaving] = desk.open().leaving
    desk.settle(leaving.row, "accepted", platform_id="p1")
    return contact


def by_sms(desk: Desk) -> str:
    """A message whose SMS is with the centre, after RCS failed; the id of its part."""
    sent(desk)
    desk.receipt("p1", "failed")
    [leaving] = desk.open(SMS).leaving
    desk.settle(leaving.row, "accepted", platform_id="s1")
    return leaving.row.message_id


class TestDoor:
    """Who leaves, who waits, who is refused, and what is written about it."""

    def test_without_a_short_code_there_is_no_saga(self, desk: Desk) -> None:
        desk.queue(desk.person(), sms_code=None)
        [leaving] = desk.open().leaving
        assert (leaving.row.logical_id, leaving.until) == (None, None)
        desk.settle(leaving.row, "accepted", platform_id="p1")
        assert legs(desk) == [("message", "accepted")]

    def test_the_same_wish_twice_is_one_message(self, desk: Desk) -> None:
        contact = desk.person()
        desk.queue(contact)
        desk.queue(contact)
        assert len(desk.rows()) == 1

    def test_a_conversation_is_an_answer_within_a_day(self, desk: Desk) -> None:
        contact = desk.person()
        desk.queue(contact, "conversation", name="soon", sms_code=None)
        assert [one.row.message_id for one in desk.open().leaving] == ["soon"]
        desk.move(86_401)
        desk.queue(contact, "conversation", name="late", sms_code=None)
        [refusal] = desk.open().refusals
        assert (refusal.rule, refusal.state) == ("class", "refused")

    def test_a_deferral_is_written_with_its_rule_and_ends_by_itself(self, desk: Desk) -> None:
        contact = desk.person()
        desk.move(12 * 3600)  # ten in the evening
        desk.queue(contact, "marketing", sms_code=None)
        assert not desk.open().leaving
        [row] = desk.rows()
        assert (row.state, row.reason, row.rule_set) == ("queued", "quiet_hours", "af2m-2026")
        assert row.not_before == row.rule_until == 1000 * int(OPEN.timestamp() + 22 * 3600)
        desk.move(10 * 3600)
        assert len(desk.open().leaving) == 1

    def test_a_message_whose_end_has_come_expires(self, desk: Desk) -> None:
        desk.queue(desk.person(), sms_code=None, expires_at=desk.now_ms + 1000)
        desk.move(1)
        [refusal] = desk.open().refusals
        assert refusal.rule == "expired"

    def test_nobody_looked_up_is_not_tried_by_rcs(self, desk: Desk) -> None:
        contact = desk.person()
        desk.found[contact] = Found()
        desk.queue(contact)
        assert not desk.open().leaving
        assert legs(desk) == [("message", "skipped"), ("sms", "queued")]

    def test_or_is_where_the_deployment_says_so(self, tmp_path: Path) -> None:
        desk = Desk(tmp_path / "t.db", fallback_always=FallbackChanges(try_unknown=True))
        contact = desk.person()
        desk.found[contact] = Found()
        desk.queue(contact)
        assert len(desk.open().leaving) == 1

    def test_another_operators_number_goes_by_sms(self, desk: Desk) -> None:
        contact = desk.person()
        desk.found[contact] = Found(capability="yes", operator="other")
        desk.queue(contact)
        desk.open()
        assert [(row.operation, row.state, row.reason) for row in desk.rows()] == [
            ("message", "skipped", "operator"),
            ("sms", "queued", None),
        ]

    def test_an_answer_to_an_sms_goes_by_sms(self, desk: Desk) -> None:
        desk.queue(desk.person(), "conversation", by_sms=True)
        desk.open()
        assert legs(desk) == [("message", "skipped"), ("sms", "queued")]

    def test_a_conversation_falls_back_only_to_who_was_last_reached_by_sms(self, desk: Desk) -> None:
        contact = sent(desk, "conversation")
        desk.receipt("p1", "failed")
        assert desk.kept().outcome == "REFUSED"
        desk.queue(contact, "conversation", name="sms", by_sms=True)
        desk.open()
        desk.queue(contact, "conversation", name="next")
        desk.move(1)
        [leaving] = desk.open().leaving
        desk.settle(leaving.row, "accepted", platform_id="p2")
        desk.receipt("p2", "failed")
        assert desk.kept("next").left_by == "sms"

    def test_or_to_who_is_said_not_to_be_there(self, desk: Desk) -> None:
        desk.queue(desk.person(), "conversation")
        [leaving] = desk.open().leaving
        desk.settle(leaving.row, "rejected", reason="41110", told="unreachable")
        assert legs(desk) == [("message", "rejected"), ("sms", "queued")]

    def test_what_cannot_be_read_is_refused_and_ends_its_saga(self, desk: Desk) -> None:
        desk.queue(desk.person())
        desk.write(lambda c: c.exec_driver_sql("UPDATE outbox SET body = x'00'"))
        [refusal] = desk.open().refusals
        assert (refusal.rule, desk.kept().outcome) == ("unreadable", "REFUSED")

    def test_a_long_text_is_one_row_for_each_part(self, desk: Desk) -> None:
        contact = desk.person()
        desk.found[contact] = Found(capability="no")
        desk.queue(contact, text="a" * 400)
        desk.open()
        assert [(row.part, row.attempt) for row in desk.rows("sms")] == [(1, 1), (2, 1), (3, 1)]
        assert len(desk.saga().tries[0].parts) == 3

    def test_a_text_of_too_many_parts_is_refused(self, desk: Desk) -> None:
        contact = desk.person()
        desk.found[contact] = Found(capability="no")
        desk.queue(contact, text="a" * 1000)
        desk.open()
        assert (desk.kept().outcome, desk.kept().rule) == ("REFUSED", "sms_text")

    @pytest.mark.parametrize("at", [-(10**14), 10**15])
    def test_a_stop_counts_whatever_its_clock_says(self, desk: Desk, at: int) -> None:
        contact = desk.person(consent=False)
        desk.opt(contact, "optin", -(10**14) - 1)
        desk.opt(contact, "stop", at)
        desk.queue(contact, "marketing", sms_code=None)
        [refusal] = desk.open().refusals
        assert refusal.rule == "stop"

    def test_two_bots_of_a_brand_do_not_offer_at_once(self, desk: Desk) -> None:
        contact = desk.person()
        desk.queue(contact, "marketing", name="one", sms_code=None)
        desk.queue(contact, "marketing", name="two", sms_code=None)
        assert [one.row.message_id for one in desk.open().leaving] == ["one"]
        assert not desk.open().leaving
        assert [row.reason for row in desk.rows()] == [None, "one_a_day"]

    def test_the_cap_counts_the_logical_message_once(self, desk: Desk) -> None:
        sent(desk, "marketing")
        desk.receipt("p1", "failed")
        assert legs(desk) == [("message", "failed"), ("sms", "queued")]

    def test_many_rows_are_judged_and_settled_in_one_transaction(self, desk: Desk) -> None:
        people = [desk.person(f"+336399800{number:02}") for number in (1, 3, 4, 5)]
        for number, contact in enumerate(people[:2]):
            desk.queue(contact, "marketing", name=f"no{number}", sms_code=None)
            desk.say(contact, "stop")
        for number, contact in enumerate(people[2:]):
            desk.queue(contact, name=f"yes{number}", sms_code=None)
        leaving = desk.open().leaving
        assert sorted(one.row.message_id for one in leaving) == ["yes0", "yes1"]
        desk.settle_all(leaving, "accepted")
        assert [row.state for row in desk.rows()] == ["refused", "refused", "accepted", "accepted"]


class TestParts:
    """A part is asked once more as its turn comes."""

    def test_stop_reaches_a_part_that_waits(self, desk: Desk) -> None:
        contact = sent(desk, "marketing")
        desk.receipt("p1", "failed")
        desk.say(contact, "stop")
        [refusal] = desk.open(SMS).refusals
        assert (refusal.rule, desk.kept().outcome) == ("stop", "FAILED")

    def test_a_part_whose_validity_is_over_does_not_leave(self, desk: Desk) -> None:
        sent(desk, expires_at=desk.now_ms + 60_000)
        desk.receipt("p1", "failed")
        desk.move(60)
        [refusal] = desk.open(SMS).refusals
        assert (refusal.rule, desk.kept().outcome) == ("expired", "FAILED")

    def test_a_delivery_takes_an_sms_back_while_none_of_it_was_called(self, desk: Desk) -> None:
        sent(desk)
        desk.receipt("p1", "failed")
        desk.receipt("p1", "delivered")
        assert legs(desk)[1] == ("sms", "refused")
        assert desk.kept().outcome == "DONE_RCS"
        assert "double" not in desk.measured

    def test_a_delivery_after_it_was_called_is_a_double(self, desk: Desk) -> None:
        part = by_sms(desk)
        desk.report(part, "delivered")
        desk.receipt("p1", "delivered")
        assert desk.kept().outcome == "DOUBLE"
        assert desk.measured == ["fallback", "double", "late_receipt"]

    def test_a_report_before_the_answer_stands(self, desk: Desk) -> None:
        sent(desk)
        desk.receipt("p1", "failed")
        [leaving] = desk.open(SMS).leaving
        desk.report(leaving.row.message_id, "delivered")
        desk.settle(leaving.row, "accepted", platform_id="s1")
        [part] = desk.rows("sms")
        assert (part.state, part.platform_id, desk.kept().outcome) == ("delivered", "s1", "DONE_SMS")

    def test_delivered_beats_failed(self, desk: Desk) -> None:
        part = by_sms(desk)
        desk.report(part, "failed")
        assert desk.kept().outcome == "FAILED"
        desk.report(part, "delivered")
        assert desk.kept().outcome == "DONE_SMS"

    def test_without_a_result_service_is_repeated_after_a_minute_with_its_words(self, desk: Desk) -> None:
        sent(desk)
        desk.receipt("p1", "failed")
        [leaving] = desk.open(SMS).leaving
        desk.settle(leaving.row, "unknown", reason="timed_out")
        desk.move(60)
        desk.tick()
        assert [(row.attempt, row.state) for row in desk.rows("sms")] == [(1, "unknown"), (2, "queued")]


class TestTakenBack:
    """What was never called needs no revoke."""

    def test_a_message_that_came_back_unsent_falls_back_at_its_deadline(self, desk: Desk) -> None:
        desk.queue(desk.person(), "code")
        [leaving] = desk.open().leaving
        desk.settle(leaving.row, "queued", reason="over_quota")
        desk.move(30)
        desk.tick()
        assert legs(desk) == [("message", "refused"), ("sms", "queued")]

    def test_or_leaves_again_before_it(self, desk: Desk) -> None:
        desk.queue(desk.person())
        [first] = desk.open().leaving
        desk.settle(first.row, "queued", reason="over_quota")
        desk.move(60)
        [again] = desk.open().leaving
        assert again.until == first.until

    def test_stop_in_between_ends_it(self, desk: Desk) -> None:
        contact = desk.person()
        desk.queue(contact, "marketing")
        [leaving] = desk.open().leaving
        desk.settle(leaving.row, "queued", reason="over_quota")
        desk.say(contact, "stop")
        desk.open()
        assert (legs(desk), desk.kept().outcome) == ([("message", "refused")], "REFUSED")

    def test_stop_before_anything_left_purges_for_good(self, desk: Desk) -> None:
        contact = desk.person()
        desk.queue(contact, "marketing")
        desk.say(contact, "stop")
        desk.move(1)
        desk.say(contact, "start")
        desk.open()
        assert (legs(desk), desk.kept().outcome) == ([("message", "refused")], "REFUSED")

    def test_what_waits_without_a_saga_is_purged_as_well(self, desk: Desk) -> None:
        contact = desk.person()
        desk.queue(contact, "marketing", sms_code=None)
        desk.queue(contact, name="reminder", sms_code=None)
        self.stop_and_start(desk, contact)
        desk.queue(contact, "marketing", name="later", sms_code=None)
        left, refused = [], []
        for _ in range(3):
            opened = desk.open()
            if opened.leaving:
                desk.settle_all(opened.leaving, "accepted")
            left += [one.row.message_id for one in opened.leaving]
            refused += [(one.row.message_id, one.rule, one.state) for one in opened.refusals]
        assert refused == [("m", "stop", "refused")]
        assert left == ["reminder", "later"], "START counts for what comes after it"

    def test_so_is_an_sms_that_waits_for_its_turn(self, desk: Desk) -> None:
        contact = sent(desk, "marketing")
        desk.receipt("p1", "failed")
        self.stop_and_start(desk, contact)
        [refusal] = desk.open(SMS).refusals
        assert (refusal.rule, desk.kept().outcome) == ("stop", "FAILED")

    def test_so_is_one_on_hold(self, tmp_path: Path) -> None:
        desk = Desk(tmp_path / "t.db", fallback_always=FallbackChanges(on_uncertain="hold"))
        contact = sent(desk, "marketing")
        desk.move(7200)
        desk.tick()
        desk.move(61)
        desk.tick()
        assert desk.kept().phase == "held"
        self.stop_and_start(desk, contact)
        desk.receipt("p1", "revoked")
        assert (desk.kept().outcome, desk.kept().rule, desk.rows("sms")) == ("REFUSED", "stop", [])

    @staticmethod
    def stop_and_start(desk: Desk, contact: str) -> None:
        desk.move(1)
        desk.say(contact, "stop")
        desk.move(1)
        desk.say(contact, "start")
        desk.move(1)

    def test_a_person_may_cancel_what_has_not_left(self, desk: Desk) -> None:
        contact = sent(desk)
        desk.queue(contact, name="waits")
        assert desk.write(lambda c: desk.legs.cancel(c, ["m", "waits"], now=desk.now)) == {"waits"}
        assert (desk.kept("waits").outcome, desk.kept().outcome) == ("REFUSED", None)


class TestRevoke:
    """A revoke leaves before what waits of its class, and names what the platform named."""

    def test_it_goes_before_its_class_and_after_higher_ones(self, desk: Desk) -> None:
        contact = sent(desk)
        desk.move(900)
        for wanted in ("marketing", "service", "conversation", "code"):
            desk.queue(contact, wanted, name=wanted)
        desk.tick()
        rows = desk.write(lambda connection: outbox.take(connection, RCS, now_ms=desk.now_ms, most=16))
        assert [f"{row.operation} {row.message_class}" for row in rows] == [
            "message code", "message conversation", "revoke service", "message service", "message marketing",
        ]  # fmt: skip
        [content] = [one.content for one in desk.open().leaving if one.row.operation == "revoke"]
        assert content == Revocation(platform_id="p1")

    @pytest.mark.parametrize(("told", "outcome"), [("delivered", "DONE_RCS"), ("revoked", None), (None, None)])
    def test_what_a_refusal_says_counts(self, desk: Desk, told: str | None, outcome: str | None) -> None:
        sent(desk)
        desk.move(900)
        desk.tick()
        [leaving] = [one for one in desk.open().leaving if one.row.operation == "revoke"]
        desk.settle(leaving.row, "rejected", reason="conflict", told=told)
        assert desk.kept().outcome in (outcome, "UNKNOWN")
        assert bool(desk.rows("sms")) == (told != "delivered")

    def test_without_an_id_there_is_nothing_to_revoke(self, desk: Desk) -> None:
        desk.queue(desk.person())
        [leaving] = desk.open().leaving
        desk.settle(leaving.row, "unknown", reason="timed_out")
        desk.move(900)
        desk.tick()
        assert [row.operation for row in desk.rows()] == ["message", "sms"]
        assert sorted(desk.measured) == ["fallback", "uncertain"]


def test_a_gateway_that_writes_the_mention_leaves_the_text_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "t.db", gate=GateSettings(stop_appended_by_gateway=True))
    sent(desk, "marketing")
    desk.receipt("p1", "failed")
    [leaving] = desk.open(SMS).leaving
    assert getattr(leaving.content, "text", None) == "Bonjour."


def test_the_channel_without_a_word_may_be_told_what_to_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "t.db", without_result={RCS: "drop"})
    desk.queue(desk.person(), "code")
    [leaving] = desk.open().leaving
    desk.settle(leaving.row, "unknown", reason="timed_out")
    desk.move(30)
    desk.tick()
    assert desk.kept().outcome == "UNKNOWN"


@pytest.mark.parametrize(
    ("code", "more", "rule"),
    [
        ({"in_service": False}, {}, "sender_status"),
        ({"sender": "MARQUE"}, {}, "sender_option"),
        (
            {"sender": "MARQUE", "sender_option": True},
            {"senders": Protected(forbidden=("marque",))},
            "sender_protected",
        ),
        (
            {"sender": "MARQUE", "sender_option": True},
            {"senders": Protected(authorised_only=("MARQUE",))},
            "sender_protected",
        ),
        (
            {"sender": "MARQUE", "sender_option": True},
            {"senders": Protected(authorised_only=("MARQUE",), authorisations=("marque",))},
            None,
        ),
    ],
)
def test_what_a_deployment_says_of_its_sender_is_asked_at_the_door(
    tmp_path: Path, code: dict[str, Any], more: dict[str, Any], rule: str | None
) -> None:
    desk = Desk(tmp_path / "t.db", codes={CODE: SmsCode(code=CODE, **code)}, **more)
    sent(desk)
    desk.receipt("p1", "failed")
    assert [row.operation for row in desk.rows()] == (["message"] if rule else ["message", "sms"])
    assert desk.kept().rule == rule


def test_the_holidays_of_a_region_hold_marketing_back(tmp_path: Path) -> None:
    good_friday = datetime(2030, 4, 19, 9, 0, tzinfo=UTC)
    for region, leaves in ((None, 1), ("alsace-moselle", 0)):
        desk = Desk(tmp_path / f"{region}.db", region=region)
        contact = desk.person()
        desk.move((good_friday - OPEN).total_seconds())
        desk.queue(contact, "marketing")
        assert len(desk.open().leaving) == leaves
