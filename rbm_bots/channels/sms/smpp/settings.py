"""The settings of an SMPP link."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from rbm_bots.channels.sms.address import NumberForm
from rbm_bots.channels.sms.hosts import read_host
from rbm_bots.channels.sms.tls import TlsSettings

__all__ = ["SmppTransportSettings"]


class SmppTransportSettings(BaseModel):
    """One link of one account, bound as a transceiver. Times are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["smpp"] = "smpp"
    host: str = Field(description="`host:port` of the SMSC")
    system_id: str = Field(min_length=1, max_length=15, description="the account")
    password: SecretStr = Field(default=SecretStr(""), max_length=8, description="its password")
    system_type: str = Field(default="", max_length=12, description="system type of the bind")
    tls: TlsSettings | None = Field(default=None, description="encrypt the link; a table, see below")
    window: int = Field(default=10, ge=1, le=1000, description="submits open at once")
    number_form: NumberForm = Field(
        default="bare", description="how numbers are written: `bare` `00` `national` `plus`"
    )
    to_ton: int = Field(default=1, ge=0, le=6, description="type of number of a recipient; 1 international")
    to_npi: int = Field(default=1, ge=0, le=18, description="numbering plan of a recipient; 1 E.164")
    alias_ton: int = Field(default=0, ge=0, le=6, description="type of number of an alias")
    alias_npi: int = Field(default=0, ge=0, le=18, description="numbering plan of an alias")
    short_ton: int = Field(
        default=3, ge=0, le=6, description="type of number of a short code; 3 network, 6 abbreviated"
    )
    short_npi: int = Field(default=0, ge=0, le=18, description="numbering plan of a short code")
    result_timeout_s: float = Field(default=60.0, gt=0, description="after it a submit is unknown")
    enquire_s: float = Field(default=50.0, gt=0, description="an enquiry after so long without hearing anything")
    socket_timeout_s: float = Field(default=30.0, gt=0, description="for connecting, binding, and an enquiry's answer")
    drain_s: float = Field(default=10.0, ge=0, description="how long a stop waits for open results")

    @field_validator("host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        read_host(host)
        return host
