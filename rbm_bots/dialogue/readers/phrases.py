"""Phrases: ``always``, ``hears`` of flows, ``faq`` (bot language 9.2), and the built-in words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rbm_bots.botfile.model import Always, Faq, Target
from rbm_bots.dialogue.answers.choice import one_typo_away
from rbm_bots.dialogue.player import answer_faq, go, leave_for
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again
from rbm_bots.dialogue.readers.own_data import read_data_words
from rbm_bots.dialogue.readers.paid_lock import read_lock_words
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.render import say
from rbm_bots.words import fold, fold_words

__all__ = ["read_always", "read_faq", "read_hears", "restart"]

_RESTART: Final = frozenset({"recommencer", "restart"})
_LANGUAGES: Final = {
    "fr": frozenset({"francais", "french", "en francais", "in french"}),
    "en": frozenset({"anglais", "english", "en anglais", "in english"}),
    "de": frozenset({"allemand", "german", "deutsch", "auf deutsch", "en allemand", "in german"}),
    "es": frozenset({"espagnol", "spanish", "espanol", "en espanol", "en espagnol", "in spanish"}),
    "it": frozenset({"italien", "italian", "italiano", "in italiano", "en italien", "in italian"}),
    "nl": frozenset({"neerlandais", "dutch", "nederlands", "en neerlandais", "in dutch"}),
    "pt": frozenset({"portugais", "portuguese", "portugues", "em portugues", "en portugais", "in portuguese"}),
}
_SHORTEST_TYPO: Final = 6
_OWN: Final = frozenset({"stop", "start", "restart", "language", "data", "paid_lock"})


def read_always(playing: Playing, text: str) -> Unhandled | None:
    """Take what is heard even in the middle of a question."""
    said = fold(text)
    if said in _RESTART or said in _own_words(playing, "restart"):
        restart(playing)
        return None
    language = _language_asked(playing, said)
    if language is not None:
        _speak(playing, language)
        return None
    if read_data_words(playing, said) is not UNHANDLED or read_lock_words(playing, said) is not UNHANDLED:
        return None
    for entry in playing.bot.always.values():
        if entry.name not in _OWN and said in entry.hears and (entry.when is None or entry.when.holds(playing)):
            _take_always(playing, entry)
            return None
    return UNHANDLED


def read_hears(playing: Playing, text: str) -> Unhandled | None:
    """Start the flow whose phrase the whole message is, or is one typing error away from."""
    said = fold(text)
    flows = playing.bot.flows.values()
    found = [flow.name for flow in flows if said in flow.hears]
    if not found:
        found = [flow.name for flow in flows if one_typo_away((said,), _long_enough(flow.hears))]
    if len(found) != 1:
        return UNHANDLED
    playing.interest(playing.bot.flows[found[0]].topic, step=found[0])
    leave_for(playing, Target(kind="flow", name=found[0]))
    return None


def read_faq(playing: Playing, text: str) -> Unhandled | None:
    """Answer the longest phrase that stands in the message as whole words, or is one typing error away from some."""
    said = fold_words(text)
    entries = [faq for faq in playing.bot.faq.values() if faq.when is None or faq.when.holds(playing)]
    best, length = None, 0
    for faq in entries:
        longest = max((len(phrase) for phrase in faq.hears if _stands_in(phrase, said)), default=0)
        if longest > length:
            best, length = faq, longest
    best = best or _misspelt(said, entries)
    if best is None:
        return UNHANDLED
    playing.unknown = 0
    playing.interest(best.topic, step=f"faq/{best.name}")
    answer_faq(playing, best)
    return None


def restart(playing: Playing) -> None:
    """From the beginning: a new talk at ``start``."""
    own = playing.bot.always.get("restart")
    if own is not None:
        say(playing, own.say, step="always/restart")
    leave_for(playing, Target(kind="start"))


def _take_always(playing: Playing, entry: Always) -> None:
    playing.unknown = 0
    asked = playing.question is not None
    playing.trail.append(f"always/{entry.name}")
    leaves = entry.goto is not None and entry.goto.kind != "faq"
    say(playing, entry.say, step=f"always/{entry.name}", chips=() if asked or leaves else entry.suggest)
    if entry.goto is None:
        ask_again(playing)
    elif leaves:
        leave_for(playing, entry.goto)
    else:
        go(playing, entry.goto)


def _language_asked(playing: Playing, said: str) -> str | None:
    """The language that the word is for; a word of the bot's own leads to the next one."""
    languages = playing.bot.languages
    if len(languages) < 2:
        return None
    if said in _own_words(playing, "language"):
        return languages[(languages.index(playing.language) + 1) % len(languages)]
    return next((language for language in languages if said in _LANGUAGES.get(language.partition("-")[0], ())), None)


def _speak(playing: Playing, language: str) -> None:
    """From now on in the chosen language: the question again, else the start."""
    playing.language, playing.language_chosen = language, True
    own = playing.bot.always.get("language")
    if own is not None:
        say(playing, own.say, step="always/language")
    if playing.question is not None:
        ask_again(playing)
    else:
        leave_for(playing, Target(kind="start"))


def _own_words(playing: Playing, name: str) -> tuple[str, ...]:
    own = playing.bot.always.get(name)
    return own.hears if own is not None else ()


@lru_cache(maxsize=4096)
def _long_enough(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """The phrases in which one error is told from another word."""
    return tuple(phrase for phrase in phrases if sum(map(str.isalpha, phrase)) >= _SHORTEST_TYPO)


def _stands_in(phrase: str, said: str) -> bool:
    return f" {phrase} " in f" {said} " or ("'" not in phrase and f" {phrase} " in f" {said.replace(chr(39), ' ')} ")


def _misspelt(said: str, entries: Iterable[Faq]) -> Faq | None:
    """The only entry with a phrase that as many words of the message spell with one error."""
    words = said.replace("'", " ").split()[:50]
    windows: dict[int, list[str]] = {}
    found = [faq for faq in entries if _is_misspelt(words, _by_size(faq.hears), windows)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _by_size(phrases: tuple[str, ...]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Phrases that may be misspelt, apostrophes parted, by how many words they have."""
    parted = [phrase.replace("'", " ") for phrase in phrases]
    sizes = sorted({len(phrase.split()) for phrase in parted})
    of_size = {size: tuple(phrase for phrase in parted if len(phrase.split()) == size) for size in sizes}
    return tuple((size, kept) for size, same in of_size.items() if (kept := _long_enough(same)))


def _is_misspelt(
    words: list[str], phrases: tuple[tuple[int, tuple[str, ...]], ...], windows: dict[int, list[str]]
) -> bool:
    """``windows`` remembers the runs of neighbouring words by their number, for the entries of one message."""
    for size, same in phrases:
        if size not in windows:
            windows[size] = [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
        if one_typo_away(windows[size], same):
            return True
    return False
