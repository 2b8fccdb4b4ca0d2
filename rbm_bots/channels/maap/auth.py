"""The headers that prove who calls, and what to renew when the platform says 401.

``bothub`` has two layers in two headers: ``Authorization`` carries the application's OAuth token, which the gateway
reads; a second header carries the bot's JWT, which the platform reads. ``gsma_only`` has one ``Authorization`` header
with the bot's JWT, a static token, or a token of ``/oauth2/v1/token``. A 401 renews only the layer that was refused.
"""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlencode

import msgspec
from pydantic import SecretStr

from rbm_bots.channels.maap.bot_jwt import BotJwt
from rbm_bots.channels.maap.errors import JwtRefused, NoToken, TokenRefused, error_of_reply
from rbm_bots.channels.maap.http_call import HttpCaller
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot
from rbm_bots.channels.maap.tokens import TokenKeeper, TokenReply, read_token_reply
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, NotSent, OutcomeUnknown, SettingsError

__all__ = ["Authenticator", "Proof"]

_FORM = "application/x-www-form-urlencoded"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The headers of one call, and the two tokens in them, to say later which was refused."""

    headers: dict[str, str]
    token: str | None = None
    jwt: str | None = None


class Authenticator:
    """Proves calls of one application's bots. Tokens are kept per application, JWTs per bot."""

    def __init__(self, application: MaapApplication, caller: HttpCaller, *, clock: Clock) -> None:
        self._application = application
        self._settings = application.settings
        self._caller = caller
        self._clock = clock
        self._jwts: dict[str, BotJwt] = {}
        self._application_tokens = TokenKeeper(self._fetch_application_token, clock=clock)
        self._bot_tokens: dict[str, TokenKeeper] = {}

    async def proof(self, bot: MaapBot) -> Proof:
        """The headers for one call of ``bot``.

        Raises ``SettingsError`` for a missing key or token, ``TokenRefused``, ``Throttled``, or ``NoToken``.
        """
        settings = self._settings
        if settings.auth_mode == "bothub":
            jwt = self._jwt_of(bot).token()
            token = await self._application_tokens.token()
            second = {settings.gsma_auth_header: settings.gsma_auth_prefix + jwt}
            return Proof(headers={"Authorization": f"Bearer {token}", **second}, token=token, jwt=jwt)
        if settings.gsma_token == "jwt":  # noqa: S105  # the name of a way, not a secret
            jwt = self._jwt_of(bot).token()
            return Proof(headers={"Authorization": f"Bearer {jwt}"}, jwt=jwt)
        if settings.gsma_token == "static":  # noqa: S105  # the name of a way, not a secret
            return Proof(headers={"Authorization": f"Bearer {_needed(bot.token, 'token', bot)}"})
        token = await self._bot_keeper(bot).token()
        return Proof(headers={"Authorization": f"Bearer {token}"}, token=token)

    def renew(self, bot: MaapBot, proof: Proof, refusal: ChannelError) -> bool:
        """Drop what was refused; whether repeating the call once makes sense."""
        if proof.jwt is not None and (proof.token is None or isinstance(refusal, JwtRefused)):
            self._jwt_of(bot).forget(proof.jwt)
            return True
        if proof.token is None:
            return False
        bothub = self._settings.auth_mode == "bothub"
        return (self._application_tokens if bothub else self._bot_keeper(bot)).renew(proof.token)

    def _jwt_of(self, bot: MaapBot) -> BotJwt:
        jwt = self._jwts.get(bot.id)
        if jwt is None:
            jwt = self._jwts[bot.id] = BotJwt(
                bot.platform_id,
                _needed(bot.private_key, "private_key", bot),
                audience=self._settings.jwt_aud,
                clock=self._clock,
                claim_form=self._settings.jwt_claim_form,
            )
        return jwt

    def _bot_keeper(self, bot: MaapBot) -> TokenKeeper:
        keeper = self._bot_tokens.get(bot.id)
        if keeper is None:

            async def fetch(refresh_token: str | None) -> TokenReply:
                return await self._fetch_bot_token(bot, refresh_token)

            keeper = self._bot_tokens[bot.id] = TokenKeeper(fetch, clock=self._clock)
        return keeper

    async def _fetch_application_token(self, _refresh_token: str | None) -> TokenReply:
        application, form = self._application, {"grant_type": "client_credentials"}
        secret = application.client_secret.get_secret_value()
        if self._settings.oauth_credentials == "form":
            form |= {"client_id": application.client_id, "client_secret": secret}
            return await self._fetch(self._settings.oauth_url, form, {})
        return await self._fetch(self._settings.oauth_url, form, _basic(application.client_id, secret))

    async def _fetch_bot_token(self, bot: MaapBot, refresh_token: str | None) -> TokenReply:
        """With the refresh token when there is one; when that is refused, with the bot's secret again."""
        url = self._settings.origin() + self._settings.gsma_oauth_path
        basic = _basic(bot.platform_id, _needed(bot.secret, "secret", bot))
        if refresh_token is not None:
            form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": "botmessage"}
            try:
                return await self._fetch(url, form, basic)
            except TokenRefused:
                pass  # expired or forgotten: the secret is asked for below
        return await self._fetch(url, {"grant_type": "client_credentials", "scope": "botmessage"}, basic)

    async def _fetch(self, url: str, form: dict[str, str], headers: dict[str, str]) -> TokenReply:
        body = urlencode(form).encode("ascii")
        try:
            reply = await self._caller.repeatable(
                "POST", url, call="token", headers=headers, body=body, content_type=_FORM
            )
        except (NotSent, OutcomeUnknown) as failure:
            raise NoToken(http=failure.http, request_id=failure.request_id) from None
        if not reply.ok:
            raise error_of_reply(reply.http, reply.body, call="token", headers=reply.headers)
        return read_token_reply(reply.body)


def _basic(user: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode("ascii")}


def _needed(secret: SecretStr | None, name: str, bot: MaapBot) -> str:
    if secret is None or not secret.get_secret_value():
        raise SettingsError(f"bot {bot.id} has no {name}")
    return secret.get_secret_value()
