"""Who may fill how much of the outbox."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.delivery.campaigns.shares import SmsSide, Wish, interleaved, share_out
from rbm_bots.delivery.campaigns.spec import Audience, Campaign, CsvSource, Schedule, Variant
from rbm_bots.delivery.campaigns.split import HELD_OUT, WHOLE, expected_counts, variant_of
from rbm_bots.delivery.code_queue import DEPTH_S

NOW = 1_800_000_000_000
QUOTA = 30


def wish(name: str, **more: int | SmsSide | None) -> Wish:
    values = {"throttle": None, "queued": 0, "fed_until": NOW - 1000, "closes_at": None}
    return Wish(campaign=name, **(values | more))  # type: ignore[arg-type]  # the defaults have every type


def test_one_alone_gets_a_quarter_more_than_the_quota_until_the_depth_is_full() -> None:
    [share] = share_out([wish("a")], per_second=QUOTA, now_ms=NOW, most=500)
    assert share.messages == 37
    [full] = share_out([wish("a", queued=int(QUOTA * DEPTH_S) - 5)], per_second=QUOTA, now_ms=NOW, most=500)
    assert full.messages == 5


def test_parts_follow_the_throttle() -> None:
    shares = share_out([wish("a", throttle=10), wish("b", throttle=20)], per_second=QUOTA, now_ms=NOW, most=500)
    assert [share.messages for share in shares] == [10, 20]


def test_only_what_can_still_leave_is_put_in_before_closing() -> None:
    [share] = share_out([wish("a", queued=20, closes_at=NOW + 1000)], per_second=QUOTA, now_ms=NOW, most=500)
    assert share.messages == 10


@pytest.mark.parametrize(
    ("side", "queued", "closes_s", "messages"),
    [
        (SmsSide(per_second=10, parts=1, waiting=0), 0, None, 37),  # as fast as RCS while the short code has room
        (SmsSide(per_second=10, parts=1, waiting=1190), 0, None, 10),
        (SmsSide(per_second=10, parts=1, waiting=1190), 10, None, 0),  # what waits for RCS may come as well
        (SmsSide(per_second=10, parts=3, waiting=1170), 0, None, 10),
        (SmsSide(per_second=10, parts=1, waiting=1180, sharers=2), 0, None, 10),
        (SmsSide(per_second=10, parts=1, waiting=5000), 0, None, 0),
        (SmsSide(per_second=10, parts=1, waiting=80), 0, 10, 20),  # ten seconds before closing
    ],
)
def test_a_full_short_code_stops_the_feeding(side: SmsSide, queued: int, closes_s: int | None, messages: int) -> None:
    closes_at = NOW + 1000 * closes_s if closes_s is not None else None
    one = wish("a", sms=side, queued=queued, closes_at=closes_at)
    [share] = share_out([one], per_second=QUOTA, now_ms=NOW, most=500)
    assert share.messages == messages


@given(
    st.integers(1, 40),
    st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 60)), min_size=20, max_size=60),
)
def test_a_throttle_is_never_passed_however_uneven_the_steps(throttle: int, steps: list[tuple[int, int]]) -> None:
    now, fed, total = NOW, NOW, 0
    for waited, most in steps:
        now += waited
        [share] = share_out([wish("a", throttle=throttle, fed_until=fed)], per_second=QUOTA, now_ms=now, most=most)
        fed, total = share.fed_until, total + share.messages
        assert total <= throttle * (now - NOW) / 1000 + 1


@given(st.lists(st.integers(0, 50), max_size=6))
def test_lines_are_interleaved_whole_and_even(counts: list[int]) -> None:
    mixed = interleaved(counts)
    assert Counter(line for line, _ in mixed) == {line: count for line, count in enumerate(counts) if count}
    for line, count in enumerate(counts):
        assert [place for at, place in mixed if at == line] == list(range(count))
    for end in range(len(mixed)):
        seen = Counter(line for line, _ in mixed[:end])
        assert all(abs(seen[line] - count * end / len(mixed)) <= len(counts) for line, count in enumerate(counts))


def campaign(*shares: int, holdout: int = 0, name: str = "one") -> Campaign:
    return Campaign(
        name=name,
        bot="shop",
        message_class="marketing",
        audience=Audience(source=CsvSource(path="x"), number="mobile"),
        variants=tuple(Variant(name=f"v{place}", share=share, scene="s") for place, share in enumerate(shares)),
        holdout=holdout,
        schedule=Schedule(zone="Europe/Paris"),
    )


def test_groups_are_as_large_as_their_shares_and_never_change() -> None:
    split = campaign(2500, 7500, holdout=1000)
    people = [f"c{n}" for n in range(20_000)]
    found = Counter(one.name if (one := variant_of(split, person)) else HELD_OUT for person in people)
    for name, count in expected_counts(split, len(people)).items():
        assert abs(found[name] - count) < 0.02 * len(people)
    assert [variant_of(split, one) for one in people[:50]] == [variant_of(split, one) for one in people[:50]]
    other = campaign(2500, 7500, holdout=1000, name="two")
    same = sum(variant_of(split, one) == variant_of(other, one) for one in people)
    assert 0.5 < same / len(people) < 0.7, "another campaign splits anew"


@given(st.integers(0, 100_000), st.integers(0, 5000), st.integers(0, WHOLE))
def test_expected_groups_make_everybody(people: int, holdout: int, first: int) -> None:
    assert sum(expected_counts(campaign(first, WHOLE - first, holdout=holdout), people).values()) == people
