"""Everything about an operator that is unknown, disputed or chosen, as one frozen value.

Each member's default is what the emulator does when it is started bare. The names are those a person writes after
``rbm emulate --set``; a value is read as JSON when it is JSON, else as the text itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rbm_bots.errors import SettingsError

__all__ = ["TRAFFIC_TYPES", "EmulatorSettings", "with_settings"]

TRAFFIC_TYPES = ("advertisement", "payment", "premium", "subscription", "plugin")
"""The words of ``trafficType`` (RCC.07 3.6.7.2)."""

_Seconds = Annotated[float, Meta(ge=0)]
_Count = Annotated[int, Meta(ge=1)]


class EmulatorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the emulated operator behaves. Durations are seconds on the emulator's own clock unless said otherwise."""

    strict: Annotated[bool, Meta(description="refuse what only some platforms take; --lenient sets it to false")] = True
    # --- who may call
    auth: Annotated[
        Literal["orange", "gsma"],
        Meta(description="orange: OAuth bearer and the bot's JWT; gsma: one Authorization header"),
    ] = "orange"
    app_id: Annotated[str, Meta(description="the Orange application that may ask for tokens")] = "APP1"
    app_secret: Annotated[str, Meta(description="its secret")] = "s3cr3t"  # noqa: S105 - published, no secret of anybody
    token: Annotated[
        str | None,
        Meta(description="gsma: the only static bearer taken, and the secret of tokens; without it any bearer"),
    ] = None
    bot_key: Annotated[
        str | None, Meta(description="orange: PEM of the bots' public key; without it signatures are not checked")
    ] = None
    gsma_auth_headers: Annotated[tuple[str, ...], Meta(description="orange: the headers that may carry the JWT")] = (
        "X-Gsma-Authorization",
    )
    gsma_auth_prefix: Annotated[str, Meta(description="what stands before the JWT")] = "Bearer "
    jwt_aud: Annotated[str, Meta(description="the audience that a JWT must name")] = (
        "https://api.orange.com/bothub/v1/gsma"
    )
    oauth_error_401: Annotated[
        Literal["invalid_client", "gateway"],
        Meta(description="the answer to a wrong secret: RFC 6749's word, or the gateway's code 41"),
    ] = "invalid_client"
    expires_in_type: Annotated[Literal["string", "integer"], Meta(description="how a token's life is written")] = (
        "string"
    )
    token_requests_per_min: Annotated[_Count, Meta(description="token requests taken in a minute")] = 50
    # --- what calls look like
    messages_version: Annotated[
        str, Meta(description="API version of messages, files and the unitary capability query")
    ] = "v1"
    bulk_version: Annotated[str, Meta(description="API version of the bulk capability check")] = "v2"
    send_status: Annotated[Literal[200, 201, 202], Meta(description="the answer to a message")] = 202
    typing_msgid: Annotated[bool, Meta(description="whether the answer to a typing notice has a msgId")] = True
    put_status_reply: Annotated[Literal[200, 204], Meta(description="the answer to a read report or a revocation")] = (
        204
    )
    revoke_refusal: Annotated[
        Literal[204, 400, 409],
        Meta(description="too late to revoke: refused so; or taken, and an event tells the status that stands"),
    ] = 409
    not_rcs_at_send: Annotated[
        Literal["event", "404"],
        Meta(description="a number that is not on RCS: 202 and an event failed, or 404 at once"),
    ] = "event"
    text_max_chars: Annotated[_Count, Meta(description="longest text in code points")] = 2500
    profile: Annotated[
        Literal["v8", "v10", "v11"], Meta(description="GSMA profile: limits of cards and suggestions")
    ] = "v10"
    traffic_types: Annotated[
        tuple[str, ...] | Literal["any"], Meta(description="words taken as trafficType; any: every word")
    ] = TRAFFIC_TYPES
    null_members: Annotated[Literal["dropped", "refused"], Meta(description="members that are null")] = "dropped"
    contact_as_string: Annotated[
        Literal["refused", "wrapped"] | None,
        Meta(description="messageContact as a bare text; unset: refused when strict"),
    ] = None
    error_shape: Annotated[
        Literal["reason", "message_reason", "error", "gateway"], Meta(description="how the platform writes an error")
    ] = "reason"
    platform_codes: Annotated[dict[str, int], Meta(description="HTTP status of single platform codes")] = {}
    # --- how much
    throttle_status: Annotated[
        Literal[403, 429], Meta(description="the answer to a call over the quota; 403 comes with code 53")
    ] = 429
    quota_window: Annotated[Literal["second", "minute", "both"], Meta(description="which windows count")] = "both"
    quota_scope: Annotated[
        Literal["messages", "no_typing", "all"],
        Meta(description="which calls count: messages with typing, without it, or all"),
    ] = "messages"
    quota_per_s: Annotated[_Count, Meta(description="calls in any second, per application")] = 30
    quota_per_min: Annotated[_Count, Meta(description="calls in any 60 seconds, per application")] = 1800
    wrong_number_limit: Annotated[float, Meta(gt=0, le=1, description="share of wrong numbers that is tolerated")] = (
        0.15
    )
    wrong_number_window: Annotated[_Count, Meta(description="over how many sends")] = 1000
    wrong_number_action: Annotated[
        Literal["warning", "block"], Meta(description="beyond it: a warning, or 403 for a while")
    ] = "warning"
    wrong_number_block_s: Annotated[_Seconds, Meta(description="how long that while is")] = 3600
    # --- capabilities and files
    capabilities: Annotated[tuple[str, ...], Meta(description="what a phone on RCS can do")] = (
        "chat",
        "fileTransfer",
        "geolocationPush",
        "chatBotCommunication",
    )
    caps_not_rcs: Annotated[
        Literal["404", "empty"], Meta(description="unitary query of a number that is not on RCS: 404, or an empty list")
    ] = "404"
    bulk_result_shape: Annotated[
        Literal["both", "flat", "detail"], Meta(description="result of a bulk check: list of numbers, details, or both")
    ] = "both"
    bulk_statuses: Annotated[Literal["202", "200"], Meta(description="the answer while a bulk check runs")] = "202"
    bulk_second_job: Annotated[
        Literal["409", "replace"], Meta(description="a second bulk check while one runs: refused, or in its place")
    ] = "409"
    bulk_timezone: Annotated[str, Meta(description="zone of the night slot (22:00 to 07:00): IANA name or +01:00")] = (
        "Europe/Paris"
    )
    bulk_slot_methods: Annotated[
        tuple[Literal["GET", "POST"], ...], Meta(description="methods refused with 405 outside the slot")
    ] = ("GET", "POST")
    bulk_slot_body: Annotated[Literal["gateway", "reason"], Meta(description="the shape of that 405")] = "gateway"
    bulk_takes_s: Annotated[_Seconds, Meta(description="how long a bulk check runs")] = 5
    file_reply: Annotated[Literal[200, 202], Meta(description="the answer to an upload")] = 202
    file_reply_shape: Annotated[
        Literal["nested", "top"], Meta(description="its members inside file, or at the top")
    ] = "nested"
    file_status_words: Annotated[
        Literal["all", "ready_only"], Meta(description="whether a file that is not ready has a status word")
    ] = "all"
    file_ready_after_s: Annotated[_Seconds, Meta(description="how long until a file is ready")] = 0.2
    file_max_bytes: Annotated[_Count, Meta(description="largest upload")] = 100_000_000
    # --- bots and their webhooks
    bots: Annotated[tuple[str, ...], Meta(description="ids known from the start; any other id works as well")] = ()
    test_allow_list: Annotated[
        dict[str, tuple[str, ...]],
        Meta(description="bot to its testers' numbers; a bot named here reaches nobody else (403, code 42007)"),
    ] = {}
    webhook: Annotated[str | None, Meta(description="where events are posted; {bot} stands for the bot's id")] = None
    webhook_auth: Annotated[
        Literal["bare", "header", "basic"],
        Meta(description="how webhook_token is sent: bare in Authorization, in webhook_header, or as Basic"),
    ] = "bare"
    webhook_token: Annotated[str | None, Meta(description="the token that proves the operator to the bot")] = None
    webhook_header: Annotated[str, Meta(description="the header of webhook_auth=header")] = "X-Webhook-Secret"
    webhook_retry_delays_s: Annotated[
        tuple[_Seconds, ...], Meta(description="waits before an event is posted again (no answer, 429, 5xx)")
    ] = (5, 25, 125)
    webhook_timeout_s: Annotated[
        float, Meta(gt=0, description="real seconds for one delivery: it measures the bot's server")
    ] = 10
    webhook_url_check: Annotated[bool, Meta(description="ask the webhook with GET at the start")] = False
    failure_reason_place: Annotated[
        Literal["top", "message", "message_text"], Meta(description="where an event failed has its reason")
    ] = "top"
    new_user_language: Annotated[str, Meta(description="language behind the word of a new user, such as fr")] = ""
    # --- how fast phones and networks are
    emit_sent: Annotated[bool, Meta(description="whether the status sent is told")] = True
    sent_after_s: Annotated[_Seconds, Meta(description="from accepted to sent")] = 0.02
    delivered_after_s: Annotated[_Seconds, Meta(description="from sent to delivered, the phone online")] = 0.1
    revoked_after_s: Annotated[_Seconds, Meta(description="from asked to revoked")] = 0.1
    # --- the emulator itself
    record_lines: Annotated[_Count, Meta(description="exchanges kept in memory")] = 10_000

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
