"""From the people of campaigns to messages in the outbox: none missing, none twice, fairly shared."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from rbm_bots.clock import to_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.campaigns.desk import CampaignRefused, Trial
from rbm_bots.delivery.campaigns.feeding import campaign_message_id
from rbm_bots.delivery.states import LANES
from rbm_bots.events import SceneStarted
from rbm_bots.history import open_event
from rbm_bots.messages import Message, Text
from rbm_bots.store import campaign_recipients, campaigns, capability, conversations, retention
from rbm_bots.store.campaign_recipients import Told
from rbm_bots.store.capability import Learned
from rbm_bots.store.tables import CampaignRecipientRow, InboxRow, JournalRow, OptRow, OutboxRow
from tests.integration.delivery.campaigns.stage import NOON, SEAL, Stage, campaign_file, people, staged, text_of

SCENE = "scene: winter"


async def test_each_person_gets_one_message_with_their_own_words(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(70))
    await stage.feed(10, per_second=30)
    rows = await stage.rows(OutboxRow)
    assert len(rows) == len({row.contact_id for row in rows}) == 70
    assert {row.message_id for row in rows} == {campaign_message_id("one", row.contact_id) for row in rows}
    assert {(row.application, row.bot, row.brand, row.lane, row.campaign) for row in rows} == {
        ("APP1", "shop", "brand", LANES["marketing"], "one")
    }
    messages = [msgspec.json.decode(SEAL.open(row.body, purpose=BODY), type=Message) for row in rows]
    assert {one.content for one in messages} == {Text(text=f"Bonjour P{n}") for n in range(70)}
    assert {one.chips[-1].label for one in messages} == {"Ne plus recevoir"}
    assert all(one.sms is not None and one.sms.endswith("Répondez STOP") for one in messages)
    status = await stage.desk.status("one")
    assert (status.state, status.total, status.messages) == ("done", 70, {"sent": 70})


async def test_the_outbox_is_kept_minutes_ahead_and_no_further(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(500))
    await stage.feed(3)
    first = len(await stage.rows(OutboxRow))
    assert 90 <= first <= 120, "a quarter above the quota, not everything at once"
    assert (await stage.desk.status("one")).people == {"queued": first, "waiting": 500 - first}


async def test_a_throttle_holds_to_the_second(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one", more="per_second: 4")), people(100))
    await stage.feed(10, per_second=30)
    assert len(await stage.rows(OutboxRow)) == 40


async def test_two_campaigns_share_the_quota_at_every_instant(stage: Stage, tmp_path: Path) -> None:
    """S2-71: virtual seconds of an operator that takes thirty messages each."""
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(900))
    await stage.begin(campaign_file(tmp_path, text_of("two")), people(900, first=1000))
    shares = []
    for _ in range(20):
        await stage.feed(1)
        shares.append(Counter(row.campaign for row in await stage.send(30)))
    taken = sum(shares, Counter())
    assert sum(taken.values()) == 600, "no second of the quota is lost"
    assert abs(taken["one"] - taken["two"]) <= 10
    assert all(abs(share["one"] - share["two"]) <= 8 for share in shares[1:])


async def test_one_with_a_throttle_leaves_the_rest_to_the_other(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("slow", more="per_second: 6")), people(400))
    await stage.begin(campaign_file(tmp_path, text_of("fast")), people(900, first=1000))
    await stage.feed(20, per_second=30)
    taken = Counter(row.campaign for row in await stage.rows(OutboxRow) if row.state == "accepted")
    assert sum(taken.values()) == 600
    assert taken["slow"] == pytest.approx(100, abs=20)


async def test_a_crash_between_two_steps_neither_loses_nor_doubles(database: str, tmp_path: Path) -> None:
    async with staged(database) as stage:
        await stage.begin(campaign_file(tmp_path, text_of("one")), people(150))
        await stage.feed(1)
    async with staged(database, owner="two", at=NOON.replace(minute=1)) as stage:
        await stage.feed(10, per_second=60)
        rows = await stage.rows(OutboxRow)
        assert len(rows) == len({row.contact_id for row in rows}) == 150


async def test_one_process_feeds_at_a_time(postgres_database: str, tmp_path: Path) -> None:
    async with staged(postgres_database) as one, staged(postgres_database, owner="two") as two:
        await one.begin(campaign_file(tmp_path, text_of("one")), people(100))
        await one.feed(1)
        there = len(await one.rows(OutboxRow))
        await two.feed(2)
        assert len(await two.rows(OutboxRow)) == there
        two.clock.advance(30)
        await two.feed(10, per_second=100)
        assert len(await two.rows(OutboxRow)) == 100


async def test_a_pause_holds_what_has_not_left_and_a_resume_lets_it_go(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(200))
    await stage.feed(2)
    await stage.send(10)
    await stage.desk.pause("one", "by hand")
    assert await stage.send(100) == []
    before = len(await stage.rows(OutboxRow))
    await stage.feed(5)
    assert len(await stage.rows(OutboxRow)) == before
    status = await stage.desk.status("one")
    assert (status.state, status.why, status.messages["queued"]) == ("paused", "by hand", before - 10)
    await stage.desk.resume("one")
    await stage.feed(20, per_second=30)
    rows = await stage.rows(OutboxRow)
    assert len(rows) == len({row.contact_id for row in rows}) == 200
    assert {row.state for row in rows} == {"accepted"}


async def test_a_cancel_takes_back_what_has_not_left(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(200))
    await stage.feed(2)
    sent = len(await stage.send(10))
    queued = len(await stage.rows(OutboxRow)) - sent
    await stage.desk.pause("one", "by hand")
    assert await stage.desk.cancel("one") == queued
    await stage.feed(5)
    assert await stage.send(100) == []
    lines = await stage.desk.report("one", after="", columns=(), most=1000)
    assert Counter(line.outcome for line in lines) == {"sent": 10, "cancelled": 190}
    with pytest.raises(CampaignRefused, match="cancelled"):
        await stage.desk.resume("one")


async def test_a_cancel_that_was_broken_off_lets_nothing_leave_and_goes_on(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(200))
    await stage.feed(2)
    queued = len(await stage.rows(OutboxRow))
    await stage.store.write(partial(campaigns.cancel, campaign="one", now_ms=to_ms(NOON)))  # and then it died
    assert await stage.send(100) == []
    assert await stage.desk.cancel("one") == queued
    assert (await stage.desk.status("one")).messages == {"cancelled": queued}
    with pytest.raises(CampaignRefused, match="cannot be cancelled"):
        await stage.desk.cancel("one")


async def test_nothing_leaves_at_night_and_nothing_waits_in_the_outbox(database: str, tmp_path: Path) -> None:
    evening = datetime(2026, 11, 24, 20, 29, 50, tzinfo=UTC)  # ten seconds before marketing closes in Paris
    async with staged(database, at=evening) as stage:
        await stage.begin(campaign_file(tmp_path, text_of("one")), people(900))
        await stage.feed(20, per_second=30)
        rows = await stage.rows(OutboxRow)
        assert {row.state for row in rows} == {"accepted"}
        assert len(rows) == pytest.approx(270, abs=60)
        stage.clock.move_to(datetime(2026, 11, 25, 6, 59, tzinfo=UTC))
        await stage.feed(30)
        assert len(await stage.rows(OutboxRow)) == len(rows)
        await stage.feed(40, per_second=30)
        assert len(await stage.rows(OutboxRow)) > len(rows)


async def test_it_ends_at_its_end(database: str, tmp_path: Path) -> None:
    more = "schedule: {ends: 2026-11-24T12:00:03+01:00}"
    async with staged(database) as stage:
        await stage.begin(campaign_file(tmp_path, text_of("one", more=more)), people(500))
        await stage.feed(6, per_second=30)
        status = await stage.desk.status("one")
        assert (status.state, status.why) == ("cancelled", "ended")
        assert {row.expires_at for row in await stage.rows(OutboxRow)} == {1_795_518_003_000}


async def test_who_was_never_checked_may_wait_for_the_next_check(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one", more="untested: wait")), people(20))
    await stage.feed(3)
    assert await stage.rows(OutboxRow) == []
    contacts = sorted(row.contact_id for row in await stage.rows(CampaignRecipientRow))
    now_ms = 1_795_518_000_000
    learned = [
        Learned(contact_id=contact, bot="shop", answer="rcs", source="bulk", at=now_ms) for contact in contacts[:5]
    ]
    await stage.store.write(lambda connection: capability.learned(connection, learned))
    await stage.feed(2)
    assert await stage.rows(OutboxRow) == [], "they are looked at again in an hour"
    stage.clock.advance(3600)
    await stage.feed(2)
    assert sorted(row.contact_id for row in await stage.rows(OutboxRow)) == contacts[:5]
    assert (await stage.desk.status("one")).state == "running"


async def test_hold_out_and_variants_are_told_apart(stage: Stage, tmp_path: Path) -> None:
    content = """variants:
  - {name: a, share: 30, message: {text: "A {{ first_name }}"}}
  - {name: b, share: 70, message: {text: "B {{ first_name }}"}}"""
    await stage.begin(campaign_file(tmp_path, text_of("one", content=content, more="holdout: 10")), people(400))
    await stage.feed(30, per_second=60)
    lines = await stage.desk.report("one", after="", columns=("first_name",), most=1000)
    groups = Counter(line.variant or "holdout" for line in lines)
    assert groups["holdout"] == pytest.approx(40, abs=20)
    assert groups["a"] == pytest.approx(108, abs=35)
    bodies = {
        row.contact_id: msgspec.json.decode(SEAL.open(row.body, purpose=BODY), type=Message).content
        for row in await stage.rows(OutboxRow)
    }
    for line in lines:
        if line.variant:
            assert bodies[line.contact] == Text(text=f"{line.variant.upper()} {line.columns[0]}")
        else:
            assert line.outcome == "held_out"
            assert line.contact not in bodies


async def test_a_scene_is_handed_to_its_conversation(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one", content=SCENE)), people(40))
    await stage.feed(3)
    journal, inbox = await stage.rows(JournalRow), await stage.rows(InboxRow)
    assert {row.seq for row in journal} == {row.seq for row in inbox}
    assert {(row.source, row.kind, row.bot) for row in journal} == {("campaign:one", "scene", "shop")}

    def claim(connection: Connection) -> list[conversations.Locked]:
        return conversations.claim(connection, bots=["shop"], now_ms=1 << 50, most=100)

    rows = [row for one in await stage.store.write(claim) for row in one.rows]
    events = [open_event(SEAL, row) for row in rows]
    assert {event.columns["first_name"] for event in events if isinstance(event, SceneStarted)} == {
        f"P{n}" for n in range(40)
    }
    assert {event.campaign for event in events if isinstance(event, SceneStarted)} == {"one"}


async def test_what_scenes_tell_is_kept_and_the_busy_are_tried_again(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one", content=SCENE)), people(4))
    await stage.feed(2)
    sent, busy, skipped, refused = sorted(row.contact_id for row in await stage.rows(CampaignRecipientRow))
    told = [
        Told(campaign="one", contact_id=sent, outcome="sent", message_id="m-1"),
        Told(campaign="one", contact_id=busy, outcome="busy"),
        Told(campaign="one", contact_id=skipped, outcome="skipped"),
        Told(campaign="one", contact_id=refused, outcome="refused", reason="first_name"),
    ]
    again_at = 1_795_518_000_000 + 60_000

    def settle(connection: Connection) -> None:
        campaign_recipients.settle_scenes(connection, told, again_at=again_at, most_tries=2)

    await stage.store.write(settle)
    found = {row.contact_id: row for row in await stage.rows(CampaignRecipientRow)}
    assert (found[sent].state, found[sent].message_id) == ("queued", "m-1")
    assert (found[busy].state, found[busy].not_before) == ("waiting", again_at)
    assert (found[skipped].state, found[refused].state, found[refused].reason) == ("skipped", "refused", "first_name")
    stage.clock.advance(120)
    await stage.feed(1)
    assert len([row for row in await stage.rows(JournalRow) if row.contact_id == busy]) == 2
    await stage.store.write(settle)
    [row] = [row for row in await stage.rows(CampaignRecipientRow) if row.contact_id == busy]
    assert (row.state, row.reason) == ("skipped", "busy")


async def test_the_same_people_twice_are_there_once(stage: Stage, tmp_path: Path) -> None:
    campaign = campaign_file(tmp_path, text_of("one"))
    await stage.desk.begin(campaign)
    assert await stage.desk.add("one", people(20)) == 20
    await stage.desk.begin(campaign)
    assert await stage.desk.add("one", people(30)) == 10
    with pytest.raises(CampaignRefused, match="another file"):
        await stage.desk.begin(campaign_file(tmp_path, text_of("one", more="per_second: 2")))


async def test_a_proven_opt_in_is_kept(stage: Stage, tmp_path: Path) -> None:
    who = [msgspec.structs.replace(one, consent_at=5, proof="form 7") for one in people(2)]
    await stage.begin(campaign_file(tmp_path, text_of("one")), who)
    kept = await stage.rows(OptRow)
    assert {(row.brand, row.kind, row.at, row.proof) for row in kept} == {("brand", "optin", 5, "campaign:one|form 7")}


async def test_a_test_goes_to_testers_alone(stage: Stage, tmp_path: Path) -> None:
    spec = campaign_file(tmp_path, text_of("one", more='testers: {me: "+33639980077"}'))
    contact = await stage.desk.send_test(Trial(campaign=spec, msisdn="+33639980077", variant="", cells=("Ana",)))
    [row] = await stage.rows(OutboxRow)
    assert (row.contact_id, row.campaign, row.message_class) == (contact, None, "marketing")
    with pytest.raises(CampaignRefused, match="testers"):
        await stage.desk.send_test(Trial(campaign=spec, msisdn="+33639980078", variant="", cells=("Ana",)))


async def test_the_report_gives_numbers_only_when_their_column_is_asked_for(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(3))
    plain = await stage.desk.report("one", after="", columns=(), most=2)
    rest = await stage.desk.report("one", after=plain[-1].contact, columns=("mobile", "first_name"), most=2)
    assert [line.columns for line in plain] == [(), ()]
    assert rest[0].columns == (f"+3363998{rest[0].line - 2:04d}", f"P{rest[0].line - 2}")
    assert {line.reference for line in [*plain, *rest]} == {"R0", "R1", "R2"}
    with pytest.raises(CampaignRefused, match="keeps no column"):
        await stage.desk.report("one", after="", columns=("age",), most=2)


async def test_a_report_without_the_cells_says_so(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(2))
    await stage.feed(2, per_second=30)
    [before, _] = await stage.desk.report("one", after="", columns=("first_name",), most=10)
    assert (before.emptied, before.columns[0][0], before.reference[0]) == (False, "P", "R")
    await stage.store.write(partial(retention.prune_cells, campaign="one", after="", most=10))
    for line in await stage.desk.report("one", after="", columns=("first_name", "mobile"), most=10):
        assert (line.emptied, line.reference, line.columns[0], line.outcome) == (True, "", "", "sent")
        assert line.columns[1].startswith("+3363998")
