"""Campaign files: what they say, and what is said about those that are wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rbm_bots.botfile.load import read_bot
from rbm_bots.delivery.campaigns.language import TOP
from rbm_bots.delivery.campaigns.outcomes import OUTCOMES
from rbm_bots.delivery.campaigns.reading import CampaignFileFaulty, inspect_campaign, read_campaign
from rbm_bots.delivery.campaigns.spec import Column, Consent, CsvSource, Link, ParquetSource, SqlSource
from rbm_bots.errors import UsageError

BOT = read_bot(
    """
rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr]}
slots: {first_name: {type: text}}
start: hello
flows:
  hello: {hears: [bonjour], steps: [{say: Bonjour.}]}
scenes:
  winter: {purpose: marketing, fills: [first_name], steps: [{say: "Bonjour {{ first_name }}."}]}
  recall: {purpose: service, steps: [{say: Un rappel.}]}
"""
)
WHOLE = """
campaign: winter-2026
bot: shop
audience:
  csv: {path: people.csv, encoding: cp1252, separator: tab}
  number: mobile
  reference: id
  consent: {at: since, proof: form}
columns:
  first_name: {column: prenom, otherwise: vous}
  city: ville
variants:
  - name: a
    share: 33.5
    message:
      text: "Bonjour {{ first_name }}"
      sms: "{{ city | default('Paris') }}"
      suggest:
        - {label: Voir, url: "https://shop.example/{{ city }}"}
        - {label: Appeler, dial: "+33199000010"}
        - {label: Oui}
  - {name: b, share: 66.5, scene: winter}
holdout: 5
schedule: {starts: 2026-11-24T09:00+01:00, ends: 2026-11-30T20:00+01:00, hours: mon-fri 09:00-12:00, spread: false}
per_second: 10
fallback: false
budget: 1500.00
ceiling: 0.095
testers: {ana: "+33639980001"}
"""
PLAIN = "campaign: one\nbot: shop\naudience: {csv: people.csv, number: mobile}\n"
MESSAGE = 'message: {text: "Bonjour"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("mobile\n")
    (tmp_path / "people.parquet").write_text("")
    return tmp_path


def faults(text: str, folder: Path) -> list[tuple[int, int, str, str]]:
    """(line, column, code, message) of every fault."""
    checked = inspect_campaign(text, file="c.yaml", folder=folder, bots={"shop": BOT})
    assert (checked.campaign is None) == bool(checked.faults)
    return [(one.line, one.column, one.code, one.message) for one in checked.faults]


def test_every_key_is_read(folder: Path) -> None:
    checked = inspect_campaign(WHOLE, file="c.yaml", folder=folder, bots={"shop": BOT})
    found = checked.campaign
    assert found is not None, checked.faults
    assert (found.name, found.bot, found.message_class, found.holdout) == ("winter-2026", "shop", "marketing", 500)
    source = CsvSource(path=str(folder / "people.csv"), encoding="cp1252", separator="\t")
    assert (found.audience.source, found.audience.number, found.audience.reference) == (source, "mobile", "id")
    assert found.audience.consent == Consent(at="since", proof="form")
    assert found.columns == {"first_name": Column(source="prenom", otherwise="vous"), "city": Column(source="ville")}
    a, b = found.variants
    assert (a.name, a.share, a.needs, b.share, b.scene, b.needs) == (
        "a", 3350, ("first_name", "city"), 6650, "winter", ("first_name",),
    )  # fmt: skip
    assert a.message is not None
    assert a.message.links == (
        Link(label="Voir", url="https://shop.example/{{ city }}"),
        Link(label="Appeler", dial="+33199000010"),
        Link(label="Oui"),
    )
    assert found.schedule.starts == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert (found.schedule.zone, found.schedule.hours[0], found.schedule.spread) == (
        "Europe/Paris", ((540, 720),), False,
    )  # fmt: skip
    assert (found.per_second, found.fallback, found.budget, found.ceiling) == (10, False, 1_500_000_000, 95_000)
    assert found.testers == {"ana": "+33639980001"}


def test_a_small_file_is_enough(folder: Path) -> None:
    found = inspect_campaign(PLAIN + MESSAGE, file="c.yaml", folder=folder, bots={"shop": BOT}).campaign
    assert found is not None
    assert (found.message_class, found.fallback, found.variants[0].share) == ("marketing", True, 10_000)


def test_a_scene_brings_its_purpose(folder: Path) -> None:
    found = inspect_campaign(PLAIN + "scene: recall", file="c.yaml", folder=folder, bots={"shop": BOT}).campaign
    assert found is not None
    assert found.message_class == "service"


@pytest.mark.parametrize(
    ("audience", "source"),
    [
        ("parquet: people.parquet", ParquetSource),
        ("parquet: {path: people.parquet}", ParquetSource),
        ('sql: {url: "sqlite:///x.db", query: "SELECT 1"}', SqlSource),
    ],
)
def test_people_come_from_other_places_too(folder: Path, audience: str, source: type) -> None:
    text = f"campaign: one\nbot: shop\naudience: {{{audience}, number: mobile}}\n{MESSAGE}"
    checked = inspect_campaign(text, file="c.yaml", folder=folder, bots={"shop": BOT})
    assert checked.campaign is not None, checked.faults
    assert isinstance(checked.campaign.audience.source, source)


WRONG = [
    ("campaign: Winter", 1, 11, "type", "«Winter» stands where a name"),
    ("bot: shopp", 1, 6, "type", "no bot is called «shopp»"),
    ("audience: {csv: none.csv, number: mobile}", 1, 17, "media-missing", "no file «none.csv»"),
    ("audience: {csv: people.csv, sql: {url: u, query: q}, number: m}", 1, 29, "extra", "one of «csv»"),
    ("audience: {number: m}", 1, 11, "missing", "one of «csv»"),
    ("audience: {csv: {path: people.csv, encoding: klingon}, number: m}", 1, 46, "type", "an encoding"),
    ("audience: {csv: {path: people.csv, separator: ';;'}, number: m}", 1, 47, "type", "one character"),
    ("audience: {csv: people.csv}", 1, 11, "missing", "needs «number»"),
    ("columns: {Name: x}", 1, 11, "type", "a name"),
    ("scene: winter", 1, 8, "missing", "the scene fills «first_name»"),
    ("scene: wintr", 1, 8, "no-target", "no scene «wintr»"),
    ("scene: winter\nmessage: {text: x}", 2, 1, "extra", "one of «scene», «message», «variants»"),
    ("message: {text: '{{ nome }}'}", 1, 17, "no-slot", "no column is named «nome»"),
    ("message: {text: '{% if %}'}", 1, 17, "template", "cannot be read"),
    ("message: {text: x, suggest: [{label: x, url: 'http://a'}]}", 1, 46, "type", "an https address"),
    ("message: {text: x, suggest: [{label: a label that is far too long}]}", 1, 38, "rcs-label", "25"),
    ("message: {text: x, suggest: [{label: x, url: 'https://a', dial: '+33199000010'}]}", 1, 65, "extra", "not both"),
    ("message: {sms: x}", 1, 10, "missing", "needs «text»"),
    ("variants: [{name: a, share: 100, message: {text: x}}]", 1, 11, "type", "at least one entry"),
    (
        "variants: [{name: a, share: 50, scene: recall}, {name: b, share: 40, scene: recall}]",
        1,
        1,
        "type",
        "90 percent",
    ),
    ("variants: [{name: a, share: 50, scene: recall}, {name: a, share: 50, scene: recall}]", 1, 56, "twice", "two"),
    ("variants: [{name: a, share: 50}, {name: b, share: 50, scene: recall}]", 1, 12, "missing", "either"),
    ("holdout: 51", 1, 10, "type", "a percentage from 0 to 50"),
    ("holdout: some", 1, 10, "type", "a percentage"),
    ("schedule: {starts: tomorrow}", 1, 20, "type", "an instant"),
    ("schedule: {starts: 2026-11-24T09:00+01:00, ends: 2026-11-24T08:00+01:00}", 1, 44, "type", "before it starts"),
    ("schedule: {hours: often}", 1, 19, "hours", "«often» has no hours"),
    ("per_second: 0", 1, 13, "type", "a whole number"),
    ("budget: -1.00", 1, 9, "type", "above zero"),
    ("testers: {a: '0639980001'}", 1, 14, "type", "no phone number"),
    ("class: service\nscene: winter", 1, 8, "type", "the scene's purpose is «marketing»"),
    ("speed: 10", 1, 1, "extra", "«speed» is no key"),
]


@pytest.mark.parametrize(("lines", "line", "column", "code", "says"), WRONG, ids=[one[0][:40] for one in WRONG])
def test_a_fault_has_its_place(folder: Path, lines: str, line: int, column: int, code: str, says: str) -> None:
    """The wrong lines come first; what is missing of a whole file stands below them."""
    keys = {one.partition(":")[0] for one in lines.splitlines()}
    rest = [one for one in PLAIN.splitlines() if one.partition(":")[0] not in keys]
    content = [] if keys & {"scene", "message", "variants"} else [MESSAGE]
    found = faults("\n".join([lines, *rest, *content]), folder)
    assert any(one[:3] == (line, column, code) and says in one[3] for one in found), found


def test_all_faults_are_told_at_once(folder: Path) -> None:
    found = faults("campaign: X\nbot: none\naudience: {number: m}\nholdout: x\nbudget: x\n", folder)
    assert [one[0] for one in found] == [1, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("text", ["", "- 1\n", "a: b: c", "~"])
def test_what_is_no_campaign_at_all_is_said(folder: Path, text: str) -> None:
    assert faults(text, folder)


def test_a_file_that_is_not_there_is_said_in_one_line(folder: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_campaign(folder / "none.yaml", bots={})
    (folder / "c.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_campaign(folder / "c.yaml", bots={})


def test_a_faulty_file_shows_its_lines(folder: Path) -> None:
    (folder / "c.yaml").write_text(PLAIN + "holdout: 99\n" + MESSAGE)
    with pytest.raises(CampaignFileFaulty, match=r"c\.yaml:4:10: error: .*\n +holdout: 99\n +\^"):
        read_campaign(folder / "c.yaml", bots={"shop": BOT})


MANUAL = (Path(__file__).parents[4] / "docs" / "campaigns.md").read_text(encoding="utf-8")


def test_the_manual_knows_every_key() -> None:
    assert len(TOP.keys) > 10
    assert [key for key in TOP.keys if f"`{key}`" not in MANUAL] == []


def test_the_manual_names_every_outcome() -> None:
    rows = MANUAL.partition("<!-- outcomes: begin -->\n")[2].partition("<!-- outcomes: end -->")[0]
    assert rows == "".join(f"| `{name}` | {says} |\n" for name, says in OUTCOMES.items())


def test_the_manuals_example_has_no_fault(folder: Path) -> None:
    example = MANUAL.partition("```yaml\n")[2].partition("```")[0]
    (folder / "customers.csv").write_text("mobile;customer_id;optin_date;optin_form;prenom;modele\n")
    checked = inspect_campaign(example, file="c.yaml", folder=folder, bots={"garage": BOT})
    assert checked.faults == ()


@pytest.mark.parametrize(
    ("promotes", "message", "said"),
    [
        ("{paid: true}", "Essai gratuit !", "«gratuit»"),
        ("{paid: true}", "GRATUITEMENT", "«gratuit»"),
        ("{paid: true}", "Un essai.", None),
        ("{paid: false}", "Essai gratuit !", None),
        ("{adult: true}", "Un essai.", "adult content"),
        ("{minors: true}", "Un essai.", "minors"),
    ],
)
def test_what_is_promoted_is_asked_of_the_rules(folder: Path, promotes: str, message: str, said: str | None) -> None:
    """As the gate decides about the same text."""
    for content in (f'message: {{text: "{message}"}}', f'message: {{text: "Bonjour", sms: "{message}"}}'):
        found = faults(f"{PLAIN}promotes: {promotes}\n{content}\n", folder)
        assert [(line, code) for line, _, code, _ in found] == ([(4, "type")] if said else [])
        assert said is None or said in found[0][3]


def test_a_service_may_be_for_minors_and_a_scene_is_looked_at_too(folder: Path) -> None:
    assert faults(f"{PLAIN}promotes: {{minors: true}}\nscene: recall\n", folder) == []
    assert len(faults(f"{PLAIN}promotes: {{adult: true}}\nscene: recall\n", folder)) == 1
