"""What is unknown or disputed about a MaaP platform, as settings; and who calls it: applications and their bots.

Three values. :class:`MaapSettings` says how one platform speaks (its defaults are Orange BotHub's best reading).
:class:`MaapApplication` is one account with its credentials and its quota; it drives one or more :class:`MaapBot`.
Secrets are ``SecretStr``: they do not print.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from rbm_bots.channels.maap.webhook_auth import WebhookAuth
from rbm_bots.messages.limits import V8, V10, V11, Limits, Profile

__all__ = ["MaapApplication", "MaapBot", "MaapSettings"]

_PROFILES = {"v8": V8, "v10": V10, "v11": V11}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MaapSettings(_Frozen):
    """How one platform speaks. Every default is what is built when nobody says else."""

    api_base: str = Field(
        default="https://api.orange.com/bothub/v1/gsma", description="what stands before /bot/v1/{botId}/… (Orange)"
    )
    auth_mode: Literal["bothub", "gsma_only"] = Field(
        default="bothub",
        description="bothub: OAuth bearer and a JWT in a second header; gsma_only: one Authorization header",
    )
    gsma_token: Literal["jwt", "static", "oauth2"] = Field(
        default="jwt", description="gsma_only: what the one header carries; oauth2 is a token of gsma_oauth_path"
    )
    gsma_oauth_path: str = Field(
        default="/oauth2/v1/token", description="gsma_only with oauth2: path on api_base's host"
    )
    gsma_auth_header: str = Field(
        default="X-Gsma-Authorization",
        description="bothub: the JWT's header; its real name is unknown, this one is ours",
    )
    gsma_auth_prefix: str = Field(default="Bearer ", description="what stands before the JWT in that header")
    oauth_url: str = Field(default="https://api.orange.com/oauth/v3/token", description="(Orange)")
    oauth_credentials: Literal["basic", "form"] = Field(
        default="basic", description="client id and secret in a Basic header, or as form members"
    )
    jwt_aud: str = Field(default="https://api.orange.com/bothub/v1/gsma", description="the JWT's audience (Orange)")
    jwt_claim_form: Literal["plain", "arrays"] = Field(
        default="plain", description="iss a text, iat and exp integers; or each in a list of one"
    )
    version_messages: str = Field(
        default="v1", description="API version of messages, files and the unitary capability query"
    )
    version_bulk: str = Field(default="v2", description="API version of the bulk capability check (Orange)")
    files_path: str = Field(default="files", description="path segment of the file resource; perhaps fileuploads")
    cancel_word: Literal["cancelled", "canceled"] = Field(
        default="cancelled", description="status word that asks to revoke"
    )
    profile: Profile = Field(default="v10", description="GSMA profile: limits, and openUrl.application from v11 on")
    text_max_chars: int = Field(default=2500, ge=1, description="longest text in code points; an operator's may differ")
    timeout_s: float = Field(default=20.0, gt=0, description="seconds for one call, connection included")
    retry_ambiguous_send: bool = Field(
        default=False, description="post again a send whose outcome is unknown; people may get it twice"
    )
    fallback_without_result: Literal["hold", "drop", "send", "send_with_prefix"] | None = Field(
        default=None, description="overrides the message class's own rule for this whole channel"
    )
    quota_per_s: int = Field(default=30, ge=1, description="calls per second and application (Orange: 1,800 a minute)")
    quota_window: Literal["second", "minute", "both"] = Field(
        default="both", description="which windows the platform counts"
    )
    quota_scope: Literal["messages", "no_typing", "all"] = Field(
        default="messages",
        description="what counts: POSTs of messages, typing among them or not, or every call (sends get nine tenths)",
    )
    other_calls_per_s: int = Field(default=30, ge=1, description="cap of the calls that do not count")
    wrong_number_limit: float = Field(default=0.15, gt=0, le=1, description="share of unknown numbers Orange tolerates")
    wrong_number_window: int = Field(default=1000, ge=1, description="over how many sends of the application")
    wrong_number_least: int = Field(default=100, ge=1, description="sends below which that share is not judged")
    wrong_number_action: Literal["warn", "stop"] = Field(
        default="stop", description="beyond it: pause the campaign, or all campaigns of the application; or only warn"
    )
    caps_in_production: bool = Field(
        default=False, description="allow the unitary capability query, which is for tests"
    )
    caps_rate: float = Field(default=1.0, gt=0, description="unitary capability queries per second")
    bulk_request_shape: Literal["users", "userContacts", "contacts", "msisdns", "array"] = Field(
        default="users", description="the member that holds the numbers; array: a bare list"
    )
    bulk_slot_methods: Literal["post_and_get", "post"] = Field(
        default="post_and_get", description="which bulk calls are kept inside the night slot"
    )

    @model_validator(mode="after")
    def _window_can_be_judged(self) -> MaapSettings:
        if self.wrong_number_window < self.wrong_number_least:
            raise ValueError("wrong_number_window must hold wrong_number_least sends, or nothing is ever judged")
        return self

    def rates(self) -> tuple[int, int]:
        """Sends a second, and other calls a second.

        Where the platform counts every call (``quota_scope`` ``all``), a tenth of the quota is kept for the others.
        """
        if self.quota_scope != "all":
            return self.quota_per_s, self.other_calls_per_s
        others = min(self.other_calls_per_s, max(1, self.quota_per_s // 10))
        return max(1, self.quota_per_s - others), others

    def limits(self) -> Limits:
        """The limits of this platform's profile, with its own text length."""
        return replace(_PROFILES[self.profile], text=self.text_max_chars)

    def origin(self) -> str:
        """Scheme and host of ``api_base``."""
        parts = urlsplit(self.api_base)
        return f"{parts.scheme}://{parts.netloc}"


class MaapApplication(_Frozen):
    """One account at the platform: its credentials and its quota are shared by all its bots."""

    id: str
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    settings: MaapSettings = MaapSettings()

    @model_validator(mode="after")
    def _bothub_needs_a_client(self) -> MaapApplication:
        if self.settings.auth_mode == "bothub" and not (self.client_id and self.client_secret.get_secret_value()):
            raise ValueError("auth_mode bothub needs client_id and client_secret")
        return self


class MaapBot(_Frozen):
    """One bot at the platform. ``platform_id`` is opaque (GSMA_BotID) and may hold an ``@``.

    ``private_key``: PEM of PKCS#8 or PKCS#1, base64 of a PEM, or a PEM whose line ends were lost (GSMA_SecretKey).
    ``token``: the static bearer of ``gsma_only``; ``secret``: its OAuth secret. ``webhook_auth`` must be chosen.
    """

    id: str
    platform_id: str
    application: str
    webhook_auth: WebhookAuth
    private_key: SecretStr | None = None
    token: SecretStr | None = None
    secret: SecretStr | None = None
