"""The vault's keys: from the environment in production, from a generated file in development."""

from __future__ import annotations

from rbm_bots.errors import SettingsError
from rbm_bots.settings import Settings
from rbm_bots.store.seal import Keys, Seal, development_keys, read_key

__all__ = ["open_seal"]


def open_seal(settings: Settings) -> Seal:
    """Raises :class:`SettingsError` that names what is missing; one key alone is never completed from the file."""
    if settings.vault_key is not None and settings.index_key is not None:
        keys = Keys(
            seal=read_key(settings.vault_key.get_secret_value(), name="RBM_VAULT_KEY"),
            index=read_key(settings.index_key.get_secret_value(), name="RBM_INDEX_KEY"),
        )
        return Seal(keys)
    if settings.key_file is not None and settings.vault_key is None and settings.index_key is None:
        return Seal(development_keys(settings.key_file))
    missing = "RBM_VAULT_KEY" if settings.vault_key is None else "RBM_INDEX_KEY"
    raise SettingsError(
        f"{missing} is not set",
        hint="32 bytes in base64, for example from: openssl rand -base64 32; for development, set key_file",
    )
