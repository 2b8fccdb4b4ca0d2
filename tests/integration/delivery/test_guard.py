"""The error ratio in the store, on both engines: counted with the outcome, held before anything more leaves."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Connection, insert, select, update

from rbm_bots.delivery.guard import WHY, ErrorGuard, GuardSettings, Tripped
from rbm_bots.rules.question import ErrorRatio
from rbm_bots.store import Store, campaigns, capability, guard
from rbm_bots.store.base import table
from rbm_bots.store.outbox import Outcome, Queued
from rbm_bots.store.tables import AttemptRow, CampaignRow, OutboxRow

NOW = 1_768_471_200_000
APP = "APP1"
USUAL = GuardSettings()


@pytest.fixture
def store(fresh_store: Store) -> Store:
    return fresh_store


def row(message: str, campaign: str | None, operation: str = "message") -> Queued:
    return Queued(
        message_id=message,
        application=APP,
        bot="garage",
        brand="garage",
        contact_id=f"contact-of-{message}",
        via="msisdn",
        operation=operation,
        message_class="marketing",
        body=None,
        attempts=1,
        campaign=campaign,
    )


def outcomes(count: int, *, missed: int = 0, campaign: str | None = "spring", start: int = 0) -> list[Outcome]:
    return [
        Outcome(
            row=row(f"m{number}", campaign),
            state="rejected" if number < start + missed else "accepted",
            at_ms=NOW,
            reason="41110" if number < start + missed else None,
        )
        for number in range(start, start + count)
    ]


async def begin(store: Store, *names: str) -> None:
    def work(connection: Connection) -> None:
        for name in names:
            made = CampaignRow(
                campaign_id=name, application=APP, bot="garage", brand="garage", message_class="marketing",
                state="running", created_at=NOW, changed_at=NOW,
            )  # fmt: skip
            assert campaigns.begin(connection, made)

    await store.write(work)


async def queue(store: Store, *messages: tuple[str, str | None], state: str = "queued") -> None:
    rows = [
        {
            "message_id": message, "application": APP, "bot": "garage", "brand": "garage", "contact_id": message,
            "via": "msisdn", "operation": "message", "message_class": "marketing", "lane": 3, "state": state,
            "campaign": campaign, "platform_id": f"p-{message}", "created_at": NOW, "attempt": 0, "part": 0,
            "fence": 0, "attempts": 0, "not_before": 0,
        }
        for message, campaign in messages
    ]  # fmt: skip
    await store.write(lambda connection: connection.execute(insert(table(OutboxRow)), rows))


async def states(store: Store) -> dict[str, str]:
    outbox = table(OutboxRow)
    found = await store.read(lambda c: c.execute(select(outbox.c.message_id, outbox.c.state)).all())
    return {one.message_id: one.state for one in found}


async def count(store: Store, some: list[Outcome], settings: GuardSettings = USUAL) -> list[Tripped]:
    return await store.write(lambda connection: ErrorGuard(APP, settings).count(connection, some, now_ms=NOW))


async def state_of(store: Store, campaign: str) -> tuple[str, str]:
    kept = await store.read(partial(campaigns.get, campaign=campaign))
    assert kept is not None
    return kept.state, kept.why


class TestCampaign:
    async def test_fifteen_in_a_hundred_go_on_and_the_next_miss_pauses(self, store: Store) -> None:
        await begin(store, "spring", "autumn")
        await queue(store, ("waits", "spring"), ("other", "autumn"), ("single", None))
        assert await count(store, outcomes(100, missed=15)) == []
        settings = GuardSettings(window=10_000, least=100)
        calm = outcomes(2000, campaign=None, start=1000)  # so that the application's own share is small
        assert await count(store, calm, settings) == []
        [tripped] = await count(store, outcomes(1, missed=1, start=100), settings)
        ratio = ErrorRatio(errors=16, attempts=101)
        assert tripped == Tripped(scope="campaign", name="spring", ratio=ratio, paused=("spring",))
        assert await state_of(store, "spring") == ("paused", WHY)
        assert await state_of(store, "autumn") == ("running", "")
        assert await states(store) == {"waits": "held", "other": "queued", "single": "queued"}

    async def test_below_a_hundred_nothing_is_judged(self, store: Store) -> None:
        await begin(store, "spring")
        assert await count(store, outcomes(99, missed=99)) == []
        assert await state_of(store, "spring") == ("running", "")

    async def test_forgiven_it_begins_anew_and_the_total_stays(self, store: Store) -> None:
        await begin(store, "spring")
        assert await count(store, outcomes(100, missed=50))

        def lift(connection: Connection) -> None:
            assert guard.forgive(connection, "campaign", "spring")
            assert guard.forgive(connection, "application", APP)
            assert campaigns.resume(connection, "spring", now_ms=NOW)

        await store.write(lift)
        assert await count(store, outcomes(99, missed=99, start=100)) == []
        assert [one.scope for one in await count(store, outcomes(1, start=199))] == ["campaign", "application"]
        shown = {one.scope: one for one in await store.read(partial(guard.show, windows={}))}
        assert (shown["campaign"].attempts, shown["campaign"].misses) == (200, 149)
        assert shown["campaign"].ratio == ErrorRatio(errors=99, attempts=100)
        assert shown["campaign"].held_at == NOW

    async def test_a_warning_pauses_nothing_and_is_told_once(self, store: Store) -> None:
        await begin(store, "spring")
        warns = GuardSettings(stops=False)
        assert [one.paused for one in await count(store, outcomes(100, missed=50), warns)] == [(), ()]
        assert await count(store, outcomes(10, missed=10, start=100), warns) == []
        assert await state_of(store, "spring") == ("running", "")

    async def test_what_comes_back_to_the_queue_of_a_paused_campaign_is_held(self, store: Store) -> None:
        await begin(store, "spring")
        await store.write(lambda connection: campaigns.pause(connection, "spring", "somebody", now_ms=NOW))
        await queue(store, ("back", "spring"))
        await count(store, [Outcome(row=row("back", "spring"), state="queued", at_ms=NOW, reason="over_quota")])
        assert await states(store) == {"back": "held"}


class TestApplication:
    async def test_it_is_judged_over_its_last_sends_and_pauses_every_campaign(self, store: Store) -> None:
        await begin(store, "spring", "autumn")
        await count(store, outcomes(100, missed=15, campaign="spring"))
        assert await count(store, outcomes(60, missed=9, campaign="autumn", start=100)) == []
        [tripped] = await count(store, outcomes(1, missed=1, campaign=None, start=160))
        assert (tripped.scope, tripped.name, tripped.paused) == ("application", APP, ("autumn", "spring"))
        assert await state_of(store, "autumn") == ("paused", WHY)

    async def test_older_sends_are_forgotten(self, store: Store) -> None:
        small = GuardSettings(window=200)
        guarding = ErrorGuard(APP, small)
        for some in (outcomes(100, missed=15, campaign=None), outcomes(150, campaign=None, start=100)):
            await store.write(lambda connection, some=some: guarding.count(connection, some, now_ms=NOW))
        kept = await store.read(lambda connection: connection.execute(select(table(AttemptRow))).all())
        assert len(kept) == 200
        found = await store.read(partial(guard.ratios, application=APP, campaigns=(), window=200))
        assert found == {None: ErrorRatio(errors=0, attempts=200)}

    async def test_sms_and_revokes_do_not_count(self, store: Store) -> None:
        some = [Outcome(row=row(f"m{n}", None, "sms"), state="rejected", at_ms=NOW, reason="41110") for n in range(200)]
        assert await count(store, some) == []
        assert await store.read(partial(guard.show, windows={})) == []


class TestReceipts:
    async def test_a_later_failure_counts_once_and_says_no_of_the_person(self, store: Store) -> None:
        await begin(store, "spring")
        await count(store, outcomes(100, missed=15))
        await queue(store, ("m50", "spring"), state="failed")
        late = [("garage", "p-m50")]

        async def tell() -> list[Tripped]:
            return await store.write(lambda c: ErrorGuard(APP, GuardSettings()).count_late(c, late, now_ms=NOW))

        assert {one.name for one in await tell()} == {APP, "spring"}
        assert await tell() == []
        shown = {one.scope: one.misses for one in await store.read(partial(guard.show, windows={}))}
        assert shown == {"campaign": 16, "application": 16}
        known = await store.read(partial(capability.known, contact_ids=["m50"], now_ms=NOW + 1))
        assert (known["m50"].answer, known["m50"].source) == ("none", "failed_send")

    async def test_a_miss_at_the_send_says_no_of_the_person(self, store: Store) -> None:
        await count(store, outcomes(1, missed=1))
        known = await store.read(partial(capability.known, contact_ids=["contact-of-m0"], now_ms=NOW + 1))
        assert known["contact-of-m0"].answer == "none"


async def test_counting_the_same_send_twice_counts_once(store: Store) -> None:
    some = outcomes(10, missed=2)
    await count(store, some)
    await count(store, some)
    await store.write(lambda connection: connection.execute(update(table(AttemptRow)).values(missed=False)))
    shown = {one.scope: (one.attempts, one.misses) for one in await store.read(partial(guard.show, windows={}))}
    assert shown == {"campaign": (10, 2), "application": (10, 2)}
