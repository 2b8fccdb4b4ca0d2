"""Steps that do not wait: ``do set if goto end run``, cards, carousels, files, places (bot language 6)."""

from decimal import Decimal

import pytest

from rbm_bots.messages import (
    Audio,
    CalendarEvent,
    Carousel,
    FileContent,
    OpenUrl,
    Place,
    RequestLocation,
    RichCard,
    ShowPlace,
    faults,
)
from rbm_bots.testing import MockMissing
from tests.unit.dialogue.stage import noted, play_of, said, shown

BOOK = """
slots: {ref: {type: record, keep: contact}, what: {type: text}, seen: {type: boolean}}
start: book
flows:
  book:
    hears: [go]
    steps:
      - {set: {what: pneus}}
      - id: call
        do: book
        with: {what: "{{ what }}"}
        save: ref
        on_error:
          taken: {say: Pris., goto: call}
          any: {goto: trouble}
      - {say: "Ref {{ ref.number }}."}
  trouble: {steps: [{say: En panne.}]}
"""


async def test_a_call_is_made_with_filled_values_and_its_result_kept():
    play = play_of(BOOK, mocks={"book": {"returns": {"number": "R-1"}}})
    assert said(await play.say("go")) == ["Ref R-1."]
    assert play.calls[0].args == {"what": "pneus"}
    assert play.slot("ref") == {"number": "R-1"}
    assert play.session.waiting_for is None


async def test_an_error_goes_to_its_handler_else_to_any():
    play = play_of(BOOK, mocks={"book": [{"raises": "taken"}, {"raises": "timeout"}]})
    assert said(await play.say("go")) == ["Pris.", "En panne."]
    assert [note.name for note in noted(play, "call_failed")] == ["taken", "timeout"]


async def test_one_handler_runs_three_times_in_a_talk_and_then_the_bot_apologises():
    play = play_of(BOOK, mocks={"book": {"raises": "taken"}})
    assert said(await play.say("go")) == [*["Pris."] * 3, "Désolé, quelque chose n'a pas marché de notre côté."]
    assert len(play.calls) == 4
    assert play.session.frames == ()


async def test_a_result_that_does_not_fit_is_an_error():
    play = play_of(BOOK, mocks={"book": {"returns": "R-1"}})
    assert said(await play.say("go")) == ["En panne."]


async def test_a_result_of_nothing_empties():
    play = play_of(BOOK, mocks={"book": [{"returns": {"number": "1"}}, {"returns": None}]})
    await play.say("go")
    assert said(await play.say("go")) == ["Ref ."]
    assert play.slot("ref") is None


async def test_a_call_without_a_mock_is_told():
    with pytest.raises(MockMissing, match="book"):
        await play_of(BOOK).say("go")


async def test_conditions_branch_and_flows_call_flows():
    play = play_of(
        "slots: {n: {type: number}}\nstart: a\nflows:\n  a:\n    hears: [go]\n    steps:\n"
        "      - {ask: n, say: n ?, give_up: end}\n"
        "      - if: n > 3\n        then: [{say: grand}, {run: sub}, {say: retour}]\n        else: [{say: petit}]\n"
        "      - {when: n == 5, say: cinq}\n      - {say: fin, goto: z}\n      - {say: jamais}\n"
        "  sub: {steps: [{say: dedans}]}\n  z: {steps: [{say: z}, {end: true}, {say: jamais}]}\n"
    )
    await play.say("go")
    assert said(await play.say("5")) == ["grand", "dedans", "retour", "cinq", "fin", "z"]
    await play.say("go")
    assert said(await play.say("1")) == ["petit", "fin", "z"]
    assert play.trail[-4:] == ["a/say4", "a/say5", "z/say1", "z/end1"] or play.trail[-1] == "z/end1"


async def test_set_keeps_types_and_empties():
    play = play_of(
        "slots: {n: {type: number, keep: session}, m: {type: number, keep: session}, d: {type: date, keep: session}}\n"
        "start: a\nflows: {a: {hears: [go], steps: [{set: {n: 12.5, d: 2026-12-24}}, {set: {m: '{{ n }}', n: ~}}, "
        "{say: '{{ m }} {{ d | date }}'}]}}"
    )
    assert said(await play.say("go")) == ["12,5 24/12/2026"]
    assert play.session.slots["session"] == {"m": {"$": "dec", "v": "12.5"}, "d": {"$": "date", "v": "2026-12-24"}}
    assert Decimal("12.5") == Decimal(play.slot("m")["v"])


SHOP = """
slots: {deals: {type: list}, when: {type: datetime, keep: contact}, ref: {type: record}}
start: cards
flows:
  cards:
    hears: [cartes]
    steps:
      - {do: find, save: deals}
      - carousel:
          for: deal in deals
          card:
            title: "{{ deal.title }}"
            text: "Dès {{ deal.price | euros }}"
            image: "{{ deal.image }}"
            suggest:
              - {reply: Réserver, set: {ref: "{{ deal }}"}, goto: taken}
              - {open: "{{ deal.url }}", label: Détails}
        none: nothing
        suggest: [{reply: Menu, goto: all}]
  taken: {steps: [{say: "Choisi {{ ref.title }}"}]}
  nothing: {steps: [{say: Rien.}]}
  all:
    hears: [tout]
    steps:
      - card: {title: Titre, text: Texte, image: "https://shop.example/a.png", layout: horizontal}
        suggest:
          - {map: "48.85,2.35", label: Ici}
          - {map: {query: Boutique Lille}, label: Chercher}
          - {share_location: true}
          - {calendar: {title: Rdv, start: "2026-11-24T08:30+01:00", minutes: 30}, label: À l'agenda}
          - {calendar: {title: Rdv, start: "{{ when }}", minutes: 30}, label: Vide}
          - {reply: Caché, goto: end, when: customer.returning}
        sms: "Titre court\\n{{ options }}\\nfin"
      - {file: "https://shop.example/a.pdf", name: Tarif}
      - {file: "https://shop.example/a.mp3"}
      - {location: "48.85,2.35"}
"""
DEAL = {"title": "Pneus", "price": 89, "image": "https://shop.example/p.jpg", "url": "https://shop.example/p"}


async def test_a_carousel_has_a_card_for_each_item():
    play = play_of(SHOP, mocks={"find": {"returns": [DEAL, {**DEAL, "title": "Freins", "url": "javascript:x"}]}})
    sent = await play.say("cartes")
    content = sent[0].message.content
    assert isinstance(content, Carousel)
    assert [[s.label for s in card.suggestions] for card in content.cards] == [["Réserver", "Détails"], ["Réserver"]]
    assert noted(play, "chip_dropped")
    assert sent[0].message.sms == "Pneus\n1 Réserver\nDétails: https://shop.example/p\nFreins\n2 Réserver\n3 Menu"
    assert faults(sent[0].message) == ()
    assert said(await play.tap_on(content.cards[0].suggestions[0])) == ["Choisi Pneus"]


async def test_a_single_card_stands_alone_none_goes_elsewhere_and_too_many_are_cut():
    one = play_of(SHOP, mocks={"find": {"returns": [DEAL]}})
    assert isinstance((await one.say("cartes"))[0].message.content, RichCard)
    none = play_of(SHOP, mocks={"find": {"returns": []}})
    assert said(await none.say("cartes")) == ["Rien."]
    many = play_of(SHOP, mocks={"find": {"returns": [DEAL] * 12}})
    sent = await many.say("cartes")
    assert len(sent[0].message.content.cards) == 10
    assert noted(many, "card_dropped")
    assert faults(sent[0].message) == ()


async def test_every_kind_of_content_and_button():
    play = play_of(SHOP)
    sent = await play.say("tout")
    kinds = [type(send.message.content) for send in sent]
    assert kinds == [RichCard, FileContent, Audio, Place]
    card = sent[0].message
    assert [type(chip) for chip in card.chips] == [ShowPlace, ShowPlace, RequestLocation, CalendarEvent]
    assert card.sms == (
        "Titre court\nIci: https://www.openstreetmap.org/?mlat=48.85&mlon=2.35\n"
        "Chercher: https://www.openstreetmap.org/search?query=Boutique%20Lille\nfin"
    )
    assert [send.message.sms for send in sent[1:]] == [
        "Tarif: https://shop.example/a.pdf",
        "https://shop.example/a.mp3",
        "https://www.openstreetmap.org/?mlat=48.85&mlon=2.35",
    ]
    assert all(faults(send.message) == () for send in sent[:1])


async def test_texts_and_labels_are_cut_with_a_note():
    play = play_of(
        "slots: {t: {type: text, max: 2500}}\nstart: a\n"
        "flows: {a: {hears: [go], steps: [{ask: t, say: t ?, give_up: end}, "
        "{say: '{{ t }} {{ t }}', suggest: [{reply: '{{ t }}', goto: a}, "
        "{open: 'https://x.example/{{ t }}', label: x}]}]}}"
    )
    await play.say("go")
    sent = await play.say("a" * 2400)
    words, labels = shown(sent)[0]
    assert (len(words), words[-1]) == (2500, "…")
    assert [len(label) for label in labels] == [25]
    assert len(noted(play, "cut")) == 2


async def test_a_media_path_becomes_an_address_of_the_bot(tmp_path):
    from rbm_bots.botfile.load import load_bot
    from rbm_bots.testing import Play
    from tests.unit.dialogue.stage import NOW

    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.png").write_bytes(b"png")
    (tmp_path / "bot.yaml").write_text(
        "rbm: 1\nbot: {id: shop, name: S}\nstart: a\n"
        "flows: {a: {hears: [go], steps: [{card: {title: T, image: media/a.png}}]}}"
    )
    sent = await Play(load_bot(tmp_path), now=NOW).say("go")
    assert sent[0].message.content.card.media.url == "media://shop/a.png"
    assert sent[0].message.content.card.media.mime_type == "image/png"


async def test_a_page_keeps_its_view():
    play = play_of(
        "start: a\nflows: {a: {hears: [go], steps: [{say: x, suggest: "
        "[{open: 'https://x.example/', label: Voir, view: tall}]}]}}"
    )
    assert (await play.say("go"))[0].message.chips[0] == OpenUrl(
        label="Voir", url="https://x.example/", view="tall", postback=play.find("Voir").postback
    )
