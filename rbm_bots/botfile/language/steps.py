"""Keys of steps, by verb (bot language, chapter 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from rbm_bots.botfile.language.kinds import (
    Condition,
    Data,
    FileRef,
    Flag,
    Forms,
    In,
    Key,
    ListOf,
    Name,
    NamesTo,
    Ref,
    Shape,
    Span,
    TextOf,
    Whole,
    Word,
    Words,
)
from rbm_bots.botfile.language.messages import LABEL, SUGGEST

__all__ = ["COMMON", "HANDLER", "ON_REFUSE", "REMINDER", "SENDING", "SHOWN", "VERBS", "WAITING"]

_MINUTE: Final = timedelta(minutes=1)
_MESSAGE: Final = TextOf(2500)
_STEPS: Final = ListOf(In("step"))

COMMON: Final[Mapping[str, Key]] = {
    "id": Key(kind=Name(), says="its name, for jumps, translations and tests"),
    "when": Key(kind=Condition(), says="the step is passed over unless this is true"),
    "goal": Key(kind=Name(), says="counted once in a talk when the step is done"),
}
SENDING: Final[Mapping[str, Key]] = {
    "suggest": SUGGEST,
    "sms": Key(kind=TextOf(), default="the text and a line per suggestion", says="what a phone without RCS gets"),
}
WAITING: Final[Mapping[str, Key]] = {
    "reprompt": Key(kind=ListOf(_MESSAGE), default="a built-in one, twice", says="texts after wrong answers, in order"),
    "give_up": Key(
        kind=Ref("target"),
        default="`handover` if declared, else `start`",
        says="where a wrong answer with no reprompt left leads, or `timeout`",
    ),
    "timeout": Key(kind=Span(_MINUTE, timedelta(hours=24)), says="how long the bot waits for an answer"),
}
_GOTO: Final = Key(kind=Ref("target"), says="where the talk goes on")
_WITH: Final = Key(kind=NamesTo(Data(), names="parameter"), default="{}", says="what the action is given")
_ON_ERROR: Final = Key(
    kind=NamesTo(In("handler"), names="code"),
    says="what to do when the action fails: a code it declares, `timeout`, `error` or `any`",
)
_NONE: Final = Key(kind=Ref("target"), says="where to go when there is nothing to show")


def _verb(verb: str, *parts: Mapping[str, Key]) -> Shape:
    keys: dict[str, Key] = {}
    for part in parts:
        keys |= part
    return Shape(what=f"a «{verb}» step", keys={**keys, **COMMON})


VERBS: Final[Mapping[str, Shape]] = {
    "if": _verb(
        "if",
        {
            "if": Key(kind=Condition(), need=True, says="a condition"),
            "then": Key(kind=_STEPS, need=True, says="steps when it is true"),
            "else": Key(kind=_STEPS, says="steps when it is not"),
        },
    ),
    "ask": _verb(
        "ask",
        {
            "ask": Key(kind=Ref("slot"), need=True, says="the slot to fill; passed over when it is filled"),
            "say": Key(kind=_MESSAGE, need=True, says="the question"),
            "again": Key(kind=Flag(), default="false", says="ask even when the slot is filled"),
            "skip": Key(kind=LABEL, says="label of a suggestion that leaves the slot empty and goes on"),
        },
        WAITING,
        SENDING,
    ),
    "rendezvous": _verb(
        "rendezvous",
        {
            "rendezvous": Key(kind=Ref("slot"), need=True, says="the datetime slot to fill from free times"),
            "say": Key(kind=_MESSAGE, need=True, says="the question"),
            "find": Key(kind=Ref("action"), need=True, says="the action that gives free times, earliest first"),
            "with": _WITH,
            "offer": Key(kind=In("shown"), default="carousel, 5, 4", says="how free times are shown"),
            "more": Key(kind=LABEL, default="a built-in one", says="label of the suggestion that shows later times"),
            "hold": Key(
                kind=Span(_MINUTE, timedelta(minutes=60)),
                default="10m",
                says="how long the chosen time is kept from others",
            ),
            "none": Key(kind=Ref("target"), need=True, says="where to go when nothing is free"),
            "on_error": _ON_ERROR,
        },
        WAITING,
        SENDING,
    ),
    "confirm": _verb(
        "confirm",
        {
            "confirm": Key(kind=_MESSAGE, need=True, says="the question, answered by yes or no"),
            "accept": Key(kind=LABEL, default="Oui", says="label of the yes"),
            "refuse": Key(kind=LABEL, default="Non", says="label of the no"),
            "edit": Key(kind=ListOf(Ref("slot")), says="slots that a no lets the person change"),
            "on_refuse": Key(kind=In("on_refuse"), default="a built-in text, then `end`", says="what a no leads to"),
        },
        WAITING,
        SENDING,
    ),
    "handover": _verb(
        "handover",
        {"handover": Key(kind=In("handover_step"), need=True, says="keys of `handover` to override; `{}` for none")},
    ),
    "paid_help": _verb(
        "paid_help",
        {"paid_help": Key(kind=In("paid_help_step"), need=True, says="keys of `paid_help` to override; `{}` for none")},
    ),
    "run": _verb("run", {"run": Key(kind=Ref("flow"), need=True, says="a flow to play before the next step")}),
    "do": _verb(
        "do",
        {
            "do": Key(kind=Ref("action"), need=True, says="the action to call"),
            "with": _WITH,
            "save": Key(kind=Ref("slot"), says="the slot that takes its result"),
            "on_error": _ON_ERROR,
            "remind": Key(kind=In("reminder"), says="messages to send before an appointment"),
            "moves": Key(kind=Data(), says="reference of a reminder that moves to the new time"),
            "cancels": Key(kind=Data(), says="reference of a reminder that is not sent"),
            "goto": _GOTO,
        },
    ),
    "offer": _verb(
        "offer",
        {
            "offer": Key(
                kind=Forms(words=Words(), items=ListOf(Ref("topic"))), need=True, says="`best`, a topic or some topics"
            ),
            "max": Key(kind=Whole(1, 10), default="1", says="how many are shown at most"),
            "none": _NONE,
            "goto": _GOTO,
        },
        SENDING,
    ),
    "carousel": _verb(
        "carousel",
        {
            "carousel": Key(
                kind=Forms(items=ListOf(In("card"), least=2, most=10), map=In("cards_for")),
                need=True,
                says="2 to 10 cards, or one for each entry of a list",
            ),
            "width": Key(kind=Word(("small", "medium")), default="medium", says="how wide the cards are"),
            "height": Key(kind=Word(("short", "medium", "tall")), default="medium", says="how high all pictures are"),
            "none": _NONE,
            "goto": _GOTO,
        },
        SENDING,
    ),
    "card": _verb("card", {"card": Key(kind=In("card"), need=True, says="the card"), "goto": _GOTO}, SENDING),
    "file": _verb(
        "file",
        {
            "file": Key(kind=FileRef(), need=True, says="a picture, video, sound or pdf, at most 100 MiB"),
            "name": Key(kind=TextOf(), says="the file's name as the person sees it"),
            "thumbnail": Key(kind=FileRef(), says="a small picture of it"),
            "goto": _GOTO,
        },
        SENDING,
    ),
    "location": _verb(
        "location",
        {
            "location": Key(
                kind=Forms(words=Words(), map=In("place")),
                need=True,
                says='a place: `"lat,lng"`, `{lat, lng, label}` or a location slot',
            ),
            "goto": _GOTO,
        },
        SENDING,
    ),
    "say": _verb("say", {"say": Key(kind=_MESSAGE, need=True, says="the text"), "goto": _GOTO}, SENDING),
    "set": _verb(
        "set",
        {"set": Key(kind=NamesTo(Data(), names="slot"), need=True, says="slot to value; `~` empties"), "goto": _GOTO},
    ),
    "goto": _verb("goto", {"goto": Key(kind=Ref("target"), need=True, says="where the talk goes on")}),
    "end": _verb("end", {"end": Key(kind=Flag(), need=True, says="`true`: the whole talk is over")}),
}
"""The verbs, in the order in which a step's keys are looked at: the first that it has is its verb."""

HANDLER: Final = Shape(
    what="an error's handler",
    keys={
        "say": Key(kind=_MESSAGE, says="what is said first"),
        "goto": Key(kind=Ref("target"), need=True, says="where the talk goes on"),
    },
)

ON_REFUSE: Final = Shape(
    what="«on_refuse»",
    keys={
        "say": Key(kind=_MESSAGE, says="what is said first"),
        "goto": Key(kind=Ref("target"), default="end", says="where the talk goes on"),
    },
)

SHOWN: Final = Shape(
    what="«offer»",
    keys={
        "style": Key(kind=Word(("carousel", "chips")), default="carousel", says="a card per day, or ten suggestions"),
        "days": Key(kind=Whole(1, 10), default="5", says="how many days are shown"),
        "per_day": Key(kind=Whole(1, 4), default="4", says="how many times of a day are shown"),
    },
)

REMINDER: Final = Shape(
    what="a reminder",
    keys={
        "at": Key(kind=Data(), need=True, says="when the appointment is"),
        "before": Key(
            kind=ListOf(Span(_MINUTE, timedelta(days=30)), most=5), need=True, says="how long before it to send"
        ),
        "ref": Key(kind=Data(), need=True, says="its reference, for `moves` and `cancels`"),
        "say": Key(kind=_MESSAGE, need=True, says="the text"),
        "suggest": SUGGEST,
    },
)
