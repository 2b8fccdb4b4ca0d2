"""Sealing: AES-256-GCM for what people wrote and who they are, HMAC-SHA256 for looking an address up.

A sealed value is ``key id (1 byte) | nonce (12) | ciphertext and tag``. The purpose is authenticated with it, so a
value cannot be moved from one column to another. Two keys, never one for both uses.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rbm_bots.errors import SealBroken, SettingsError

__all__ = ["Keys", "Seal", "development_keys", "read_key"]

_KEY_ID = b"\x01"
_SHORTEST = 1 + 12 + 16  # an empty value: key id, nonce, tag


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """32 bytes to seal with, 32 bytes to index with; never shown."""

    seal: bytes
    index: bytes


class Seal:
    """Seals and opens values, and makes the look-up index of addresses."""

    def __init__(self, keys: Keys) -> None:
        self._cipher = AESGCM(keys.seal)
        self._index = hmac.new(keys.index, digestmod="sha256")  # keyed once, copied for each address

    def close(self, value: bytes, *, purpose: bytes) -> bytes:
        """``value`` sealed for one purpose (a column's name)."""
        nonce = os.urandom(12)
        return _KEY_ID + nonce + self._cipher.encrypt(nonce, value, purpose)

    def open(self, sealed: bytes, *, purpose: bytes) -> bytes:
        """The value again. Raises :class:`SealBroken` for other keys, another purpose or a changed byte."""
        if sealed[:1] != _KEY_ID or len(sealed) < _SHORTEST:
            raise SealBroken
        try:
            return self._cipher.decrypt(sealed[1:13], sealed[13:], purpose)
        except InvalidTag as fault:
            raise SealBroken from fault

    def index(self, kind: str, address: str) -> str:
        """Look-up index of a number (kind ``msisdn``) or chat id (``chat``): hex HMAC-SHA256."""
        keyed = self._index.copy()
        keyed.update(f"{kind}:{address}".encode())
        return keyed.hexdigest()


def read_key(text: str, *, name: str) -> bytes:
    """A key of 32 bytes written in base64. Raises :class:`SettingsError` that names the setting, never the value."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError(f"{name} is not 32 bytes in base64", hint="make one with: openssl rand -base64 32")
    return key


def development_keys(path: Path) -> Keys:
    """Keys for development, made once and kept in ``path`` (mode 600).

    Raises :class:`SettingsError` for a file that holds something else.
    """
    if not path.exists():
        _make_keys(path)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        written = {name: str(kept[name]) for name in ("seal", "index")}
    except (ValueError, LookupError, TypeError):
        raise SettingsError("the key file does not hold the two keys", where=str(path)) from None
    return Keys(**{name: read_key(text, name=f"{path}: {name}") for name, text in written.items()})


def _make_keys(path: Path) -> None:
    """Write new keys whole or not at all: of two processes that start at once, both then read the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {name: base64.b64encode(os.urandom(32)).decode() for name in ("seal", "index")}
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
