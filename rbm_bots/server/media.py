"""A bot's own media: ``media://bot/path`` in a stored message becomes a public URL when the message leaves."""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from aiohttp import web

from rbm_bots.messages import Message
from rbm_bots.server.deployment import Deployment

__all__ = ["add_media", "published"]

_SCHEME = "media://"


def add_media(app: web.Application, deployment: Deployment) -> None:
    """Serve ``/media/{bot}/…`` from the folder ``media`` beside each bot's file."""
    for deployed in deployment.bots.values():
        folder = deployed.bot.folder / "media"
        if folder.is_dir():
            app.router.add_static(f"/media/{deployed.bot.id}", folder, show_index=False, follow_symlinks=False)


def published(message: Message, *, public_url: str) -> Message:
    """The message with every media address as phones and the operator can fetch it."""
    plain = msgspec.to_builtins(message)
    return msgspec.convert(_replace(plain, f"{public_url.rstrip('/')}/media/"), Message)


def _replace(value: object, base: str) -> object:
    if isinstance(value, dict):
        return {key: _address(key, item, base) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replace(item, base) for item in value]
    return value


def _address(key: str, value: object, base: str) -> object:
    if key == "url" and isinstance(value, str) and value.startswith(_SCHEME):
        return base + quote(value.removeprefix(_SCHEME))
    return _replace(value, base)
