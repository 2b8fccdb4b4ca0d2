"""The dated rule sets: what the operator and the French messaging association asked for, and when.

A rule set is data with dates, never a constant in a rule. Three are known: the operator's offer of October 2016, the
association's charter of September 2024 and its charter of March 2026. Hours are half-open wall clock times: at
``closes`` it is closed. Days before the first set are judged by the first one.
"""

from __future__ import annotations

from datetime import date, time
from typing import Final, Literal

import msgspec

__all__ = ["AUTO", "RULE_SETS", "RuleSet", "rule_set_on"]

AUTO: Final = "auto"
"""The name that stands for «the set in force, day by day»."""


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """One set: in force from ``since`` until the day before the next one.

    ``off_days``: what Sundays and public holidays are; ``avoid``: closed unless the brand chose otherwise.
    ``channels``: those whose hours it rules. ``consent_by_channel``: an opt-in serves only the channels it names.
    ``bars_minors``: no promotion in services for minors. ``machines_only``: ranges kept for machines' SIM cards.
    """

    name: str
    since: date
    opens: time
    closes: time
    off_days: Literal["closed", "avoid"]
    channels: frozenset[str]
    consent_by_channel: bool
    bars_minors: bool
    machines_only: frozenset[str] = frozenset()


RULE_SETS: Final = (
    RuleSet(
        name="ops-2016", since=date(2016, 10, 1), opens=time(8), closes=time(22), off_days="closed",
        channels=frozenset({"sms"}), consent_by_channel=True, bars_minors=False, machines_only=frozenset({"38"}),
    ),
    RuleSet(
        name="af2m-2024", since=date(2024, 9, 1), opens=time(8), closes=time(22), off_days="closed",
        channels=frozenset({"sms"}), consent_by_channel=True, bars_minors=True,
    ),
    RuleSet(
        name="af2m-2026", since=date(2026, 3, 1), opens=time(8), closes=time(21, 30), off_days="avoid",
        channels=frozenset({"sms", "rcs"}), consent_by_channel=False, bars_minors=True,
    ),
)  # fmt: skip
"""All sets, the oldest first."""

_BY_NAME: Final = {rules.name: rules for rules in RULE_SETS}


def rule_set_on(day: date, *, name: str = AUTO) -> RuleSet:
    """The set in force on ``day``; or the set of that name, whatever its dates. Raises ``KeyError``: no such set."""
    if name != AUTO:
        return _BY_NAME[name]
    return next((rules for rules in reversed(RULE_SETS) if rules.since <= day), RULE_SETS[0])
