"""Every fault that a bot file can have: its code, whether it stops the bot, what it means, and what helps in general.

A fault that knows better than ``hint`` brings its own. ``rbm explain CODE`` shows the page of a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["CODES", "Code"]

_Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Code:
    """``severity``: an error stops the bot from loading. ``says``: one line. ``hint``: what to write, in general."""

    severity: _Severity
    says: str
    hint: str


def _error(says: str, hint: str) -> Code:
    return Code("error", says, hint)


def _warning(says: str, hint: str) -> Code:
    return Code("warning", says, hint)


CODES: Final[Mapping[str, Code]] = {
    "yaml": _error("this is not YAML, or not the part of YAML that bot files use", "put texts with «: » in quotes"),
    "twice": _error("a key is written twice in one map", "keep one of them"),
    "yaml-alias": _error("an anchor, alias, tag or merge", "put the text in quotes, or write it out"),
    "extra": _error("a key that does not exist here", "see the keys in the language reference"),
    "missing": _error("a key that must be there is not", "add the key"),
    "type": _error("a value of the wrong kind, or out of range", "«rbm explain type» shows how values are written"),
    "no-verb": _error("a step without a verb", "begin it with say, ask, card, do …"),
    "no-target": _error(
        "a jump to something that does not exist", "jump to a step of this flow, a flow or a faq entry"
    ),
    "no-slot": _error("a name that no slot has", "declare it under «slots:»"),
    "no-topic": _error("a topic that is not declared", "list it in «bot: topics:»"),
    "no-action": _error("an action that does not exist", "write it in actions.py, or under «actions:»"),
    "no-check": _error("a check that does not exist", "register it in actions.py: @actions.check(…)"),
    "ambiguous": _error("one name for two things", "rename one of them"),
    "hears-clash": _error("one phrase is heard in two places", "say it in one place only"),
    "option-clash": _error("two options are understood from the same words", "give one of them another label"),
    "template": _error(
        "a text or condition with something that is not allowed in it", "only {{ name | filter }} may stand in a text"
    ),
    "cond-type": _error("a condition compares what cannot be compared", "compare a choice with one of its options"),
    "pattern": _error("a regular expression that is wrong, or may take too long", "write it simpler"),
    "hours": _error(
        "opening hours that cannot be read", "write them like: mon-fri 08:30-12:00 14:00-18:30, sat 09:00-12:00"
    ),
    "ask-type": _error("a question for something that nobody can type", "fill it with «do: … save:»"),
    "action-args": _error(
        "what is given does not fit what the action takes", "compare «with» to the action's parameters"
    ),
    "action-error": _error(
        "an error that the action does not declare", "use a code it declares, timeout, error or any"
    ),
    "python": _error("actions.py does not load", "repair the Python file; the line is the one that failed"),
    "reply-dead": _error("a suggestion that does nothing", "give it a «goto», or a «set» that answers the question"),
    "loop-no-wait": _error(
        "jumps that come back without ever waiting for the person", "wait on the way: «ask», «confirm» …"
    ),
    "rcs-label": _error("a label over 25 characters", "shorten it: phones show 25 characters"),
    "rcs-chips": _error("more suggestions than a phone shows", "keep 11 under a message, 4 in a card"),
    "rcs-card": _error(
        "a card that RCS does not take", "a card has 200 characters of title, 2,000 of text, one picture or video"
    ),
    "rcs-carousel": _error(
        "a carousel that RCS does not take", "2 to 10 cards, without a layout or height of their own"
    ),
    "rcs-text": _error("a text over its limit", "shorten it, or say it in two messages"),
    "sms-parts": _error("a message that is too long as SMS", "shorten it, or give it an «sms» text"),
    "media-missing": _error("a file that is not there", "put it under media/"),
    "media-type": _error(
        "a file of a kind that phones do not show", "use jpg, png, gif, mp4 or webm; «file» also takes pdf and sound"
    ),
    "stop-overridden": _error("a label or phrase that STOP takes first", "use other words"),
    "offer-order": _error("a higher tier gets less than a lower one", "let the value grow with the tier"),
    "paid-help": _error(
        "paid help without its level, cap or operators", "declare level, cap (up to 50.00) and operators"
    ),
    "scene-empty": _error("a scene that can never send a message", "add a message, or make it a flow"),
    "unreached": _warning("a flow or a step that nothing leads to", "jump to it, give it «hears:», or delete it"),
    "no-way-out": _warning("a question with neither give_up nor skip", "add «give_up:» or «skip:»"),
    "lost-chips": _warning(
        "suggestions that vanish because a message follows at once",
        "move them to the last message before the bot waits",
    ),
    "turn-too-long": _warning(
        "more messages in a row than a turn may send", "at most 6: ask something on the way, or join texts"
    ),
    "edit-alike": _warning("two slots of one «edit» whose chips may read the same", "give each slot a «label:»"),
    "odd-text": _warning("a text that is read otherwise than it looks", "put the whole text in quotes"),
    "comma-list": _warning("a comma made two texts of one", "put the whole sentence in quotes"),
    "maybe-empty": _warning("a text prints a value that may be skipped", 'write {{ name | default("…") }}'),
    "never-filled": _warning(
        "a slot that is read and never filled", "ask for it, set it, or save an action's result in it"
    ),
    "sms-cost": _warning(
        "an SMS that costs more than it must", "write an «sms» text without these characters, or a shorter one"
    ),
    "sms-impossible": _warning("a question that nobody can answer by SMS", "add «skip:» or «give_up:»"),
    "i18n-missing": _warning(
        "a text without words in one of the bot's languages", "run «rbm i18n extract» and translate it"
    ),
    "i18n-stale": _warning("a translation whose source has changed or is gone", "look at the translation again"),
    "media-size": _warning("a picture or video over 1 MiB in a card; over 100 MiB it is an error", "make it smaller"),
    "rcs-size": _warning("a message near the 250 KB that a platform takes", "fewer cards, shorter texts"),
    "private-in-log": _warning("a private value in an address, which servers log", "give a reference instead"),
    "error-unhandled": _warning("an error of an action that nothing handles", "add «on_error:»"),
    "scene-messages": _warning(
        "a scene that sends several messages before the person answers", "each is charged: send one"
    ),
}
"""Code to what it means; errors first."""
