"""What went through a phone, as a file of tests that can be read again."""

from __future__ import annotations

from pathlib import Path

from rbm_bots.testing.reading import read_talks
from rbm_bots.testing.talks import BotSays, Says, SendsFile, Shares, Taps, Waits
from tests.integration.emulator.side import Operator

NUMBER = "+33639980001"


async def talk(operator: Operator, path: str = "") -> tuple[int, str]:
    url = f"{operator.base}/_emulator/phones/{NUMBER}/talk{path}"
    async with operator.session.get(url) as answer:
        return answer.status, await answer.text()


def reply(label: str) -> dict[str, object]:
    return {"reply": {"displayText": label, "postback": {"data": label}}}


async def test_a_talk_comes_out_as_lines_that_are_read_again(operator: Operator, tmp_path: Path) -> None:
    await operator.act("say", text='Bonjour : "toi"', bot="b1")
    chips = {"suggestions": [reply("Oui"), reply("Non, merci")]}
    await operator.send(textMessage="Une galette ?\nOu deux", suggestedChipList=chips)
    await operator.advance(300)
    await operator.act("read", bot="b1")
    await operator.act("tap", label="Non, merci", bot="b1")
    cards = [{"title": f"Carte {n}", "suggestions": [reply("Choisir")]} for n in (1, 2)]
    rich = {"generalPurposeCardCarousel": {"layout": {"cardWidth": "MEDIUM_WIDTH"}, "content": cards}}
    await operator.send(richcardMessage={"message": rich})
    await operator.advance(1)
    await operator.act("say", text="Choisir", bot="b1")
    await operator.act("share", latitude=48.8566, longitude=2.3522, bot="b1")
    await operator.act("send", url="https://files.example/1.jpg", mime_type="image/jpeg", size=20480, bot="b1")
    status, text = await talk(operator)
    assert status == 200
    file = tmp_path / "kept.test.yaml"
    file.write_text(text, "utf-8")
    lines = read_talks(file).talks[0].lines
    assert [type(line) for line in lines] == [Says, BotSays, Waits, Taps, BotSays, Says, Shares, SendsFile]
    assert lines[0].text == 'Bonjour : "toi"'
    assert lines[1].patterns == {"say": "Une galette ?\nOu deux", "suggest": ("Oui", "Non, merci")}
    assert lines[3].label == "Non, merci"
    assert lines[4].patterns == {"carousel": ("Carte 1", "Carte 2")}


async def test_a_silent_phone_and_one_that_is_none(operator: Operator, tmp_path: Path) -> None:
    status, text = await talk(operator, "?bot=b1")
    file = tmp_path / "kept.test.yaml"
    file.write_text(text, "utf-8")
    assert (status, len(read_talks(file).talks)) == (200, 1)
    async with operator.session.get(f"{operator.base}/_emulator/phones/nobody/talk") as answer:
        assert (answer.status, "E.164" in await answer.text()) == (400, True)
