"""A fake SMS centre on the real UCP wire: it answers, reports, stalls and fails as the recipient's digits say."""

from __future__ import annotations

from rbm_bots.emulator.smsc.centre import Smsc
from rbm_bots.emulator.smsc.settings import Line, SmscSettings

__all__ = ["Line", "Smsc", "SmscSettings"]
