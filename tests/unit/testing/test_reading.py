"""Faults of a file of tests: each at its place, all at once, and typos told before any talk is played."""

import pytest

from rbm_bots.errors import UsageError
from rbm_bots.testing.reading import TalksFaulty, read_talks
from tests.unit.testing.shop import HEAD, SOLD, shop, told, written


def faults_of(tmp_path, text):
    file = tmp_path / "x.test.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(TalksFaulty) as caught:
        read_talks(file)
    return [f"{fault.line}:{fault.column} {fault.code}: {fault.message}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ["1:1 missing: this file has no tests"]),
        ("bot: x", ["1:1 missing: a file of tests needs «now»", "1:1 missing: a file of tests needs «tests»"]),
        ("- a", ["1:1 type: a list stands where a file of tests: a map of bot, now, actions, tests is wanted"]),
        ("bot: [", ["2:1 yaml: this is not YAML: did not find expected node content"]),
        (HEAD + "test: []\ntests: []", ["3:1 extra: «test» is no key of a file", "4:8 missing: here are no tests"]),
        ("bot: b\nnow: 9h\ntests: [{name: a, talk: []}]", ["2:6 type: «9h» stands where an instant like"]),
        (HEAD + "tests: [x]", ["3:9 type: «x» stands where a test: a map with name and talk is wanted"]),
        (
            HEAD + "tests: [{name: a, talk: []}, {name: a, talk: []}]",
            ["3:30 ambiguous: another test is called «a»"],
        ),
        (HEAD + "tests: [{nane: a}]", ["3:9 missing: a test needs «talk»", "3:10 extra"]),
    ],
)  # fmt: skip
def test_a_wrong_file(tmp_path, text, wanted):
    found = faults_of(tmp_path, text)
    assert len(found) == len(wanted)
    assert all(one.startswith(start) for one, start in zip(found, wanted, strict=True)), found


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("user: ~", "type: «~» stands where what the person writes is wanted"),
        ("users: a", "extra: «users» is no line of a talk"),
        ("{user: a, tap: b}", "type: a line of a talk has one word before its colon"),
        ("tap: {card: a}", "missing: a tap needs «chip»"),
        ("tap: [a]", "type: a list stands where a label or"),
        ("shares: 48.85", "type: «48.85» stands where a position like"),
        ("sends: ~", "type: «~» stands where a file, like"),
        ("agent: sleeps", "type: «sleeps» stands where «joins» or «leaves» is wanted"),
        ("agent: {say: a}", "extra: «say» is no key of an agent's line"),
        ("scene: {ref: a}", "missing: a scene needs «name»"),
        ("scene: {name: a, ref: [b]}", "type: a list stands where the words of a column is wanted"),
        ("event: stop", "type: «stop» stands where «unsubscribe» or"),
        ("wait: soon", "type: «soon» stands where a duration like"),
        ("silence: 400d", "type: «400d» stands where a duration from 1s to 366d"),
        ("bot: all", "type: «all» stands where «any» or a map"),
        ("bot: {}", "type: this line expects nothing"),
        ("bot: {says: a}", "extra: «says» is no key of a «bot» line"),
        ("bot: {say: [a]}", "type: a list stands where a text, with * for anything is wanted"),
        ("bot: {suggest: a}", "type: «a» stands where a list of texts is wanted"),
        ("bot: {parts: few}", "type: «few» stands where a whole number from 0 to 100"),
        ("expect: {flows: a}", "extra: «flows» is no key of «expect»"),
        ("expect: {opted_out: yes}", "type: «yes» stands where «true» or «false» is wanted"),
        ("expect: {with: me}", "type: «me» stands where «bot» or «human» is wanted"),
        ("expect: {flow: [a]}", "type: a list stands where a name is wanted"),
    ],
)
def test_a_wrong_line(tmp_path, line, fault):
    found = faults_of(tmp_path, f"{HEAD}tests:\n  - name: a\n    talk:\n      - {line}\n")
    assert fault in found[0]
    assert found[0].startswith("6:")


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("channel: fax", "type: «fax» stands where «rcs» or «sms» is wanted"),
        ("agents: many", "type: «many» stands where a whole number"),
        ("contact: {name: a}", "extra: «name» is no key of a contact"),
        ("contact: {consent: perhaps}", "type: «perhaps» stands where «true» or «false»"),
        ("customer: {score: high}", "type: «high» stands where a whole number"),
        ("customer: {contract_end: soon}", "type: «soon» stands where a date like"),
        ("customer: {interests: garden}", "type: «garden» stands where a list of topics"),
        ("slots: []", "type: a list stands where a map of slots is wanted"),
        ("actions: {a: b}", "type: «b» stands where an answer"),
        ("actions: {a: {return: 1}}", "extra: «return» is no key of an answer"),
        ("actions: {a: [{}]}", "type: an answer either «returns» a value or «raises» a code"),
        ("actions: {a: {returns: 1, raises: b}}", "type: an answer either"),
    ],
)
def test_a_wrong_setting(tmp_path, key, fault):
    found = faults_of(tmp_path, f"{HEAD}tests:\n  - name: a\n    talk: []\n    {key}\n")
    assert any(fault in one and one.startswith("6:") for one in found), found


def test_names_that_the_bot_does_not_have_are_faults_at_their_places(tmp_path):
    written(
        shop(tmp_path),
        "slots: {dey: 2026-12-24, day: soon, size: s}\n"
        "talk:\n"
        "  - scene: {name: new}\n"
        "  - expect: {flow: oder, step: sice, slots: {sise: s, size: huge}}\n",
    )
    assert told(tmp_path) == [
        "5:18: no slot is called «dey» [no-slot]",
        "5:35: «day» is a date: it can never hold this [type]",
        "5:47: «size» is kept for a talk: nothing of it is there before [type]",
        "7:9: no scene is called «new» [no-target]",
        "8:24: no flow is called «oder» [no-target]",
        "8:36: no step is called «sice» [no-target]",
        "8:56: no slot is called «sise» [no-slot]",
        "8:65: «size» is a choice: it can never hold this [type]",
    ]


def test_a_bot_that_is_not_there_or_faulty(tmp_path):
    written(tmp_path, "- user: a")
    assert told(tmp_path) == [f"1:6: there is no bot at «{tmp_path}/bot.yaml» [no-target]"]
    shop(tmp_path, "rbm: 1\nbot: {id: x, name: X}\nstart: nowhere\nflows: {a: {steps: [{say: A}]}}\n")
    assert told(tmp_path)[0] == "3:8: no flow is called «nowhere» [no-target]"


def test_what_cannot_be_read_at_all(tmp_path):
    with pytest.raises(UsageError):
        read_talks(tmp_path / "none.test.yaml")
    (tmp_path / "x.test.yaml").write_bytes(b"bot: \xff")
    with pytest.raises(TalksFaulty, match="UTF-8"):
        read_talks(tmp_path / "x.test.yaml")


def test_a_whole_test_is_read(tmp_path):
    file = tmp_path / "x.test.yaml"
    file.write_text(
        "\ufeff" + HEAD + f"actions: {{{SOLD}}}\ntests:\n  - name: a\n    agents: 0\n    language: en\n"
        "    contact: {operator: ORANGE, consent: true, control_group: false}\n"
        "    customer: {tier: gold, score: 40, interests: [garden], returning: true, contract_end: 2026-12-31}\n"
        "    talk: [user: a]\n",
        "utf-8",
    )
    read = read_talks(file)
    (talk,) = read.talks
    assert read.bot == tmp_path / "bot.yaml"
    assert read.now.isoformat() == "2026-11-23T08:00:00+00:00"
    assert read.mocks["orders.make"].always
    assert (talk.agents, talk.language, talk.contact["operator"]) == (0, "en", "ORANGE")
    assert talk.customer["interests"] == ["garden"]
    assert (talk.lines[0].mark.line, talk.lines[0].mark.column) == (10, 12)
