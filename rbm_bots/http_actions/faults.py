"""How an HTTP action ends otherwise than with a result."""

from __future__ import annotations

__all__ = ["AnswerRefused", "RequestRefused"]


class RequestRefused(Exception):
    """The request cannot be made of these values. ``what`` says why, and never holds a value."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class AnswerRefused(Exception):
    """The answer is no result: ``code`` is what ``on_error`` handles, ``what`` is for the log."""

    def __init__(self, code: str, what: str) -> None:
        self.code = code
        self.what = what
        super().__init__(what)
