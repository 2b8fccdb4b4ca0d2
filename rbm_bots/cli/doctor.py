"""``rbm doctor``: what is missing before this deployment can run. Each check is a line; secrets are named only."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line, run_async
from rbm_bots.errors import NotTheWriter, RbmError, SchemaOutdated, SettingsError

if TYPE_CHECKING:
    from rbm_bots.settings import Settings

__all__ = ["doctor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """One check: what was looked at, whether it is good, and what to do when it is not."""

    check: str
    good: bool
    detail: str = ""


@click.command(help=messages.DOCTOR)
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), metavar="rbm.toml", help=messages.CONFIG)
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
def doctor(*, config: Path | None, as_json: bool) -> None:
    """Look at settings, keys, bots and the database."""
    findings = _examine(config)
    if as_json:
        plain = [{"check": one.check, "good": one.good, "detail": one.detail} for one in findings]
        click.echo(json.dumps(plain, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(messages.doctor_line(one.check, good=one.good, detail=one.detail))
    if not all(one.good for one in findings):
        raise click.exceptions.Exit(1)


def _examine(config: Path | None) -> list[_Finding]:
    from rbm_bots.settings import load_settings

    try:
        settings = load_settings(config)
    except SettingsError as wrong:
        return [_Finding(check="settings", good=False, detail=str(wrong))]
    findings = [_Finding(check="settings", good=True)]
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("vault keys", _keys),
        ("bots", _bots),
        ("secrets", _secrets),
        ("database", _database),
        ("admin token", _admin),
    ]
    for name, look in checks:
        try:
            findings.append(_Finding(check=name, good=True, detail=look(settings)))
        except Exception as wrong:
            sentence = one_line(wrong)
            if sentence is None:
                raise
            findings.append(_Finding(check=name, good=False, detail=sentence))
    return findings


def _keys(settings: Settings) -> str:
    from rbm_bots.server.keys import open_seal

    open_seal(settings)
    return messages.DOCTOR_DEVELOPMENT_KEYS if settings.vault_key is None else ""


def _bots(settings: Settings) -> str:
    from rbm_bots.server.deployment import load_deployment

    return ", ".join(f"{name} {one.bot.version}" for name, one in load_deployment(settings).bots.items())


def _secrets(settings: Settings) -> str:
    """The environment's ``RBM_SECRET_X`` that the bots' HTTP actions name; by name only."""
    from rbm_bots.http_actions.request import secrets_of
    from rbm_bots.server.deployment import load_deployment

    try:
        bots = load_deployment(settings).bots
    except RbmError:
        return ""  # the check before this one has told why
    named = {name for one in bots.values() for name in secrets_of(one.bot)}
    missing = sorted(name for name in named if not os.environ.get(name))
    if missing:
        raise SettingsError(messages.doctor_no_secrets(", ".join(missing)))
    return ", ".join(sorted(named))


def _database(settings: Settings) -> str:
    from sqlalchemy.engine import make_url

    from rbm_bots.store import open_store
    from rbm_bots.store.schema import HEAD, require_current

    if settings.database.startswith("sqlite") and not Path(make_url(settings.database).database or "").exists():
        raise SchemaOutdated(messages.DOCTOR_NO_DATABASE)  # looking must not make the file

    async def look() -> str:
        try:
            store = await open_store(settings.database)
        except NotTheWriter:
            return messages.DOCTOR_DATABASE_IN_USE
        try:
            await store.read(require_current)
        finally:
            await store.close()
        return HEAD

    return run_async(look)


def _admin(settings: Settings) -> str:
    if settings.admin_token is None:
        return messages.DOCTOR_NO_ADMIN
    return f"{settings.admin_host}:{settings.admin_port}"
