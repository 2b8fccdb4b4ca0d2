"""The phone page: one template, one small script, nothing from outside."""

from __future__ import annotations

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape

from rbm_bots.emulator.control import BASE
from rbm_bots.emulator.files import FILE_HOST
from rbm_bots.emulator.platform import Platform
from rbm_bots.paths import templates_dir

__all__ = ["FIRST_NUMBER", "PhonePage"]

FIRST_NUMBER = "+33639980001"
"""Whose phone the page shows when nobody chose."""


class PhonePage:
    """Serves the page; everything it does goes through the control API."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._templates = Environment(loader=FileSystemLoader(templates_dir()), autoescape=select_autoescape(["html"]))

    def add_routes(self, app: web.Application, *, front: bool) -> None:
        """Mount the page; with ``front`` also as the first page of the site."""
        app.router.add_get(f"{BASE}/phone", self._show)
        if front:
            app.router.add_get("/", self._show)

    async def _show(self, request: web.Request) -> web.Response:
        html = self._templates.get_template("pages/phone.html").render(
            base=BASE,
            file_host=FILE_HOST,
            number=request.query.get("phone", FIRST_NUMBER),
            bots=list(self._platform.bots),
        )
        return web.Response(text=html, content_type="text/html")
