"""Every frame that crossed the wire, one JSON line each: ``{t, direction, frame}``; passwords are masked.

``in`` comes from the client, ``out`` from the centre. STX and ETX are left out.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from rbm_bots.channels.sms.ucp.frame import ETX, STX, Frame, FrameFault, encode
from rbm_bots.clock import rfc3339

__all__ = ["FrameRecord"]

_MASK = "***"
_SECRETS = (4, 5)  # PWD and NPWD of operation 60


class FrameRecord:
    """Appends to a file when one is named."""

    def __init__(self, file: Path | None) -> None:
        self._file = file.open("a", encoding="utf-8") if file else None

    def add(self, read: Frame | FrameFault | bytes, *, direction: Literal["in", "out"], at: datetime) -> None:
        """Keep one frame, or octets of our own; of a faulty frame only what it is, for it may hold a password."""
        if self._file is None:
            return
        if isinstance(read, bytes):
            shown = read.strip(STX + ETX).decode("latin-1")
        else:
            shown = f"{read.label} {read.fault}" if isinstance(read, FrameFault) else _shown(read)
        self._file.write(
            msgspec.json.encode({"t": rfc3339(at), "direction": direction, "frame": shown}).decode() + "\n"
        )
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _shown(frame: Frame) -> str:
    if frame.ot != 60 or frame.kind == "R":
        return encode(frame)[1:-1].decode("latin-1")
    fields = [_MASK if at in _SECRETS and value else value for at, value in enumerate(frame.fields)]
    return f"{frame.label}/{'/'.join(fields)}/"
