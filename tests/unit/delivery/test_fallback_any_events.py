"""The fallback saga under any order, repeat and loss of events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rbm_bots.delivery.fallback import Action, Event, FallbackChanges, Saga, Tick, advance, outcome, settings_for
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

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
WAITING: Final = {"new", "rcs_waiting", "rcs_sent", "revoking", "sms_waiting"}
OVER: Final = {"dropped", "done_rcs", "refused", "expired"}
ENDED: Final = OVER | {"held", "sms_sent"}
MOST_TIMERS: Final = 12
_decode = msgspec.json.Decoder(Saga).decode
_decode_event = msgspec.json.Decoder(Event).decode

seconds = st.sampled_from([0.0, 0.4, 1.0, 5.0, 9.999, 10.0, 10.001, 30.0, 60.0, 300.0, 900.0, 7200.0, 40_000.0])
instants = seconds.map(lambda after: START + timedelta(seconds=after))
gates = st.one_of(
    st.builds(GateAnswered, decision=st.sampled_from(["allow", "deny"]), leg=st.sampled_from(["rcs", "sms", None])),
    st.builds(GateAnswered, decision=st.just("defer"), until=instants, leg=st.sampled_from(["rcs", "sms", None])),
)
words = st.one_of(
    st.builds(RcsSubmitted, result=st.sampled_from(["accepted", "accepted", "unknown", "unreachable"])),
    st.builds(RcsTold, status=st.sampled_from(["failed", "delivered", "displayed", "revoked", "revoke_failed"])),
    st.builds(RevokeAnswered, result=st.sampled_from(["accepted", "unknown", "delivered", "revoked", "refused"])),
    st.builds(
        SmsTold,
        status=st.sampled_from(["accepted", "unknown", "delivered", "failed"]),
        part=st.sampled_from([None, 1, 2, 3]),
        attempt=st.sampled_from([1, 1, 2]),
    ),
    st.builds(OptChanged, do=st.just("stop")),
)
events: st.SearchStrategy[Event] = st.one_of(words, words, gates, st.builds(OptChanged, do=st.just("start")))


@st.composite
def sagas(draw: st.DrawFn) -> Saga:
    message_class = draw(st.sampled_from(["code", "conversation", "service", "marketing"]))
    words = st.sampled_from([None, "hold", "drop", "send", "send_with_prefix"])
    changes = FallbackChanges(on_uncertain=draw(words), try_unknown=draw(st.booleans()))
    return Saga.begin(
        message_class=message_class,
        channel=draw(st.sampled_from(["maap", "google"])),
        capability=draw(st.sampled_from(["yes", "yes", "yes", "no", "unknown"])),
        settings=settings_for(message_class, changes),
        starts_at=START,
        parts=draw(st.integers(1, 3)),
        closes_at=draw(st.none() | instants),
        expires_at=draw(st.none() | instants),
        last_by_sms=draw(st.booleans()),
    )


@st.composite
def timelines(draw: st.DrawFn) -> list[tuple[datetime, Event]]:
    """Any events at any distance: what is not drawn is lost, what is drawn twice is repeated."""
    at, timeline = START, []
    if draw(st.booleans()):
        at += timedelta(seconds=0.4)
        timeline.append((at, RcsSubmitted(result="accepted")))
    for wait, event in draw(st.lists(st.tuples(seconds, events), max_size=14)):
        at += timedelta(seconds=wait)
        timeline.append((at, event))
    return timeline


class Watched:
    """Drives a saga and keeps its own book of what the person was told to have."""

    def __init__(self, saga: Saga) -> None:
        self.saga = saga
        self.parts = saga.parts
        self.left: list[tuple[datetime, Action]] = []
        self.rcs_delivered = False
        self.sms_delivered: list[set[int]] = []
        self.stopped = False
        self.effective: list[Event] = []
        self.timers = 0

    def tell(self, event: Event, now: datetime) -> None:
        before = self.saga
        again = advance(_decode(msgspec.json.encode(before)), _decode_event(msgspec.json.encode(event)), now=now)
        self.note(event)  # a word about a leg counts for the legs that left before it
        self.saga, actions = advance(before, event, now=now)
        assert again == (self.saga, actions)
        if self.saga is before:
            assert actions == ()
        else:
            assert self.saga.version == before.version + 1
            self.effective.append(event)
        repeated, more = advance(self.saga, event, now=now)
        assert repeated is self.saga
        assert more == ()
        for action in actions:
            self.leaves(action, now)
        assert (self.saga.due is not None) or self.saga.phase not in WAITING
        assert (self.saga.due is None) or self.saga.phase not in OVER

    def note(self, event: Event) -> None:
        legs = [action for _, action in self.left]
        match event:
            case RcsTold(status="delivered" | "displayed") if any(isinstance(leg, SendRcs) for leg in legs):
                self.rcs_delivered = True
            case SmsTold(status="delivered", part=part, attempt=attempt) if attempt <= len(self.sms_delivered):
                every = set(range(1, self.parts + 1))
                self.sms_delivered[attempt - 1] |= every if part is None else {part} & every
            case OptChanged(do="stop"):
                self.stopped = self.saga.message_class == "marketing"

    def leaves(self, action: Action, now: datetime) -> None:
        kinds = [type(one) for _, one in self.left]
        self.left.append((now, action))
        if isinstance(action, Revoke):
            assert kinds == [SendRcs]
            return
        assert not self.rcs_delivered
        assert not self.stopped
        assert self.saga.expires_at is None or now < self.saga.expires_at
        if isinstance(action, SendRcs):
            assert kinds == []
        if isinstance(action, SendSms):
            assert action.attempt == kinds.count(SendSms) + 1 <= 2
            self.sms_delivered.append(set())

    def fire(self, before: datetime | None = None) -> None:
        while (due := self.saga.due) is not None and (before is None or due < before):
            self.timers += 1
            assert self.timers <= MOST_TIMERS
            self.tell(Tick(), due)

    def play(self, timeline: list[tuple[datetime, Event]]) -> None:
        for at, event in timeline:
            self.fire(before=at)
            self.tell(event, at)
        self.fire()


@settings(max_examples=600, deadline=None)
@given(sagas(), timelines())
def test_nobody_is_forgotten_and_no_double_is_hidden(saga: Saga, timeline: list[tuple[datetime, Event]]) -> None:
    watched = Watched(saga)
    watched.play(timeline)
    assert watched.saga.due is None
    assert watched.saga.phase in ENDED
    whole = [len(parts) == saga.parts for parts in watched.sms_delivered]
    came = outcome(watched.saga)
    if (watched.rcs_delivered and any(watched.sms_delivered)) or sum(whole) == 2:
        assert came == "DOUBLE"
    elif watched.rcs_delivered or any(whole):
        assert came in {"DONE_RCS", "DONE_SMS", "DOUBLE"}
    if not watched.left:
        assert came in {"REFUSED", "EXPIRED"}


@settings(max_examples=300, deadline=None)
@given(sagas(), timelines(), st.randoms(use_true_random=False))
def test_what_was_told_once_changes_nothing_later(saga: Saga, timeline: list[tuple[datetime, Event]], random) -> None:
    """Operators repeat an event hours later. The gate's answers and our ticks are no events of theirs."""
    watched = Watched(saga)
    for at, event in timeline:
        watched.fire(before=at)
        watched.tell(event, at)
        old = [one for one in watched.effective if not isinstance(one, Tick | GateAnswered)]
        if old:
            before = watched.saga
            assert advance(before, random.choice(old), now=at) == (before, ())
    watched.fire()


@settings(max_examples=200, deadline=None)
@given(sagas())
def test_silence_ends_too(saga: Saga) -> None:
    watched = Watched(saga)
    watched.play([])
    assert watched.saga.phase in ENDED
    assert not watched.rcs_delivered
