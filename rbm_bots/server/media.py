"""A bot's own media: ``media://bot/path`` in a stored message becomes a public URL when the message leaves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import msgspec
from aiohttp import web

from rbm_bots.messages import Message
from rbm_bots.server.deployment import Deployment

__all__ = ["add_media", "published"]

_SCHEME = "media://"


def add_media(app: web.Application, deployment: Deployment) -> None:
    """Serve ``/media/{bot}/…`` from the folder ``media`` beside each bot's file, which may come later than the server.

    Nothing outside of the folder is served, whatever the path or a link says.
    """
    folders = {deployed.bot.id: deployed.bot.folder / "media" for deployed in deployment.bots.values()}

    async def serve(request: web.Request) -> web.FileResponse:
        folder = folders.get(request.match_info["bot"])
        path = await asyncio.to_thread(_inside, folder, request.match_info["path"]) if folder is not None else None
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path)

    app.router.add_get("/media/{bot}/{path:.+}", serve)


def _inside(folder: Path, name: str) -> Path | None:
    """The file called ``name`` in ``folder``; ``None`` when it is none, or lies elsewhere."""
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


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
