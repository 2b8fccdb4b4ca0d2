"""Texts: what they print, what they refuse, and that nothing a brand writes takes long or reaches Python."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rbm_bots.botfile.filters import FILTERS
from rbm_bots.botfile.parts import Chosen, dig
from rbm_bots.botfile.text import Data, TemplateRefused, Text, parse_template
from rbm_bots.values import File, Location, Slot
from tests.unit.botfile.scope import DictScope

WHEN = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
VALUES = {
    "when": WHEN,
    "day": date(2026, 12, 1),
    "amount": Decimal("1234.5"),
    "service": Chosen("pneus", "Pneus"),
    "name": "Zoé",
    "names": ["a", "b", "c"],
    "yes": True,
    "file": File(url="https://x.example/a.pdf", name="a.pdf"),
    "place": Location(lat=48.85, lng=2.35),
    "slot": Slot(start=WHEN),
    "record": {"ref": "R-1", "deep": {"x": 3}},
    "score": 10,
}


def printed(source: str, language: str = "fr") -> str:
    text = Text(templates={language: parse_template(source)})
    return text.render(DictScope(values=dict(VALUES), language=language))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ when | day }}", "mardi 24 novembre"),
        ("{{ day | day }}", "mardi 1er décembre"),
        ("{{ when | date }}", "24/11/2026"),
        ("{{ when | time }}", "08:30"),
        ("{{ when | short }}", "mar. 24/11 08:30"),
        ("{{ slot | short }}", "mar. 24/11 08:30"),
        ("{{ amount | euros }}", "1\u202f234,50\xa0€"),
        ("{{ amount | number }}", "1\u202f234,5"),
        ("{{ amount }}", "1234,5"),
        ("{{ names | count }} {{ nothing | count }}", "3 0"),
        ("{{ names | first }}", "a"),
        ("{{ names | join(' + ') }}", "a + b + c"),
        ("{{ names }}", "a, b, c"),
        ("{{ name | upper }} {{ name | lower }}", "ZOÉ zoé"),
        ("{{ name | cut(2) }}", "Z…"),
        ("{{ name | url }}", "Zo%C3%A9"),
        ('{{ nothing | default("rien") }}', "rien"),
        ('{{ nothing | upper | default("rien") }}', "rien"),
        ("{{ service }}/{{ service.label }}/{{ service.id }}", "Pneus/Pneus/pneus"),
        ("{{ yes }}", "oui"),
        ("{{ file }} {{ file.url }}", "a.pdf https://x.example/a.pdf"),
        ("{{ place.lat }}", "48,85"),
        ("{{ record.deep.x }}{{ record }}", "3"),
        ("{{ score }} { } }} { {", "10 { } }} { {"),
        ("{{ name | day }}{{ name | euros }}{{ names | time }}", "ZoéZoéa, b, c"),
    ],
)
def test_a_text_prints(source: str, expected: str) -> None:
    assert printed(source) == expected


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("{{ when | day }}", "en", "Tuesday 24 November"),
        ("{{ when | day }}", "en-US", "Tuesday, November 24"),
        ("{{ when | date }}", "en-US", "11/24/2026"),
        ("{{ when | short }}", "en", "Tue 24/11 08:30"),
        ("{{ amount | euros }}", "en", "€1,234.50"),
        ("{{ amount }} {{ yes }}", "en", "1234.5 yes"),
        ("{{ when | day }}", "de", "Dienstag 24 November"),
        ("{{ when | day }}", "zz", "mardi 24 novembre"),
    ],
)
def test_filters_follow_the_language(source: str, language: str, expected: str) -> None:
    assert printed(source, language) == expected


def test_an_empty_value_prints_nothing_and_is_told() -> None:
    scope = DictScope()
    assert Text(templates={"fr": parse_template("a{{ x.y }}b")}).render(scope) == "ab"
    assert scope.missed == [("x", "y")]


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("{{ 'a' * 1000000000 }}", "not Mul"),
        ("{{ f() }}", "not Call"),
        ("{{ a[0] }}", "not Getitem"),
        ("{{ 1 }}", "not Const"),
        ("{{ a if b }}", "not «if»"),
        ("{% set a = 1 %}", "not «set»"),
        ("{# note #}", "only {{ name }}"),
        ("{{ a.__class__ }}", "only {{ name }}"),
        ("{{ _x }}", "only {{ name }}"),
        ("{{ a", "cannot be read"),
        ("{{ a | dya }}", "no filter"),
        ("{{ a | cut }}", "wants a value"),
        ("{{ a | day(3) }}", "does not take"),
        ("{{ a" + " | upper" * 9 + " }}", "at most 8"),
        ("{{ a }}" * 65, "at most 64"),
        ("x" * 65537, "65537"),
        ("{{ " + "(" * 2000 + "a" + ")" * 2000 + " }}", "{{ name }}"),
    ],
)
def test_anything_else_is_refused(source: str, word: str) -> None:
    with pytest.raises(TemplateRefused) as caught:
        parse_template(source)
    assert word in caught.value.message


def test_data_keeps_the_type_of_one_placeholder() -> None:
    def value(source: str) -> object:
        return Data(text=Text(templates={"fr": parse_template(source)})).value(DictScope(values=dict(VALUES)))

    assert value("{{ when }}") is WHEN
    assert value("{{ service }}") == "pneus"
    assert value("{{ service.label }}") == "Pneus"
    assert value("{{ names | count }}") == 3
    assert value("n° {{ score }}") == "n° 10"
    assert value("{{ nothing }}") is None
    assert Data(items=(Data(literal=1), Data(literal="b"))).value(DictScope()) == [1, "b"]
    assert Data(fields={"a": Data(literal=1)}).value(DictScope()) == {"a": 1}


def test_a_language_falls_back_to_its_base_then_to_the_first() -> None:
    text = Text(templates={"fr": parse_template("Oui"), "en": parse_template("Yes")})
    assert [text.render(DictScope(language=word)) for word in ("en-US", "de", "fr")] == ["Yes", "Oui", "Oui"]


def test_parts_reach_dict_keys_and_known_fields_only() -> None:
    assert dig({"a": {"b": 1}}, ("a", "b")) == 1
    assert dig(File(url="u"), ("url",)) == "u"
    for value in ("text", 3, [1], File(url="u"), datetime, len):
        assert dig(value, ("__class__",)) is None
        assert dig(value, ("real",)) is None


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.lists(st.text(), max_size=300),
    st.dictionaries(st.text(), st.integers(), max_size=3),
    st.builds(Chosen, st.text(), st.text()),
)


@given(
    value=ANYTHING,
    names=st.lists(st.sampled_from(sorted(FILTERS)), max_size=8),
    language=st.sampled_from(["fr", "en", "en-US"]),
)
@example(value=Decimal("1E+999999"), names=["euros"], language="fr")
@example(value=10**5000, names=["number"], language="fr")
@example(value=datetime(1, 1, 1, tzinfo=UTC), names=["short"], language="fr")
@example(value="\ud800", names=["url"], language="fr")
@settings(deadline=None, max_examples=150)
def test_filling_never_fails_and_never_takes_long(value: object, names: list[str], language: str) -> None:
    args = {"cut": "(3)", "default": '("x")', "join": '("-")'}
    chain = "".join(f" | {name}{args.get(name, '')}" for name in names)
    template = parse_template(f"{{{{ x{chain} }}}} " * 20)
    text = Text(templates={"fr": template})
    spent = []
    for _ in range(2):  # the first time may load what a language needs, once in a process
        start = time.process_time()
        assert isinstance(text.render(DictScope(values={"x": value}, language=language)), str)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05


@given(st.one_of(st.text(), st.text(alphabet="{}%#|.()'\"abx_ 0*+[]", max_size=60)))
@settings(deadline=None, max_examples=300)
def test_reading_a_text_gives_a_template_or_a_refusal_and_no_dunder(source: str) -> None:
    try:
        template = parse_template(source)
    except TemplateRefused:
        return
    assert not any(part.startswith("_") for placeholder in template.placeholders for part in placeholder.path)
    assert isinstance(template.render(DictScope()), str)


def test_the_longest_text_with_the_most_filters_stays_fast() -> None:
    source = ("y" * 900 + "{{ x" + " | upper" * 8 + " }}") * 64
    template = parse_template(source)
    scope = DictScope(values={"x": "é" * 100_000})
    template.render(scope)
    start = time.process_time()
    assert len(template.render(scope)) == 64 * 1024
    assert time.process_time() - start < 0.05
