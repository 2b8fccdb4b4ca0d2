"""The part of a campaign file that says what is sent: a scene of the bot, or one message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.model import Bot, Scene
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.source import Node, Scalar
from rbm_bots.botfile.text import TemplateRefused, parse_template
from rbm_bots.delivery.campaigns import language
from rbm_bots.delivery.campaigns.spec import Column, Link, SingleMessage
from rbm_bots.messages import V10

__all__ = ["needs_of", "read_message", "read_scene"]

_PAGE: Final = "https://"


def read_scene(node: Node, faults: Faults, bot: Bot | None, columns: Mapping[str, Column]) -> str:
    """The name of a scene of the bot, whose slots all have their column."""
    name = scalars.read_words(node, faults, "the name of a scene")
    if name is None or bot is None:
        return name or ""
    scene = bot.scenes.get(name)
    if scene is None:
        known = ", ".join(bot.scenes) or "it has none"
        hint = did_you_mean(name, bot.scenes) or f"scenes of this bot: {known}"
        faults.error(node.mark, "no-target", f"the bot has no scene «{name}»", hint)
        return name
    for slot in scene.fills:
        if slot not in columns:
            message = f"the scene fills «{slot}», and no column is named for it"
            faults.error(node.mark, "missing", message, f"add it under «columns:»: {slot}: COLUMN")
    return name


def needs_of(message: SingleMessage | None, scene: Scene | None) -> tuple[str, ...]:
    """The names whose cells may not be empty: the slots of the scene, and what a text prints without a default."""
    found = dict.fromkeys(scene.fills if scene is not None else ())
    if message is not None:
        for words in (message.text, message.sms, *(link.url for link in message.links)):
            for one in parse_template(words).placeholders:
                if not any(name == "default" for name, _ in one.filters):
                    found[one.path[0]] = None
    return tuple(found)


def read_message(node: Node, faults: Faults, columns: Mapping[str, Column]) -> SingleMessage | None:
    """One text with suggestions."""
    written = scalars.as_map(node, faults, "a message: text, sms, suggest")
    if written is None:
        return None
    keys = Keys(written, faults, language.MESSAGE)
    text = _text(keys, "text", faults, columns)
    sms = _text(keys, "sms", faults, columns)
    links = [_link(item, faults, columns) for item in keys.items("suggest", "a list of suggestions")]
    if text is not None and len(text) > V10.text:
        found = keys.get("text")
        assert found is not None
        faults.error(found.mark, "rcs-text", f"this text has {len(text)} characters; a phone shows {V10.text}")
    if text is None or None in links:
        return None
    return SingleMessage(text=text, sms=sms or "", links=tuple(link for link in links if link is not None))


def _text(keys: Keys, key: str, faults: Faults, columns: Mapping[str, Column]) -> str | None:
    node = keys.get(key)
    words = scalars.read_words(node, faults, "a text") if node is not None else None
    return words if node is None or words is None or _fills(node, words, faults, columns) else None


def _fills(node: Node, words: str, faults: Faults, columns: Mapping[str, Column]) -> bool:
    """Whether each placeholder of ``words`` has its column."""
    try:
        template = parse_template(words)
    except TemplateRefused as refused:
        faults.error(node.mark, "template", refused.message, refused.hint)
        return False
    unknown = [one.path[0] for one in template.placeholders if one.path[0] not in columns or len(one.path) > 1]
    for name in unknown:
        hint = did_you_mean(name, columns) or f"add it under «columns:»: {name}: COLUMN"
        faults.error(node.mark, "no-slot", f"no column is named «{name}»", hint)
    return not unknown


def _link(item: Node, faults: Faults, columns: Mapping[str, Column]) -> Link | None:
    written = scalars.as_map(item, faults, "a suggestion: label, and url or dial")
    if written is None:
        return None
    keys = Keys(written, faults, language.LINK)
    label = _label(keys, faults)
    url = _text(keys, "url", faults, columns)
    dial_node = keys.get("dial")
    dial = scalars.read_phone(dial_node, faults) if dial_node is not None else None
    if url is not None and dial_node is not None:
        faults.error(dial_node.mark, "extra", "a suggestion opens a page or calls, not both", "make two of it")
    if url is not None and not url.startswith(_PAGE):
        node = keys.get("url")
        assert node is not None
        scalars.wrong(faults, node, "an https address")
    return Link(label=label, url=url or "", dial=dial or "") if label is not None else None


def _label(keys: Keys, faults: Faults) -> str | None:
    node = keys.get("label")
    label = scalars.read_words(node, faults, "a label") if node is not None else None
    if label is not None and len(label) > V10.label and isinstance(node, Scalar):
        faults.error(node.mark, "rcs-label", f"this label has {len(label)} characters; phones show {V10.label}")
        return None
    return label
