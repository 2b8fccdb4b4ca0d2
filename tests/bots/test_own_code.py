"""The bots that ship, with their own Python and calendars instead of mocks: as «rbm talk» and «rbm dev» run them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rbm_bots.botfile.load import load_bot
from rbm_bots.cli.talk_actions import open_runner
from rbm_bots.dialogue import Send
from rbm_bots.messages import Carousel, RichCard, Text
from rbm_bots.paths import bots_dir
from rbm_bots.testing import Play

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
HOUR = 3600


@pytest.fixture
async def play(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Play]:
    """One person and the bot that the test names; what it stores lies in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    bot = load_bot(bots_dir() / request.param)
    async with AsyncExitStack() as opened:
        runner = await open_runner(bot, opened)
        await runner.start()
        yield Play(bot, now=NOW, runner=runner)


def said(sent: list[Send]) -> list[str]:
    """The words of each message: a text, or the titles of its cards."""
    found = []
    for send in sent:
        match send.message.content:
            case Text(text=text):
                found.append(text)
            case RichCard(card=card):
                found.append(f"{card.title} / {card.text}")
            case Carousel(cards=cards):
                found.append(", ".join(str(card.title) for card in cards))
    return found


def bot(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("play", [name], indirect=True)


@bot("garage")
async def test_an_appointment_is_booked_recalled_moved_and_cancelled(play: Play) -> None:
    await play.say("prendre un rendez-vous")
    sent = await play.say("freins")
    assert said(sent)[1].startswith("lundi 23 novembre, mardi 24 novembre")
    assert said(await play.say("mercredi à 9h")) == ["Votre immatriculation ? (par exemple AB-123-CD)"]
    await play.say("ab123cd")
    (booked,) = said(await play.say("oui"))
    assert "mercredi 25 novembre, 09:00" in booked
    assert "mercredi 25 novembre à 09:00" in said(await play.wait(25 * HOUR))[0]
    (moved, *_) = said(await play.say("changer"))
    assert moved.endswith("quel autre créneau ?")
    assert "jeudi 26 novembre à 14:00" in said(await play.say("jeudi à 14h"))[0]
    assert "jeudi 26 novembre à 14:00" in said(await play.wait(29 * HOUR))[0]
    await play.say("annuler")
    assert said(await play.say("oui")) == ["C'est annulé. À bientôt !"]
    assert said(await play.wait(48 * HOUR)) == []


@bot("parcel")
async def test_invented_parcels_are_found(play: Play) -> None:
    await play.say("colis")
    assert said(await play.say("XX 999999999 FR"))[0] == "Ce numéro n'existe pas chez nous."
    (found,) = said(await play.say("ab 123456789 fr"))
    assert "centre de tri de Lille" in found
    assert "mardi 24 novembre" in found
    await play.say("absent")
    await play.say("2")
    assert said(await play.say("oui")) == ["C'est noté. Le livreur le sait."]


@bot("parcel")
async def test_what_is_delivered_is_not_redirected(play: Play) -> None:
    await play.say("colis")
    assert "livré" in said(await play.say("EF 123456789 FR"))[0]
    await play.say("absent")
    await play.say("un autre jour")
    await play.say("jeudi")
    assert said(await play.say("oui")) == ["Trop tard : le livreur est déjà en route."]
    await play.say("pas reçu")
    assert said(await play.say("je n'en ai pas"))[0].startswith("Nous cherchons votre colis")


@bot("survey")
async def test_answers_are_kept_and_summed_up(play: Play) -> None:
    assert said(await play.say("résultats"))[0].startswith("Personne n'a encore répondu")
    for score in ("10", "9", "8"):
        await play.say("avis")
        await play.say(score)
    assert said(await play.say("résultats")) == ["9 sur 10 / 3 avis, 67 % nous recommandent."]


@bot("dunning")
async def test_invented_bills_are_found_and_small_ones_may_wait(play: Play) -> None:
    await play.say("facture")
    assert said(await play.say("F-1042")) == ["Facture F-1042 / 84,20\u00a0€ à régler, échéance le 11/11/2026."]
    assert said(await play.say("payé"))[0].startswith("Je ne le vois pas encore")
    sent = await play.send_file("https://files.example/recu.pdf", mime_type="application/pdf")
    assert said(sent) == ["C'est noté. Plus de rappel pendant trois jours."]
    await play.say("délai")
    await play.say("10 décembre")
    assert said(await play.say("oui")) == ["Accordé jusqu'au jeudi 10 décembre."]


@bot("dunning")
async def test_a_paid_bill_is_said_to_be_paid(play: Play) -> None:
    await play.say("facture")
    assert said(await play.say("F1043")) == ["La facture F1043 est payée, merci."]


@bot("dunning")
async def test_a_bill_nobody_knows_is_asked_again_and_a_large_one_needs_a_person(play: Play) -> None:
    await play.say("facture")
    assert said(await play.say("F-9999"))[0] == "Je ne trouve pas cette facture."
    await play.say("F-1044")
    await play.say("délai")
    await play.say("10 décembre")
    assert said(await play.say("oui"))[0] == "Je ne peux pas l'accorder moi-même."


@bot("store-locator")
async def test_the_nearest_shops_come_first(play: Play) -> None:
    await play.say("magasin")
    shops = said(await play.share(48.8566, 2.3522))[0]
    assert shops == "Paris Châtelet (0,6 km), Paris Bastille (1,5 km), Versailles (17,2 km)"
    await play.tap("Chercher ailleurs")
    assert said(await play.say("Lille"))[0].startswith("Lille (0,8 km)")
    await play.say("magasin")
    assert said(await play.say("29200"))[0].startswith("Aucun magasin")


@bot("contest")
async def test_an_entry_is_kept_once(play: Play, tmp_path: Path) -> None:
    for words in ("jouer", "oui", "Éthiopie", "un fruit", "92 degrés", "claire@exemple.fr"):
        sent = await play.say(words)
    assert "nouveautés" in said(sent)[0]
    assert said(await play.tap("Non merci"))[0].startswith("C'est noté, bonne chance")
    assert said(await play.say("jouer"))[0].startswith("Vous avez déjà joué")
    assert (tmp_path / ".rbm" / "contest.sqlite3").is_file()


@bot("contest")
async def test_a_wrong_answer_ends_the_game(play: Play) -> None:
    for words in ("jouer", "oui", "Brésil", "un fruit"):
        await play.say(words)
    assert said(await play.say("2"))[0].startswith("2 sur 3")
