"""Settings: the file, the environment over it, and what a person did wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from rbm_bots.errors import SettingsError
from rbm_bots.settings import load_settings


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "rbm.toml"
    path.write_text('port = 9000\n[applications.ACME]\nclient_id = "x"\n[bots.bakery]\npath = "p"\n')
    return path


def test_without_a_file_there_are_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().port == 8080


def test_the_environment_wins_over_the_file(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(written).port == 9000
    monkeypatch.setenv("RBM_PORT", "9001")
    assert load_settings(written).port == 9001


def test_a_secret_in_the_environment_reaches_its_table_whatever_the_case(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBM_APPLICATIONS__ACME__CLIENT_SECRET", "s")
    monkeypatch.setenv("RBM_BOTS__BAKERY__PRIVATE_KEY", "k")
    settings = load_settings(written)
    assert settings.applications == {"ACME": {"client_id": "x", "client_secret": "s"}}
    assert settings.bots == {"bakery": {"path": "p", "private_key": "k"}}


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RBM_VAULT_KEY", "do not show me")
    assert "do not show me" not in repr(load_settings())


@pytest.mark.parametrize(
    ("text", "said"),
    [("port = 99999", "port"), ("prot = 1", "prot"), ("port = ", "rbm.toml"), ("[bots]\nbakery = 3", "bots.bakery")],
)
def test_a_wrong_file_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rbm.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said) as fault:
        load_settings(path)
    assert "\n" not in str(fault.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(tmp_path / "none.toml")
