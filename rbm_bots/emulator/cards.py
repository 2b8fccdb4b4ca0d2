"""Rich cards and carousels: layout, content, media (RCC.07 3.6.10, RCC.71 R15-8-39)."""

from __future__ import annotations

from typing import Any

from rbm_bots.emulator.members import obj, text, uri, whole
from rbm_bots.emulator.refusals import by_platform
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.emulator.suggestions import check_suggestions

__all__ = ["check_richcard"]

_HEIGHTS = ("SHORT_HEIGHT", "MEDIUM_HEIGHT", "TALL_HEIGHT")
_WIDTHS = ("SMALL_WIDTH", "MEDIUM_WIDTH")


def check_richcard(value: dict[str, Any], settings: EmulatorSettings) -> dict[str, Any]:
    """The value of ``richcardMessage``, checked; lenient: labels come back cut. Raises ``CallRefused``."""
    message = obj(value, "message", code=42031, required=True) or {}
    has_card, has_carousel = "generalPurposeCard" in message, "generalPurposeCardCarousel" in message
    if has_card == has_carousel:
        raise by_platform(42032 if has_card else 42031)
    if has_card:
        return {"message": {"generalPurposeCard": _card(message["generalPurposeCard"], settings)}}
    return {"message": {"generalPurposeCardCarousel": _carousel(message["generalPurposeCardCarousel"], settings)}}


def _card(card: object, settings: EmulatorSettings) -> dict[str, Any]:
    if not isinstance(card, dict):
        raise by_platform(42031, "generalPurposeCard must be an object")
    layout = obj(card, "layout", code=42034, required=True) or {}
    content = obj(card, "content", code=42035, required=True) or {}
    _check_layout(layout, settings)
    return {**card, "content": _content(content, settings)}


def _check_layout(layout: dict[str, Any], settings: EmulatorSettings) -> None:
    orientation, alignment = layout.get("cardOrientation"), layout.get("imageAlignment")
    if orientation not in ("VERTICAL", "HORIZONTAL"):
        raise by_platform(42036, "cardOrientation must be VERTICAL or HORIZONTAL")
    if orientation == "HORIZONTAL":
        if alignment is None:
            raise by_platform(42037, "imageAlignment is required with HORIZONTAL")
        if alignment not in ("LEFT", "RIGHT"):
            raise by_platform(42038, "imageAlignment must be LEFT or RIGHT")
    elif alignment is not None and settings.strict:
        raise by_platform(42039, "imageAlignment must not be given with VERTICAL")


def _carousel(carousel: object, settings: EmulatorSettings) -> dict[str, Any]:
    if not isinstance(carousel, dict):
        raise by_platform(42031, "generalPurposeCardCarousel must be an object")
    layout = obj(carousel, "layout", code=42034, required=True) or {}
    width = layout.get("cardWidth")
    if width is None and settings.profile == "v8":
        width = "SMALL_WIDTH"
    if width not in _WIDTHS:
        raise by_platform(42040, f"cardWidth must be {' or '.join(_WIDTHS)}")
    cards = carousel.get("content")
    if not isinstance(cards, list) or not cards:
        raise by_platform(42035, "a carousel needs a content of cards")
    if len(cards) < 2:
        raise by_platform(42002, "a carousel needs at least 2 cards")
    if len(cards) > settings.cards_most:
        raise by_platform(42033, f"a carousel holds at most {settings.cards_most} cards, not {len(cards)}")
    checked = [_content(card, settings) for card in cards]
    if width == "SMALL_WIDTH" and any(card.get("media", {}).get("height") == "TALL_HEIGHT" for card in checked):
        raise by_platform(42041, "TALL_HEIGHT does not go with SMALL_WIDTH")
    return {**carousel, "content": checked}


def _content(content: object, settings: EmulatorSettings) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise by_platform(42035, "the content of a card must be an object")
    if not any(name in content for name in ("media", "title", "description")):
        raise by_platform(42042, "a card needs media, a title or a description")
    text(content, "title", code=42203, most=200)
    text(content, "description", code=42204, most=2000)
    media = obj(content, "media", code=42104)
    if media is not None:
        _check_media(media, settings)
    if "suggestions" not in content:
        return content
    items = content["suggestions"]
    if not isinstance(items, list) or not items:
        raise by_platform(42043, "the suggestions of a card must not be empty")
    if len(items) > settings.card_suggestions_most:
        raise by_platform(42048, f"a card holds at most {settings.card_suggestions_most} suggestions, not {len(items)}")
    return {**content, "suggestions": check_suggestions(items, settings)}


def _check_media(media: dict[str, Any], settings: EmulatorSettings) -> None:
    uri(media, "mediaUrl", code=42104, required=True)
    text(media, "mediaContentType", code=42105, required=True)
    whole(media, "mediaFileSize", code=42106, required=True, least=0, below=42206)
    height = media.get("height")
    numeric = not settings.strict and isinstance(height, (int, float))
    if height not in _HEIGHTS and not numeric:
        raise by_platform(42107, f"height must be {', '.join(_HEIGHTS)}")
    if uri(media, "thumbnailUrl", code=42100) is not None:
        text(media, "thumbnailContentType", code=42100, required=True)
        whole(media, "thumbnailFileSize", code=42100, required=True, least=0, below=42206)
    text(media, "contentDescription", code=42202, most=200)
