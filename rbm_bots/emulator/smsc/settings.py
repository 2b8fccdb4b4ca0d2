"""How the emulated SMS centre behaves for a whole session."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Line", "SmscSettings"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone writes ``after_s`` seconds after the line before it."""

    sender: str
    text: str
    after_s: float = 1.0


class SmscSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Times are seconds. ``None`` switches a limit off.

    ``refuse_login``: the code with which every login is refused; empty: only a wrong one is, with 07.
    ``rate``: operations 51 and 31 taken in a sliding second; one more is refused with 04. ``window``: operations the
    client may have open; one more is refused with 04. ``idle_s``: a client silent for longer is cut off.
    ``drop_after``: the link is cut after so many submits; 0: after each login. ``connect_back``: host and port of the
    client where messages and reports are brought on a connection of the centre's own. ``script``: what people write,
    each after a while, from the first login on. ``writes``: frames whole, one octet at a time, or glued to
    the next one. ``unique_stamps``: off, two parts to one person in a second share their stamp. ``alias``: the sender
    of answers that come from an alias.
    """

    account: str = "36123"
    password: str = "secret"  # noqa: S105 - the default of a machine that listens on loopback only
    refuse_login: str = ""
    rate: int | None = None
    window: int | None = None
    idle_s: float | None = None
    drop_after: int | None = None
    connect_back: tuple[str, int] | None = None
    script: tuple[Line, ...] = ()
    writes: Literal["whole", "octets", "glued"] = "whole"
    unique_stamps: bool = True
    moment_s: float = 0.05
    buffered_s: float = 2.0
    late_s: float = 65.0
    alias: str = "412700583916"
    time_zone: str = "Europe/Paris"
