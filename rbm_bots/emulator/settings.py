"""Everything about an operator that is unknown, disputed or chosen, as one frozen value.

Each member's default is what the emulator does when it is started bare. The names are those a person writes after
``rbm emulate --set``; a value is read as JSON when it is JSON, else as the text itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from rbm_bots.errors import SettingsError

__all__ = ["TRAFFIC_TYPES", "EmulatorSettings", "with_settings"]

TRAFFIC_TYPES = ("advertisement", "payment", "premium", "subscription", "plugin")
"""The words of ``trafficType`` (RCC.07 3.6.7.2)."""

_Seconds = Annotated[float, msgspec.Meta(ge=0)]
_Count = Annotated[int, msgspec.Meta(ge=1)]


class EmulatorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the emulated operator behaves. Durations are seconds on the emulator's own clock unless said otherwise."""

    strict: bool = True
    # --- who may call
    auth: Literal["orange", "gsma"] = "orange"
    app_id: str = "APP1"
    app_secret: str = "s3cr3t"  # noqa: S105 - the emulator's published default, no secret of anybody
    token: str | None = None
    bot_key: str | None = None
    gsma_auth_headers: tuple[str, ...] = ("X-Gsma-Authorization",)
    gsma_auth_prefix: str = "Bearer "
    jwt_aud: str = "https://api.orange.com/bothub/v1/gsma"
    oauth_error_401: Literal["invalid_client", "gateway"] = "invalid_client"
    expires_in_type: Literal["string", "integer"] = "string"
    token_requests_per_min: _Count = 50
    # --- what calls look like
    messages_version: str = "v1"
    bulk_version: str = "v2"
    send_status: Literal[200, 201, 202] = 202
    typing_msgid: bool = True
    put_status_reply: Literal[200, 204] = 204
    revoke_refusal: Literal[204, 400, 409] = 409
    not_rcs_at_send: Literal["event", "404"] = "event"
    text_max_chars: _Count = 2500
    profile: Literal["v8", "v10", "v11"] = "v10"
    traffic_types: tuple[str, ...] | Literal["any"] = TRAFFIC_TYPES
    null_members: Literal["dropped", "refused"] = "dropped"
    contact_as_string: Literal["refused", "wrapped"] | None = None
    error_shape: Literal["reason", "message_reason", "error", "gateway"] = "reason"
    platform_codes: dict[str, int] = {}
    # --- how much
    throttle_status: Literal[403, 429] = 429
    quota_window: Literal["second", "minute", "both"] = "both"
    quota_scope: Literal["messages", "no_typing", "all"] = "messages"
    quota_per_s: _Count = 30
    quota_per_min: _Count = 1800
    wrong_number_limit: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.15
    wrong_number_window: _Count = 1000
    wrong_number_action: Literal["warning", "block"] = "warning"
    wrong_number_block_s: _Seconds = 3600
    # --- capabilities and files
    capabilities: tuple[str, ...] = ("chat", "fileTransfer", "geolocationPush", "chatBotCommunication")
    caps_not_rcs: Literal["404", "empty"] = "404"
    bulk_result_shape: Literal["both", "flat", "detail"] = "both"
    bulk_statuses: Literal["202", "200"] = "202"
    bulk_second_job: Literal["409", "replace"] = "409"
    bulk_timezone: str = "Europe/Paris"
    bulk_slot_methods: tuple[Literal["GET", "POST"], ...] = ("GET", "POST")
    bulk_slot_body: Literal["gateway", "reason"] = "gateway"
    bulk_takes_s: _Seconds = 5
    file_reply: Literal[200, 202] = 202
    file_reply_shape: Literal["nested", "top"] = "nested"
    file_status_words: Literal["all", "ready_only"] = "all"
    file_ready_after_s: _Seconds = 0.2
    file_max_bytes: _Count = 100_000_000
    # --- bots and their webhooks
    bots: tuple[str, ...] = ()
    test_allow_list: dict[str, tuple[str, ...]] = {}
    webhook: str | None = None
    webhook_auth: Literal["bare", "header", "basic"] = "bare"
    webhook_token: str | None = None
    webhook_header: str = "X-Webhook-Secret"
    webhook_retry_delays_s: tuple[_Seconds, ...] = (5, 25, 125)
    webhook_timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 10
    """Real seconds: it measures the bot's server, not the emulated time."""
    webhook_url_check: bool = False
    failure_reason_place: Literal["top", "message", "message_text"] = "top"
    new_user_language: str = ""
    # --- how fast phones and networks are
    emit_sent: bool = True
    sent_after_s: _Seconds = 0.02
    delivered_after_s: _Seconds = 0.1
    revoked_after_s: _Seconds = 0.1
    # --- the emulator itself
    record_lines: _Count = 10_000

    @property
    def wraps_contact(self) -> bool:
        """Whether a bare string is taken as ``messageContact``; unset, it follows strictness."""
        return not self.strict if self.contact_as_string is None else self.contact_as_string == "wrapped"

    @property
    def card_suggestions_most(self) -> int:
        """Suggestions in one card: 4 since v10, 11 before (GSMA)."""
        return 11 if self.profile == "v8" or not self.strict else 4

    @property
    def cards_most(self) -> int:
        """Cards in one carousel: 10 in v10, 12 since v11."""
        return 12 if self.profile == "v11" or not self.strict else 10


def with_settings(settings: EmulatorSettings, pairs: Iterable[tuple[str, str]]) -> EmulatorSettings:
    """``settings`` with what a person wrote as ``name=value``. Raises ``SettingsError`` naming the setting."""
    for name, written in pairs:
        if name not in settings.__struct_fields__:
            raise SettingsError(f"there is no emulator setting «{name}»")
        values = {**msgspec.to_builtins(settings), name: _read(written)}
        settings = _convert(values, name, written)
    return settings


def _read(written: str) -> object:
    """JSON when it is JSON, else the text; commas make a list only in JSON."""
    try:
        return msgspec.json.decode(written)
    except msgspec.DecodeError:
        return written


def _convert(values: Mapping[str, Any], name: str, written: str) -> EmulatorSettings:
    """The settings in ``values``, where ``name`` is new: as it reads in JSON, else as the text written."""
    try:
        return msgspec.convert(values, EmulatorSettings)
    except msgspec.ValidationError as wrong:
        try:
            return msgspec.convert({**values, name: written}, EmulatorSettings)
        except msgspec.ValidationError:
            raise SettingsError(f"the emulator setting «{name}»: {wrong}") from None
