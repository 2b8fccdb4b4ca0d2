from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.addresses import Address
from rbm_bots.channels.maap.errors import MessageTooBig
from rbm_bots.channels.maap.settings import MaapSettings
from rbm_bots.channels.maap.upload import upload_body
from rbm_bots.channels.maap.wire import (
    MAX_BODY_BYTES,
    encode_bulk,
    encode_send,
    encode_status,
    encode_typing,
    send_body,
)
from rbm_bots.messages import Card, Carousel, FileContent, Message, OpenUrl, Place, Reply, Text

USER = Address(msisdn="+33639980001")
V10, V11 = MaapSettings(), MaapSettings(profile="v11")


def sent(message: Message, settings: MaapSettings = V10) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode_send(message, USER, settings))["RCSMessage"]
    return found


def test_nulls_are_left_out_and_zero_is_not() -> None:
    file = FileContent(url="https://cdn.example/a.pdf", size=0)
    assert sent(Message(content=file)) == {"fileMessage": {"fileUrl": "https://cdn.example/a.pdf", "fileSize": 0}}


def test_the_order_of_members_is_fixed() -> None:
    message = Message(
        content=Text(text="é"),
        chips=(Reply(label="ok", postback="y"),),
        traffic_type="payment",
        expires_at=datetime(2026, 1, 16, 10, tzinfo=UTC),
    )
    assert encode_send(message, USER, V10).decode() == (
        '{"RCSMessage":{"textMessage":"é","suggestedChipList":{"suggestions":[{"reply":{"displayText":"ok",'
        '"postback":{"data":"y"}}}]},"trafficType":"payment","expiry":"2026-01-16T10:00:00Z"},'
        '"messageContact":{"userContact":"+33639980001"}}'
    )


def test_the_page_options_exist_from_v11_on() -> None:
    browser, page = (
        OpenUrl(label="a", url="https://a.example"),
        OpenUrl(label="a", url="https://a.example", view="half"),
    )
    message = Message(content=Text(text="x"), chips=(browser, page))

    def urls(settings: MaapSettings) -> list[dict[str, Any]]:
        chips = sent(message, settings)["suggestedChipList"]["suggestions"]
        return [chip["action"]["urlAction"]["openUrl"] for chip in chips]

    assert urls(V10) == [{"url": "https://a.example"}] * 2
    assert urls(V11) == [
        {"url": "https://a.example", "application": "browser"},
        {"url": "https://a.example", "application": "webview", "viewMode": "half"},
    ]


@pytest.mark.parametrize(
    ("latitude", "longitude", "pos"),
    [(48.8566, 2.3522, "48.8566 2.3522"), (0.0000001, -180.0, "0.0000001 -180"), (1e-9, 90.0, "0 90")],
)
def test_positions_are_decimal_degrees_with_one_blank(latitude: float, longitude: float, pos: str) -> None:
    found = sent(Message(content=Place(latitude=latitude, longitude=longitude)))
    assert found["geolocationPushMessage"]["pos"] == pos


@given(st.integers(MAX_BODY_BYTES - 300, MAX_BODY_BYTES + 300))
def test_no_body_is_larger_than_250_kb(length: int) -> None:
    message = Message(content=Text(text="x" * length))
    frame = len(encode_send(Message(content=Text(text="x")), USER, V10)) - 1
    if length + frame <= MAX_BODY_BYTES:
        assert len(encode_send(message, USER, V10)) == length + frame
    else:
        with pytest.raises(MessageTooBig):
            encode_send(message, USER, V10)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_every_text_survives_the_wire(text: str) -> None:
    assert sent(Message(content=Text(text=text)))["textMessage"] == text


def test_a_message_needs_an_address_and_may_have_both() -> None:
    with pytest.raises(ValueError, match="address"):
        encode_send(Message(content=Text(text="x")), Address(), V10)
    both = send_body(Message(content=Text(text="x")), Address(msisdn="+33639980001", chat_id="tk"))
    assert both["messageContact"] == {"userContact": "+33639980001", "chatId": "tk"}


def test_a_carousel_says_its_width() -> None:
    found = sent(Message(content=Carousel(cards=(Card(title="a"), Card(text="b")), width="small")))
    assert found["richcardMessage"]["message"]["generalPurposeCardCarousel"] == {
        "layout": {"cardWidth": "SMALL_WIDTH"},
        "content": [{"title": "a"}, {"description": "b"}],
    }


def test_small_bodies() -> None:
    assert json.loads(encode_typing(USER, active=False))["RCSMessage"] == {"isTyping": "idle"}
    assert encode_status("canceled") == b'{"RCSMessage":{"status":"canceled"}}'
    assert encode_bulk(["+33639980001"], MaapSettings(bulk_request_shape="array")) == b'["+33639980001"]'
    assert encode_bulk(["+33639980001"], MaapSettings(bulk_request_shape="msisdns")) == b'{"msisdns":["+33639980001"]}'


def test_an_upload_has_a_content_or_a_url_and_a_safe_name() -> None:
    until = datetime(2026, 2, 14, 10, tzinfo=UTC)
    body, kind = upload_body(mime_type="image/png", until=until, content=b"x", name='a"\r\né.png')
    assert b'filename="a%22%0D%0A%C3%A9.png"\r\nContent-Type: image/png\r\n\r\nx\r\n' in body
    assert kind.startswith("multipart/form-data; boundary=")
    for wrong in ({}, {"content": b"x", "url": "https://a.example"}):
        with pytest.raises(ValueError, match="upload"):
            upload_body(mime_type="image/png", until=until, **wrong)  # type: ignore[arg-type]  # wrong on purpose
