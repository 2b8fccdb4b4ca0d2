"""Campaigns in a whole server: over the admin API, through conversations, to the phones."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rbm_bots.botfile.load import read_bot
from rbm_bots.cli.campaign_desk import open_desk
from rbm_bots.delivery.campaigns.desk import CampaignRefused, Trial
from rbm_bots.delivery.campaigns.intake import Person
from rbm_bots.delivery.campaigns.prospects import History
from rbm_bots.delivery.campaigns.reading import read_campaign_text
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.errors import NotTheWriter
from rbm_bots.store.campaigns import Imported
from rbm_bots.store.tables import OutboxRow
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import BOT_FILE, PERSON, House, Shop, housed

SCENES = """
scenes:
  recall:
    purpose: service
    fills: [thing]
    steps: [{say: "{{ thing }} est rappelé.", suggest: [{reply: Merci, goto: nothing}]}]
"""
TEXT = BOT_FILE + SCENES
OTHER = "+33639980003"


def campaign(folder: Path, content: str, *, name: str = "recall") -> Campaign:
    (folder / "people.csv").write_text("mobile;objet\n")
    text = f"""campaign: {name}
bot: shop
class: service
audience: {{csv: people.csv, number: mobile, reference: mobile}}
columns: {{thing: objet}}
testers: {{me: "{OTHER}"}}
{content}
"""
    return read_campaign_text(text, file="c.yaml", folder=folder, bots={"shop": read_bot(TEXT, actions=Shop().actions)})


def person(msisdn: str, thing: str = "Le vélo") -> Person:
    return Person(line=2, msisdn=msisdn, cells=(thing,))


async def call(house: House, method: str, path: str, body: object = None) -> Any:
    status, answer = await house.admin(method, f"/admin/campaigns{path}", msgspec.to_builtins(body))
    assert status == 200, answer
    return answer


async def begin(house: House, spec: Campaign, *people: Person) -> None:
    await call(house, "POST", "", spec)
    assert await call(house, "POST", f"/{spec.name}/people", list(people)) == {"new": len(people)}
    counts = {"rows": len(people), "duplicates": 0, "invalid": 0, "incomplete": 0}
    await call(house, "POST", f"/{spec.name}/ready", counts)


async def outcomes(house: House, name: str = "recall") -> Counter[str]:
    return Counter(line["outcome"] for line in await call(house, "GET", f"/{name}/report"))


async def test_a_message_reaches_everybody_and_the_report_knows_it(
    database: str, operator: Operator, tmp_path: Path
) -> None:
    spec = campaign(tmp_path, 'message: {text: "{{ thing }} est rappelé.", suggest: [{label: Merci}]}')
    async with housed(database=database, operator=operator.base, text=TEXT) as house:
        await begin(house, spec, person(PERSON), person(OTHER, "La table"))
        await until(lambda: bool(operator.received(PERSON) and operator.received(OTHER)), within_s=15)
        assert operator.texts(PERSON) == ["Le vélo est rappelé."]
        assert operator.texts(OTHER) == ["La table est rappelé."]
        await until(lambda: _over(house), within_s=15)
        assert await outcomes(house) == {"sent": 2}
        lines = await call(house, "GET", "/recall/report?column=mobile&column=thing")
        assert {tuple(line["columns"]) for line in lines} == {(PERSON, "Le vélo"), (OTHER, "La table")}
        assert await call(house, "GET", "") == [["recall", "done"]]


async def test_metrics_show_a_campaign_and_nobody_in_it(sqlite_path: Path, operator: Operator, tmp_path: Path) -> None:
    spec = campaign(tmp_path, 'message: {text: "{{ thing }} est rappelé."}')
    spec = msgspec.structs.replace(spec, budget=10_000_000, ceiling=100_000)
    async with housed(database=f"sqlite:///{sqlite_path}", operator=operator.base, text=TEXT) as house:
        await begin(house, spec, person(PERSON), person(OTHER))
        await until(lambda: _over(house), within_s=15)
        _, text = await house.admin("GET", "/metrics")
        shown = [line for line in text.splitlines() if line.startswith("rbm_campaign_")]
        for line in (
            'state{campaign="recall",state="done",why=""} 1.0',
            'people{campaign="recall",state="queued"} 2.0',
            'people{campaign="recall",state="waiting"} 0.0',
            'messages{campaign="recall",outcome="sent"} 2.0',
            'messages{campaign="recall",outcome="failed"} 0.0',
            'budget_euros{campaign="recall",what="cap"} 10.0',
            'budget_euros{campaign="recall",what="reserved"} 0.2',
            'fed_total{campaign="recall"} 2.0',
        ):
            assert f"rbm_campaign_{line}" in shown, shown
        assert not [line for line in shown if "+33" in line or "rappel" in line]
        house.move(86_401)
        _, text = await house.admin("GET", "/metrics")
        assert 'rbm_campaign_state{campaign="recall"' not in text, "labels of what is long over go"


async def _over(house: House) -> bool:
    return bool((await call(house, "GET", "/recall"))["state"] == "done")


async def test_a_scene_is_played_by_its_conversation_and_does_not_push_in(
    database: str, operator: Operator, tmp_path: Path
) -> None:
    async with housed(database=database, operator=operator.base, text=TEXT) as house:
        await house.say("bonjour")  # this person is in a talk
        await until(lambda: operator.texts(PERSON) == ["Que voulez-vous ?"], within_s=15)
        await begin(house, campaign(tmp_path, "scene: recall"), person(PERSON), person(OTHER))
        await until(lambda: operator.texts(OTHER) == ["Le vélo est rappelé."], within_s=15)

        async def told() -> bool:
            return await outcomes(house) == {"sent": 1, "waiting": 1}

        await until(told, within_s=15)
        house.move(16 * 60)
        await until(lambda: operator.texts(PERSON)[1:] == ["Le vélo est rappelé."], within_s=20)
        await until(lambda: _over(house), within_s=15)
        labelled = [row.campaign for row in await house.rows(OutboxRow)]
        assert sorted(labelled, key=str) == [None, "recall", "recall"]


async def test_what_a_person_says_to_a_scene_is_an_ordinary_answer(
    database: str, operator: Operator, tmp_path: Path
) -> None:
    async with housed(database=database, operator=operator.base, text=TEXT) as house:
        await begin(house, campaign(tmp_path, "scene: recall"), person(PERSON))
        await until(lambda: len(operator.texts(PERSON)) == 1, within_s=15)
        await house.say("Merci")
        await until(lambda: operator.texts(PERSON)[1:] == ["Une autre fois."], within_s=15)
        answered, first = (await house.rows(OutboxRow))[-1], (await house.rows(OutboxRow))[0]
        assert (first.campaign, answered.campaign) == ("recall", None)
        assert await outcomes(house) == {"sent": 1}


async def test_a_pause_and_a_test(database: str, operator: Operator, tmp_path: Path) -> None:
    spec = campaign(tmp_path, 'message: {text: "{{ thing }}"}')
    async with housed(database=database, operator=operator.base, text=TEXT) as house:
        await call(house, "POST", "", spec)
        assert await call(house, "POST", "/recall/people", [person(PERSON)]) == {"new": 1}
        trial = {"campaign": msgspec.to_builtins(spec), "msisdn": OTHER, "variant": "", "cells": ["Essai"]}
        await call(house, "POST", "/test", trial)
        await until(lambda: operator.texts(OTHER) == ["Essai"], within_s=15)
        await call(house, "POST", "/recall/ready", {"rows": 1, "duplicates": 0, "invalid": 0, "incomplete": 0})
        assert await call(house, "POST", "/recall/cancel") in ({"taken_back": 0}, {"taken_back": 1})
        found = await call(house, "POST", "/prospects", {"bot": "shop", "numbers": [PERSON, "+33639980009"]})
        assert found == {"standings": {"unknown": 2}, "operators": {"unknown": {"": 2}}}


async def test_commands_ask_the_server_that_has_the_database(
    sqlite_path: Path, operator: Operator, tmp_path: Path
) -> None:
    spec = campaign(tmp_path, 'message: {text: "{{ thing }}"}')
    database = f"sqlite:///{sqlite_path}"
    async with housed(database=database, operator=operator.base, text=TEXT) as house:
        async with open_desk(house._settings, house.deployment) as desk:
            await desk.begin(spec)
            assert await desk.add("recall", [person(PERSON), person(OTHER)]) == 2
            assert (await desk.prospects("shop", [PERSON])).standings == {"unknown": 1}
            assert await desk.history("shop") == History()
            await desk.ready("recall", Imported(rows=2, duplicates=0, invalid=0, incomplete=0))
            await until(lambda: bool(operator.received(PERSON)), within_s=15)
            with contextlib.suppress(CampaignRefused):  # it may be done already
                await desk.pause("recall", "by hand")
                await desk.resume("recall")
            await until(lambda: _over(house), within_s=15)
            assert (await desk.status("recall")).total == 2
            assert await desk.names() == [("recall", "done")]
            first = await desk.report("recall", after="", columns=["thing"], most=1)
            assert [line.columns for line in first] == [("Le vélo",)] * 2
            assert await desk.report("recall", after=first[-1].contact, columns=[], most=1) == []
            assert await desk.send_test(Trial(campaign=spec, msisdn=OTHER, variant="", cells=("Essai",)))
            for refused in (desk.cancel("recall"), desk.status("none"), desk.begin(spec)):
                with pytest.raises(CampaignRefused):
                    await refused
        silent = house._settings.model_copy(update={"admin_token": None})
        with pytest.raises(NotTheWriter, match="RBM_ADMIN_TOKEN"):
            async with open_desk(silent, house.deployment):
                raise AssertionError
        elsewhere = house._settings.model_copy(update={"admin_port": 9})
        async with open_desk(elsewhere, house.deployment) as desk:
            with pytest.raises(NotTheWriter, match="does not answer"):
                await desk.names()


WRONG = [
    ("POST", "", {"name": "x"}),
    ("POST", "/none/people", []),
    ("POST", "/none/ready", {"rows": 1, "duplicates": 0, "invalid": 0, "incomplete": 0}),
    ("POST", "/none/pause", None),
    ("POST", "/none/resume", None),
    ("POST", "/none/cancel", None),
    ("GET", "/none", None),
    ("GET", "/none/report", None),
    ("POST", "/test", {}),
    ("POST", "/prospects", {"bot": "none", "numbers": []}),
    ("POST", "/history", {"bot": "none"}),
]


async def test_what_cannot_be_done_is_said(house: House) -> None:
    for method, path, body in WRONG:
        status, answer = await house.admin(method, f"/admin/campaigns{path}", body)
        assert (status, set(answer)) == (400, {"error", "hint"}), (path, answer)
    status, _ = await house.admin("GET", "/admin/campaigns", token="wrong")
    assert status == 401


async def test_a_bot_that_is_not_served_is_refused(house: House, tmp_path: Path) -> None:
    spec = msgspec.structs.replace(campaign(tmp_path, "scene: recall"), bot="none")
    status, answer = await house.admin("POST", "/admin/campaigns", msgspec.to_builtins(spec))
    assert (status, answer["error"]) == (400, "no bot is called none here")


@pytest.mark.parametrize("price", [None, 100_000])
async def test_a_budget_wants_a_price(house: House, tmp_path: Path, price: int | None) -> None:
    spec = msgspec.structs.replace(campaign(tmp_path, 'message: {text: "x"}'), budget=10_000_000, ceiling=price)
    status, answer = await house.admin("POST", "/admin/campaigns", msgspec.to_builtins(spec))
    assert status == (400 if price is None else 200), answer
    if price is None:
        assert "no price" in answer["error"]
        assert (await house.admin("GET", "/admin/campaigns"))[1] == [], "nothing of it is kept"
