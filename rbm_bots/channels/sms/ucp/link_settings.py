"""The settings of a UCP link as a deployment writes them; what only the operator can tell has an assumed value."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from rbm_bots.channels.sms.address import NumberForm
from rbm_bots.channels.sms.hosts import read_host
from rbm_bots.channels.sms.tls import TlsSettings
from rbm_bots.channels.sms.ucp.codes import EcClass, ReasonClass
from rbm_bots.channels.sms.ucp.settings import UcpSettings

__all__ = ["UcpTransportSettings"]


class UcpTransportSettings(BaseModel):
    """One link of one account. Times are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["ucp"] = "ucp"
    hosts: tuple[str, ...] = Field(min_length=1, description="`host:port`, the first tried first")
    account: str = Field(pattern=r"^[0-9]{1,16}$", description="the account of the login, usually the short code")
    password: SecretStr = Field(min_length=1, max_length=16, description="its password; better in the environment")
    tls: TlsSettings | None = Field(default=None, description="encrypt the link; a table, see below")
    window: int = Field(default=10, ge=1, le=100, description="operations open at once; 1 is stop and wait")
    number_form: NumberForm = Field(default="00", description="how numbers are written: `00` `bare` `national`")
    alphanumeric_sender: bool = Field(default=True, description="names as senders are part of the contract")
    result_timeout_s: float = Field(default=60.0, gt=0, description="after it a submit is unknown")
    keepalive_s: float = Field(default=50.0, gt=0, description="a keepalive after so long without sending")
    drain_s: float = Field(default=10.0, ge=0, description="how long a stop waits for open results")
    oton: str = Field(default="6", description="type of number in the login")
    onpi: str = Field(default="5", description="numbering plan in the login")
    opid: str = Field(default="", description="originator's protocol id in the login")
    keepalive_pid: str = Field(default="0539", description="protocol id of the keepalive")
    npid: str = Field(default="0539", description="protocol id with each request for a report")
    nadc: str = Field(default="", description="address for reports; empty: this session")
    notify: int = Field(default=3, ge=0, le=7, description="reports wanted: 1 delivered, 2 failed, 4 buffered, summed")
    time_zone: str = Field(default="Europe/Paris", description="zone of the centre's times")
    overrate_codes: tuple[str, ...] = Field(
        default=("04", "37", "50", "55"), description="refusals that mean «too fast» or «busy»"
    )
    validity_s: float = Field(default=172_800.0, gt=0, description="assumed validity where nothing names an end")
    report_margin_s: float = Field(default=3600.0, ge=0, description="how long after it a report may still come")
    listen: str = Field(default="", description="`host:port` where the centre connects back to us, if it does")
    listen_peers: tuple[str, ...] = Field(default=(), description="networks (CIDR) that may; needed with `listen`")
    max_validity_s: float | None = Field(default=None, ge=60, description="longest validity that the centre takes")
    alert_counts: bool = Field(default=True, description="a keepalive is one of the operations of its second")
    refusal_classes: dict[str, EcClass] = Field(
        default={},
        description="code of a refusal → `bug`, `recipient`, `config`, `throttle`, `time`, `other`, where it differs",
    )
    reason_classes: dict[str, ReasonClass] = Field(
        default={}, description="reason of a report → `recipient`, `network`, `ours`, `absent`, where it differs"
    )

    @field_validator("number_form")
    @classmethod
    def _digits_only(cls, form: NumberForm) -> NumberForm:
        if form == "plus":
            raise ValueError("UCP addresses hold digits only")
        return form

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            read_host(host)
        return hosts

    @model_validator(mode="after")
    def _listens_to_somebody(self) -> UcpTransportSettings:
        if self.listen:
            read_host(self.listen)
            if not self.listen_peers:
                raise ValueError("listen wants listen_peers: nobody logs in there")
        for network in self.listen_peers:
            ip_network(network)
        return self

    def link(self) -> UcpSettings:
        """What the client wants. Raises ``SettingsError`` for a time zone that does not exist, or a certificate."""
        ours = {"kind", "hosts", "password", "number_form", "alphanumeric_sender", "overrate_codes", "tls", "listen"}
        same = {name: getattr(self, name) for name in type(self).model_fields if name not in ours}
        return UcpSettings(
            hosts=tuple(map(read_host, self.hosts)),
            password=self.password.get_secret_value(),
            overrate_codes=frozenset(self.overrate_codes),
            listen=read_host(self.listen) if self.listen else None,
            tls=self.tls.context() if self.tls is not None else None,
            tls_name=self.tls.server_name if self.tls is not None else "",
            **same,
        )
