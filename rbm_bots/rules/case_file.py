"""A file of questions to the gate, as ``rbm rules decide`` reads it.

::

    {"defaults": {"message": {…}, "facts": {…}, "settings": {…}},
     "cases": [{"id": "G01", "now": "2026-11-21T21:29:59+01:00", "rule_set": "auto", "facts": {…}}]}

A member of a case's ``message``, ``facts`` or ``settings`` replaces the default of the same name as a whole. ``null``
counts as absent, and members that nobody knows are passed over. Every instant is ISO 8601 with an offset. The list
``authorisations`` may stand in ``facts`` as well as in its ``protected``.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from rbm_bots.clock import parse_instant
from rbm_bots.errors import FaultsFound
from rbm_bots.rules.question import Question

__all__ = ["QuestionsUnreadable", "read_cases"]

_PARTS: Final = ("message", "facts", "settings")
_INSTANTS: Final = frozenset({"at", "now", "last_inbound_at", "quota_free_at", "subscribed_from", "unsubscribed_at"})
_LISTS_OF_INSTANTS: Final = frozenset({"mo", "paid"})


class QuestionsUnreadable(FaultsFound):
    """The file is not a file of cases."""

    code = "questions"


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    now: str
    rule_set: str | None = "auto"
    message: dict[str, Any] | None = None
    facts: dict[str, Any] | None = None
    settings: dict[str, Any] | None = None


class _Defaults(msgspec.Struct, frozen=True, kw_only=True):
    message: dict[str, Any] | None = None
    facts: dict[str, Any] | None = None
    settings: dict[str, Any] | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True):
    cases: list[_Case]
    defaults: _Defaults | None = None


def read_cases(raw: bytes) -> list[tuple[str, Question]]:
    """The cases of a file: id and question, in order. Raises :class:`QuestionsUnreadable` with one sentence."""
    where = "the file"
    try:
        file = msgspec.json.decode(raw, type=_File)
        questions = []
        for number, case in enumerate(file.cases, start=1):
            where = f"case {number}"
            questions.append((case.id, _question(case, file.defaults or _Defaults())))
    except RecursionError:
        raise QuestionsUnreadable(f"{where} cannot be read: it is nested too deep.") from None
    except (msgspec.MsgspecError, UnicodeError, OverflowError) as wrong:
        reason = " ".join(str(wrong).split()).rstrip(".")
        raise QuestionsUnreadable(f"{where} cannot be read: {reason}.") from None
    return questions


def _question(case: _Case, defaults: _Defaults) -> Question:
    merged: dict[str, Any] = {
        part: {**(getattr(defaults, part) or {}), **(getattr(case, part) or {})} for part in _PARTS
    }
    facts = merged["facts"]
    if facts.get("authorisations") is not None:
        facts["protected"] = {"authorisations": facts["authorisations"], **(facts.get("protected") or {})}
    asked = {
        "now": case.now,
        "rule_set": case.rule_set,
        "leg": merged["message"],
        "facts": facts,
        "settings": merged["settings"],
    }
    return msgspec.convert(_tidied(asked), type=Question)


def _tidied(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """``value`` without members that are ``null``, its instants read."""
    if isinstance(value, dict):
        return {key: _tidied(member, key) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_tidied(item, name if name in _LISTS_OF_INSTANTS else "") for item in value]
    if isinstance(value, str) and name in _INSTANTS | _LISTS_OF_INSTANTS:
        return parse_instant(value) or value
    return value
