from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots import messages
from rbm_bots.messages import (
    V8,
    V10,
    V11,
    Audio,
    CalendarEvent,
    Card,
    Carousel,
    ComposeRecording,
    ComposeText,
    Dial,
    DialEnriched,
    FileContent,
    Limits,
    Media,
    Message,
    MessageFaulty,
    OpenUrl,
    Place,
    Reply,
    RichCard,
    ShowPlace,
    Text,
    Thumbnail,
    faults,
    require_valid,
)

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
HI = Text(text="Bonjour")
IMAGE = Media(url="https://cdn.example/a.jpg", mime_type="image/jpeg")
CARD = Card(title="Tarte")


def chips(*suggestions: Any) -> Message:
    return Message(content=HI, chips=suggestions)


def carousel(*cards: Card, width: Any = "medium") -> Message:
    return Message(content=Carousel(cards=cards, width=width))


def fields(message: Message, limits: Limits = V10) -> list[str]:
    return [fault.field for fault in faults(message, limits, NOW)]


GOOD = [
    Message(content=HI),
    Message(content=Text(text="é" * 2500)),
    Message(content=Text(text="👍" * 2500)),
    chips(*(Reply(label=f"Choix {i}", postback=f"c:{i}") for i in range(11))),
    chips(Reply(label="x" * 25, postback="p" * 2048)),
    chips(Reply(label="ok", postback="")),
    chips(Dial(label="Appeler", phone="+33199000010"), Dial(label="Secours", phone="112")),
    chips(DialEnriched(label="Appeler", phone="3900", subject="s" * 60)),
    chips(ShowPlace(label="Plan", latitude=90, longitude=-180, name="n" * 100)),
    chips(ShowPlace(label="Plan", query="q" * 200)),
    chips(CalendarEvent(label="Noter", start=NOW, end=NOW, title="t" * 100, description="d" * 500)),
    chips(ComposeText(label="Dire", phone="+33639980009", text="t" * 100)),
    chips(ComposeRecording(label="Dire", phone="+33639980009", media="video")),
    Message(content=RichCard(card=Card(media=IMAGE))),
    Message(content=RichCard(card=CARD, layout="horizontal", image_side="left")),
    Message(content=RichCard(card=Card(title="t" * 200, text="d" * 2000))),
    carousel(*[CARD] * 2),
    carousel(*[CARD] * 10),
    Message(content=FileContent(url="https://cdn.example/a.pdf", size=0)),
    Message(content=Audio(url="https://cdn.example/a.amr", mime_type="audio/amr", duration=6)),
    Message(content=Place(latitude=48.8, longitude=2.3, label="l" * 200, radius=0, offset=60)),
    Message(content=HI, expires_at=NOW + timedelta(seconds=1)),
]

TALL = Media(url="https://cdn.example/a.jpg", mime_type="image/jpeg", height="tall")
NAIVE = datetime(2026, 1, 15, 10)  # noqa: DTZ001  # the point of the row

BAD = [
    (Message(content=Text(text="")), ["content.text"]),
    (Message(content=Text(text="x" * 2501)), ["content.text"]),
    (Message(content=Text(text="\ud800")), ["content.text"]),
    (chips(*[Reply(label="c")] * 12), ["chips"]),
    (chips(Reply(label="")), ["chips[0].label"]),
    (chips(Reply(label="ok"), Reply(label="x" * 26)), ["chips[1].label"]),
    (chips(Reply(label="ok", postback="p" * 2049)), ["chips[0].postback"]),
    (chips(OpenUrl(label="ok", url="http://a.example")), ["chips[0].url"]),
    (chips(OpenUrl(label="ok", url="https://")), ["chips[0].url"]),
    (chips(OpenUrl(label="ok", url="https://a.example/ b")), ["chips[0].url"]),
    (chips(OpenUrl(label="ok", url="https://[::1")), ["chips[0].url"]),
    (chips(OpenUrl(label="ok", url="")), ["chips[0].url"]),
    (chips(OpenUrl(label="ok", url="https://a.example/" + "b" * 2048)), ["chips[0].url"]),
    (chips(OpenUrl(label="ok", url="https://a.example", parameters="a")), ["chips[0].parameters"]),
    (chips(Dial(label="ok", phone="0199000010")), ["chips[0].phone"]),
    (chips(Dial(label="ok", phone="+33 1 99 00 00 10")), ["chips[0].phone"]),
    (chips(Dial(label="ok", phone="112", fallback_url="tel:112")), ["chips[0].fallback_url"]),
    (chips(DialEnriched(label="ok", phone="112", subject="s" * 61)), ["chips[0].subject"]),
    (chips(ShowPlace(label="ok")), ["chips[0]"]),
    (chips(ShowPlace(label="ok", latitude=1.0)), ["chips[0].longitude"]),
    (chips(ShowPlace(label="ok", longitude=1.0)), ["chips[0].latitude"]),
    (chips(ShowPlace(label="ok", latitude=1.0, longitude=1.0, query="q")), ["chips[0].query"]),
    (chips(ShowPlace(label="ok", latitude=91.0, longitude=181.0)), ["chips[0].latitude", "chips[0].longitude"]),
    (chips(ShowPlace(label="ok", latitude=float("nan"), longitude=0.0)), ["chips[0].latitude"]),
    (chips(ShowPlace(label="ok", query="q" * 201)), ["chips[0].query"]),
    (chips(ShowPlace(label="ok", query="q", name="n" * 101)), ["chips[0].name"]),
    (chips(CalendarEvent(label="ok", start=NOW, end=NOW - timedelta(1), title="t")), ["chips[0].end"]),
    (chips(CalendarEvent(label="ok", start=NAIVE, end=NOW, title="t")), ["chips[0].start"]),
    (chips(CalendarEvent(label="ok", start=NOW, end=NOW, title="t" * 101)), ["chips[0].title"]),
    (chips(CalendarEvent(label="ok", start=NOW, end=NOW, title="t", description="")), ["chips[0].description"]),
    (chips(ComposeText(label="ok", phone="+33639980009", text="t" * 101)), ["chips[0].text"]),
    (chips(ComposeRecording(label="ok", phone="x", media="audio")), ["chips[0].phone"]),
    (Message(content=RichCard(card=Card())), ["content.card"]),
    (Message(content=RichCard(card=Card(title="t" * 201))), ["content.card.title"]),
    (Message(content=RichCard(card=Card(text="t" * 2001))), ["content.card.text"]),
    (Message(content=RichCard(card=CARD, layout="horizontal")), ["content.image_side"]),
    (Message(content=RichCard(card=CARD, image_side="left")), ["content.image_side"]),
    (
        Message(content=RichCard(card=Card(title="t", suggestions=(Reply(label="r"),) * 5))),
        ["content.card.suggestions"],
    ),
    (
        Message(content=RichCard(card=Card(media=Media(url="ftp://a", mime_type="jpeg", size=-1, alt="a" * 201)))),
        ["content.card.media.url", "content.card.media.mime_type", "content.card.media.size", "content.card.media.alt"],
    ),
    (
        Message(
            content=RichCard(
                card=Card(
                    media=Media(
                        url="https://a.example", mime_type="image/png", thumbnail=Thumbnail(url="https://t.example")
                    )
                )
            )
        ),
        ["content.card.media.thumbnail.mime_type", "content.card.media.thumbnail.size"],
    ),
    (carousel(CARD), ["content.cards"]),
    (carousel(*[CARD] * 11), ["content.cards"]),
    (carousel(CARD, Card(media=TALL), width="small"), ["content.cards[1].media.height"]),
    (carousel(Card(media=IMAGE), Card(media=TALL)), ["content.cards"]),
    (carousel(CARD, CARD, Card(title="")), ["content.cards[2].title"]),
    (Message(content=FileContent(url="cdn.example", size=-1)), ["content.url", "content.size"]),
    (Message(content=Audio(url="https://a.example", duration=-1)), ["content.duration"]),
    (Message(content=Place(latitude=0, longitude=0, label="l" * 201)), ["content.label"]),
    (Message(content=Place(latitude=0, longitude=0, radius=-1, offset=1440)), ["content.radius", "content.offset"]),
    (Message(content=Place(latitude=0, longitude=0, expiry=NOW)), ["content.expiry"]),
    (Message(content=HI, expires_at=NOW), ["expires_at"]),
    (Message(content=HI, expires_at=NAIVE), ["expires_at"]),
    (Message(content=HI, sms=""), ["sms"]),
    (Message(content=HI, sms="1 oui", sms_options=("p" * 2049,)), ["sms_options[0]"]),
]


@pytest.mark.parametrize("message", GOOD, ids=repr)
def test_a_message_at_its_limits_has_no_fault(message: Message) -> None:
    assert faults(message, V10, NOW) == ()


@pytest.mark.parametrize(("message", "wrong"), BAD, ids=[f"{i}-{row[1][0]}" for i, row in enumerate(BAD)])
def test_a_bad_message_has_its_faults_and_no_other(message: Message, wrong: list[str]) -> None:
    assert fields(message) == wrong


def test_all_faults_are_told_at_once_with_field_limit_and_length() -> None:
    secret = "Zoé Martin " * 30
    message = carousel(CARD, Card(title="x", suggestions=(Reply(label=secret),)), Card(title=secret))
    with pytest.raises(MessageFaulty) as raised:
        require_valid(message)
    label, title = raised.value.faults
    assert (label.field, label.limit, label.length) == ("content.cards[1].suggestions[0].label", 25, len(secret))
    assert (title.field, title.limit, title.length) == ("content.cards[2].title", 200, len(secret))
    assert "Martin" not in str(raised.value)
    assert "content.cards[2].title: is too long (330, limit 200)" in str(raised.value)


def test_the_profiles_differ_where_the_standard_does() -> None:
    twelve, five = (
        carousel(*[CARD] * 12),
        Message(content=RichCard(card=Card(title="t", suggestions=(Reply(label="r"),) * 5))),
    )
    page = chips(OpenUrl(label="ok", url="https://a.example", view="tall", parameters="a=1"))
    assert [fields(twelve, limits) for limits in (V8, V10, V11)] == [["content.cards"], ["content.cards"], []]
    assert [fields(five, limits) for limits in (V8, V10, V11)] == [
        [],
        ["content.card.suggestions"],
        ["content.card.suggestions"],
    ]
    assert [len(fields(page, limits)) for limits in (V8, V10, V11)] == [1, 1, 0]


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_lengths_are_counted_in_code_points(label: str, limit: int) -> None:
    found = fields(chips(Reply(label=label)), Limits(label=limit))
    assert (not found) == (0 < len(label) <= limit)


def test_the_public_names_are_sorted_and_there() -> None:
    assert all(hasattr(messages, name) for name in messages.__all__)
    assert {"Message", "Postback", "degrade", "faults"} <= set(messages.__all__)
