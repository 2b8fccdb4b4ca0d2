"""An independent client drives a real «rbm emulate» process: ``rcs_chatbot`` 0.0.6 from PyPI."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rcs_chatbot import (
    AudioMessage,
    CardOrientation,
    Chatbot,
    DialType,
    FileMessage,
    GeolocationPushMessage,
    ImageAlignment,
    MessageContact,
    RequestFailed,
    Richcard,
    RichcardCarousel,
    SettingsType,
    Suggestions,
)

READY = "rbm emulate: listening on "
PROGRAM = "from rbm_bots.cli.main import main; main()"
PERSON = MessageContact("+33639980001", None)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "record.jsonl"


@pytest.fixture
def client(record: Path) -> Iterator[Chatbot]:
    arguments = ["--port", "0", "--auth", "gsma", "--token", "tok-1", "--record", str(record)]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "emulate", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline().strip()
        assert line.startswith(READY)
        yield Chatbot(f"{line.removeprefix(READY)}/bot/v1", "bakery.demo@bots.example", "tok-1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def card(title: str) -> Richcard:
    made = Richcard()
    made.title = title
    made.setMedia("https://cdn.example/a.jpg", "image/jpeg", 40_000, "MEDIUM_HEIGHT", None, None, None, None)
    return made


def horizontal() -> Richcard:
    made = card("Pain")
    made.setCardOrientation(CardOrientation.HORIZONTAL)
    made.imageAlignment = ImageAlignment.LEFT
    return made


def carousel() -> RichcardCarousel:
    made = RichcardCarousel()
    made.addRichcard(card("Tarte"))
    made.addRichcard(card("Éclair"))
    return made


def good_chips() -> Suggestions:
    chips = Suggestions()
    chips.addReply("Oui", "yes")
    chips.addUrlAction("Site", "a:site", "https://bakery.example/")
    chips.addRequestLocationPushMapAction("Ma position", "a:loc")
    chips.addShowLocationMapAction("Plan", "a:map", 48.85, 2.35, "Ici", None, None)
    chips.addCalendarAction("Agenda", "a:cal", "2026-01-16T07:00:00Z", "2026-01-16T08:00:00Z", "Retrait", None, None)
    chips.addTextComposeAction("Écrire", "a:txt", "+33639980009", "Je confirme.")
    chips.addRecordingComposeAction("Parler", "a:rec", "+33639980009", "AUDIO")
    chips.addDeviceAction("Mon téléphone", "a:dev")
    return chips


def test_what_it_sends_well_is_accepted(client: Chatbot, record: Path) -> None:
    sent = [
        client.sendMessage(PERSON, "Votre commande est prête.", good_chips()),
        *(client.sendMessage(PERSON, each) for each in (card("Galette"), horizontal(), carousel())),
        client.sendMessage(PERSON, FileMessage("https://cdn.example/fact.pdf")),
        client.sendMessage(PERSON, AudioMessage("https://cdn.example/merci.amr")),
        client.sendMessage(PERSON, GeolocationPushMessage("48.8566 2.3522")),
    ]
    assert len({reply["RCSMessage"]["msgId"] for reply in sent}) == 7
    assert all(reply["RCSMessage"]["status"] == "pending" for reply in sent)
    assert all(reply["messageContact"] == {"userContact": "+33639980001"} for reply in sent)
    lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    assert [line["status"] for line in lines] == [202] * 7
    assert "tok-1" not in record.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", list(DialType))
def test_its_malformed_dialer_is_refused(kind: DialType, client: Chatbot, record: Path) -> None:
    chips = Suggestions()
    chips.addDialerAction("Appeler", "a:call", kind, "+33199000010", "https://bakery.example/tel")
    with pytest.raises(RequestFailed, match="dialerAction"):
        client.sendMessage(PERSON, "Appelez-nous", chips)
    line = json.loads(record.read_text(encoding="utf-8").splitlines()[-1])
    assert (line["status"], line["reply"]["reason"]["code"]) == (400, 42051)


def test_its_malformed_setting_is_refused(client: Chatbot) -> None:
    chips = Suggestions()
    chips.addSettingsAction("Mon numéro", "a:anon", SettingsType.DISABLEANONYMIZATION)
    with pytest.raises(RequestFailed, match="settingsAction"):
        client.sendMessage(PERSON, "Votre numéro ?", chips)


def test_a_wrong_token_can_be_printed(client: Chatbot) -> None:
    client.accessToken = "another"
    with pytest.raises(RequestFailed, match="not known"):
        client.sendMessage(PERSON, "Bonjour")
