"""What a phone does, and the events a bot gets for it: the shapes of every sample event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.emulator.side import ListeningBot, Operator, Started

EVENTS = Path(__file__).parents[2] / "cases" / "maap-events"
SAMPLES = {
    path.stem[3:]: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(EVENTS.glob("*.json"))
    if not path.stem.startswith("13")  # that one lacks «event» on purpose; the emulator never does
}


def action(label: str, category: dict[str, Any], data: str | None = None) -> dict[str, Any]:
    postback = {} if data is None else {"postback": {"data": data}}
    return {"action": {**category, "displayText": label, **postback}}


SITE = {"urlAction": {"openUrl": {"url": "https://a.example/"}}}
CHIPS = {
    "suggestions": [
        {"reply": {"displayText": "Oui", "postback": {"data": "yes"}}},
        action("Site", SITE, "open-site"),
        action("Muet", SITE),
        action("Ma position", {"mapAction": {"requestLocationPush": {}}}, "loc"),
        action("Mon téléphone", {"deviceAction": {"requestDeviceSpecifics": {}}}, "dev"),
        action("Mon numéro", {"settingsAction": {"disableAnonymization": {}}}),
    ]
}
PICTURE = {
    "url": "https://files.example.net/u/1.jpg", "name": "1.jpg", "mime_type": "image/jpeg", "size": 20480,
    "thumbnail_url": "https://files.example.net/u/1t.jpg", "thumbnail_mime_type": "image/jpeg", "thumbnail_size": 1024,
}  # fmt: skip
SOUND = {"url": "https://files.example.net/u/2.amr", "mime_type": "audio/amr", "size": 8000, "duration": 5}


def test_there_are_all_sample_events() -> None:
    assert len(SAMPLES) == 16


def same_but_ids(event: dict[str, Any]) -> dict[str, Any]:
    event = json.loads(json.dumps(event))
    for holder in (event.get("RCSMessage", {}), event.get("file", {})):
        for name in ("msgId", "timestamp", "fileId", "fileUrl", "fileSize", "validity"):
            if name in holder:
                holder[name] = name
    return event


ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "message-text": ("say", {"text": "Bonjour"}),
    "message-file": ("send", PICTURE),
    "message-audio": ("send", SOUND),
    "message-geo": ("share", {"latitude": 48.8566, "longitude": 2.3522, "label": "Paris", "radius": 10}),
    "response-reply": ("tap", {"label": "Oui"}),
    "response-action": ("tap", {"postback": "open-site"}),
    "newuser": ("start", {}),
    "istyping": ("typing", {}),
}


@pytest.mark.parametrize("name", sorted(ACTS))
async def test_an_act_gives_its_sample_event(name: str, operator: Operator, listening: ListeningBot) -> None:
    await operator.send(textMessage="?", suggestedChipList=CHIPS)
    await operator.advance(1)
    act, order = ACTS[name]
    await operator.act(act, **order)
    assert same_but_ids(listening.events[-1]) == same_but_ids(SAMPLES[name])
    assert list(listening.events[-1]) == list(SAMPLES[name])
    assert listening.bots[-1] == "b1"


async def test_device_data_follows_its_actions_response(operator: Operator, listening: ListeningBot) -> None:
    await operator.send(textMessage="?", suggestedChipList=CHIPS)
    await operator.advance(1)
    told = await operator.act("tap", label="Mon téléphone")
    assert listening.events[-2:] == told
    assert told[0]["RCSMessage"]["suggestedResponse"]["response"]["action"]["postback"] == {"data": "dev"}
    assert same_but_ids(told[1]) == same_but_ids(SAMPLES["response-shared"])
    assert len(await operator.act("tap", label="Mon téléphone", agree=False)) == 1


async def test_a_location_follows_its_actions_response(operator: Operator) -> None:
    await operator.send(textMessage="?", suggestedChipList=CHIPS)
    await operator.advance(1)
    told = await operator.act("tap", label="Ma position", latitude=47.21, longitude=-1.5)
    assert [event["event"] for event in told] == ["response", "message"]
    assert told[1]["RCSMessage"]["geolocationPushMessage"] == {"pos": "47.21 -1.5"}


async def test_an_action_without_postback_tells_nothing(operator: Operator) -> None:
    await operator.send(textMessage="?", suggestedChipList=CHIPS)
    await operator.advance(1)
    assert await operator.act("tap", label="Muet") == []


async def test_an_anonymous_phone_shows_its_chat_id_until_it_reveals_its_number(
    operator: Operator, listening: ListeningBot
) -> None:
    await operator.act("anonymous", chat_id="tok-abc")
    await operator.act("say", text="Bonjour", bot="b1")
    assert listening.events[-1]["messageContact"] == {"chatId": "tok-abc"}
    body = {"RCSMessage": {"textMessage": "?", "suggestedChipList": CHIPS}, "messageContact": {"chatId": "tok-abc"}}
    assert (await operator.bot("POST", "messages", body))[0] == 202
    await operator.advance(1)
    assert listening.events[-1]["messageContact"] == {"chatId": "tok-abc"}
    told = await operator.act("tap", label="Mon numéro")
    assert same_but_ids(told[-1]) == same_but_ids(SAMPLES["alias"])
    await operator.act("say", text="encore")
    assert listening.events[-1]["messageContact"] == {"userContact": "+33639980001"}


@pytest.mark.parametrize("word", ["sent", "delivered", "displayed"])
async def test_a_status_gives_its_sample_event(word: str, operator: Operator, listening: ListeningBot) -> None:
    await operator.send()
    await operator.advance(1)
    await operator.act("read")
    event = next(one for one in listening.events if one["RCSMessage"]["status"] == word)
    assert same_but_ids(event) == same_but_ids(SAMPLES[f"status-{word}"])


async def test_a_reply_is_shown_and_takes_the_chips_away(operator: Operator) -> None:
    msg_id = await operator.send(textMessage="?", suggestedChipList=CHIPS)
    await operator.advance(1)
    await operator.act("tap", label="Oui")
    status, reply = await operator.control("POST", "phones/+33639980001/tap", {"label": "Oui"})
    assert (status, reply["error"]) == (400, "the phone shows no such suggestion")
    assert await operator.act("tap", label="Oui", message=msg_id)  # it crossed with a newer message
    _, state = await operator.control("GET", "state")
    assert [one["from"] for one in state["phones"]["+33639980001"]["messages"]] == ["bot", "person", "person"]


async def test_a_cards_suggestions_stay_and_a_doubtful_label_is_refused(operator: Operator) -> None:
    def card(title: str, data: str) -> dict[str, Any]:
        return {"title": title, "suggestions": [{"reply": {"displayText": "Choisir", "postback": {"data": data}}}]}

    carousel = {"layout": {"cardWidth": "SMALL_WIDTH"}, "content": [card("A", "1"), card("B", "2")]}
    await operator.send(richcardMessage={"message": {"generalPurposeCardCarousel": carousel}})
    await operator.send()
    await operator.advance(1)
    status, reply = await operator.control("POST", "phones/+33639980001/tap", {"label": "Choisir"})
    assert (status, "name label and postback" in reply["error"]) == (400, True)
    told = await operator.act("tap", label="Choisir", postback="2")
    assert told[0]["RCSMessage"]["suggestedResponse"]["response"]["reply"]["postback"] == {"data": "2"}


async def test_the_bot_is_guessed_only_when_there_is_one(operator: Operator) -> None:
    status, reply = await operator.control("POST", "phones/+33639980001/say", {"text": "a"})
    assert (status, reply["error"].startswith("name the bot")) == (400, True)
    await operator.send("+33639980007", bot="b1")
    assert await operator.act("say", text="a")
    await operator.send("+33639980007", bot="b2")
    assert await operator.act("say", text="b")  # this phone knows one
    status, _ = await operator.control("POST", "phones/+33639980003/say", {"text": "a"})
    assert status == 400


async def test_a_phone_that_cannot_act_says_why(operator: Operator) -> None:
    await operator.send()
    await operator.act("offline")
    status, reply = await operator.control("POST", "phones/+33639980001/say", {"text": "a"})
    assert (status, reply["error"]) == (400, "the phone is offline")
    status, reply = await operator.control("POST", "phones/+33639980002/say", {"text": "a", "bot": "b1"})
    assert (status, reply["error"]) == (400, "the phone is not on RCS")


async def test_the_new_users_language_is_a_setting(started: Started) -> None:
    operator = await started(new_user_language="fr")
    told = await operator.act("start", bot="b1")
    assert told[0]["RCSMessage"]["suggestedResponse"]["response"]["reply"]["postback"] == {
        "data": "new_bot_user_initiation_fr"
    }


async def test_a_read_report_marks_the_persons_message(operator: Operator) -> None:
    told = await operator.act("say", text="a", bot="b1")
    path = f"messages/{told[0]['RCSMessage']['msgId']}/status"
    assert await operator.bot("PUT", path, {"RCSMessage": {"status": "displayed"}}) == (204, None)
    _, phone = await operator.control("GET", "phones/+33639980001")
    assert phone["messages"][0]["status"] == "displayed"
    assert (await operator.bot("PUT", path, {"RCSMessage": {"status": "cancelled"}}))[0] == 404


async def test_typing_of_the_bot_is_shown_until_its_message(operator: Operator) -> None:
    body = {"RCSMessage": {"isTyping": "active"}, "messageContact": {"userContact": "+33639980001"}}
    status, reply = await operator.bot("POST", "messages", body)
    assert (status, "msgId" in reply["RCSMessage"]) == (202, True)
    assert (await operator.control("GET", "phones/+33639980001"))[1]["typing"] == {"b1": "active"}
    await operator.send()
    assert (await operator.control("GET", "phones/+33639980001"))[1]["typing"] == {}
