"""The door of the accounts' pages: the admin token once, then a cookie that only this site sends back.

The cookie holds when it ends and a keyed hash of that; whoever has the token could make it, nobody else. It lasts 12
hours, scripts cannot read it, and no other site's request carries it (``SameSite=Strict``). A page may load nothing
from elsewhere, run nothing and stand in no frame.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from aiohttp import web

from rbm_bots.accounts.statements_html import page
from rbm_bots.clock import Clock, to_ms

__all__ = ["PAGES", "Door"]

PAGES: Final = "/accounts"
"""Where the pages stand; the bearer of the admin API is not asked for there."""

_COOKIE: Final = "rbm_accounts"
_SIGN_IN: Final = f"{PAGES}/sign-in"
_LASTS_MS: Final = 12 * 3_600_000
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """Lets in who has the token."""

    def __init__(self, *, token: str, clock: Clock) -> None:
        self._token = token.encode()
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Serve the form, and stand before every other page of ``app``."""

        @web.middleware
        async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
            return await self._guard(request, handler)

        app.middlewares.append(guard)
        app.router.add_get("/sign-in", self._form)
        app.router.add_post("/sign-in", self._sign_in)
        app.router.add_post("/sign-out", self._sign_out)

    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.path != _SIGN_IN and not self._is_open(request.cookies.get(_COOKIE, "")):
            raise web.HTTPSeeOther(_SIGN_IN)
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    def _is_open(self, cookie: str) -> bool:
        until, _, proof = cookie.partition(".")
        if not until.isascii() or not until.isdecimal() or len(until) > 15:
            return False
        right = hmac.compare_digest(proof.encode(), self._proof(until).encode())
        return right and int(until) > to_ms(self._clock.now())

    def _proof(self, until: str) -> str:
        return hmac.new(self._token, f"accounts|{until}".encode(), sha256).hexdigest()

    async def _form(self, _request: web.Request) -> web.Response:
        return _html(page("sign_in.html", wrong=False))

    async def _sign_in(self, request: web.Request) -> web.Response:
        given = str((await request.post()).get("token", ""))
        if not hmac.compare_digest(given.encode(), self._token):
            return _html(page("sign_in.html", wrong=True), status=403)
        until = str(to_ms(self._clock.now()) + _LASTS_MS)
        response = web.Response(status=303, headers={"Location": f"{PAGES}/"})
        response.set_cookie(
            _COOKIE,
            f"{until}.{self._proof(until)}",
            max_age=_LASTS_MS // 1000,
            path=PAGES,
            secure=request.secure,
            httponly=True,
            samesite="Strict",
        )
        return response

    async def _sign_out(self, _request: web.Request) -> web.Response:
        response = web.Response(status=303, headers={"Location": _SIGN_IN})
        response.del_cookie(_COOKIE, path=PAGES)
        return response


def _html(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
