"""What comes after a step: the words that verbs and the player share."""

from __future__ import annotations

from enum import Enum
from typing import Final

from rbm_bots.botfile.model import Target

__all__ = ["GO_ON", "WAIT", "Flowing", "Outcome"]


class Flowing(Enum):
    """The two ways on that name no place."""

    GO_ON = "go_on"
    WAIT = "wait"


GO_ON: Final = Flowing.GO_ON
"""The step is done; the one below plays."""

WAIT: Final = Flowing.WAIT
"""The bot waits for the person, or for a call."""

Outcome = Flowing | Target | int
