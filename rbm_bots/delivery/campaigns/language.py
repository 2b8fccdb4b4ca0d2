"""The keys of a campaign file, in the order of its manual. It is YAML as bot files are, with the same scalars."""

from __future__ import annotations

from typing import Final

from rbm_bots.botfile.language.kinds import (
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
    Phone,
    Shape,
    TextOf,
    Url,
    Whole,
    Word,
    Words,
)

__all__ = [
    "AUDIENCE", "COLUMN", "CONSENT", "CSV", "LINK", "MESSAGE", "PARQUET", "PROMOTES", "SCHEDULE", "SQL", "TOP",
    "VARIANT",
]  # fmt: skip

_MOST_PER_SECOND: Final = 10_000

LINK: Final = Shape(
    what="a suggestion",
    keys={
        "label": Key(kind=TextOf(limit=25), need=True, says="what the button says, at most 25 characters"),
        "url": Key(kind=Url(), says="a page that it opens"),
        "dial": Key(kind=Phone(), says="a number that it calls"),
    },
)

MESSAGE: Final = Shape(
    what="a message",
    keys={
        "text": Key(kind=TextOf(limit=2500), need=True, says="the text; `{{ name }}` stands for a column"),
        "sms": Key(kind=TextOf(), says="what an SMS says instead", default="the text, then the links"),
        "suggest": Key(kind=ListOf(In("link"), most=10), says="buttons under the text"),
    },
)

VARIANT: Final = Shape(
    what="a variant",
    keys={
        "name": Key(kind=Name(), need=True, says="its name in the report"),
        "share": Key(kind=Number(), need=True, says="percent of those who get anything; all shares make 100"),
        "scene": Key(kind=Name(), says="a scene of the bot"),
        "message": Key(kind=In("message"), says="a single message"),
    },
)

CSV: Final = Shape(
    what="a CSV file",
    keys={
        "path": Key(kind=Words(), need=True, says="the file, from the campaign file's folder"),
        "encoding": Key(kind=Words(), says="`utf-8`, `cp1252`, `utf-16` …", default="utf-8"),
        "separator": Key(kind=Words(), says="one character, or `tab`", default="the one in the header line"),
    },
)

PARQUET: Final = Shape(
    what="a Parquet file",
    keys={"path": Key(kind=Words(), need=True, says="the file, from the campaign file's folder")},
)

SQL: Final = Shape(
    what="a query",
    keys={
        "url": Key(kind=Words(), need=True, says="the database; `$NAME` takes it from the environment"),
        "query": Key(kind=Words(), need=True, says="one SELECT; its columns are the audience's"),
    },
)

CONSENT: Final = Shape(
    what="the proof of consent",
    keys={
        "at": Key(kind=Words(), need=True, says="the column with the day or the instant of the opt-in"),
        "proof": Key(kind=Words(), need=True, says="the column that says where it can be shown"),
    },
)

AUDIENCE: Final = Shape(
    what="an audience",
    keys={
        "csv": Key(kind=In("csv"), says="people from a CSV file"),
        "parquet": Key(kind=In("parquet"), says="people from a Parquet file"),
        "sql": Key(kind=In("sql"), says="people from a database"),
        "number": Key(kind=Words(), need=True, says="the column with the numbers (E.164)"),
        "reference": Key(kind=Words(), says="the column with your own key of a person, for the report"),
        "consent": Key(kind=In("consent"), says="the columns that prove the opt-in; marketing wants it"),
    },
)

COLUMN: Final = Shape(
    what="a column",
    keys={
        "column": Key(kind=Words(), need=True, says="the column of the audience"),
        "otherwise": Key(kind=Words(), says="what stands in for an empty cell"),
    },
)

SCHEDULE: Final = Shape(
    what="a schedule",
    keys={
        "starts": Key(kind=Words(), says="an instant like `2026-11-24T09:00+01:00`", default="at once"),
        "ends": Key(kind=Words(), says="an instant; nothing leaves from then on"),
        "hours": Key(kind=HoursOf(), says="when it may leave, like `mon-sat 09:00-20:00`", default="the law's hours"),
        "spread": Key(kind=Flag(), says="whether it may go on on another day", default="true"),
    },
)

PROMOTES: Final = Shape(
    what="what is promoted",
    keys={
        "paid": Key(kind=Flag(), says="some of it costs money: no text may say «gratuit»", default="false"),
        "adult": Key(kind=Flag(), says="content for adults, which is not sent", default="false"),
        "minors": Key(kind=Flag(), says="it is meant for minors, to whom nothing is promoted", default="false"),
    },
)

TOP: Final = Shape(
    what="a campaign",
    keys={
        "campaign": Key(kind=Name(), need=True, says="its name: small letters, digits, `_` and `-`"),
        "bot": Key(kind=Words(), need=True, says="a bot of `rbm.toml`"),
        "class": Key(kind=Word(("marketing", "service", "code")), says="what the rules ask about", default="marketing"),
        "audience": Key(kind=In("audience"), need=True, says="who is meant"),
        "columns": Key(
            kind=NamesTo(Forms(words=Words(), map=In("column"))),
            says="names of the message, or slots of the scene, to columns",
        ),
        "scene": Key(kind=Name(), says="the scene that starts"),
        "message": Key(kind=In("message"), says="or the one message that is sent"),
        "variants": Key(kind=ListOf(In("variant"), least=2, most=10), says="or several, each for a share"),
        "promotes": Key(kind=In("promotes"), says="what stands behind the text, which the rules want to know"),
        "holdout": Key(kind=Number(), says="percent of people who get nothing, to compare with", default="0"),
        "schedule": Key(kind=In("schedule"), says="when it may leave"),
        "per_second": Key(kind=Whole(1, _MOST_PER_SECOND), says="its own limit", default="the application's quota"),
        "fallback": Key(kind=Flag(), says="whether an SMS may follow where the bot has a short code", default="true"),
        "untested": Key(
            kind=Word(("go", "wait")),
            says="`wait`: whoever was never checked for RCS waits for the next nightly check",
            default="go",
        ),
        "budget": Key(kind=Money(), says="the most it may cost in a month, worst case, in euros"),
        "ceiling": Key(kind=Number(), says="euros a recipient, where the contract names no price"),
        "testers": Key(kind=NamesTo(Phone()), says="names to numbers that a test may be sent to"),
    },
)
