"""What this process serves: loaded bots, their applications and how each proves itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from rbm_bots.botfile.load import load_bot
from rbm_bots.botfile.model import Bot
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot
from rbm_bots.channels.sms.factory import TransportSettings
from rbm_bots.delivery.capability.settings import read_capability_settings
from rbm_bots.delivery.routes import LegSettings
from rbm_bots.errors import SettingsError
from rbm_bots.events import Event, Said, Tapped
from rbm_bots.rules.stop import is_stop_tap, read_opt
from rbm_bots.server.leg_settings import read_leg_settings
from rbm_bots.settings import Settings

__all__ = ["DeployedBot", "Deployment", "load_deployment"]

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedBot:
    """A bot and its account. ``brand``: whose opt-outs count for it. ``sms_code``: the short code that stands in.

    ``id``: its name in the settings and in the webhook's path. ``source``: what journal rows of its operator carry.
    """

    bot: Bot
    account: MaapBot
    brand: str
    sms_code: str | None = None
    id: str = field(init=False)
    source: str = field(init=False)
    _stop_words: frozenset[str] = field(init=False)
    _start_words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every event needs."""
        made = {
            "id": self.account.id,
            "source": f"maap:{self.account.application}:{self.account.id}",
            "_stop_words": _words(self.bot, "stop"),
            "_start_words": _words(self.bot, "start"),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def read_opt(self, event: Event) -> Literal["stop", "start"] | None:
        """Whether this is a STOP or START for this bot: in words, its own words for them included, or by the chip."""
        if isinstance(event, Tapped):
            return "stop" if is_stop_tap(event.postback) else None
        if not isinstance(event, Said):
            return None
        return read_opt(event.text, self._stop_words, start_words=self._start_words)


def _words(bot: Bot, name: str) -> frozenset[str]:
    entry = bot.always.get(name)
    return frozenset(entry.hears if entry is not None else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """All bots and applications of this process. ``transports``: by short code; ``served``: operators we reach."""

    bots: dict[str, DeployedBot]
    applications: dict[str, MaapApplication]
    legs: LegSettings = field(default_factory=LegSettings)
    transports: dict[str, TransportSettings] = field(default_factory=dict)
    served: tuple[str, ...] = ("orange",)


def load_deployment(settings: Settings) -> Deployment:
    """Load every bot of the settings. Raises :class:`SettingsError`, or ``BotFileFaulty`` for a faulty bot."""
    applications = {
        name: _read(MaapApplication, {"id": name, **_without(raw, "channel")}, where=f"applications.{name}")
        for name, raw in settings.applications.items()
        if _channel(name, raw) == "maap"
    }
    about = read_capability_settings(settings.capability)
    legs, codes = read_leg_settings(
        sms=settings.sms, fallback=settings.fallback, rules=settings.rules, try_unknown=about.try_unknown,
        without_result={
            name: application.settings.fallback_without_result
            for name, application in applications.items()
            if application.settings.fallback_without_result is not None
        },
    )  # fmt: skip
    bots = {name: _deployed(name, raw, applications, codes) for name, raw in settings.bots.items()}
    if not bots:
        raise SettingsError("no bot is configured", hint="add a [bots.NAME] table to rbm.toml")
    return Deployment(
        bots=bots,
        applications=applications,
        legs=legs,
        transports={code: table.transport for code, table in codes.items()},
        served=about.served,
    )


def _deployed(
    name: str, raw: dict[str, Any], applications: dict[str, MaapApplication], codes: Collection[str]
) -> DeployedBot:
    where = f"bots.{name}"
    if "path" not in raw:
        raise SettingsError("path is missing", where=where, hint="the folder or the file of the bot")
    account = _read(MaapBot, {"id": name, "platform_id": name, **_without(raw, "path", "brand", "sms")}, where=where)
    if account.application not in applications:
        raise SettingsError(f"there is no application {account.application}", where=where)
    sms_code = str(raw["sms"]) if "sms" in raw else None
    if sms_code is not None and sms_code not in codes:
        raise SettingsError(f"there is no short code {sms_code}", where=where, hint="[sms.codes.CODE]")
    bot = load_bot(Path(str(raw["path"])))
    return DeployedBot(bot=bot, account=account, brand=str(raw.get("brand", bot.id)), sms_code=sms_code)


def _channel(name: str, raw: dict[str, Any]) -> str:
    channel = str(raw.get("channel", "maap"))
    if channel != "maap":
        raise SettingsError(f"no channel is called {channel}", where=f"applications.{name}", hint="maap")
    return channel


def _without(raw: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in names}


def _read(model: type[_Model], raw: dict[str, Any], *, where: str) -> _Model:
    try:
        return model.model_validate(raw)
    except ValidationError as fault:
        lines = [f"{'.'.join(map(str, error['loc'])) or 'this table'}: {error['msg']}" for error in fault.errors()]
        raise SettingsError("; ".join(lines), where=where) from None
