"""Texts cut into submits, reports that find their message, repeats, lanes and settings."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.channels.sms.alphabet import septets, utf16
from rbm_bots.channels.sms.ucp import Turns, UcpSettings
from rbm_bots.channels.sms.ucp.codes import reason_class
from rbm_bots.channels.sms.ucp.incoming import Incoming
from rbm_bots.channels.sms.ucp.operations import Deliver, Report
from rbm_bots.channels.sms.ucp.reports import Progress, ReportBook
from rbm_bots.channels.sms.ucp.stamps import read_stamp
from rbm_bots.channels.sms.ucp.turns import Lane
from rbm_bots.clock import FixedClock
from rbm_bots.delivery.pacer import Pacer
from rbm_bots.emulator.smsc.scenarios import Scenario, scenario_of
from rbm_bots.errors import SettingsError
from rbm_bots.messages.segments import segments
from tests.integration.channels.ucp_compose import compose

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
STAMP = read_stamp("241126101502", PARIS)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=700))
def test_the_parts_of_a_text_are_the_parts_that_were_counted(text: str) -> None:
    cut = segments(text)
    parts = compose(text, to="0033639981234", sender="36123", ref=3)
    assert "".join(part.text for part in parts) == unicodedata.normalize("NFC", text)
    size = (lambda piece: len(septets(piece))) if cut.encoding == "gsm7" else (lambda piece: len(utf16(piece)) // 2)
    assert tuple(size(part.text) for part in parts) == cut.sizes
    assert all(part.report and part.coding == cut.encoding for part in parts)
    assert [part.part.seq if part.part else 1 for part in parts] == list(range(1, len(parts) + 1))


@pytest.mark.parametrize("text", ["", "a" * 153 * 256])
def test_a_text_that_is_no_message(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 255 parts"):
        compose(text, to="0033639981234", sender="36123", ref=1)


def report(state: Any = "delivered", *, recipient: str = "0033639981234", done: str = "241126101506") -> Report:
    return Report(to="36123", recipient=recipient, scts=STAMP, state=state, reason="107", done=read_stamp(done, PARIS))


def book(*labels: str, address: str = "0033639981234") -> ReportBook:
    one = ReportBook()
    for label in labels:
        one.submitted(label=label, address=address, digits=STAMP.digits, deadline=NOW + timedelta(hours=1))
    return one


class TestReports:
    def test_delivered_after_failed_is_a_contradiction_and_wins(self) -> None:
        one = book("m")
        assert one.reported(report("failed"), now=NOW) == Progress(label="m", state="failed", reason="107")
        assert one.reported(report(), now=NOW) == Progress(label="m", state="delivered", contradiction=True)
        assert one.reported(report("failed"), now=NOW) is None
        assert one.contradictions == 1

    def test_a_number_is_the_same_in_each_form(self) -> None:
        assert book("m").reported(report(recipient="33639981234"), now=NOW)
        assert book("m", address="0639981234").reported(report(), now=NOW)

    def test_an_alias_is_compared_whole(self) -> None:
        one = book("m", address="412700583916")
        assert one.reported(report(recipient="500700583916"), now=NOW) is None
        assert one.reported(report(recipient="412700583916"), now=NOW)

    def test_twins_share_a_stamp_and_each_gets_its_report(self) -> None:
        one = book("1", "2")
        moves = [one.reported(report(state), now=NOW) for state in ("buffered", "buffered", "delivered", "failed")]
        assert [(move.label, move.state) for move in moves if move] == [
            ("1", "buffered"),
            ("2", "buffered"),
            ("1", "delivered"),
            ("2", "failed"),
        ]

    def test_a_report_before_its_result_is_parked(self) -> None:
        one = ReportBook()
        assert one.reported(report(), now=NOW) is None
        moved = one.submitted(
            label="m", address="0033639981234", digits=STAMP.digits, deadline=NOW + timedelta(hours=1)
        )
        assert moved == (Progress(label="m", state="delivered"),)
        assert one.parked == one.awaited == 0

    def test_what_is_never_reported_is_unknown_and_what_belongs_to_nothing_is_dropped(self) -> None:
        one = book("m")
        one.reported(report(recipient="0033639980000"), now=NOW)
        assert one.overdue(NOW + timedelta(minutes=4)) == ()
        assert one.overdue(NOW + timedelta(hours=1)) == (Progress(label="m", state="unknown"),)
        assert (one.parked_dropped, one.awaited) == (1, 0)

    def test_a_reason_has_its_class(self) -> None:
        assert [reason_class(code) for code in ("101", "107", "119", "204", "250")] == [
            "recipient",
            "absent",
            "network",
            "ours",
            "network",
        ]


class TestRepeats:
    def message(self, *, by_call_input: bool = False) -> Deliver:
        return Deliver(to="36123", sender="33639981234", text="OUI", scts=STAMP, by_call_input=by_call_input)

    def test_a_repeat_is_known_for_a_day(self) -> None:
        one = Incoming()
        one.remember(self.message(), trn=1, now=NOW)
        assert one.is_repeat(self.message(), trn=2, now=NOW + timedelta(hours=23))
        assert not one.is_repeat(self.message(), trn=2, now=NOW + timedelta(hours=24))

    def test_a_second_yes_by_call_input_is_not_lost(self) -> None:
        one, said = Incoming(), self.message(by_call_input=True)
        one.remember(said, trn=1, now=NOW)
        assert one.is_repeat(said, trn=1, now=NOW + timedelta(seconds=59))
        assert not one.is_repeat(said, trn=2, now=NOW + timedelta(seconds=1))
        assert not one.is_repeat(said, trn=1, now=NOW + timedelta(seconds=60))

    def test_memory_ends(self) -> None:
        one = Incoming()
        one.remember(self.message(), trn=1, now=NOW)
        one.remember(report(), trn=2, now=NOW + timedelta(hours=25))
        assert not one.is_repeat(self.message(), trn=1, now=NOW + timedelta(hours=1))


async def test_a_waiter_that_gives_up_does_not_hold_the_others() -> None:
    clock = FixedClock(NOW)
    seconds = [0.0]
    turns = Turns(Pacer(per_second=1, window="second"), clock=clock, monotonic=lambda: seconds[0])
    first = await turns.take("service")
    lanes: list[Lane] = ["code", "marketing"]
    urgent, other = (asyncio.ensure_future(turns.take(lane)) for lane in lanes)
    await asyncio.sleep(0)
    urgent.cancel()
    await asyncio.gather(urgent, return_exceptions=True)
    seconds[0] = 1.0
    turns.answered(first)
    seconds[0] = 2.0
    await other


WANTED: dict[str, Any] = {"hosts": (("127.0.0.1", 9),), "account": "36123", "password": "secret"}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"hosts": ()}, "hosts"),
        ({"window": 0}, "window"),
        ({"window": 101}, "window"),
        ({"account": "brand"}, "account"),
        ({"password": ""}, "password"),
        ({"password": "x" * 17}, "password"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../x"}, "time_zone"),
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(SettingsError) as refused:
        UcpSettings(**WANTED | wrong)
    assert refused.value.where == where


def test_settings_do_not_show_the_password() -> None:
    assert "secret" not in repr(UcpSettings(**WANTED))


def test_a_recipient_without_a_scenario_is_delivered() -> None:
    assert scenario_of("36123"[:3]) == scenario_of("0033639989999") == Scenario()
    assert scenario_of("0033639981055").refuse == "55"
