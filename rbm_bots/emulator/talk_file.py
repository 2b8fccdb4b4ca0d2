"""What went through a phone, as a file of conversation tests (bot language 16): to be kept, and run again.

The emulator does not know the bot's file: whoever keeps the text writes its path, and answers for its actions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from rbm_bots.clock import rfc3339
from rbm_bots.emulator.phones import Message, Phone

__all__ = ["talk_file"]

_SILENCE_S: Final = 60
"""Shorter pauses are not worth a line."""


def talk_file(phone: Phone, bot: str, *, now: datetime) -> str:
    """The talk of one phone with one bot. Quotes are those of JSON, which is YAML."""
    thread = [message for message in phone.thread if message.bot == bot and message.shown]
    begun = thread[0].at if thread else now
    lines = ["bot: bot.yaml", f"now: {rfc3339(begun)}", "tests:", "  - name: as it went", "    talk:"]
    return "\n".join([*lines, *(f"      - {line}" for line in _lines(thread, begun)), ""])


def _lines(thread: Sequence[Message], begun: datetime) -> Iterator[str]:
    if not thread:
        yield "bot: any"
    last, screen = begun, []
    for message in thread:
        if message.sender == "bot":
            screen.append(message)
            yield f"bot: {_map(_shown(message))}"
            continue
        pause = int((message.at - last).total_seconds())
        if pause >= _SILENCE_S:
            yield f"wait: {pause}s"
        yield _said(message, screen)
        last, screen = message.at, []


def _said(message: Message, screen: Sequence[Message]) -> str:
    """A line of the person; words that stand on exactly one suggestion of the screen are a tap."""
    content = message.content
    if "geolocationPushMessage" in content:
        position = str(content["geolocationPushMessage"].get("pos", "")).replace(" ", ",")
        return f"shares: {_quoted(position)}"
    file = content.get("fileMessage") or content.get("audioMessage")
    if file is not None:
        return f"sends: {_quoted(str(file.get('fileUrl', '')))}"
    words = str(content.get("textMessage", ""))
    labels = [_label(one) for shown in screen for card in _cards(shown) for one in card.get("suggestions", ())]
    labels += [_label(one) for one in (screen[-1].suggestions if screen else ())]
    return f"{'tap' if labels.count(words) == 1 else 'user'}: {_quoted(words)}"


def _shown(message: Message) -> dict[str, Any]:
    """The keys of a ``bot:`` line."""
    content, cards = message.content, _cards(message)
    shown: dict[str, Any] = {}
    file = content.get("fileMessage") or content.get("audioMessage")
    place = content.get("geolocationPushMessage")
    if cards:
        titles = [card.get("title") or card.get("description") or "*" for card in cards]
        shown = {"carousel": titles} if len(titles) > 1 else {"card": titles[0]}
    elif file is not None:
        shown = {"file": file.get("fileName") or str(file.get("fileUrl", "")).rpartition("/")[2]}
    elif place is not None:
        shown = {"location": place.get("label") or "*"}
    else:
        shown = {"say": str(content.get("textMessage", "*"))}
    labels = [_label(one) for one in message.suggestions]
    return {**shown, "suggest": labels} if labels else shown


def _cards(message: Message) -> list[dict[str, Any]]:
    rich = message.content.get("richcardMessage", {}).get("message", {})
    carousel = rich.get("generalPurposeCardCarousel", {}).get("content", [])
    single = rich.get("generalPurposeCard", {}).get("content")
    return list(carousel) if single is None else [single]


def _label(suggestion: dict[str, Any]) -> str:
    body = suggestion.get("reply") or suggestion.get("action") or {}
    return str(body.get("displayText", ""))


def _map(members: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in members.items()) + "}"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
