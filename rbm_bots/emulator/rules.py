"""Faults on demand: rules say when the operator, the network or a phone misbehaves, and how.

A rule is ``{"match": {…}, "do": {…}}``. ``match`` may name ``path`` (a glob over what follows the bot id, such as
``messages`` or ``messages/*/status``), ``method``, ``bot``, ``contact``, ``event`` (webhook events), ``nth`` (only
the nth time all else matches, from 1) and ``times`` (at most so often). ``do`` is one of these, each asked at its own
moment:

======== ===================================================== ==============================================
moment   members of ``do``                                     meaning
======== ===================================================== ==============================================
call     ``status`` with ``body``, ``delay_s``, ``drop``       answer this instead of working; wait before the
                                                               work; cut the connection ``before`` or ``after`` it
send     ``fail`` with ``after_s``, ``deliver: false``         the message fails later with this code; it is sent
                                                               and never arrives
event    ``duplicate``, ``reorder``                            post the event so many times more; let the next
                                                               event of that person overtake it
person   ``not_rcs``, ``capabilities``                         the number is not on RCS; it has these capabilities
quota    ``quota_per_s``, ``quota_per_min``                    other limits, for every application
======== ===================================================== ==============================================
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

import msgspec

from rbm_bots.emulator.members import Json

__all__ = ["Deed", "Match", "Moment", "Rule", "RuleBook", "read_rules"]

Moment = Literal["call", "send", "event", "person", "quota"]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
_Count = Annotated[int, msgspec.Meta(ge=1)]

_MOMENTS: dict[Moment, tuple[str, ...]] = {
    "call": ("status", "body", "delay_s", "drop"),
    "send": ("fail", "after_s", "deliver"),
    "event": ("duplicate", "reorder"),
    "person": ("not_rcs", "capabilities"),
    "quota": ("quota_per_s", "quota_per_min"),
}
_FACTS: dict[Moment, tuple[str, ...]] = {
    "call": ("path", "method", "bot", "contact", "nth", "times"),
    "send": ("bot", "contact", "nth", "times"),
    "event": ("bot", "contact", "event", "nth", "times"),
    "person": ("bot", "contact"),
    "quota": (),
}


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a rule applies; what is not named matches all."""

    path: str | None = None
    method: str | None = None
    bot: str | None = None
    contact: str | None = None
    event: str | None = None
    nth: _Count | None = None
    times: _Count | None = None

    def fits(self, facts: dict[str, str]) -> bool:
        """Whether the named facts are as this match wants them (``nth`` and ``times`` aside)."""
        if self.path is not None and not fnmatchcase(facts.get("path", ""), self.path):
            return False
        wanted = {"method": self.method, "bot": self.bot, "contact": self.contact, "event": self.event}
        return all(facts.get(name) == value for name, value in wanted.items() if value is not None)


class Deed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule does; its members belong to one moment."""

    status: Annotated[int, msgspec.Meta(ge=200, le=599)] | None = None
    body: Any = None
    delay_s: _Seconds | None = None
    drop: Literal["before", "after"] | None = None
    fail: int | None = None
    after_s: _Seconds | None = None
    deliver: bool | None = None
    duplicate: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    reorder: Literal[True] | None = None
    not_rcs: bool | None = None
    capabilities: tuple[str, ...] | None = None
    quota_per_s: _Count | None = None
    quota_per_min: _Count | None = None

    @property
    def moment(self) -> Moment:
        """When the operator asks this deed. Raises ``ValueError`` when its members belong to none or to several."""
        named = {name for name in self.__struct_fields__ if getattr(self, name) is not None}
        moments = [moment for moment, members in _MOMENTS.items() if named & set(members)]
        if not moments:
            raise ValueError("«do» does nothing")
        if len(moments) > 1:
            raise ValueError(f"«do» mixes what happens at different moments: {', '.join(sorted(named))}")
        return moments[0]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule as it comes over the control API."""

    do: Deed
    match: Match = Match()

    def __post_init__(self) -> None:
        moment = self.do.moment
        unfit = [name for name in Match.__struct_fields__ if name not in _FACTS[moment]]
        named = [name for name in unfit if getattr(self.match, name) is not None]
        if named:
            raise ValueError(f"«match» names {', '.join(named)}, which is not known when this «do» is asked")
        if self.do.fail is not None and not 40_000 <= self.do.fail <= 42_999:
            raise ValueError(f"«fail» is not a platform code: {self.do.fail}")
        if self.do.body is not None and self.do.status is None:
            raise ValueError("«body» needs a «status»")
        if self.do.after_s is not None and self.do.fail is None:
            raise ValueError("«after_s» needs a «fail»")


def read_rules(data: Json) -> list[Rule]:
    """The rules in a JSON value, one or a list. Raises ``ValueError`` with a sentence that says what is wrong."""
    try:
        return msgspec.convert(data if isinstance(data, list) else [data], list[Rule])
    except msgspec.ValidationError as wrong:
        raise ValueError(f"not a rule: {wrong}") from None


class _Live:
    """A rule and how often it was asked and used."""

    def __init__(self, number: int, rule: Rule) -> None:
        self.number = number
        self.rule = rule
        self.seen = 0
        self.used = 0

    def asks(self, facts: dict[str, str]) -> bool:
        """_Count this occasion; whether the rule acts on it."""
        match = self.rule.match
        if not match.fits(facts):
            return False
        self.seen += 1
        if (match.nth is not None and self.seen != match.nth) or (match.times is not None and self.used >= match.times):
            return False
        self.used += 1
        return True


class RuleBook:
    """The rules in force, in the order they came."""

    def __init__(self) -> None:
        self._live: list[_Live] = []
        self._last = 0

    def add(self, rules: Sequence[Rule]) -> list[int]:
        """Put rules in force; returns their numbers."""
        added = [_Live(self._last + place, rule) for place, rule in enumerate(rules, 1)]
        self._last += len(added)
        self._live += added
        return [live.number for live in added]

    def clear(self) -> None:
        """No rule any more."""
        self._live.clear()

    def ask(self, moment: Moment, **facts: str) -> list[Deed]:
        """The deeds of every rule that acts on this occasion; each call is one occasion."""
        live = [one for one in self._live if one.rule.do.moment == moment]
        return [one.rule.do for one in live if one.asks(facts)]

    def as_json(self) -> list[dict[str, Any]]:
        """What the control API shows."""
        return [
            {
                "id": live.number,
                "match": {
                    name: value
                    for name in Match.__struct_fields__
                    if (value := getattr(live.rule.match, name)) is not None
                },
                "do": msgspec.to_builtins(live.rule.do),
                "seen": live.seen,
                "used": live.used,
            }
            for live in self._live
        ]
