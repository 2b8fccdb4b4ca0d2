from __future__ import annotations

from rbm_bots.messages import (
    Audio,
    Card,
    Carousel,
    Dial,
    FileContent,
    Media,
    Message,
    OpenUrl,
    Place,
    Reply,
    RequestLocation,
    RichCard,
    Text,
    Thumbnail,
    degrade,
    faults,
)

BOT = frozenset({"chat", "chatBotCommunication"})
ALL = BOT | {"fileTransfer", "geolocationPush"}
CHAT = frozenset({"chat"})
FILE = FileContent(url="https://cdn.example/a.pdf", name="a.pdf", thumbnail=Thumbnail(url="https://cdn.example/a.jpg"))
MENU = Carousel(
    cards=(
        Card(title="Tarte", text="6 parts", suggestions=(Reply(label="Choisir", postback="pick:1"),)),
        Card(
            media=Media(url="https://cdn.example/b.jpg", mime_type="image/jpeg"),
            suggestions=(Reply(label="Prendre", postback="pick:2"), RequestLocation(label="Où ?")),
        ),
    )
)


def text_of(message: Message) -> str:
    assert isinstance(message.content, Text)
    return message.content.text


def test_a_capable_phone_gets_the_message_as_it_is() -> None:
    for content in (FILE, MENU, Place(latitude=1, longitude=2)):
        message = Message(content=content, chips=(Reply(label="ok"),))
        assert degrade(message, ALL).message is message


def test_without_file_transfer_a_file_is_a_link_and_keeps_its_chips() -> None:
    found = degrade(Message(content=FILE, chips=(Reply(label="ok"),)), BOT)
    assert text_of(found.message) == "a.pdf: https://cdn.example/a.pdf"
    assert found.message.chips == (Reply(label="ok"),)
    assert found.lost == ("content.thumbnail",)
    assert text_of(degrade(Message(content=Audio(url="https://cdn.example/a.amr")), BOT).message).endswith("a.amr")


def test_without_geolocation_a_place_is_a_map_link() -> None:
    found = degrade(Message(content=Place(latitude=48.85, longitude=2.35, label="Atelier")), BOT)
    assert text_of(found.message) == "Atelier: https://www.openstreetmap.org/?mlat=48.85&mlon=2.35"


def test_on_plain_chat_everything_is_one_text_with_numbered_replies() -> None:
    chips = (OpenUrl(label="Site", url="https://a.example"), Dial(label="Appeler", phone="112"), Reply(label="Non"))
    found = degrade(Message(content=MENU, chips=chips), CHAT)
    assert text_of(found.message).splitlines() == [
        "Tarte",
        "6 parts",
        "1 Choisir",
        "https://cdn.example/b.jpg",
        "2 Prendre",
        "Site: https://a.example",
        "Appeler: 112",
        "3 Non",
    ]
    assert found.message.sms_options == ("pick:1", "pick:2", "")
    assert found.message.chips == ()
    assert found.lost == ("content.cards[1].suggestions[1]",)


def test_on_plain_chat_the_authors_own_short_form_is_used() -> None:
    card = RichCard(card=Card(title="Tarte"))
    message = Message(content=card, sms="Une tarte ?\n1 Oui", sms_options=("yes",), chips=(Reply(label="Oui"),))
    found = degrade(message, CHAT)
    assert text_of(found.message) == "Une tarte ?\n1 Oui"
    assert found.message.sms_options == ("yes",)


def test_what_is_too_long_is_cut_and_said_so() -> None:
    cards = tuple(Card(text="x" * 2000) for _ in range(3))
    found = degrade(Message(content=Carousel(cards=cards)), CHAT)
    assert faults(found.message) == ()
    assert found.lost == ("content.text[2499:]",)


def test_file_place_and_text_on_plain_chat() -> None:
    assert text_of(degrade(Message(content=FILE), CHAT).message).startswith("a.pdf: ")
    assert text_of(degrade(Message(content=Place(latitude=1, longitude=2)), CHAT).message).startswith("https://")
    assert text_of(degrade(Message(content=Text(text="ok")), CHAT).message) == "ok"
