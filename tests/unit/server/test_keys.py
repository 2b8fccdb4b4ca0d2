"""Where the vault's keys come from."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from rbm_bots.errors import SettingsError
from rbm_bots.server.keys import open_seal
from rbm_bots.settings import Settings

ONE, OTHER = (SecretStr(base64.b64encode(letter * 32).decode()) for letter in (b"a", b"b"))


def test_both_keys_of_the_environment_are_used() -> None:
    settings = Settings(vault_key=ONE, index_key=OTHER)
    sealed = open_seal(settings).close(b"x", purpose=b"p")
    assert open_seal(settings).open(sealed, purpose=b"p") == b"x"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    open_seal(Settings(vault_key=ONE, index_key=OTHER, key_file=tmp_path / "keys"))
    assert not (tmp_path / "keys").exists()


def test_development_makes_a_file(tmp_path: Path) -> None:
    settings = Settings(key_file=tmp_path / "keys")
    assert open_seal(settings).index("chat", "x") == open_seal(settings).index("chat", "x")
    assert (tmp_path / "keys").exists()


@pytest.mark.parametrize("with_file", [False, True])
@pytest.mark.parametrize(
    ("given", "missing"), [({"vault_key": ONE}, "RBM_INDEX_KEY"), ({"index_key": ONE}, "RBM_VAULT_KEY")]
)
def test_one_key_alone_is_refused_and_never_completed(
    tmp_path: Path, given: dict[str, SecretStr], missing: str, with_file: bool
) -> None:
    path = tmp_path / "keys"
    with pytest.raises(SettingsError, match=f"{missing} is not set"):
        open_seal(Settings.model_validate({**given, "key_file": path if with_file else None}))
    assert not path.exists()


def test_a_wrong_key_is_named() -> None:
    with pytest.raises(SettingsError, match="RBM_INDEX_KEY is not 32 bytes"):
        open_seal(Settings(vault_key=ONE, index_key=SecretStr("short")))
