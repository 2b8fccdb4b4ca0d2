"""How operators name a person: an E.164 number, a chat id, or both (only while an alias is revealed).

An address exists at the border alone: inside, a person is a contact id, and the number lies in the vault.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

__all__ = ["Address", "mask", "read_msisdn"]

_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_BARE = re.compile(r" ?[1-9][0-9]{7,14}")


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Who an operator speaks of; at least one member is set when it is anybody."""

    msisdn: str | None = None
    chat_id: str | None = None

    @property
    def identity(self) -> tuple[Literal["chat", "msisdn"], str] | None:
        """Which member an answer goes to: a chat id hides a number, so it comes first."""
        if self.chat_id:
            return "chat", self.chat_id
        return ("msisdn", self.msisdn) if self.msisdn else None

    def __bool__(self) -> bool:
        return self.msisdn is not None or self.chat_id is not None

    def __repr__(self) -> str:
        """Never the number: addresses end up in error messages and logs."""
        shown = mask(self.msisdn) if self.msisdn else "chat id" if self.chat_id else "nobody"
        return f"Address({shown})"


def read_msisdn(text: str) -> str | None:
    """The E.164 number in ``text``; a number that lost its ``+`` (or had it turned into a blank) gets it back."""
    if _E164.fullmatch(text):
        return text
    if _BARE.fullmatch(text):
        return "+" + text.strip()
    return None


def mask(msisdn: str) -> str:
    """How a number may be shown: ``+336••••••12``."""
    return f"{msisdn[:4]}••••••{msisdn[-2:]}" if len(msisdn) > 6 else "•" * len(msisdn)
