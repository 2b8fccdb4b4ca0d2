"""HTTP actions as the runner runs actions: one request each, no redirect, at most 256 KiB of JSON back.

Neither an address with its values nor a header is ever part of an error or a log line: the one may hold what a person
wrote, the other a secret.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

import aiohttp
import structlog
from yarl import URL

from rbm_bots.actions import ActionSpec, Context
from rbm_bots.arguments import Parameter
from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.services import HttpAction
from rbm_bots.errors import BotError
from rbm_bots.http_actions.answer import read_answer
from rbm_bots.http_actions.faults import AnswerRefused, RequestRefused
from rbm_bots.http_actions.request import HttpRequest, build_request
from rbm_bots.outside import AnswerTooLarge, read_at_most
from rbm_bots.values import File, Location

__all__ = ["HttpActionFailed", "http_actions"]

_log = structlog.get_logger("rbm.actions")

_MOST_BYTES: Final = 256 * 1024
_WANTED: Final[Mapping[str, type]] = {
    "text": str,
    "number": Decimal,
    "boolean": bool,
    "date": date,
    "datetime": datetime,
    "phone": str,
    "email": str,
    "choice": str,
    "file": File,
    "location": Location,
    "list": list,
}


class HttpActionFailed(BotError):
    """The call has no result. ``code`` is what ``on_error`` handles."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code  # type: ignore[misc]  # of the instance: the file declares the codes


def http_actions(
    bot: Bot, session: aiohttp.ClientSession, *, secrets: Mapping[str, str], allow_private: bool = False
) -> dict[str, ActionSpec]:
    """The bot's ``actions:`` by name, a source for its runner.

    ``session`` is the caller's, and is what refuses private addresses (:func:`~rbm_bots.outside.outside_session`);
    ``allow_private`` lets plain http through as well. ``secrets``: the environment, whose ``RBM_SECRET_X`` is
    ``secret.X``.
    """
    schemes = ("https", "http") if allow_private else ("https",)
    return {
        name: ActionSpec(
            name=name,
            function=_function(partial(_call, action, bot, session, secrets, schemes)),
            timeout=action.timeout.total_seconds(),
            parameters={
                parameter: Parameter(name=parameter, wanted=_WANTED.get(kind), nullable=True)
                for parameter, kind in action.takes.items()
            },
        )
        for name, action in bot.http.items()
    }


def _function(call: Callable[[Context, Mapping[str, Any]], Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    """``call`` in the form of a brand's function: arguments by name."""

    async def run(ctx: Context, /, **args: object) -> object:
        return await call(ctx, args)

    return run


async def _call(
    action: HttpAction,
    bot: Bot,
    session: aiohttp.ClientSession,
    secrets: Mapping[str, str],
    schemes: tuple[str, ...],
    ctx: Context,
    args: Mapping[str, Any],
) -> object:
    try:
        request = build_request(action, bot=bot, args=args, now=ctx.now, key=ctx.key, secrets=secrets)
        if not request.url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise RequestRefused("the address is not https")
        status, body = await _exchange(session, request)
        return read_answer(action, status=status, body=body, zone=bot.timezone)
    except (RequestRefused, AnswerRefused) as refused:
        code = refused.code if isinstance(refused, AnswerRefused) else "error"
        _log.warning("http_action.failed", bot=bot.id, action=action.name, code=code, why=refused.what)
        raise HttpActionFailed(code, refused.what) from None


async def _exchange(session: aiohttp.ClientSession, request: HttpRequest) -> tuple[int, bytes]:
    """Status and body. Raises :class:`RequestRefused` or :class:`AnswerRefused`, which hold nothing of the request."""
    try:
        async with session.request(
            request.method,
            URL(request.url, encoded=True),
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),  # the runner's limit counts
        ) as answer:
            return answer.status, await read_at_most(answer, _MOST_BYTES)
    except AnswerTooLarge:
        raise AnswerRefused("error", f"the answer is larger than {_MOST_BYTES // 1024} KiB") from None
    except (aiohttp.ClientError, OSError, ValueError) as fault:
        cause = fault.__cause__ if isinstance(fault, aiohttp.ClientConnectorError) else None
        raise RequestRefused(f"its server cannot be asked ({type(cause or fault).__name__})") from None
