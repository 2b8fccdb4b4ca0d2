"""What a bot asks others for: free times, humans, offers, HTTP servers, reminders, as the dialogue gets them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rbm_bots.botfile.faults import BotFileFaulty
from rbm_bots.botfile.load import inspect_bot, read_bot
from rbm_bots.botfile.model import Bot, Do, Step
from rbm_bots.botfile.services import Handover, PaidHelp, Rendezvous, ShowOffer
from tests.unit.botfile.examples import completed

AGENDA = """
slots:
  service: {type: text}
  when: {type: datetime}
  booking: {type: record, keep: contact}
calendars:
  agenda: {source: builtin, hours: "mon-fri 08:30-12:00, sat 09:00-12:00", slot: 45m, capacity: 2, notice: 1h, days: 14}
"""


def bot_of(fragment: str) -> Bot:
    return read_bot(completed(fragment))


def steps_of(fragment: str) -> tuple[Step, ...]:
    return bot_of(fragment).flows["main"].steps


def codes(fragment: str, tmp_path) -> list[tuple[str, str]]:
    (tmp_path / "bot.yaml").write_text(completed(fragment), "utf-8")
    return [(fault.code, fault.message) for fault in inspect_bot(tmp_path).faults]


def test_a_rendezvous_holds_all_that_is_written_or_meant() -> None:
    written, short = steps_of(
        AGENDA
        + """
steps:
  - rendezvous: when
    say: Quand ?
    find: agenda.free
    with: {service: "{{ service }}", kinds: ["{{ booking.ref }}"], days: 7}
    offer: {style: chips, days: 3, per_day: 2}
    more: Plus tard
    hold: 5m
    none: end
    on_error: {any: {goto: end}}
    give_up: end
  - {rendezvous: when, say: Quand ?, find: agenda.free, none: next}
"""
    )
    assert isinstance(written, Rendezvous)
    assert isinstance(short, Rendezvous)
    assert (written.slot, written.find, written.style, written.days, written.per_day) == (
        "when",
        "agenda.free",
        "chips",
        3,
        2,
    )
    assert (written.hold, written.none.kind, set(written.args)) == (
        timedelta(minutes=5),
        "end",
        {"service", "kinds", "days"},
    )
    assert written.reads == {"service", "booking"}
    assert written.more.templates["fr"].source == "Plus tard"
    assert set(written.on_error) == {"any"}
    assert (short.style, short.days, short.per_day, short.hold) == ("carousel", 5, 4, timedelta(minutes=10))
    assert (short.more.key, short.none.kind, short.reads) == ("rbm.more_dates", "next", frozenset())


def test_a_calendar_is_read_with_its_defaults(tmp_path) -> None:
    agenda = bot_of(AGENDA).calendars["agenda"]
    assert (agenda.source, agenda.slot, agenda.capacity) == ("builtin", timedelta(minutes=45), 2)
    assert (agenda.notice, agenda.days, agenda.hours.spans[5]) == (timedelta(hours=1), 14, ((540, 720),))
    (tmp_path / "a.ics").write_text("BEGIN:VCALENDAR\n")
    fragment = "calendars:\n  a: {source: ics, hours: always, file: a.ics}\n"
    (tmp_path / "bot.yaml").write_text(completed(fragment), "utf-8")
    bot = inspect_bot(tmp_path).bot
    assert bot is not None
    found = bot.calendars["a"]
    assert (found.file, found.url, found.slot, found.capacity) == ("a.ics", None, timedelta(minutes=30), 1)
    assert (found.notice, found.days, found.hours.always) == (timedelta(hours=2), 30, True)


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ("source: builtin", "missing", "«hours»"),
        ("hours: always", "missing", "«source»"),
        ("source: google, hours: always", "type", "«builtin» or «ics»"),
        ("source: ics, hours: always", "missing", "«url» or «file»"),
        ("source: ics, hours: always, url: 'http://a.example/a.ics'", "type", "https"),
        ("source: ics, hours: always, url: 'https://a.example/a.ics', file: a.ics", "extra", "not both"),
        ("source: ics, hours: always, file: b.ics", "media-missing", "b.ics"),
        ("source: ics, hours: always, file: ../b.ics", "type", ".ics file"),
        ("source: builtin, hours: always, slot: 2d", "type", "1m to 1d"),
        ("source: builtin, hours: always, capacity: 0", "type", "from 1 to 1000"),
        ("source: builtin, hours: 9h-18h", "hours", "9h-18h"),
    ],
)
def test_a_wrong_calendar_is_told(fields: str, code: str, words: str, tmp_path) -> None:
    found = codes(f"calendars:\n  a: {{{fields}}}\n", tmp_path)
    assert any(fault == code and words in message for fault, message in found), found


def test_a_do_holds_its_reminder_and_what_it_moves_or_cancels() -> None:
    book, move, cancel = steps_of(
        AGENDA
        + """
steps:
  - do: agenda.book
    with: {when: "{{ when }}"}
    save: booking
    on_error: {any: {goto: end}}
    remind:
      at: "{{ when }}"
      before: [24h, 2h]
      ref: "{{ booking.ref }}"
      say: À bientôt !
      suggest: [{reply: Menu, goto: main}]
  - {do: agenda.move, with: {ref: a, when: "{{ when }}"}, moves: "{{ booking.ref }}", on_error: {any: {goto: end}}}
  - {do: agenda.cancel, with: {ref: a}, cancels: "{{ booking.ref }}", on_error: {any: {goto: end}}}
"""
    )
    assert isinstance(book, Do)
    assert isinstance(move, Do)
    assert isinstance(cancel, Do)
    assert book.remind is not None
    assert book.remind.before == (timedelta(hours=24), timedelta(hours=2))
    assert book.remind.say.key == "main.do1.remind"
    assert [chip.kind for chip in book.remind.suggest] == ["reply"]
    assert (move.remind, cancel.remind, move.cancels, cancel.moves) == (None, None, None, None)
    assert move.moves is not None
    assert cancel.cancels is not None


@pytest.mark.parametrize(
    ("remind", "code", "words"),
    [
        ("{before: [1h], ref: a, say: A}", "missing", "«at»"),
        ("{at: '{{ when }}', before: [], ref: a, say: A}", "type", "at least one"),
        ("{at: '{{ when }}', before: [40d], ref: a, say: A}", "type", "1m to 30d"),
        ("{at: demain, before: [1h], ref: a, say: A}", "type", "instant"),
        ("{at: '{{ service }}', before: [1h], ref: a, say: A}", "type", "{{ when }}"),
        ("{at: '{{ when }}', before: [1h, 2h, 3h, 4h, 5h, 6h], ref: a, say: A}", "type", "6 entries"),
    ],
)
def test_a_wrong_reminder_is_told(remind: str, code: str, words: str, tmp_path) -> None:
    do = f"{{do: agenda.book, with: {{when: '{{{{ when }}}}'}}, on_error: {{any: {{goto: end}}}}, remind: {remind}}}"
    found = codes(f"{AGENDA}steps:\n  - {do}\n", tmp_path)
    assert any(fault == code and words in message for fault, message in found), found


def test_a_handover_step_overrides_the_section() -> None:
    bot = bot_of(
        """
slots: {name: {type: text}}
handover: {team: shop, say: Je vous passe quelqu'un, hours: mon-fri 09:00-18:00, carry: [name], rating: false}
steps:
  - {ask: name, say: Votre nom ?, give_up: end}
  - handover: {team: garage, timeout: 3m, otherwise: main}
  - handover: {}
"""
    )
    step, plain = bot.flows["main"].steps[1:]
    assert isinstance(step, Handover)
    assert isinstance(plain, Handover)
    assert bot.has_handover
    assert plain.help == bot.handover
    assert (step.help.team, step.help.timeout, step.help.otherwise.name) == ("garage", timedelta(minutes=3), "main")
    assert (step.help.carry, step.help.rating, step.help.hours.always) == (("name",), False, False)
    assert step.help.say.templates["fr"].source == "Je vous passe quelqu'un"
    assert (step.help.busy.key, step.help.idle) == ("rbm.handover_busy", timedelta(hours=2))


def test_a_handover_without_a_section_brings_its_team(tmp_path) -> None:
    assert codes("steps:\n  - handover: {team: shop}\n", tmp_path) == []
    assert codes("steps:\n  - handover: {}\n", tmp_path) == [("missing", "«handover» needs «team»")]


def test_paid_help_is_whole_or_refused(tmp_path) -> None:
    bot = bot_of(
        "paid_help: {team: gardeners, level: B, cap: 15.00, operators: [ORANGE], reasons: [sale], intro: Un expert}\n"
        "steps:\n  - paid_help: {cap: 5.00}\n"
    )
    step = bot.flows["main"].steps[0]
    assert isinstance(step, PaidHelp)
    assert bot.paid_help is not None
    assert (bot.paid_help.cap, step.help.cap, step.help.level) == (Decimal("15.00"), Decimal("5.00"), "B")
    assert (step.help.operators, step.help.reasons, step.help.media) == (("ORANGE",), ("sale",), ("chat",))
    assert (step.help.idle, step.help.otherwise.kind) == (timedelta(minutes=2), "end")
    found = codes("paid_help: {team: a, cap: 60.00, operators: []}\n", tmp_path)
    reasons = sorted(message.rpartition("(")[2] for code, message in found if code == "paid-help")
    assert reasons == ["cap_too_high)", "level_unknown)", "operators_missing)"]


def test_offers_are_read_with_their_tiers_and_days(tmp_path) -> None:
    bot = bot_of(
        "bot: {id: a, name: A, topics: [garden, pets]}\n"
        "offers:\n  mower: {topic: garden, tiers: {bronze: 5, gold: 15}, from: 2026-11-01, until: 2026-12-31,\n"
        "    limit: 3, when: customer.orders > 0, card: {title: '{{ offer.value }} %'}}\n"
        "steps:\n  - {offer: [garden, pets], max: 3, none: end}\n  - offer: best\n"
    )
    mower = bot.offers["mower"]
    assert (mower.topic, mower.tiers, mower.limit) == ("garden", {"bronze": Decimal(5), "gold": Decimal(15)}, 3)
    assert (mower.first, mower.last, mower.when is not None) == (date(2026, 11, 1), date(2026, 12, 31), True)
    some, best = bot.flows["main"].steps
    assert isinstance(some, ShowOffer)
    assert isinstance(best, ShowOffer)
    assert (some.topics, some.most, some.none is not None, best.topics, best.most) == (
        ("garden", "pets"),
        3,
        True,
        (),
        1,
    )
    offers = "{a: {topic: x, from: 2026-12-02, until: 2026-12-01, card: {title: A}}}"
    fragment = f"bot: {{id: a, name: A, topics: [x]}}\noffers: {offers}\n"
    assert [code for code, _ in codes(fragment, tmp_path)] == ["type"]


def test_an_http_action_is_read_whole() -> None:
    bot = bot_of(
        """
slots: {parcel: {type: record}}
actions:
  parcel.track:
    http: POST https://api.colis.example/v1/{{ number }}/status
    headers: {Authorization: "Bearer {{ secret.KEY }}"}
    query: {at: "{{ today }}", bot: "{{ bot.id }}"}
    json: {n: {deep: ["{{ number }}"]}}
    takes: {number: text, max: number}
    gives: {status: text}
    pick: data.parcel
    errors: {unknown_parcel: 404}
    timeout: 5s
  stores: {http: GET https://api.colis.example/stores, gives: list}
steps:
  - {do: parcel.track, with: {number: AB, max: 5}, save: parcel, on_error: {unknown_parcel: {goto: end}}}
  - {do: stores}
"""
    )
    track, stores = bot.http["parcel.track"], bot.http["stores"]
    assert (track.method, track.url.templates["fr"].source) == (
        "POST",
        "https://api.colis.example/v1/{{ number }}/status",
    )
    assert (set(track.headers), set(track.query), set(track.json or {})) == ({"Authorization"}, {"at", "bot"}, {"n"})
    assert (track.takes, track.gives, track.pick) == (
        {"number": "text", "max": "number"},
        {"status": "text"},
        ("data", "parcel"),
    )
    assert (track.errors, track.timeout, track.gives_list) == ({"unknown_parcel": 404}, timedelta(seconds=5), False)
    assert (stores.method, stores.json, stores.gives_list, stores.timeout) == ("GET", None, True, timedelta(seconds=10))
    assert all(isinstance(step, Do) for step in bot.flows["main"].steps)


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ("http: GET http://a.example/x", "type", "https"),
        ("http: FETCH https://a.example/x", "type", "GET POST"),
        ("http: 'GET https://{{ host }}/x'", "type", "placeholder in its host"),
        ("http: 'GET https://user:pass@a.example/x'", "type", "host"),
        ("http: 'GET https://a.example/{{ other }}'", "no-slot", "other"),
        ("http: 'GET https://a.example/{{ name }}'", "no-slot", "name"),
        ("http: GET https://a.example/x, json: {a: b}", "extra", "no body"),
        ("http: GET https://a.example/x, timeout: 31s", "type", "30s"),
        ("http: GET https://a.example/x, errors: {a: 4040}", "type", "599"),
        ("http: GET https://a.example/x, takes: {a: txt}", "type", "«text»"),
        ("http: GET https://a.example/x, gives: lists", "type", "«list»"),
        ("http: GET https://a.example/x, pick: a..b", "type", "data.stores"),
    ],
)
def test_a_wrong_http_action_is_told(fields: str, code: str, words: str, tmp_path) -> None:
    steps = "steps:\n  - {ask: name, say: Votre nom ?, give_up: end}\n"
    found = codes(f"slots: {{name: {{type: text}}}}\nactions:\n  a: {{{fields}}}\n{steps}", tmp_path)
    assert any(fault == code and words in message for fault, message in found), found


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", "5", "cinq"),
        ("boolean", "true", "oui"),
        ("date", "2026-11-24", "demain"),
        ("phone", "'+33199000010'", "'01'"),
    ],
)
def test_words_given_to_an_http_action_fit_its_types(kind: str, good: str, bad: str, tmp_path) -> None:
    def fragment(value: str) -> str:
        action = f"{{http: GET https://a.example/x, takes: {{value: {kind}}}}}"
        return f"actions:\n  a: {action}\nsteps:\n  - {{do: a, with: {{value: {value}}}}}\n"

    assert codes(fragment(good), tmp_path) == []
    assert codes(fragment(bad), tmp_path) == [("action-args", f"«value» of «a» wants a {kind}")]


def test_a_misspelt_key_that_is_needed_is_one_fault(tmp_path) -> None:
    found = codes("slots: {a: {type: text}}\nsteps:\n  - {ask: a, sya: Votre nom ?, give_up: end}\n", tmp_path)
    assert found == [("extra", "«sya» is no key of a «ask» step")]


@pytest.mark.parametrize(
    "fragment",
    [
        """steps:\n  - say: "{{ secret.KEY }}"\n""",
        """steps:\n  - {if: secret.KEY == "x", then: [{say: Oui}]}\n""",
        """steps:\n  - {say: Oui, suggest: [{open: "https://a.example/?k={{ secret.KEY }}", label: Voir}]}\n""",
        """actions:\n  a.b: {http: "GET https://a.example/{{ secret.KEY }}"}\n""",
        """actions:\n  a.b: {http: "POST https://a.example/", json: {key: "{{ secret.KEY }}"}}\n""",
    ],
)
def test_a_secret_stands_in_headers_only(fragment: str) -> None:
    with pytest.raises(BotFileFaulty) as caught:
        bot_of(fragment)
    (fault,) = [fault for fault in caught.value.faults if fault.severity == "error"]
    assert (fault.code, fault.message) == ("no-slot", "a secret may stand in the «headers» of an HTTP action only")
    assert "environment" in fault.advice
