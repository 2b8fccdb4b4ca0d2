"""A statement as one HTML file: no script, nothing from elsewhere. Pages of the server use the same templates."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rbm_bots.accounts.statements_shown import Sheet, Source
from rbm_bots.paths import templates_dir

__all__ = ["page", "statement_page"]


def statement_page(shown: Sheet) -> str:
    """The file; its lines lead nowhere, because the reader may not have the server."""
    return page("statement.html", sheet=shown, link=_nowhere)


def page(template: str, **values: object) -> str:
    """A template of the accounts, with every value escaped."""
    return _environment().get_template(f"pages/accounts/{template}").render(**values)


def _nowhere(_: Source) -> str:
    return ""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(templates_dir()), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
    )
