"""The admin API of messages: what became of one and by which rule, and which ones reached somebody twice.

``GET /admin/messages/{message}``: its saga, and the calls made for it · ``GET /admin/messages?outcome=DOUBLE`` (or any
other outcome): the newest first, 500 at most. No answer holds a number or a text.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, get_args

from aiohttp import web
from sqlalchemy import Connection

from rbm_bots.clock import from_ms, rfc3339
from rbm_bots.delivery.fallback import Outcome
from rbm_bots.store import Store, sagas
from rbm_bots.store import legs as leg_rows

__all__ = ["add_message_api"]

_MOST: Final = 500


def add_message_api(app: web.Application, store: Store) -> None:
    """Serve both calls on the admin application."""

    async def one(request: web.Request) -> web.Response:
        found = await store.read(partial(_message, name=request.match_info["message"]))
        if found is None:
            return web.json_response({"error": "no message has this id"}, status=404)
        return web.json_response(found)

    async def several(request: web.Request) -> web.Response:
        outcome = request.query.get("outcome", "")
        if outcome not in get_args(Outcome):
            return web.json_response({"error": f"«outcome» is one of {', '.join(get_args(Outcome))}"}, status=400)
        shown = await store.read(lambda connection: sagas.ended(connection, outcome=outcome, most=_MOST))
        return web.json_response({"messages": [_shown(saga) for saga in shown]})

    app.router.add_get("/admin/messages", several)
    app.router.add_get("/admin/messages/{message}", one)


def _message(connection: Connection, *, name: str) -> dict[str, Any] | None:
    saga = sagas.show(connection, name)
    calls = leg_rows.show(connection, name)
    if saga is None and not calls:
        return None
    return {
        "saga": _shown(saga) if saga is not None else None,
        "calls": [
            {
                "call": call.message_id,
                "application": call.application,
                "operation": call.operation,
                "state": call.state,
                "reason": call.reason,
                "rule_set": call.rule_set,
                "until": _instant(call.rule_until),
                "not_before": _instant(call.not_before or None),
                "attempted_at": _instant(call.attempted_at),
            }
            for call in calls
        ],
    }


def _shown(saga: sagas.Shown) -> dict[str, Any]:
    return {
        "message": saga.message_id,
        "bot": saga.bot,
        "contact": saga.contact_id,
        "class": saga.message_class,
        "campaign": saga.campaign,
        "phase": saga.phase,
        "outcome": saga.outcome,
        "due_at": _instant(saga.due_at),
        "left_by": saga.left_by,
        "rule": saga.rule,
        "rule_set": saga.rule_set,
        "until": _instant(saga.rule_until),
        "created_at": _instant(saga.created_at),
    }


def _instant(at_ms: int | None) -> str | None:
    return rfc3339(from_ms(at_ms)) if at_ms is not None else None
