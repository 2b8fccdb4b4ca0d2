"""Loading a bot's ``actions.py``: run once, under a module name of its own, leaving no compiled file behind.

Two bots may both have an ``actions.py``; the module's name is made from its whole path, so neither meets the other.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from pathlib import Path
from types import ModuleType

from rbm_bots.actions import Actions

__all__ = ["CodeFaulty", "load_actions"]


class CodeFaulty(Exception):
    """``actions.py`` does not load; ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        self.message = message
        self.line = line
        self.column = column
        super().__init__(message)


def load_actions(path: Path) -> Actions:
    """The register that ``path`` makes. Raises :class:`CodeFaulty` for whatever goes wrong while it runs."""
    name = "rbm_bot_code_" + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    module = ModuleType(name)
    module.__file__ = str(path)
    before = sys.modules.get(name)
    sys.modules[name] = module  # dataclasses and typing look a class's module up by name while it is made
    try:
        exec(compile(path.read_text("utf-8"), str(path), "exec"), module.__dict__)  # noqa: S102 - the brand's own code
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _restore(name, before)
        raise _faulty(error, path) from error
    register = getattr(module, "actions", None)
    if not isinstance(register, Actions):
        _restore(name, before)
        raise CodeFaulty("there is no «actions = Actions()» in it")
    return register


def _restore(name: str, before: ModuleType | None) -> None:
    if before is None:
        del sys.modules[name]
    else:
        sys.modules[name] = before


def _faulty(error: BaseException, path: Path) -> CodeFaulty:
    words = str(error).splitlines() or [""]
    message = f"{type(error).__name__}: {words[0]}" if words[0] else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return CodeFaulty(f"SyntaxError: {error.msg}", error.lineno or 1, error.offset or 1)
    lines = [frame.lineno or 1 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return CodeFaulty(message, lines[-1] if lines else 1)
