"""What a session remembers of messages: all of the screen of now, and of older ones what still leads somewhere.

An older option without a target could only be answered «ce choix a expiré», and so can one that is forgotten: it need
not be kept. So a session stays small however long it lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from rbm_bots.dialogue.session import Option, Screen

__all__ = ["remember"]

_SCREENS_KEPT: Final = 8
_OPTIONS_KEPT: Final = 24


def remember(screens: Sequence[Screen], options: Sequence[Option], *, turn: int, moved: bool) -> tuple[Screen, ...]:
    """The screens after a turn that showed ``options``; ``moved``: the person has said a word since the last one."""
    older = [screen for screen in screens if screen.turn != turn]
    if moved:
        older = [lasting for screen in older if (lasting := _lasting(screen)).options]
    older = older[-_SCREENS_KEPT:]
    while older and sum(len(screen.options) for screen in older) > _OPTIONS_KEPT:
        del older[0]
    here = next((screen for screen in screens if screen.turn == turn), None)
    shown = (here.options if here else ()) + tuple(options)
    return (*older, Screen(turn=turn, options=shown)) if shown else tuple(older)


def _lasting(screen: Screen) -> Screen:
    """What can still be tapped when the screen is current no more."""
    options = tuple(
        msgspec.structs.replace(option, label="")
        for option in screen.options
        if option.goto or (option.kind == "button" and option.goal)
    )
    return msgspec.structs.replace(screen, options=options)
