"""Translations (bot language 10.4): one file per language, and the built-in sentences that a brand replaces."""

from __future__ import annotations

from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.language.sections import TRANSLATION
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.scalars import as_map, wrong
from rbm_bots.botfile.sentences import built_in_sentences
from rbm_bots.botfile.source import Node, Scalar
from rbm_bots.botfile.text import Template, TemplateRefused, Text, parse_template

__all__ = ["read_translations", "replace_sentences", "tell_unused"]


def read_translations(desk: Desk, files: list[tuple[str, Node]]) -> None:
    """Note the entries of each ``i18n/LANGUAGE.yaml``; a language the bot does not speak is the fault ``type``."""
    for language, root in files:
        if language not in desk.languages:
            hint = did_you_mean(language, desk.languages) or "languages stand in «bot: languages:»"
            desk.faults.error(root.mark, "type", f"«{language}» is no language of this bot", hint)
        written = as_map(root, desk.faults, "a map of key to {text, of}")
        if written is not None:
            desk.translations[language] = {key.text: value for key, value in written.pairs}
            desk.written[id(desk.translations[language])] = written


def replace_sentences(desk: Desk) -> None:
    """The built-in sentences, with what the brand says instead (``rbm.expired: {text: …}``)."""
    desk.sentences = dict(built_in_sentences(desk.languages[0]))
    for language, entries in desk.translations.items():
        for key, entry in entries.items():
            if not key.startswith("rbm."):
                continue
            desk.translated.add((language, key))
            if key not in desk.sentences:
                hint = did_you_mean(key, desk.sentences)
                desk.faults.error(entry.mark, "extra", f"there is no built-in sentence «{key}»", hint)
                continue
            template = _sentence(desk, entry)
            if template is not None:
                old = desk.sentences[key].templates
                first = {language: template} if language == desk.languages[0] else {}
                desk.sentences[key] = Text(templates={**first, **old, language: template}, key=key)


def _sentence(desk: Desk, entry: Node) -> Template | None:
    written = as_map(entry, desk.faults, "a map with «text»")
    text = Keys(written, desk.faults, TRANSLATION).written("text") if written is not None else None
    if not isinstance(text, Scalar):
        if text is not None:
            wrong(desk.faults, text, "a text")
        return None
    try:
        return parse_template(text.text.strip(), mark=text.mark)
    except TemplateRefused as refused:
        desk.faults.error(text.mark, "template", refused.message, refused.hint)
        return None


def tell_unused(desk: Desk) -> None:
    """Entries that translate nothing: their text is gone (warning ``i18n-stale``)."""
    for language, entries in desk.translations.items():
        written = desk.written.get(id(entries))
        for key, _ in written.pairs if written is not None else ():
            if (language, key.text) not in desk.translated and language != desk.languages[0]:
                mark: Mark = key.mark
                desk.faults.warn(mark, "i18n-stale", f"no text of this bot is called «{key.text}»", "remove it")
