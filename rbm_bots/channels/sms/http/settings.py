"""How one gateway speaks HTTP, as settings: its request, its answers, and what it tells our webhooks.

A profile is such a description for a known gateway; each of its four tables can be replaced as a whole.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from rbm_bots.channels.sms.address import NumberForm
from rbm_bots.channels.sms.http.template import names_in
from rbm_bots.channels.sms.transport import DeliveryState

__all__ = [
    "NAMES",
    "AnswerSettings",
    "HttpTransportSettings",
    "MessageSettings",
    "ProfileName",
    "ReportSettings",
    "RequestSettings",
    "WebhookSettings",
]

NAMES: Final = frozenset(
    {
        *(
            "url",
            "username",
            "password",
            "token",
            "code",
            "id",
            "to",
            "sender",
            "text",
            "encoding",
            "coding",
            "udh",
            "udh_hex",
        ),
        *("part", "parts", "validity", "validity_minutes", "report_url"),
    }
)
"""What a template may name, besides the deployment's own ``values``."""

ProfileName = Literal["plain", "kannel", "contact-everyone", "orange-developer"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestSettings(_Frozen):
    """The call that hands one part over. Texts hold ``{names}``."""

    method: Literal["GET", "POST"] = Field(default="POST", description="the call's method")
    url: str = Field(default="{url}", description="its address")
    headers: dict[str, str] = Field(default={}, description="headers besides `Idempotency-Key`, which is our id")
    query: dict[str, str] = Field(default={}, description="pairs of the query")
    form: dict[str, str] = Field(default={}, description="pairs of a form body")
    body: dict[str, Any] = Field(default={}, description="a JSON body")

    @model_validator(mode="after")
    def _has_one_body(self) -> RequestSettings:
        if self.form and self.body:
            raise ValueError("a request has a form or a JSON body, not both")
        if self.method == "GET" and (self.form or self.body):
            raise ValueError("a GET has no body")
        if "udh" in names_in([self.body, self.headers]):
            raise ValueError("octets have no place in JSON or a header: {udh_hex}")
        return self


class AnswerSettings(_Frozen):
    """What the gateway answers. Paths are dotted members of JSON."""

    taken: str = Field(default="", description="expression that a 2xx text must match to mean «taken»; else unknown")
    id: str = Field(default="", description="path of the gateway's id; without it and `id_text` there is none")
    id_text: str = Field(default="", description="expression over the id, or over the whole text without `id`; group 1")
    codes: tuple[str, ...] = Field(default=(), description="paths of an error's code; the first that is there")
    recipient_codes: tuple[str, ...] = Field(default=(), description="codes that mean the recipient")
    throttle_codes: tuple[str, ...] = Field(default=(), description="codes that mean «too fast»")

    @field_validator("taken", "id_text")
    @classmethod
    def _is_expression(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error:
            raise ValueError("not a regular expression") from None
        return text


class ReportSettings(_Frozen):
    """A delivery report at our webhook, in query, form or JSON."""

    query: str = Field(default="", description="what `{report_url}` has besides id and key, as the gateway fills it")
    items: str = Field(default="", description="path of a list, when one call has several reports")
    id: str = Field(default="id", description="path of our id; empty: the gateway does not repeat it")
    reference: str = Field(default="", description="path of the gateway's id")
    reference_text: str = Field(default="", description="expression over it; group 1")
    state: str = Field(default="state", description="path of the state's word")
    states: dict[str, DeliveryState] = Field(
        default={"delivered": "delivered", "failed": "failed", "buffered": "buffered"},
        description="word → `submitted`, `buffered`, `delivered`, `failed` or `unknown`; other words are ignored",
    )
    reason: str = Field(default="", description="path of the network's code")


class MessageSettings(_Frozen):
    """A message from a phone at our webhook."""

    items: str = Field(default="", description="path of a list, when one call has several messages")
    id: str = Field(default="id", description="path of the gateway's id; without a value one is worked out")
    sender: str = Field(default="from", description="path of who wrote")
    to: str = Field(default="to", description="path of the short code")
    text: str = Field(default="text", description="path of the text")
    charset: str = Field(default="", description="path of the text's charset, for a text in the query; else UTF-8")
    sent: str = Field(default="", description="path of its time: ISO 8601, or seconds since 1970; else our time")


class WebhookSettings(_Frozen):
    """How the gateway proves itself at our webhooks: a secret, its address, or both."""

    secret: SecretStr | None = Field(default=None, description="shared secret; it is part of `{report_url}`")
    shown_in: Literal["query", "header"] = Field(default="query", description="where the gateway shows it")
    secret_name: str = Field(default="key", description="name of that pair or header")
    networks: tuple[str, ...] = Field(default=(), description="the gateway's networks (CIDR); others are refused")
    proxies: int = Field(default=0, ge=0, description="proxies of ours before the server")

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network)
        return networks


class HttpTransportSettings(_Frozen):
    """One gateway. Times are seconds."""

    kind: Literal["http"] = "http"
    profile: ProfileName = Field(
        default="plain", description="`plain`, `kannel`, `contact-everyone`, `orange-developer`"
    )
    url: str = Field(default="", description="the gateway's address, `{url}` of the request")
    username: str = Field(default="", description="`{username}`; with `oauth_url` the client id")
    password: SecretStr = Field(default=SecretStr(""), description="`{password}`; with `oauth_url` the client secret")
    token: SecretStr = Field(default=SecretStr(""), description="`{token}`")
    oauth_url: str = Field(default="", description="where a bearer token is fetched (client credentials)")
    values: dict[str, str] = Field(default={}, description="more names for the request")
    number_form: NumberForm | None = Field(
        default=None, description="how numbers are written: `plus` `00` `bare` `national`; else as the profile has it"
    )
    request: RequestSettings | None = Field(default=None, description="in place of the profile's table")
    answer: AnswerSettings | None = Field(default=None, description="in place of the profile's table")
    report: ReportSettings | None = Field(default=None, description="in place of the profile's table")
    message: MessageSettings | None = Field(default=None, description="in place of the profile's table")
    webhook: WebhookSettings | None = Field(default=None, description="without it no webhook is taken")
    timeout_s: float = Field(default=20.0, gt=0, description="for one call; after it a submit is unknown")
    drain_s: float = Field(default=10.0, ge=0, description="how long a stop waits for open calls")

    @model_validator(mode="after")
    def _names_are_known(self) -> HttpTransportSettings:
        if self.profile == "plain" and self.request is None:
            raise ValueError("profile plain wants a table «request»")
        if self.webhook is not None and not (self.webhook.secret or self.webhook.networks):
            raise ValueError("webhook wants a secret, networks, or both")
        if self.request is not None:
            unknown = sorted(set(names_in(self.request.model_dump())) - NAMES - set(self.values))
            if unknown:
                raise ValueError(f"the request names {', '.join(unknown)}, which is nowhere")
        return self
