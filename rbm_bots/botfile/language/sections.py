"""Keys of a bot file's sections: the bot itself, flows, answers, people, offers, scenes, actions, calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from rbm_bots.botfile.language.kinds import (
    Condition,
    Data,
    Day,
    Flag,
    Forms,
    HoursOf,
    In,
    Key,
    ListOf,
    Money,
    Name,
    NamesTo,
    Number,
    Ref,
    Shape,
    Span,
    TextOf,
    Url,
    Whole,
    Word,
    Words,
)
from rbm_bots.botfile.language.messages import SUGGEST

__all__ = [
    "ALWAYS",
    "BOT",
    "CALENDAR",
    "FAQ",
    "FIELD_TYPES",
    "FLOW",
    "HANDOVER",
    "HTTP",
    "HTTP_METHODS",
    "OFFER",
    "PAID_HELP",
    "PART",
    "SCENE",
    "TOP",
    "TRANSLATION",
    "TRANSLATION_LIST",
    "UNKNOWN",
]

FIELD_TYPES: Final = (
    "text", "number", "boolean", "date", "datetime", "phone", "email", "file", "location", "record", "list",
)  # fmt: skip
"""Types that a record's field, an action's parameter or an action's result may have."""

HTTP_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_MESSAGE: Final = TextOf(2500)
_HEARS: Final = ListOf(Words(), most=50)
_STEPS: Final = ListOf(In("step"))
_TOPIC: Final = Key(kind=Ref("topic"), says="what it tells about the person's interests")

TOP: Final = Shape(
    what="a bot file",
    keys={
        "rbm": Key(kind=Word(("1",)), need=True, says="the version of this language: `1`"),
        "bot": Key(kind=In("bot"), need=True, says="who the bot is"),
        "slots": Key(kind=NamesTo(In("slot")), says="what the bot remembers"),
        "actions": Key(kind=NamesTo(In("http")), says="calls over HTTP, without Python"),
        "calendars": Key(kind=NamesTo(In("calendar")), says="free times and bookings"),
        "start": Key(kind=Ref("flow"), need=True, says="the flow of the first contact"),
        "flows": Key(kind=NamesTo(In("flow")), says="the talks; required, here or in `flows/*.yaml`"),
        "faq": Key(kind=NamesTo(In("faq")), says="answers to phrases that stand anywhere in a message"),
        "always": Key(kind=NamesTo(In("always")), says="what is heard even in the middle of a question"),
        "unknown": Key(kind=In("unknown"), default="two built-in sentences", says="what is said when nothing fits"),
        "handover": Key(kind=In("handover"), says="free human help"),
        "paid_help": Key(kind=In("paid_help"), says="human help that is charged by time"),
        "offers": Key(kind=NamesTo(In("offer")), says="personalised offers"),
        "scenes": Key(kind=NamesTo(In("scene")), says="talks that a campaign starts"),
    },
)

PART: Final = Shape(
    what="a part of a bot",
    keys={name: TOP.keys[name] for name in ("slots", "actions", "calendars", "flows", "faq", "offers", "scenes")},
)

BOT: Final = Shape(
    what="«bot»",
    keys={
        "id": Key(kind=Name(), need=True, says="its name for machines: a–z, 0–9, -"),
        "name": Key(kind=Words(), need=True, says="its name for people"),
        "languages": Key(kind=ListOf(Words()), default="[fr]", says="languages; the first is the one of this file"),
        "timezone": Key(kind=Words(), default="Europe/Paris", says="the zone that dates and times are in"),
        "country": Key(kind=Words(), default="FR", says="the country that phone numbers are of"),
        "expires": Key(
            kind=Span(timedelta(minutes=5), timedelta(days=7)),
            default="24h",
            says="how long a session lives without a word from the person",
        ),
        "code": Key(kind=Words(), default="actions.py if it is there", says="the Python file beside this one"),
        "tiers": Key(kind=ListOf(Name()), default="[bronze, silver, gold, platinum]", says="tiers, lowest first"),
        "topics": Key(kind=ListOf(Name()), says="what people may be interested in"),
    },
)

FLOW: Final = Shape(
    what="a flow",
    keys={
        "steps": Key(kind=_STEPS, need=True, says="what happens, from top to bottom"),
        "hears": Key(kind=_HEARS, says="whole messages that start this flow"),
        "topic": _TOPIC,
    },
)

FAQ: Final = Shape(
    what="a faq entry",
    keys={
        "hears": Key(kind=_HEARS, need=True, says="phrases that may stand anywhere in a message"),
        "say": Key(kind=_MESSAGE, says="the answer"),
        "card": Key(kind=In("card"), says="the answer as a card; `say` or `card` is required"),
        "suggest": SUGGEST,
        "sms": Key(kind=TextOf(), says="what a phone without RCS gets"),
        "topic": _TOPIC,
        "when": Key(kind=Condition(), says="it is not heard unless this is true"),
    },
)

ALWAYS: Final = Shape(
    what="an «always» entry",
    keys={
        "hears": Key(kind=_HEARS, says="whole messages; required unless the entry is a built-in one"),
        "say": Key(kind=_MESSAGE, says="the answer; the open question then comes back"),
        "goto": Key(kind=Ref("target"), says="leaves the talk; `say` or `goto` is required"),
        "suggest": SUGGEST,
        "when": Key(kind=Condition(), says="it is not heard unless this is true"),
    },
)

UNKNOWN: Final = Shape(
    what="«unknown»",
    keys={
        "say": Key(kind=ListOf(_MESSAGE), says="a text for each failure in a row"),
        "suggest": SUGGEST,
        "then": Key(
            kind=Ref("target"), default="`handover` if declared, else `start`", says="where the last one leads"
        ),
    },
)

_HELP: Final = {
    "team": Key(kind=Words(), need=True, says="who answers"),
    "hours": Key(kind=HoursOf(), default="always", says="when they are there"),
    "timeout": Key(kind=Span(_MINUTE, _DAY), default="10m", says="how long an agent has to accept"),
    "busy": Key(kind=_MESSAGE, default="a built-in one", says="text when nobody accepted in time"),
    "otherwise": Key(kind=Ref("target"), default="end", says="where the talk goes on then"),
    "carry": Key(kind=ListOf(Ref("slot"), least=0), says="slots that the agent sees"),
    "back": Key(kind=_MESSAGE, default="a built-in one", says="text when the bot is back"),
}

HANDOVER: Final = Shape(
    what="«handover»",
    keys={
        **_HELP,
        "idle": Key(kind=Span(_MINUTE, _DAY), default="2h", says="how long without a word before it ends"),
        "say": Key(kind=_MESSAGE, default="a built-in one", says="text when it is asked for"),
        "closed": Key(kind=_MESSAGE, default="a built-in one", says="text outside of hours, or with nobody there"),
        "rating": Key(kind=Flag(), default="true", says="ask for marks at the end"),
    },
)

PAID_HELP: Final = Shape(
    what="«paid_help»",
    keys={
        **_HELP,
        "idle": Key(kind=Span(_MINUTE, _DAY), default="2m", says="how long without a word before it ends"),
        "level": Key(kind=Words(), says="required: a level of the price list"),
        "cap": Key(kind=Money(), says="required: the most it may cost, up to 50.00 euros"),
        "operators": Key(kind=ListOf(Words(), least=0), says="required: the operators that bill it"),
        "reasons": Key(kind=ListOf(Word(("pre_sale", "sale", "results", "after_sale"))), says="reasons to choose from"),
        "media": Key(
            kind=ListOf(Word(("chat", "documents", "video_link", "voice_link"))), default="[chat]", says="ways to talk"
        ),
        "intro": Key(kind=_MESSAGE, says="the first line of the price card"),
        "otherwise": Key(
            kind=Ref("target"), default="`handover` if declared, else `end`", says="not eligible, declined, closed"
        ),
    },
)

OFFER: Final = Shape(
    what="an offer",
    keys={
        "topic": Key(kind=Ref("topic"), need=True, says="what it is about"),
        "card": Key(kind=In("card"), need=True, says="the card; `offer.id` and `offer.value` may be read in it"),
        "tiers": Key(
            kind=NamesTo(Number(), names="tier"), says="its value for each tier; a higher one never gets less"
        ),
        "when": Key(kind=Condition(), says="who may get it"),
        "from": Key(kind=Day(), says="its first day"),
        "until": Key(kind=Day(), says="its last day, included"),
        "limit": Key(kind=Whole(1, 1000), says="how often it is shown to one person"),
    },
)

SCENE: Final = Shape(
    what="a scene",
    keys={
        "purpose": Key(kind=Word(("service", "marketing")), need=True, says="what it is for; marketing wants consent"),
        "fills": Key(kind=ListOf(Ref("slot"), least=0), says="slots that are columns of the audience file"),
        "expires": Key(
            kind=Span(timedelta(minutes=5), timedelta(days=366)), default="7d", says="how long it waits for an answer"
        ),
        "steps": Key(kind=_STEPS, need=True, says="what happens; one message before the first answer"),
    },
)

HTTP: Final = Shape(
    what="an action",
    keys={
        "http": Key(kind=Words(), need=True, says="`METHOD https://…`; no placeholder in the host"),
        "headers": Key(kind=NamesTo(Data(), names="header"), says="headers; `secret.X` is read from `RBM_SECRET_X`"),
        "query": Key(kind=NamesTo(Data()), says="what stands behind the question mark"),
        "json": Key(kind=NamesTo(Data()), says="the body; not with GET"),
        "takes": Key(kind=NamesTo(Word(FIELD_TYPES), names="parameter"), says="what `with` must give"),
        "gives": Key(
            kind=Forms(words=Word(("list",)), map=NamesTo(Word(FIELD_TYPES), names="field")),
            says="fields of the answer, or `list`",
        ),
        "pick": Key(kind=Words(), says="the part of the answer to take, like `data.stores`"),
        "errors": Key(kind=NamesTo(Whole(100, 599), names="code"), says="code for `on_error` to HTTP status"),
        "timeout": Key(
            kind=Span(timedelta(seconds=1), timedelta(seconds=30)), default="10s", says="the time it may take"
        ),
    },
)

CALENDAR: Final = Shape(
    what="a calendar",
    keys={
        "source": Key(kind=Word(("builtin", "ics")), need=True, says="our own table, or an iCalendar's busy times"),
        "hours": Key(kind=HoursOf(), need=True, says="when appointments begin; closed on French public holidays"),
        "url": Key(kind=Url(), says="https address of the iCalendar"),
        "file": Key(kind=Words(), says="or the file in the bot's folder"),
        "slot": Key(kind=Span(_MINUTE, _DAY), default="30m", says="how long an appointment is"),
        "capacity": Key(kind=Whole(1, 1000), default="1", says="how many at the same time"),
        "notice": Key(kind=Span(timedelta(0), timedelta(days=30)), default="2h", says="the soonest, from now"),
        "days": Key(kind=Whole(1, 366), default="30", says="the latest, in days from now"),
    },
)

TRANSLATION: Final = Shape(
    what="a translation",
    keys={
        "text": Key(kind=Words(), says="the text in this language; `~` while there is none"),
        "of": Key(kind=Words(), says="first 4 hex digits of the source's SHA-256"),
    },
)

TRANSLATION_LIST: Final = Shape(
    what="a translation",
    keys={
        "list": Key(kind=ListOf(Words()), says="the texts in this language; `~` while there are none"),
        "of": TRANSLATION.keys["of"],
    },
)
