"""Bots that nobody wrote: whatever the file says and whatever happens, a turn ends, never raises, and is repeatable."""

import json

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rbm_bots.botfile.faults import BotFileFaulty
from rbm_bots.botfile.load import read_bot
from tests.unit.dialogue.stage import plain_actions
from tests.unit.dialogue.test_any_events import STEPS, Stage

SLOTS = {
    "word": {"type": "text", "keep": "session", "min": "2", "pattern": "[a-z ]+"},
    "plate": {"type": "text", "check": "plate", "rejects": {"no_taxi": "Pas de taxi."}, "private": "true"},
    "count": {"type": "number", "integer": "true", "min": "0", "max": "5", "unit": "places"},
    "price": {"type": "number", "keep": "contact"},
    "size": {"type": "choice", "options": {"s": "Petit", "l": {"label": "Grand", "also": ["gros"], "when": "ok"}}},
    "ok": {"type": "boolean", "keep": "session"},
    "day": {"type": "date", "min": "today", "max": "+400d"},
    "when": {"type": "datetime"},
    "tel": {"type": "phone", "mobile": "true"},
    "mail": {"type": "email"},
    "doc": {"type": "file"},
    "place": {"type": "location", "check": "town"},
    "record": {"type": "record", "fields": {"ref": "text", "n": "number"}},
    "sizes": {"type": "list", "of": "choice", "options": {"x": "Un", "y": "Deux"}},
    "found": {"type": "list", "fields": {"title": "text", "n": "number"}},
}
ASKED = [name for name in SLOTS if name not in ("record", "found")]
FLOWS = ("main", "second", "third")
CONDITIONS = st.sampled_from(
    ["ok", "not word", "count > 3", "size == \"s\"", "len(found) > 1", "days_until(day) < 9", "0 <= count <= 4",
     "customer.tier >= \"gold\"", "handover.open", "record.n != none and ok", "\"x\" in sizes", "when > now"]
)  # fmt: skip
TEXTS = st.sampled_from(
    ["Bonjour", "{{ word | upper | cut(3) }}", "{{ when | day }} {{ day | date }}", "{{ price | euros }}",
     "{{ found | count }} {{ record.ref | default(\"?\") }}", "{{ customer.tier }} {{ contact.name }}", "é" * 90,
     "{{ size }} {{ size.id }} {{ sizes | join(\", \") }}", "{{ plate }} {{ place.label }} {{ doc.name }} {{ mail }}"]
)  # fmt: skip
TARGETS = st.sampled_from([*FLOWS, "start", "end", "handover", "hours"])
WAYS_ON = TARGETS | st.just("next")
SLOT = st.sampled_from(ASKED)
LABELS = st.sampled_from(["Menu", "Suite", "Retour", "{{ word }}", "Un libellé de 25 lettres."])
SETS = st.sampled_from([{"count": "3"}, {"word": "abc", "ok": "true"}, {"size": "s"}, {"record": "~"}])


def chips():
    reply = st.fixed_dictionaries({"reply": LABELS, "goto": TARGETS}, optional={"set": SETS, "when": CONDITIONS})
    buttons = st.sampled_from(
        [
            {"open": "https://a.example/{{ word | url }}", "label": "Ouvrir"},
            {"dial": "+33199000010", "label": "Appeler"},
            {"map": "{{ place }}", "label": "Plan"},
            {"calendar": {"title": "RDV", "start": "{{ when }}", "minutes": "30"}, "label": "Agenda"},
            {"share_location": "true"},
        ]
    )
    return st.lists(reply | buttons, max_size=3, unique_by=lambda chip: chip.get("reply") or next(iter(chip)))


def waiting(verb, value):
    return st.fixed_dictionaries(
        {verb: value, "say": TEXTS, "give_up": WAYS_ON},
        optional={"timeout": st.just("10m"), "reprompt": st.lists(TEXTS, min_size=1, max_size=2), "suggest": chips()},
    )


def steps(inner):
    errors = {"on_error": st.fixed_dictionaries({"any": st.fixed_dictionaries({"goto": WAYS_ON, "say": TEXTS})})}
    card = st.fixed_dictionaries({"title": TEXTS}, optional={"text": TEXTS, "when": CONDITIONS, "suggest": chips()})
    each = {"for": st.just("item in found"), "card": st.just({"title": "{{ item.title }}", "text": "{{ word }}"})}
    find = {"find": st.just("find"), "none": WAYS_ON}
    optional = {"suggest": chips(), "sms": TEXTS, "when": CONDITIONS}
    return st.one_of(
        st.fixed_dictionaries({"say": TEXTS}, optional=optional | {"goto": TARGETS, "goal": st.just("done")}),
        st.fixed_dictionaries({"card": card}, optional=optional),
        st.fixed_dictionaries({"carousel": st.lists(card, min_size=2, max_size=3)}, optional={"none": WAYS_ON}),
        st.fixed_dictionaries({"carousel": st.fixed_dictionaries(each)}, optional={"none": WAYS_ON}),
        st.fixed_dictionaries({"file": st.sampled_from(["https://a.example/a.pdf", "{{ doc.url }}"])}),
        waiting("ask", SLOT).flatmap(lambda step: st.sampled_from([step, step | {"skip": "Passer"}])),
        st.builds(
            lambda wait, found: {**wait, **found}, waiting("rendezvous", st.just("when")), st.fixed_dictionaries(find)
        ),
        st.fixed_dictionaries(
            {"confirm": TEXTS, "give_up": WAYS_ON}, optional={"on_refuse": st.fixed_dictionaries({"goto": WAYS_ON})}
        ),
        st.fixed_dictionaries(
            {"do": st.just("find"), **errors}, optional={"save": st.sampled_from(["found", "record"])}
        ),
        st.fixed_dictionaries({"set": SETS}),
        st.fixed_dictionaries({"if": CONDITIONS, "then": inner}, optional={"else": inner}),
        st.fixed_dictionaries({"run": st.sampled_from(FLOWS)}),
        st.fixed_dictionaries({"goto": TARGETS}),
        st.just({"handover": {}}),
        st.just({"end": "true"}),
    )


BLOCKS = st.recursive(
    st.lists(st.fixed_dictionaries({"say": TEXTS}), min_size=1, max_size=2),
    lambda inner: st.lists(steps(inner), min_size=1, max_size=5),
    max_leaves=12,
)
FILES = st.fixed_dictionaries(
    {
        "flows": st.fixed_dictionaries(
            {
                name: st.fixed_dictionaries({"steps": BLOCKS, "hears": st.just([words])})
                for name, words in zip(FLOWS, ("go", "rdv", "loin"), strict=True)
            }
        )
    },
    optional={
        "scenes": st.fixed_dictionaries(
            {"sale": st.fixed_dictionaries({"purpose": st.sampled_from(["service", "marketing"]), "steps": BLOCKS})}
        ),
        "unknown": st.fixed_dictionaries({"say": st.lists(TEXTS, min_size=1, max_size=2), "then": TARGETS}),
    },
)


def written(file):
    """The file as it would be written: JSON is YAML."""
    bot = {"id": "any", "name": "Any", "languages": ["fr"]}
    always = {"help": {"hears": ["aide"], "say": "Aide."}, "agent": {"hears": ["chef"], "goto": "handover"}}
    faq = {"hours": {"hears": ["horaires"], "say": "Tôt."}}
    whole = {"rbm": "1", "bot": bot, "slots": SLOTS, "start": "main", "faq": faq, "always": always, **file}
    return json.dumps({**whole, "handover": {"team": "t", "timeout": "10m", "hours": "mon-fri 08:00-18:00"}})


def test_any_bot_plays_any_events():
    sizes = []

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        file=FILES,
        channel=st.sampled_from(["rcs", "sms"]),
        agents=st.integers(0, 1),
        events=st.lists(STEPS, max_size=20),
    )
    def play(file, channel, agents, events):
        try:
            bot = read_bot(written(file), actions=plain_actions())
        except BotFileFaulty as faulty:  # jumps that never wait; all else is made right
            errors = {fault.code for fault in faulty.faults if fault.severity == "error"}
            assert errors <= {"loop-no-wait", "scene-empty"}
            assume(False)
        sizes.append(sum(len(flow.steps) for flow in bot.flows.values()))
        stage = Stage(bot, channel, agents)
        for kind, value in events:
            stage.step(kind, value)

    play()
    assert len(sizes) >= 50
    assert max(sizes) >= 10
