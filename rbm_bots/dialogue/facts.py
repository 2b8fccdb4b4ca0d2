"""What a turn may need to know besides the session: read after the lock, handed over, kept for replay."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

__all__ = ["Facts"]


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``channel``: how the person is reached now. ``language``: as the platform told it. ``opted_out``: STOP in force.

    ``said_at``: the platform's time of the person's words; dates are counted from it, not from when they are handled.
    ``left``: why the talk is not played on by the version it began with. It ends, and what comes next is played by this
    one: what was said when the person left it (``new_talk``), else ``start``, because it cannot go on.
    ``customer`` holds the names of ``customer.*`` that are known; the typed defaults stand in for the rest.
    ``agents``: how many humans are at the desk now. ``operator``: the person's, as far as it is known.
    """

    channel: Literal["rcs", "sms"] = "rcs"
    language: str | None = None
    opted_out: bool = False
    said_at: datetime | None = None
    contact_name: str | None = None
    left: Literal["", "new_talk", "version_gone", "action_gone", "state_unreadable"] = ""
    customer: dict[str, Any] = {}
    agents: int = 0
    operator: str | None = None
