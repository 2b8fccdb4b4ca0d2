"""Whatever happens, in whatever order: the player never raises, stays within its limits, and is the same every time."""

from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rbm_bots.botfile.load import load_bot
from rbm_bots.dialogue import (
    ClearTimer,
    MakeCall,
    Send,
    SetTimer,
    decode_session,
    encode_session,
    new_session,
    store,
    turn,
)
from rbm_bots.dialogue.facts import Facts
from rbm_bots.dialogue.limits import LIMITS
from rbm_bots.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    CallReturned,
    Received,
    Said,
    SceneStarted,
    SentFile,
    SentLocation,
    Started,
    StatusChanged,
    Tapped,
    TimerFired,
)
from rbm_bots.messages import faults
from rbm_bots.testing import suggestions_of
from rbm_bots.values import Slot
from tests.unit.dialogue import test_confirm, test_questions, test_taps
from tests.unit.dialogue.stage import NOW, bot_of, plain_actions

CALLER = """
slots:
  place: {type: location, check: town}
  when: {type: datetime}
  found: {type: list}
  n: {type: number, keep: session}
  free: {type: text, keep: contact}
start: go
flows:
  go:
    hears: [go, rdv]
    steps:
      - {ask: place, say: Où ?, timeout: 10m, skip: Passer, give_up: next}
      - {ask: when, say: "Quand à {{ place.label }} ?", timeout: 1h, give_up: far}
      - {do: find, save: found, on_error: {any: {say: Encore., goto: go}}}
      - carousel:
          for: item in found
          card:
            title: "{{ item.title }}"
            suggest: [{reply: Prendre, set: {n: "{{ item.n }}"}, goto: far}]
        none: far
        suggest: [{reply: Menu, goto: go}, {open: "{{ found }}", label: Voir}]
  far:
    hears: [loin]
    steps:
      - {ask: free, again: true, say: "{{ free }} ?", give_up: next}
      - {confirm: "{{ n }} {{ free }} ?", timeout: 5m, on_refuse: {goto: go}}
      - {run: sub}
      - {say: "Fini {{ free }}.", suggest: [{reply: "{{ free }}", set: {free: "{{ free }}"}, goto: far}]}
  play:
    hears: [jouer]
    steps: [{run: quiz}, {say: "{{ n }}", suggest: [{reply: Rejouer, goto: quiz}, {reply: Sub, goto: sub}]}]
  sub: {steps: [{if: n > 3, then: [{say: Grand.}], else: [{goto: go}]}]}
always: {help: {hears: [aide], say: Aide.}, agent: {hears: [chef], goto: handover}}
faq: {hours: {hears: [horaires], say: Tôt., suggest: [{reply: Rdv, goto: go}]}}
handover: {team: t}
"""
SERVICES = """
slots:
  what: {type: choice, options: {a: Un, b: Deux}, keep: session}
  when: {type: datetime, check: town}
  other: {type: datetime, min: today, keep: contact}
  booking: {type: record, keep: contact, label: Rendez-vous}
  ref: {type: text}
  due: {type: date}
  sizes: {type: list, of: choice, options: {s: Petit, l: Grand}}
start: go
scenes:
  bill:
    purpose: service
    fills: [ref, due]
    expires: 1h
    steps:
      - {do: find, save: booking}
      - {if: not booking, then: [{end: true}]}
      - {say: "{{ ref }}", suggest: [{reply: Oui, goto: pick}]}
  sale: {purpose: marketing, steps: [{ask: what, again: true, say: Lequel ?, timeout: 1h, give_up: go}, {run: pick}]}
flows:
  go:
    hears: [go, rdv]
    steps:
      - {ask: what, say: Quoi ?, skip: Passer, timeout: 10m, give_up: handover}
      - id: first
        rendezvous: when
        say: Quand ?
        find: find
        none: far
        timeout: 20m
        give_up: next
        on_error: {any: {say: Encore., goto: first}}
        suggest: [{reply: Menu, goto: go}]
      - rendezvous: other
        say: Et ?
        find: book
        with: {what: "{{ what }}", when: "{{ when }}"}
        offer: {style: chips, days: 2}
        none: next
      - {confirm: "{{ when.ref }} {{ when | short }} ?", edit: [what, when, other], timeout: 5m}
      - do: book
        with: {what: "{{ what }}", when: "{{ when }}"}
        save: booking
        remind:
          at: "{{ when }}"
          before: [24h, 2h]
          ref: "{{ booking.ref }}"
          say: "{{ when | short }} {{ what }}"
          suggest: [{reply: Annuler, goto: far}]
      - {handover: {carry: [what, booking]}, goal: helped}
      - {say: Fini.}
  pick:
    steps:
      - {rendezvous: when, say: "Quand, {{ what }} ?", find: find, none: far}
      - {do: find, moves: "{{ booking.ref }}"}
  far:
    hears: [loin]
    steps:
      - {ask: sizes, say: Tailles ?, give_up: next}
      - {do: find, cancels: "{{ booking.ref }}", on_error: {any: {goto: next}}}
      - {offer: best, none: next}
      - {paid_help: {}}
always: {agent: {hears: [chef], goto: handover}}
unknown: {say: [Pardon ?], then: handover}
paid_help: {team: p, level: B, cap: 9.00, operators: [ORANGE], otherwise: pick}
handover: {team: t, hours: mon-fri 08:00-18:00, carry: [what], timeout: 10m, idle: 1h, otherwise: far}
"""


def builders():
    """The actions of the scenarios, and a flow that Python builds."""
    actions = plain_actions()
    actions.flow("quiz")(lambda ctx: [])
    return actions


BOTS = [bot_of(text) for text in (test_questions.BOOKING, test_confirm.ORDER, SERVICES)] + [
    bot_of(test_taps.MENU),
    bot_of(CALLER, actions=builders()),
]
BUILT = st.lists(
    st.sampled_from(
        [
            {"say": "{{ free }}", "suggest": [{"reply": "Encore", "goto": "quiz"}, {"reply": "Loin", "goto": "far"}]},
            {"id": "q", "ask": "n", "say": "Combien ?", "give_up": "end", "timeout": "10m"},
            {"id": "r", "ask": "free", "again": True, "say": "Mot ?", "suggest": [{"reply": "Q", "goto": "q"}]},
            {"goto": "q"},
            {"run": "sub"},
            {"run": "quiz"},
            {"when": "n > 2", "goto": "quiz"},
            {"confirm": "Oui ?", "edit": ["n"]},
            {"if": "n", "then": [{"say": "x"}], "else": [{"do": "find", "save": "found"}]},
            {"handover": {}},
            {"end": True},
            {"sya": "x"},
            17,
        ]
    ),
    max_size=5,
)
WORDS = [
    "rdv", "go", "jouer",
    "menu", "commande", "aide", "chef", "horaires", "loin", "un seul", "autre", "supprimer", "STOP", "start",
    "non stop", "recommencer",
    "oui", "non", "1", "2", "9", "pneus", "petit", "grand", "demain", "mardi à 8h", "8h30",
    "Lille",    "ab 123 cd",
    "mercredi", "mardi à 10h", "10:00", "dans 3 jours", "d'autres dates", "mes données", "quit", "en anglais",
    "taxi", "a@b.fr", "passer", "modifier", "xyz", "", "{{ n }}", "💥", "é" * 3000, "\x00", "\ud800",
]  # fmt: skip
TIMES = st.lists(
    st.builds(
        lambda hours, ref: store(Slot(NOW + timedelta(hours=hours), ref=ref, label=None)),
        st.integers(-24, 24 * 20),
        st.none() | st.text(max_size=4),
    ),
    max_size=30,
)
RESULTS = st.one_of(
    st.none(),
    BUILT,
    TIMES,
    TIMES,
    st.fixed_dictionaries({"ref": st.sampled_from(["R-1", "R-2", ""])}),
    st.lists(st.fixed_dictionaries({"title": st.text(max_size=8), "n": st.integers(0, 9)}), max_size=12),
    st.fixed_dictionaries({"lat": st.floats(-90, 90), "lng": st.floats(-180, 180), "label": st.just("Lille")}),
    st.text(max_size=5),
    st.recursive(st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=5),
)
STEPS = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(WORDS) | st.text(max_size=20)),
    st.tuples(st.just("tap"), st.integers(0, 40)),
    st.tuples(st.just("return"), RESULTS),
    st.tuples(st.just("fail"), st.sampled_from(["error", "timeout", "taken", "bad_plate", "slot_taken", "?"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 400, 4000, 90_000])),
    st.tuples(
        st.just("event"),
        st.sampled_from(
            [
                Started(),
                Received(),
                StatusChanged(status="failed"),
                SentLocation(latitude=48.85, longitude=2.35),
                SentLocation(),
                SentFile(url="https://f.example/a.jpg", mime_type="image/jpeg"),
                Tapped(tap="reply", label="oui", postback="v1.x.1.1.a/b.c"),
                Tapped(tap="reply", postback="v1.0.999999999999.9999999.rbm/stop.stop"),
                Tapped(tap="action"),
                TimerFired(name="timeout/1"),
                CallReturned(call="other"),
                AgentJoined(),
                AgentSaid(text="Bonjour"),
                AgentLeft(),
                SceneStarted(name="sale"),
                SceneStarted(name="bill", columns={"ref": "A", "due": "demain"}),
                SceneStarted(name="bill", columns={"ref": "A", "due": "?"}),
                TimerFired(name="remind/0/20261124T080000"),
            ]
        ),
    ),
)


class Stage:
    """Plays generated steps as a worker would, and checks every turn."""

    def __init__(self, bot, channel, agents=0):
        self.bot, self.now = bot, NOW
        self.facts = Facts(channel=channel, agents=agents)
        self.session = new_session(bot, NOW)
        self.tappable, self.timers, self.rank = [], {}, 0
        self.words = 0

    def step(self, kind, value):
        match kind:
            case "say":
                self.play(Said(text=value))
            case "tap" if self.tappable:
                suggestion = self.tappable[-1 - value % len(self.tappable)]
                tap = "reply" if type(suggestion).__name__ == "Reply" else "action"
                self.play(Tapped(tap=tap, label=suggestion.label, postback=suggestion.postback))
            case "return" if self.session.waiting_for:
                self.play(CallReturned(call=self.session.waiting_for, result=value))
            case "fail" if self.session.waiting_for:
                self.play(CallReturned(call=self.session.waiting_for, error=value))
            case "wait":
                self.now += timedelta(seconds=value)
                for name in [name for name, at in self.timers.items() if at <= self.now]:
                    del self.timers[name]
                    self.play(TimerFired(name=name))
            case "event":
                self.play(value)

    def play(self, event):
        self.rank += 1
        again = decode_session(encode_session(self.session))
        assert again == self.session
        one = turn(self.bot, self.session, event, now=self.now, cause=str(self.rank), facts=self.facts)
        two = turn(self.bot, again, event, now=self.now, cause=str(self.rank), facts=self.facts)
        assert one == two
        self.check(one)
        self.session = one.session

    def check(self, played):
        sends = [effect for effect in played.effects if isinstance(effect, Send)]
        session = played.session
        assert len(sends) <= LIMITS.messages + 2
        assert len(played.trail) <= LIMITS.steps + 10
        assert len({send.message_id for send in sends}) == len(sends)
        for send in sends:
            assert faults(send.message) == ()
            assert send.message.sms is not None
            self.tappable += suggestions_of(send)
        for effect in played.effects:
            if isinstance(effect, SetTimer):
                self.timers[effect.name] = effect.at
            if isinstance(effect, ClearTimer):
                self.timers.pop(effect.name, None)
        calls = [effect for effect in played.effects if isinstance(effect, MakeCall)]
        assert len(calls) <= 1
        assert not calls or session.waiting_for in (None, calls[0].call_id)
        assert not (session.help and session.waiting_for)
        assert bool(session.question) <= bool(session.frames)
        assert len(session.frames) <= LIMITS.depth + 1
        assert not (session.waiting_for and not session.frames)
        assert sum(len(screen.options) for screen in session.screens) < 100
        assert len(encode_session(session)) < 40_000


def test_the_bots_are_there():
    assert len(BOTS) >= 3


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rank=st.integers(0, len(BOTS) - 1),
    channel=st.sampled_from(["rcs", "sms"]),
    agents=st.integers(0, 1),
    steps=st.lists(STEPS, max_size=25),
)
def test_any_events_in_any_order(rank, channel, agents, steps):
    stage = Stage(BOTS[rank], channel, agents)
    for kind, value in steps:
        stage.step(kind, value)


GARAGE = Path(__file__).parents[2] / "cases" / "bots" / "garage"


def test_the_garages_session_stays_small():
    bot = load_bot(GARAGE)
    session = new_session(bot, NOW)
    words = ["rdv", "pneus", "ab 123 cd", "demain", "bonjour", "annuler", "horaires ?", "non stop"]
    for rank, said in enumerate(words):
        session = turn(bot, session, Said(text=said), now=NOW, cause=str(rank)).session
        assert len(encode_session(session)) < 4096
