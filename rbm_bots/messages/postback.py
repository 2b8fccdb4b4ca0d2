"""The data behind a button: ``v1.<bot version>.<talk>.<turn>.<step>.<option>``.

It says which version of the bot asked, in which talk and turn, at which step, and which option it was. What the
option means stays with the stored message. The first word is the version of this form: a later one can live beside it.
Data that is not ours (another system's, an older sender's) reads as ``None``: a tap on it is an ordinary answer.
"""

from __future__ import annotations

import re

import msgspec

from rbm_bots.messages.limits import V10

__all__ = ["Postback", "read_postback"]

_FORM = "v1"
_VERSION = re.compile(r"[A-Za-z0-9_-]+")
_STEP = re.compile(r"[A-Za-z0-9_/-]+")
_OPTION = re.compile(r"[A-Za-z0-9_.:+/-]+")  # the last part, so dots do not end it
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


class Postback(msgspec.Struct, frozen=True, kw_only=True):
    """One option of one question of one talk. ``step`` reads ``flow/step``."""

    bot_version: str
    talk: int
    turn: int
    step: str
    option: str

    def pack(self) -> str:
        """The wire form. Raises ``ValueError`` for a character that would break it, or more than 2,048 characters."""
        for name, value, allowed in (
            ("bot_version", self.bot_version, _VERSION),
            ("talk", str(self.talk), _NUMBER),
            ("turn", str(self.turn), _NUMBER),
            ("step", self.step, _STEP),
            ("option", self.option, _OPTION),
        ):
            if not allowed.fullmatch(value):
                raise ValueError(f"postback {name} ({len(value)} characters) holds something it may not")
        data = f"{_FORM}.{self.bot_version}.{self.talk}.{self.turn}.{self.step}.{self.option}"
        if len(data) > V10.postback:
            raise ValueError(f"postback of {len(data)} characters, limit {V10.postback}")
        return data


def read_postback(data: str | None) -> Postback | None:
    """What :meth:`Postback.pack` wrote; ``None`` for any other data, including a later form of it."""
    if data is None or len(data) > V10.postback:
        return None
    parts = data.split(".", 5)
    if len(parts) != 6 or parts[0] != _FORM:
        return None
    _, version, talk, turn, step, option = parts
    checks = ((_VERSION, version), (_NUMBER, talk), (_NUMBER, turn), (_STEP, step), (_OPTION, option))
    if not all(allowed.fullmatch(part) for allowed, part in checks):
        return None
    return Postback(bot_version=version, talk=int(talk), turn=int(turn), step=step, option=option)
