"""One wrong value each: the code and the words that the author reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from rbm_bots.actions import Actions, Context
from rbm_bots.botfile.faults import BotFileFaulty
from rbm_bots.botfile.load import check_bot, read_bot

HEAD = "rbm: 1\nbot: {id: demo, name: Demo, languages: [fr, en], topics: [garden]}\nstart: main\n"
SLOTS = """slots:
  name: {type: text}
  when: {type: datetime}
  day: {type: date}
  n: {type: number, integer: true}
  rate: {type: number}
  ok: {type: boolean}
  pick: {type: choice, options: {a: Un, b: Deux}}
  things: {type: list}
  rec: {type: record, fields: {ref: text}}
"""
MAIN = "flows:\n  main:\n    steps:\n      - say: {fr: Bonjour, en: Hello}\n"


def found(text: str) -> list[tuple[str, str]]:
    actions = Actions()

    @actions.action("free")
    async def free(ctx: Context, service: str, size: int = 1) -> None: ...

    try:
        read_bot(text, actions=actions)
    except BotFileFaulty as faulty:
        return [(fault.code, f"{fault.message} {fault.hint}") for fault in faulty.faults if fault.severity == "error"]
    return []


def step(written: str) -> str:
    return f"{HEAD}{SLOTS}flows:\n  main:\n    steps:\n      - {{{written}}}\n"


def slot(written: str) -> str:
    return f"{HEAD}slots: {{x: {written}}}\n{MAIN}"


def top(written: str) -> str:
    return f"{HEAD}{SLOTS}{MAIN}{written}\n"


STEPS = [
    ("say: [a]", "type", "a list stands where a text"),
    ("say: ", "missing", "needs «say»"),
    ("say: {en: Hello}", "missing", "needs «fr»"),
    ("say: {fr: Bonjour, de: Hallo}", "type", "«de» is no language"),
    ("say: {fr: Bonjour, en: [a]}", "type", "a list"),
    ("say: Bonjour, comment ça va", "extra", "needs quotes"),
    ("say: '{{ rec.nothing }}'", "no-slot", "«rec» has no part «nothing»"),
    ("say: A, id: Main", "type", "a name"),
    ("say: A, id: start", "type", "word of the bot language"),
    ("say: A, goal: 1x", "type", "a name"),
    ("say: A, when: [a]", "type", "a condition"),
    ("say: A, when: nothing", "no-slot", "«nothing» is never filled"),
    ("say: A, goto: [a]", "type", "the name of a step"),
    ("say: A, goto: next", "no-target", "leads nowhere here"),
    ("say: A, goto: handover", "no-target", "declare «handover:»"),
    ("say: A, suggest: [a]", "type", "a suggestion"),
    ("say: A, suggest: {a: b}", "type", "a list of suggestions"),
    ("say: A, suggest: [{replay: B, goto: end}]", "missing", "did you mean «reply»?"),
    ("say: A, suggest: [{reply: B, goto: end, id: x}, {reply: C, goto: end, id: x}]", "ambiguous", "called «x»"),
    ("say: A, suggest: [{open: 'http://x.example', label: B}]", "type", "an https address"),
    ("say: A, suggest: [{open: 'https://x.example', label: B, view: huge}]", "type", "«full»"),
    ("say: A, suggest: [{open: 'https://x.example'}]", "missing", "needs «label»"),
    ("say: A, suggest: [{dial: '0199000010', label: B}]", "type", "international form"),
    ("say: A, suggest: [{dial: [a], label: B}]", "type", "international form"),
    ("say: A, suggest: [{map: Paris, label: B}]", "type", "a position"),
    ("say: A, suggest: [{map: '95,2', label: B}]", "type", "a position"),
    ("say: A, suggest: [{map: [a], label: B}]", "type", "a place"),
    ("say: A, suggest: [{map: {lat: 91, lng: 2}, label: B}]", "type", "from -90 to 90"),
    ("say: A, suggest: [{map: {lat: 1}, label: B}]", "missing", "needs «lng»"),
    ("say: A, suggest: [{calendar: {title: T, start: '{{ when }}'}, label: B}]", "missing", "«minutes» or «end»"),
    ("say: A, suggest: [{calendar: {title: T, start: demain, minutes: 5}, label: B}]", "type", "an instant"),
    ("say: A, suggest: [{calendar: [a], label: B}]", "type", "a map with «title»"),
    ("say: A, suggest: [{share_location: oui}]", "type", "«true»"),
    ("say: A, suggest: [{reply: B, goto: end, set: {pick: c}}]", "type", "a value of «pick»"),
    ("say: A, suggest: [{reply: B, goto: end, set: [a]}]", "type", "slot to value"),
    ("set: {nme: x}", "no-slot", "did you mean «name»?"),
    ("set: {n: 1.5}", "type", "a value of «n»"),
    ("set: {rate: x}", "type", "a value of «rate»"),
    ("set: {day: demain}", "type", "a value of «day»"),
    ("set: {when: demain}", "type", "a value of «when»"),
    ("set: {ok: oui}", "type", "a value of «ok»"),
    ("card: [a]", "type", "a card"),
    ("card: {}", "missing", "nothing in this card"),
    ("card: {title: A, image_side: left}", "rcs-card", "horizontal"),
    ("card: {title: A, layout: diagonal}", "type", "«vertical»"),
    ("card: {image: 'https://x.example/a.png', video: 'https://x.example/a.mp4'}", "rcs-card", "not both"),
    ("card: {image: photo.png}", "type", "no file of this bot"),
    ("card: {image: media/../bot.yaml}", "type", "no file of this bot"),
    ("file: media/nothing", "media-type", "no ending"),
    ("file: 'https://x.example/a.pdf', name: A, thumbnail: 'https://x.example/a.pdf'", "media-type", "no image"),
    ("carousel: x", "type", "a list of cards"),
    ("carousel: [{title: A, height: tall}, {title: B}]", "rcs-carousel", "«height» of its own"),
    ("carousel: [{title: A}, {title: B}], width: small, height: tall", "rcs-carousel", "tall cards"),
    ("carousel: {for: x, card: {title: A}}", "type", "x in LIST"),
    ("carousel: {for: name in things, card: {title: A}}", "ambiguous", "the name of a slot"),
    ("carousel: {for: today in things, card: {title: A}}", "type", "another name"),
    ("carousel: {for: x in name, card: {title: A}}", "type", "a list (this is a text)"),
    ("carousel: {for: x in nothing, card: {title: A}}", "no-slot", "«nothing» is never filled"),
    ("carousel: {for: x in things}", "missing", "needs «card»"),
    ("location: {query: Paris}", "extra", "«query»"),
    ("offer: [roses]", "no-topic", "no topic is called «roses»"),
    ("offer: best, max: 11", "type", "from 1 to 10"),
    ("ask: name, say: A, give_up: end, timeout: 30s", "type", "from 1m to 1d"),
    ("ask: name, say: A, give_up: end, timeout: bientôt", "type", "a duration"),
    ("ask: name, say: A, give_up: end, reprompt: A", "type", "a list of texts"),
    ("ask: name, say: A, give_up: end, reprompt: []", "type", "at least one text"),
    ("ask: things, say: A, give_up: end", "ask-type", "what it is a list «of»"),
    ("rendezvous: name, say: A, find: free, with: {service: a}, none: end", "ask-type", "fills a datetime"),
    ("rendezvous: when, say: A, none: end", "missing", "needs «find»"),
    ("rendezvous: when, say: A, find: free, with: {service: a}", "missing", "needs «none»"),
    ("rendezvous: when, say: A, find: free, with: {service: a}, none: end, offer: {days: 11}", "type", "from 1 to 10"),
    ("rendezvous: when, say: A, find: free, with: {service: a}, none: end, offer: {style: grid}", "type", "«chips»"),
    ("rendezvous: when, say: A, find: free, with: {service: a}, none: end, hold: 2h", "type", "from 1m to 1h"),
    ("confirm: A, edit: [name]", "no-slot", "no step of «main» fills «name»"),
    ("confirm: A, edit: [nme]", "no-slot", "no slot is called «nme»"),
    ("confirm: A, on_refuse: {}", "missing", "«say» or «goto»"),
    ("do: free, with: {}", "action-args", "needs «service»"),
    ("do: free", "action-args", "needs «service»"),
    ("do: free, with: {service: a, sise: 2}", "action-args", "did you mean «size»?"),
    ("do: free, with: [a]", "type", "a map"),
    ("do: free, with: {service: a}, save: nothing", "no-slot", "no slot is called «nothing»"),
    ("do: free, with: {service: a}, on_error: {any: {say: A}}", "missing", "needs «goto»"),
    ("do: free, with: {service: a}, remind: {at: '{{ when }}'}", "missing", "needs «ref»"),
    ("do: free, with: {service: a}, moves: '{{ nothing }}'", "no-slot", "never filled"),
    ("do: free, with: {service: [a, {b: c}]}", "", ""),
    ("run: nothing", "no-target", "no flow is called «nothing»"),
    ("goto: [a]", "type", "the name of a step"),
    ("end: maybe", "type", "«true»"),
    ("if: ok, then: []", "type", "at least one step"),
    ("if: ok", "missing", "needs «then»"),
    ("if: ok +, then: [{say: A}]", "template", "cannot be read"),
    ("if: ok, then: [a]", "type", "a step"),
    ("handover: ", "type", "{} for nothing"),
    ("handover: {rating: maybe}", "type", "«true»"),
    ("paid_help: {cap: free}", "type", "an amount"),
    ("paid_help: {cap: 0.00}", "paid-help", "cap_too_low"),
    ("paid_help: {operators: [], media: [smoke]}", "paid-help", "operators_missing"),
]
SLOT_ROWS = [
    ("x", "type", "a map with «type»"),
    ("{}", "missing", "needs «type»"),
    ("{type: txt}", "type", "did you mean «text»?"),
    ("{type: text, mni: 3}", "extra", "did you mean «min»?"),
    ("{type: text, min: 0}", "type", "from 1"),
    ("{type: text, pattern: [a]}", "type", "a regular expression"),
    ("{type: text, keep: forever}", "type", "«talk»"),
    ("{type: text, private: yes}", "type", "«true»"),
    ("{type: text, rejects: [a]}", "type", "a map of texts"),
    ("{type: number, min: a}", "type", "a number"),
    ("{type: number, min: 3, max: 2}", "type", "not below «min»"),
    ("{type: choice}", "missing", "needs «options»"),
    ("{type: choice, options: {a: Un}}", "type", "two options"),
    ("{type: choice, options: [a, b]}", "type", "a map of id to label"),
    ("{type: choice, options: {a: {also: [b]}, c: C}}", "missing", "needs «label»"),
    ("{type: choice, options: {A: Un, b: Deux}}", "type", "a name"),
    ("{type: boolean, options: {yes: Oui}}", "type", "«true» or «false»"),
    ("{type: date, min: demain}", "type", "+30d"),
    ("{type: date, prefer: later}", "type", "«future»"),
    ("{type: file, accept: [doc]}", "type", "«image»"),
    ("{type: file, max_mb: 200}", "type", "from 1 to 100"),
    ("{type: record, fields: {a: money}}", "type", "«text»"),
    ("{type: list, of: record}", "type", "«text»"),
    ("{type: list, of: choice}", "missing", "needs «options»"),
]
TOPS = [
    ("faq: {hours: {hears: [a b]}}", "missing", "«say» or «card»"),
    ("faq: {hours: {say: A}}", "missing", "needs «hears»"),
    ("faq: {hours: {hears: [a b], say: A, card: {title: A}}}", "extra", "not both"),
    ("faq: {hours: x}", "type", "a map"),
    ("faq: {hours: {hears: [], say: A}}", "type", "0 phrases"),
    ("faq: {hours: {hears: ['?!'], say: A}}", "type", "a phrase with words"),
    ("faq: {hours: {hears: [[a]], say: A}}", "type", "a phrase"),
    ("faq: {main: {hears: [a b], say: A}}", "ambiguous", "already the name of a flow"),
    ("always: {help: {hears: [aide]}}", "missing", "«say» or «goto»"),
    ("always: {help: x}", "type", "a map"),
    ("always: {help: {hears: [recommencer], say: A}}", "hears-clash", "always.restart"),
    ("unknown: {then: nothing}", "no-target", "nothing is called «nothing»"),
    ("handover: {}", "missing", "needs «team»"),
    ("handover: {team: a, carry: [nme]}", "no-slot", "did you mean «name»?"),
    ("handover: {team: a, otherwise: nothing}", "no-target", "nothing"),
    ("handover: {team: a, timeout: 2s}", "type", "from 1m to 1d"),
    ("paid_help: {team: a}", "paid-help", "cap_missing"),
    ("offers: {a: {topic: garden}}", "missing", "needs «card»"),
    ("offers: {a: {topic: garden, card: {title: A}, tiers: {tin: 3}}}", "type", "no tier is called «tin»"),
    ("offers: {a: {topic: garden, card: {title: A}, from: demain}}", "type", "a date"),
    ("offers: {a: {topic: garden, card: {title: A}, until: 2026-12-31, limit: 0}}", "type", "from 1"),
    ("scenes: {a: {steps: [{say: A}]}}", "missing", "needs «purpose»"),
    ("scenes: {a: {purpose: spam, steps: [{say: A}]}}", "type", "«service»"),
    ("scenes: {a: {purpose: service, fills: [nme], steps: [{say: A}]}}", "no-slot", "no slot is called «nme»"),
    (
        "scenes: {a: {purpose: service, steps: [{say: A}]}}\nalways: {b: {hears: [b], goto: a}}",
        "no-target",
        "is a scene",
    ),
    ("actions: {a: {takes: {x: text}}}", "missing", "needs «http»"),
    ("actions: {a: {http: GET http://x.example/}}", "type", "an https address"),
    ("actions: {a: {http: 'GET https://{{ name }}.example/'}}", "type", "an https address"),
    ("actions: {a: {http: FETCH https://x.example/}}", "type", "GET POST"),
    (
        "actions: {a: {http: GET https://x.example/, pick: a..b, gives: map, timeout: 2m, errors: {b: 9}}}",
        "type",
        "a path",
    ),
    ("calendars: {a: {source: ics}}", "missing", "«url» or «file»"),
    ("calendars: {a: {source: builtin, hours: never, slot: 0m, capacity: 0}}", "hours", "has no hours"),
    ("nothing: 1", "extra", "«nothing» is no key of a bot file"),
]
BOTS = [
    ("id: Demo", "type", "a name"),
    ("languages: [french]", "type", "a language"),
    ("languages: []", "type", "at least one entry"),
    ("languages: [fr, fr]", "ambiguous", "twice"),
    ("timezone: Paris", "type", "Europe/Paris"),
    ("timezone: ../x", "type", "Europe/Paris"),
    ("country: France", "type", "two capital letters"),
    ("expires: 8d", "type", "from 5m to 7d"),
    ("code: [a]", "type", "a Python file"),
    ("tiers: gold", "type", "a list"),
]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        *((step(row[0]), *row[1:]) for row in STEPS),
        *((slot(row[0]), *row[1:]) for row in SLOT_ROWS),
        *((top(row[0]), *row[1:]) for row in TOPS),
        *((f"rbm: 1\nbot: {{name: A, {row[0]}}}\nstart: main\n{MAIN}", *row[1:]) for row in BOTS),
    ],
)
def test_a_wrong_value_is_told(text: str, code: str, words: str) -> None:
    faults = found(text)
    if code:
        assert any(fault == code and words in message for fault, message in faults), faults
    else:
        assert faults == []


def test_a_jump_into_another_flow_says_whose_step_it_is() -> None:
    text = (
        f"{HEAD}flows:\n  main: {{steps: [{{goto: inner}}]}}\n  other: {{hears: [b], steps: [{{id: inner, say: A}}]}}\n"
    )
    assert found(text) == [
        ("no-target", "nothing is called «inner» «inner» is a step of «other»; only that flow jumps to it")
    ]


def test_limits_of_a_bot() -> None:
    nested = "say: A"
    for _ in range(7):
        nested = f"if: today, then: [{{{nested}}}]"
    assert ("type", "more than 5 «if» inside each other move steps to a flow and «run» it") in found(step(nested))
    steps = "\n".join("      - say: A" for _ in range(101))
    assert ("type", "this flow has 101 steps; 100 are read ") in found(f"{HEAD}flows:\n  main:\n    steps:\n{steps}\n")
    flows = "".join(f"  f{rank}: {{steps: [{{say: A}}]}}\n" for rank in range(200))
    assert ("type", "this bot has 201 flows; 200 are read ") in found(f"{HEAD}{MAIN}{flows}")


def test_two_steps_of_one_flow_may_not_share_an_id() -> None:
    text = f"{HEAD}flows:\n  main: {{steps: [{{id: a, say: A}}, {{id: a, say: B}}]}}\n"
    assert [code for code, _ in found(text)] == ["ambiguous"]


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    file = tmp_path / "bot.yaml"
    file.write_bytes(b"rbm: 1\nbot: \xff\n")
    assert [(fault.line, fault.column, fault.code) for fault in check_bot(file)[1]] == [(2, 6, "yaml")]
    file.write_bytes(b"#" * (1024 * 1024 + 1))
    assert [fault.code for fault in check_bot(file)[1]] == ["yaml"]
    file.write_text("")
    assert [fault.code for fault in check_bot(file)[1]] == ["missing"]
    file.write_text("- a\n")
    assert [fault.code for fault in check_bot(file)[1]] == ["type"]


def test_translations_that_are_wrong_are_told(tmp_path: Path) -> None:
    (tmp_path / "i18n").mkdir()
    (tmp_path / "bot.yaml").write_text(
        HEAD
        + SLOTS
        + "flows:\n  main:\n    hears: [menu]\n    steps: [{ask: name, say: Qui ?, reprompt: [Qui], give_up: end}]\n"
    )
    (tmp_path / "i18n" / "en.yaml").write_text(
        "main.name.say: Who\nmain.name.reprompt: {list: ['{{ nothing }}']}\nmain.hears: x\n"
        "rbm.nothing: {text: A}\nrbm.expired: {}\nrbm.yes: {text: '{{ 1 }}'}\nslots.pick.options.a: {text: One}\n"
    )
    (tmp_path / "i18n" / "de.yaml").write_text("rbm.yes: {text: Ja}\n")
    errors = [(Path(f.file).name, f.line, f.code) for f in check_bot(tmp_path)[1] if f.severity == "error"]
    assert errors == [
        ("de.yaml", 1, "type"),
        ("en.yaml", 1, "type"),
        ("en.yaml", 2, "no-slot"),
        ("en.yaml", 3, "type"),
        ("en.yaml", 4, "extra"),
        ("en.yaml", 5, "missing"),
        ("en.yaml", 6, "template"),
    ]
