"""Settings: ``rbm.toml`` and the environment.

``RBM_PORT`` names a setting, ``RBM_APPLICATIONS__APP1__CLIENT_SECRET`` reaches inside a table; the environment wins.
Secrets come from the environment or from files named here, and are never printed. What one channel wants of its
applications and bots stays raw here and is read by that channel.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from rbm_bots.errors import SettingsError

__all__ = ["Settings", "load_settings"]


class Settings(BaseModel):
    """Everything a deployment decides. Durations in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: str = Field(default="sqlite:///.rbm/rbm.db", description="sqlite:///file or postgresql://user@host/name")
    host: str = Field(default="127.0.0.1", description="where the webhook listens")
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = Field(default="", description="https address under which phones and operators reach this server")
    admin_host: str = Field(default="127.0.0.1", description="where admin API and metrics listen; keep it on loopback")
    admin_port: int = Field(default=8081, ge=0, le=65535)
    admin_token: SecretStr | None = Field(default=None, description="bearer of the admin API; without it it is off")
    vault_key: SecretStr | None = Field(default=None, description="32 bytes in base64: seals numbers, texts, sessions")
    index_key: SecretStr | None = Field(default=None, description="32 bytes in base64: indexes numbers")
    key_file: Path | None = Field(default=None, description="development: a file for both keys, made when missing")
    most_waiting: int = Field(default=10_000, ge=1, description="events that may wait for their commit; then 503")
    lease_s: float = Field(default=10.0, gt=0, description="how long a silent owner keeps an application")
    drain_s: float = Field(default=25.0, ge=0, description="how long a shutdown waits for calls under way")
    keep_bodies_days: int = Field(
        default=30,
        ge=1,
        description="after how many days what people and bots wrote is emptied, and a campaign's cells after its end; "
        "the facts stay",
    )
    allow_private_http: bool = Field(
        default=False, description="let http: actions and ics calendars reach private addresses; only for tests"
    )
    applications: dict[str, dict[str, Any]] = Field(default={}, description="name -> channel and credentials")
    sms: dict[str, Any] = Field(default={}, description="codes.CODE -> transport, rate, sender …; see below")
    fallback: dict[str, Any] = Field(default={}, description="how long each class waits for RCS; see below")
    rules: dict[str, Any] = Field(default={}, description="what the rules leave to the brand; see below")
    capability: dict[str, Any] = Field(default={}, description="who has RCS, and who says so: docs/capability.md")
    billing: dict[str, Any] = Field(default={}, description="price files, switches, grace; see below")
    bots: dict[str, dict[str, Any]] = Field(default={}, description="name -> path, application, webhook_auth …")


class _FromEnvironment(Settings, BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RBM_", env_nested_delimiter="__", extra="forbid", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what was read from the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """Read ``path`` (by default ``rbm.toml`` in this folder, when it is there) and the environment.

    Raises :class:`SettingsError` that names every wrong setting; values are never repeated.
    """
    file = path if path is not None else Path("rbm.toml")
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8")) if path is not None or file.exists() else {}
        read = _FromEnvironment(**written)
    except ValidationError as fault:
        lines = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors()]
        raise SettingsError("; ".join(lines), where=str(file)) from None
    except (OSError, ValueError) as fault:
        raise SettingsError(getattr(fault, "strerror", None) or str(fault), where=str(file)) from None
    tables = {name: _in_one_case(getattr(read, name), written.get(name, {})) for name in ("applications", "bots")}
    return read.model_copy(update=tables)


def _in_one_case(tables: dict[str, dict[str, Any]], written: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Names in the environment have no case: what it says of ``acme`` belongs to the table written ``ACME``."""
    names = {name.lower(): name for name in written}
    merged: dict[str, dict[str, Any]] = {}
    for name, table in tables.items():
        merged.setdefault(names.get(name.lower(), name), {}).update(table)
    return merged
