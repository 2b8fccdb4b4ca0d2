"""What a deployment settles about capability: the table ``[capability]`` of its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from rbm_bots.errors import SettingsError

__all__ = ["CapabilitySettings", "read_capability_settings"]


class CapabilitySettings(BaseModel):
    """Every default is what is built when nobody says else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    try_unknown: bool = Field(
        default=False, description="try RCS with numbers that nobody tested; else they get the SMS, where there is one"
    )
    served: tuple[str, ...] = Field(
        default=("orange",), description="operators that our routes reach; numbers of others are not asked about"
    )
    nightly: bool = Field(default=True, description="ask the platform at night about numbers whose answer is old")
    operators_file: Path | None = Field(
        default=None, description="CSV with the columns digits and operator: numbers, or the first digits of many"
    )
    operators_url: str = Field(default="", description="https address that is asked for numbers the file does not know")
    operators_token: SecretStr | None = Field(default=None, description="bearer of that address")
    operators_timeout_s: float = Field(default=10.0, gt=0, description="seconds for one of its answers")
    operators_days: int = Field(default=30, ge=1, description="days after which an operator is looked up again")

    @field_validator("served")
    @classmethod
    def _in_small_letters(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.strip().lower() for name in value)


def read_capability_settings(raw: dict[str, Any]) -> CapabilitySettings:
    """The settings in ``raw``. Raises :class:`SettingsError` that names what is wrong, never a value."""
    try:
        return CapabilitySettings.model_validate(raw)
    except ValidationError as fault:
        lines = [f"{'.'.join(map(str, error['loc'])) or 'this table'}: {error['msg']}" for error in fault.errors()]
        raise SettingsError("; ".join(lines), where="capability") from None
