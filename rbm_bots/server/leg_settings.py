"""The tables ``[sms]``, ``[fallback]`` and ``[rules]`` of the settings, read into what delivery is decided by.

::

    [sms.codes.36123]
    sender = "MARQUE"                  # a name in the code's place; needs sender_option
    operations_per_s = 10
    [sms.codes.36123.transport]
    kind = "ucp"

    [fallback.service]
    deadline = 900
    on_uncertain = "send_with_prefix"

    [rules]
    avoid_days = "allow"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from rbm_bots.channels.sms.factory import TransportSettings
from rbm_bots.channels.sms.http import HttpTransportSettings
from rbm_bots.channels.sms.http.profiles import profile_of
from rbm_bots.delivery.fallback import FallbackChanges
from rbm_bots.delivery.fallback.settings import OnUncertain
from rbm_bots.delivery.routes import LegSettings, SmsCode
from rbm_bots.dialogue.effects import MessageClass
from rbm_bots.errors import SettingsError
from rbm_bots.messages.sms_text import PARTS_MAX, PARTS_MAX_MARKETING, Mode
from rbm_bots.rules.question import GateSettings, Protected
from rbm_bots.rules.rule_sets import AUTO, RULE_SETS

__all__ = ["FallbackTable", "RulesTable", "SmsCodeTable", "WaitsTable", "read_leg_settings"]

_Model = TypeVar("_Model", bound=BaseModel)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SmsCodeTable(_Frozen):
    """One short code: ``[sms.codes.CODE]``."""

    transport: TransportSettings = Field(description="how its SMS travel; see docs/sms.md")
    sender: str | None = Field(default=None, description="a name of at most 11 letters and digits in its place")
    sender_option: bool = Field(default=False, description="the contract has the option for sender names")
    operations_per_s: int = Field(default=10, ge=1, description="parts per second; sold as 10, 20, 50, 100, 150")
    mode: Mode = Field(default="smart", description="strict, gsm, ucs2 or smart: how a text outside GSM leaves")
    concat_ref_bits: Literal[8, 16] = Field(default=8, description="size of the number that joins parts")
    max_parts: int = Field(default=PARTS_MAX, ge=1, le=255, description="a longer text is refused")
    max_parts_marketing: int = Field(default=PARTS_MAX_MARKETING, ge=1, le=255, description="the same for marketing")
    prefix: str = Field(default="Rappel :", description="the words in front of an SMS that may be a repeat")
    inbound_address: Literal["msisdn", "alias"] = Field(default="msisdn", description="what names people who write")
    in_service: bool = Field(default=True, description="the operator has opened it; nothing leaves from it before")


class WaitsTable(_Frozen):
    """How one class waits for RCS: ``[fallback.CLASS]``; unset keeps the class's own."""

    deadline: float | None = Field(default=None, ge=0, description="seconds from the RCS leg's leaving to its revoke")
    revoke_wait: float | None = Field(default=None, ge=0, description="seconds a revoke may go without an answer")
    on_uncertain: OnUncertain | None = Field(default=None, description="hold, drop, send or send_with_prefix")
    sms_grace: float | None = Field(default=None, ge=0, description="seconds before an SMS without result is repeated")


class FallbackTable(_Frozen):
    """``[fallback]``: a table for each class."""

    code: WaitsTable = WaitsTable()
    conversation: WaitsTable = WaitsTable()
    service: WaitsTable = WaitsTable()
    marketing: WaitsTable = WaitsTable()


class RulesTable(_Frozen):
    """``[rules]``: what the rules leave to the brand or the contract."""

    rule_set: str = Field(default=AUTO, description="auto: the set in force; or the name of one")
    avoid_days: Literal["defer", "allow"] = Field(default="defer", description="Sundays and holidays under af2m-2026")
    one_a_day: bool = Field(default=True, description="at most one marketing message a day, brand and person")
    stop_appended_by_gateway: bool = Field(default=False, description="the SMS gateway writes the STOP mention")
    shared_code_days: int = Field(default=7, ge=1, description="how long a STOP to a shared code concerns a brand")
    forbidden_senders: tuple[str, ...] = Field(default=(), description="names that no SMS may come from")
    protected_senders: tuple[str, ...] = Field(default=(), description="names that want their owner's authorisation")
    authorised_senders: tuple[str, ...] = Field(default=(), description="those of them that you may use, with a proof")
    region: Literal["", "alsace-moselle"] = Field(
        default="", description="where everybody lives, for its two more holidays; a number does not tell"
    )

    @field_validator("rule_set")
    @classmethod
    def _is_known(cls, value: str) -> str:
        names = [AUTO, *(rules.name for rules in RULE_SETS)]
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return value


def read_leg_settings(
    *,
    sms: Mapping[str, Any],
    fallback: Mapping[str, Any],
    rules: Mapping[str, Any],
    try_unknown: bool,
    without_result: Mapping[str, OnUncertain],
) -> tuple[LegSettings, dict[str, SmsCodeTable]]:
    """Read the three tables; the codes' tables beside it, for their transports. Raises :class:`SettingsError`."""
    unknown = [name for name in sms if name != "codes"]
    if unknown:
        raise SettingsError(f"{unknown[0]}: no setting is called so", where="sms", hint="codes")
    tables = {
        str(code): _read(SmsCodeTable, table, where=f"sms.codes.{code}") for code, table in sms.get("codes", {}).items()
    }
    waits = _read(FallbackTable, fallback, where="fallback")
    how = _read(RulesTable, rules, where="rules")
    settings = LegSettings(
        codes={code: _code(code, table) for code, table in tables.items()},
        gate=GateSettings(
            avoid_days=how.avoid_days,
            one_a_day=how.one_a_day,
            stop_appended_by_gateway=how.stop_appended_by_gateway,
        ),
        rule_set=how.rule_set,
        fallback=_changes(waits),
        fallback_always=FallbackChanges(try_unknown=try_unknown),
        without_result=without_result,
        shared_code_days=how.shared_code_days,
        senders=Protected(
            forbidden=how.forbidden_senders,
            authorised_only=how.protected_senders,
            authorisations=how.authorised_senders,
        ),
        region=how.region or None,
    )
    return settings, tables


def _code(code: str, table: SmsCodeTable) -> SmsCode:
    return SmsCode(
        code=code,
        sender=table.sender,
        sender_option=table.sender_option,
        operations_per_s=table.operations_per_s,
        mode=table.mode,
        reference_bits=table.concat_ref_bits,
        most_parts=table.max_parts,
        most_parts_marketing=table.max_parts_marketing,
        prefix=table.prefix,
        whole=isinstance(table.transport, HttpTransportSettings) and not profile_of(table.transport).caps.takes_parts,
        inbound_address=table.inbound_address,
        in_service=table.in_service,
    )


def _changes(table: FallbackTable) -> dict[MessageClass, FallbackChanges]:
    told: dict[MessageClass, WaitsTable] = {
        "code": table.code,
        "conversation": table.conversation,
        "service": table.service,
        "marketing": table.marketing,
    }
    return {
        name: FallbackChanges(
            deadline_s=waits.deadline,
            revoke_wait_s=waits.revoke_wait,
            on_uncertain=waits.on_uncertain,
            sms_grace_s=waits.sms_grace,
        )
        for name, waits in told.items()
    }


def _read(model: type[_Model], raw: object, *, where: str) -> _Model:
    try:
        return model.model_validate(raw)
    except ValidationError as fault:
        lines = [f"{'.'.join(map(str, error['loc'])) or 'this table'}: {error['msg']}" for error in fault.errors()]
        raise SettingsError("; ".join(lines), where=where) from None
