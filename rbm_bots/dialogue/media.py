"""Pictures, videos and files of a bot: where they lie and what kind they are.

A file beside the bot becomes ``media://<bot>/<path under media/>``; the server puts a public address in its place
when the message leaves. The kind is told by the ending of the name (bot language 10.2).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from rbm_bots.botfile.model import MediaRef
from rbm_bots.botfile.text import Scope
from rbm_bots.dialogue.playing import Playing
from rbm_bots.messages import V10, Height, Media, Thumbnail
from rbm_bots.values import File

__all__ = ["MIME_TYPES", "find_file", "find_media", "find_thumbnail"]

MIME_TYPES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "pdf": "application/pdf",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
}
_ASSUMED: Final = {"image": "image/jpeg", "video": "video/mp4", "file": "application/octet-stream"}


def find_file(playing: Playing, ref: MediaRef, scope: Scope) -> File | None:
    """The file that ``ref`` names now, with its MIME type; ``None`` and a note when none can be sent."""
    value = ref.url.pick(scope.language).value(scope)
    found = value if isinstance(value, File) else File(url=str(value or "").strip())
    url = found.url
    if url and "://" not in url:
        url = f"media://{playing.bot.id}/{url.removeprefix('media/')}"
    if not url.startswith(("https://", "media://")) or len(url) > V10.url or any(map(str.isspace, url)):
        playing.note("media_dropped")
        return None
    media = found.media or _mime_type(found.name or url) or _mime_type(url) or _ASSUMED[ref.kind]
    return File(url=url, name=found.name, media=media, size=found.size)


def find_media(playing: Playing, ref: MediaRef, scope: Scope, *, alt: str | None, height: Height) -> Media | None:
    """The medium of a card."""
    found = find_file(playing, ref, scope)
    if found is None or found.media is None or not found.media.startswith(("image/", "video/")):
        return None
    return Media(url=found.url, mime_type=found.media, size=found.size or 0, height=height, alt=alt)


def find_thumbnail(playing: Playing, ref: MediaRef, scope: Scope) -> Thumbnail | None:
    """The small picture of a file."""
    found = find_file(playing, ref, scope)
    return None if found is None else Thumbnail(url=found.url, mime_type=found.media, size=found.size)


def _mime_type(name: str) -> str | None:
    path = urlsplit(name).path if "://" in name else name
    return MIME_TYPES.get(path.rpartition(".")[2].lower())
