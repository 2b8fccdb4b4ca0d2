"""Files that bots upload: pending, then ready (an event says so), expired after their time, deleted when asked.

A file given by URL is not downloaded, the emulator works offline: it becomes ready all the same, without a size. Its
final URL stands on a fictive host; the phone page shows the bytes from the control API.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from rbm_bots.clock import parse_instant, rfc3339
from rbm_bots.emulator.events import file_event
from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.refusals import by_platform

__all__ = ["FILE_HOST", "Files", "UploadPart"]

FILE_HOST = "https://files.bothub.example/"
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPart:
    """One part of a multipart upload."""

    content: bytes
    filename: str | None = None

    @property
    def text(self) -> str:
        """The part read as text."""
        return self.content.decode("utf-8", "replace").strip()


@dataclass(slots=True, kw_only=True, eq=False)
class _File:
    file_id: str
    bot: str
    mime_type: str
    url: str
    content: bytes | None
    until: datetime
    status: str = "pending"


class Files:
    """The files of all bots."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self._settings, self._clock = platform, platform.settings, platform.clock
        self._files: dict[str, _File] = {}

    def add(self, bot: str, parts: Mapping[str, UploadPart]) -> dict[str, Any]:
        """Take an upload; returns the reply's body. Raises ``CallRefused``."""
        mime_type = parts["fileType"].text if "fileType" in parts else ""
        if not mime_type:
            raise by_platform(42002, "The part fileType is required")
        if ("fileContent" in parts) == ("fileUrl" in parts):
            raise by_platform(42002, "Exactly one of the parts fileContent and fileUrl is required")
        file_id = f"f-{secrets.token_hex(8)}"
        name = (parts["fileContent"].filename or "") if "fileContent" in parts else parts["fileUrl"].text
        file = _File(
            file_id=file_id,
            bot=bot,
            mime_type=mime_type,
            url=f"{FILE_HOST}{file_id}{PurePosixPath(name).suffix[:8]}",
            content=parts["fileContent"].content if "fileContent" in parts else None,
            until=self._until(parts),
        )
        self._files[file_id] = file
        self._platform.meet(bot)
        self._clock.call_later(self._settings.file_ready_after_s, lambda: self._ready(file))
        return self._reply({"fileId": file_id, **self._word(file)})

    def show(self, bot: str, file_id: str) -> dict[str, Any]:
        """The body of a file information. Raises ``CallRefused`` (404)."""
        return self._reply(self._as_json(self._find(bot, file_id)))

    def delete(self, bot: str, file_id: str) -> None:
        """Forget a file. Raises ``CallRefused`` (404)."""
        del self._files[self._find(bot, file_id).file_id]

    def content(self, file_id: str) -> tuple[bytes, str] | None:
        """Bytes and type of a file the emulator has."""
        file = self._files.get(file_id)
        return (file.content, file.mime_type) if file is not None and file.content is not None else None

    def all_as_json(self) -> list[dict[str, Any]]:
        """What the control API shows."""
        return [{"bot": file.bot, "type": file.mime_type, **self._as_json(file)} for file in self._files.values()]

    def _until(self, parts: Mapping[str, UploadPart]) -> datetime:
        now = self._clock.now()
        if "until" not in parts:
            return now + _KEPT
        until = parse_instant(parts["until"].text)
        if until is None:
            raise by_platform(42003, "until is not an ISO 8601 date-time")
        if until <= now:
            raise by_platform(42208, "until is in the past")
        return until

    def _find(self, bot: str, file_id: str) -> _File:
        file = self._files.get(file_id)
        if file is None or file.bot != bot:
            raise by_platform(42002, "The file is not known", http=404)
        return file

    def _ready(self, file: _File) -> None:
        if file.file_id in self._files:
            file.status = "ready"
            self._platform.webhook.push(file.bot, "", file_event(self._as_json(file)))

    def _as_json(self, file: _File) -> dict[str, Any]:
        if file.status == "ready" and file.until <= self._clock.now():
            file.status = "expired"
        found: dict[str, Any] = {"fileId": file.file_id}
        if file.status == "ready":
            found["fileUrl"] = file.url
        if file.content is not None:
            found["fileSize"] = len(file.content)
        return {**found, **self._word(file), "validity": rfc3339(file.until)}

    def _word(self, file: _File) -> dict[str, str]:
        hidden = self._settings.file_status_words == "ready_only" and file.status != "ready"
        return {} if hidden else {"status": file.status}

    def _reply(self, file: dict[str, Any]) -> dict[str, Any]:
        return file if self._settings.file_reply_shape == "top" else {"file": file}
