"""What the page of a month shows besides its statement: figures, links to parts and to charges, operators' reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts.asked import Reconciled
from rbm_bots.accounts.french import count, counted, euros, moment
from rbm_bots.accounts.statements import Scope, Statement
from rbm_bots.accounts.statements_shown import UNPRICED, Source
from rbm_bots.server.accounts_door import PAGES
from rbm_bots.store import ledger_periods, reconciliations
from rbm_bots.store.charge_pages import Remarkable

__all__ = ["cards", "charges_behind", "narrower", "query_of", "reports_of"]


def cards(shown: Statement, seen: Remarkable) -> list[tuple[str, str, str]]:
    """The figures above all: what is charged, what is held, what has no price."""
    title = "charged so far, HT" if shown.provisional else "charged, HT"
    found = [("charged", euros(shown.total_ht), title)]
    if shown.held.quantity or shown.provisional:
        found.append(("held", euros(shown.held.micros), f"held, not owed ({counted(shown.held.quantity, 'message')})"))
    if shown.unpriced:
        found.append(("held", count(shown.unpriced), UNPRICED))
    if seen.by_stop:
        opened = counted(seen.by_stop, "Conversation")
        found.append(("stop", euros(seen.by_stop_micros), f"{opened} opened by STOP"))
    if seen.double:
        found.append(("double", euros(seen.double_micros), f"{counted(seen.double, 'charge')} by RCS and by SMS"))
    return found


def narrower(shown: Statement) -> list[tuple[str, str]]:
    """Statements of a part of this one: each bot, each operator."""
    if not shown.scope.whole:
        return []
    bots = sorted({one.bot for one in shown.lines if one.bot})
    operators = sorted({one.operator for one in shown.lines})
    return [(name, f"?{urlencode({'bot': name})}") for name in bots] + [
        (name, f"?{urlencode({'operator': name})}") for name in operators
    ]


def query_of(scope: Scope) -> str:
    """The scope as the query of an address."""
    asked = {name: value for name, value in msgspec.structs.asdict(scope).items() if value is not None}
    return f"?{urlencode(asked)}" if asked else ""


def charges_behind(month: str, scope: Scope) -> Callable[[Source], str]:
    """The charges behind a line; fees have none."""

    def link(source: Source) -> str:
        line = source.line
        if not source.of_month:
            return ""
        asked = {name: value for name, value in msgspec.structs.asdict(scope).items() if value is not None}
        asked |= {"operator": line.operator, "product": line.product, "of": source.of_month}
        asked |= {"bot": line.bot} if line.bot else {}
        asked |= {"taken_back": "1"} if line.quantity < 0 else {}
        asked["unit"] = "none" if line.unit is None else str(line.unit)
        return f"{PAGES}/months/{month}/charges?{urlencode(asked)}"

    return link


def reports_of(connection: Connection, month: str) -> list[dict[str, Any]]:
    """Per operator: whether a report was read, what differed, who accepted it."""
    kept = {one.operator: one for one in reconciliations.kept(connection, month)}
    accepted = {one.operator: one for one in reconciliations.acknowledgements(connection, month)}
    found = []
    for operator in sorted({*ledger_periods.operators(connection, month), *kept, *accepted}):
        read, by = kept.get(operator), accepted.get(operator)
        result = None if read is None else msgspec.json.decode(read.result, type=Reconciled).result
        found.append(
            {
                "operator": operator,
                "read": "" if read is None else moment(read.read_at),
                "differences": "" if result is None else count(result.differences),
                "accepted": "" if by is None else f"{by.who}, {moment(by.at)}: {by.why}",
            }
        )
    return found
