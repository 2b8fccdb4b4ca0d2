"""Files named in a bot (bot language 10.2): a path under ``media/``, an https address, or a placeholder."""

from __future__ import annotations

import re
from typing import Final, Literal

from rbm_bots.botfile import scalars
from rbm_bots.botfile.model import MediaRef
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.reading.texts import EMPTY, read_text
from rbm_bots.botfile.source import Node

__all__ = ["CARD_TYPES", "FILE_TYPES", "URL_MAX", "read_media"]

CARD_TYPES: Final = {"image": ("jpg", "jpeg", "png", "gif"), "video": ("mp4", "webm")}
FILE_TYPES: Final = (*CARD_TYPES["image"], *CARD_TYPES["video"], "pdf", "mp3", "aac", "ogg")
URL_MAX: Final = 2048
"""Characters of an address that RCS takes (GSMA)."""

_MIB: Final = 1024 * 1024
_LOCAL: Final = re.compile(r"media/[^{}\\]+")


def read_media(desk: Desk, node: Node, kind: Literal["image", "video", "file"], *, card: bool) -> MediaRef:
    """A picture, video or file; one in ``media/`` must be there, of a kind that phones show, and not too large."""
    url = read_text(desk, node, "", use="url")
    if url is not EMPTY:
        for template in url.templates.values():
            mark = template.mark or node.mark
            address = template.source
            if template.placeholders:
                continue
            if address.startswith("https://"):
                if len(address) > URL_MAX:
                    scalars.wrong(desk.faults, node, f"an https address of at most {URL_MAX} characters")
                _check_type(desk, address.split("?")[0].split("#")[0], kind, mark_of=node, strict=False)
            elif _LOCAL.fullmatch(address) and ".." not in address.split("/"):
                _check_type(desk, address, kind, mark_of=node, strict=True)
                if desk.looks_at_media:
                    _check_there(desk, address, node, card=card)
            else:
                hint = "put it under media/, or give its https address"
                desk.faults.error(mark, "type", f"«{address[:60]}» is no file of this bot", hint)
    return MediaRef(url=url, kind=kind)


def _check_type(desk: Desk, address: str, kind: str, *, mark_of: Node, strict: bool) -> None:
    ending = address.rpartition("/")[2].rpartition(".")[2].lower() if "." in address.rpartition("/")[2] else ""
    allowed = CARD_TYPES.get(kind, FILE_TYPES)
    if ending in allowed or (not strict and ending not in FILE_TYPES):
        return
    what = f"«.{ending}» is no {kind} that phones show" if ending else f"this {kind} has no ending that tells its type"
    desk.faults.error(mark_of.mark, "media-type", what, f"one of: {', '.join(allowed)}")


def _check_there(desk: Desk, address: str, node: Node, *, card: bool) -> None:
    path = desk.folder / address
    if not path.is_file():
        desk.faults.error(node.mark, "media-missing", f"there is no file «{address}»")
        return
    size = path.stat().st_size
    if size > 100 * _MIB:
        desk.faults.error(node.mark, "media-size", f"this file has {size // _MIB} MiB; 100 can be sent")
    elif card and size > _MIB:
        desk.faults.warn(node.mark, "media-size", "this file is over 1 MiB: slow to show in a card")
