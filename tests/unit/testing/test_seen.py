"""Patterns with stars, and messages drawn as lines that read back as themselves."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.messages import Audio, Card, Carousel, FileContent, Media, Message, Place, Reply, RichCard, Text
from rbm_bots.testing.seen import differing, draw, draw_value, like, main_keys, seen


@pytest.mark.parametrize(
    ("pattern", "shown", "fits"),
    [
        ("Bonjour", "Bonjour", True),
        ("Bonjour", "bonjour", False),
        ("Bon*", "Bonjour", True),
        ("*jour", "Bonjour", True),
        ("B**r", "Bonjour", True),
        ("*", "", True),
        ("", "x", False),
        ("a.c", "abc", False),
        ("*b*", "un\nb\ndeux", True),
        ("2*3", "2*3", True),
        (("A", "B*"), ("A", "Beau"), True),
        (("A",), ("A", "B"), False),
        ((), (), True),
        ("*", ("A", "B"), True),
        ("A", ("A",), False),
        (("A",), "A", False),
        (2, 2, True),
        (2, 3, False),
        ("x", None, False),
    ],
)
def test_a_star_is_anything(pattern, shown, fits):
    assert like(pattern, shown) is fits


def test_only_the_keys_of_the_line_are_compared():
    message = seen(Message(content=Text(text="Oui ?"), chips=(Reply(label="Oui"),), sms="Oui ?\n1 Oui"))
    assert differing({"say": "Oui*"}, message) == ()
    assert differing({"suggest": (), "say": "Non", "card": "Oui"}, message) == ("suggest", "say", "card")


CARD = Card(title="Titre", text="Texte")


@pytest.mark.parametrize(
    ("content", "drawn"),
    [
        (Text(text="Ça va ?"), "{say: Ça va ?}"),
        (Text(text="Oui, non: «a»"), '{say: "Oui, non: «a»"}'),
        (Text(text="Deux\nlignes"), r'{say: "Deux\nlignes"}'),
        (RichCard(card=CARD), "{card: Titre}"),
        (RichCard(card=Card(text="Texte")), "{card: Texte}"),
        (RichCard(card=Card(media=Media(url="a.png", mime_type="image/png", alt="Vue"))), "{card: Vue}"),
        (Carousel(cards=(CARD, Card(text="B"))), "{carousel: [Titre, B]}"),
        (FileContent(url="media://shop/tarif.pdf"), "{file: tarif.pdf}"),
        (Audio(url="https://a.example/x.mp3", name="Son"), "{file: Son}"),
        (Place(latitude=48.5, longitude=2.25), '{location: "48.5,2.25"}'),
        (Place(latitude=48.5, longitude=2.25, label="Atelier"), "{location: Atelier}"),
    ],
)
def test_a_message_is_drawn_as_a_line(content, drawn):
    message = seen(Message(content=content))
    assert draw(message, main_keys(message, sms=False)) == drawn


def test_chips_and_the_form_of_an_sms():
    message = seen(Message(content=Text(text="Oui ?"), chips=(Reply(label="Oui"), Reply(label="-")), sms="Oui ?"))
    assert draw(message, main_keys(message, sms=False)) == '{say: Oui ?, suggest: [Oui, "-"]}'
    assert draw(message, main_keys(message, sms=True)) == "{sms: Oui ?, parts: 1}"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=40))
def test_what_is_drawn_reads_back(text):
    drawn = "{say: " + draw_value(text) + ", suggest: " + draw_value((text, "x")) + "}"
    ((_, say), (_, suggest)) = yaml.compose(f"- bot: {drawn}", Loader=yaml.CSafeLoader).value[0].value[0][1].value
    assert say.value == text
    assert [node.value for node in suggest.value] == [text, "x"]


def test_a_text_that_looks_like_nothing_is_quoted():
    assert [draw_value(text) for text in ("", "~", "null", "any", "non")] == ['""', '"~"', '"null"', '"any"', "non"]
