"""EMI-UCP frames on the wire: cut out of a stream, read at one of two levels, written.

Theory of operation. A frame is ``STX TRN/LEN/kind/OT/field/…/field/CK ETX``. Texts travel as hexadecimal digits, so
STX and ETX never stand inside a proper field: a stray STX means that the peer started again. LEN counts the octets
between STX and ETX; CK is the sum of all octets before it modulo 256. Fields are known by their position alone.

*Strict* is for what we write and for the emulated SMSC, where a client's mistake must show. *Lenient* is for what the
client receives: a message must not be lost, or a submit repeated, over a human text. A frame that cannot be used is a
:class:`FrameFault` with the first class that fails: framing, length, checksum, syntax, unsupported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from rbm_bots.channels.sms.ucp.fields import RESULT_OF_50, SHORT_RESULT, check_operation, check_result, names_of

__all__ = [
    "ETX",
    "STX",
    "FaultClass",
    "Frame",
    "FrameCutter",
    "FrameFault",
    "checksum",
    "encode",
    "read_frame",
    "refusal_of",
]

STX: Final = b"\x02"
ETX: Final = b"\x03"
_MOST_BUFFERED: Final = 4096  # octets; the longest legal submit has about 2 KiB
_HEADER: Final = re.compile(rb"\d\d/[^/]{5}/[^/]/[^/]{2}/", re.DOTALL)
_CK: Final = re.compile(rb"[0-9A-F]{2}")
_LAX_CK: Final = re.compile(rb"[0-9A-Fa-f]{2}")
_ANSWERED: Final = {"length": "02", "checksum": "01", "syntax": "02", "unsupported": "03"}

FaultClass = Literal["framing", "length", "checksum", "syntax", "unsupported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One operation (``O``) or result (``R``). ``fields`` are raw, surplus ones included; one character is one octet.

    ``trn`` is 0 to 99. ``warnings`` name what a lenient reader overlooked; they hold no values.
    """

    trn: int
    kind: Literal["O", "R"]
    ot: int
    fields: tuple[str, ...]
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def named(self) -> dict[str, str]:
        """The fields that are not empty, by their names; surplus ones have none."""
        names = names_of(self.kind, self.ot, self.fields)
        return {name: value for name, value in zip(names, self.fields, strict=False) if value}

    @property
    def label(self) -> str:
        """``TRN/kind/OT``, for logs."""
        return f"{self.trn:02}/{self.kind}/{self.ot:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFault:
    """Octets that are no usable frame. What is legible of the header is kept; ``why`` holds no values.

    ``negative``: a result that says no without a readable code; its operation was refused, not lost.
    """

    fault: FaultClass
    why: str
    trn: int | None = None
    kind: str = ""
    ot: int | None = None
    negative: bool = False

    @property
    def label(self) -> str:
        """``TRN/kind/OT``, for logs; ``?`` where nothing is legible."""
        return "?" if self.trn is None or self.ot is None else f"{self.trn:02}/{self.kind}/{self.ot:02}"


class FrameCutter:
    """Cuts frames out of successive reads: at ETX, from the last STX before it. Noise between frames is dropped."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The octets between STX and ETX of every frame that ``data`` completes.

        At most 4 KiB of an unfinished frame are kept; a longer one is dropped.
        """
        *done, rest = (self._held + data).split(ETX)
        self._held = STX + rest.rpartition(STX)[2] if STX in rest else b""
        if len(self._held) > _MOST_BUFFERED:
            self._held = b""
        return [piece.rpartition(STX)[2] for piece in done if STX in piece]


def checksum(octets: bytes) -> bytes:
    """The sum of ``octets`` modulo 256, as two upper-case hexadecimal digits."""
    return b"%02X" % (sum(octets) % 256)


def encode(frame: Frame) -> bytes:
    """The octets of ``frame``, STX and ETX included. Raises ``ValueError`` for a field that no frame can hold."""
    if any(char in value for value in frame.fields for char in "/\x02\x03"):
        raise ValueError("a field of a frame holds no stroke, STX or ETX")
    data = "".join(f"{value}/" for value in frame.fields).encode("latin-1")
    length = 14 + len(data) + 2
    head = f"{frame.trn:02}/{length:05}/{frame.kind}/{frame.ot:02}/".encode("ascii")
    return STX + head + data + checksum(head + data) + ETX


def read_frame(octets: bytes, *, strict: bool) -> Frame | FrameFault:
    """Read what stands between STX and ETX."""
    if not _HEADER.match(octets):
        return FrameFault(fault="framing", why="no header with a legible number")
    trn, kind = int(octets[:2]), octets[9:10].decode("latin-1")
    ot = int(octets[11:13]) if octets[11:13].isdigit() else None

    def fault(name: FaultClass, why: str, *, negative: bool = False) -> FrameFault:
        return FrameFault(fault=name, why=why, trn=trn, kind=kind, ot=ot, negative=negative)

    if not octets[3:8].isdigit() or int(octets[3:8]) != len(octets):
        return fault("length", "LEN is not the count of octets")
    body, stroke, sent = octets.rpartition(b"/")
    form = _CK if strict else _LAX_CK
    if not form.fullmatch(sent) or sent.upper() != checksum(body + stroke):
        return fault("checksum", "CK is not the sum of the octets")
    if ot is None or (kind != "O" and kind != "R"):
        return fault("syntax", "neither an operation nor a result")
    fields = tuple(body[14:].decode("latin-1").split("/")) if len(body) >= 14 else ()
    check = check_operation if kind == "O" else check_result
    checked = check(ot, fields, strict=strict)
    if checked.why:
        negative = kind == "R" and fields[:1] == ("N",)
        return fault("unsupported" if checked.unsupported else "syntax", checked.why, negative=negative)
    warnings = checked.warnings if sent.isupper() or sent.isdigit() else ("lower-case CK", *checked.warnings)
    return Frame(trn=trn, kind="O" if kind == "O" else "R", ot=ot, fields=fields, warnings=warnings)


def refusal_of(fault: FrameFault) -> Frame | None:
    """The negative result that answers a faulty operation; ``None`` when nothing is answered."""
    if fault.trn is None or fault.ot is None or fault.kind != "O" or fault.fault not in _ANSWERED:
        return None
    fields = ("N", _ANSWERED[fault.fault], "")
    assert len(fields) == len(RESULT_OF_50) == len(SHORT_RESULT) + 1  # every negative result has three fields
    return Frame(trn=fault.trn, kind="R", ot=fault.ot, fields=fields)
