"""Sealed values open with their keys, for their purpose, unchanged; and in no other way."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.errors import SealBroken, SettingsError
from rbm_bots.store.seal import Keys, Seal, development_keys, read_key

KEYS = Keys(seal=b"s" * 32, index=b"i" * 32)
SEAL = Seal(KEYS)


@given(st.binary(max_size=100), st.binary(max_size=10))
def test_a_sealed_value_opens_for_its_purpose(value: bytes, purpose: bytes) -> None:
    sealed = SEAL.close(value, purpose=purpose)
    assert SEAL.open(sealed, purpose=purpose) == value
    assert len(sealed) == len(value) + 29
    assert SEAL.close(value, purpose=purpose) != sealed  # a nonce is used once


@given(st.data())
def test_one_changed_bit_breaks_it(data: st.DataObject) -> None:
    sealed = bytearray(SEAL.close(b"+33639980001", purpose=b"contact"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        SEAL.open(bytes(sealed), purpose=b"contact")


@given(st.integers(0, 40))
def test_a_cut_value_is_broken_too(length: int) -> None:
    with pytest.raises(SealBroken):
        SEAL.open(SEAL.close(b"+33639980001", purpose=b"contact")[:length], purpose=b"contact")


def test_another_purpose_or_another_key_does_not_open_it() -> None:
    sealed = SEAL.close(b"Bonjour", purpose=b"text")
    with pytest.raises(SealBroken, match="RBM_VAULT_KEY"):
        SEAL.open(sealed, purpose=b"contact")
    with pytest.raises(SealBroken):
        Seal(Keys(seal=b"x" * 32, index=KEYS.index)).open(sealed, purpose=b"text")


def test_the_index_depends_on_kind_address_and_key() -> None:
    whole = {
        SEAL.index("msisdn", "+33639980001"),
        SEAL.index("chat", "+33639980001"),
        SEAL.index("msisdn", "+33639980003"),
        Seal(Keys(seal=KEYS.seal, index=b"j" * 32)).index("msisdn", "+33639980001"),
    }
    assert len(whole) == 4
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in whole)
    assert SEAL.index("msisdn", "+33639980001") in whole


def test_keys_are_never_shown() -> None:
    assert "ssss" not in repr(KEYS)


@pytest.mark.parametrize("text", ["", "c2hvcnQ=", "not base64 at all", "é" * 44, "A" * 44 + "="])
def test_a_wrong_key_is_named_and_not_repeated(text: str) -> None:
    with pytest.raises(SettingsError, match="RBM_VAULT_KEY is not 32 bytes") as fault:
        read_key(text, name="RBM_VAULT_KEY")
    assert not text or text not in str(fault.value)


class TestDevelopmentKeys:
    def test_they_are_made_once_and_for_their_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "keys.json"
        made = development_keys(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(made.seal) == len(made.index) == 32
        assert made.seal != made.index
        assert development_keys(path) == made

    @pytest.mark.parametrize("text", ["", "[]", "{}", "3", '{"seal": 1}', '{"seal": "x", "index": "y"}', "\udcff"])
    def test_a_damaged_file_is_said_in_one_line(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "keys.json"
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        with pytest.raises(SettingsError, match=r"keys\.json") as fault:
            development_keys(path)
        assert "\n" not in str(fault.value)

    def test_two_keys_of_one_file_differ_from_those_of_another(self, tmp_path: Path) -> None:
        one, other = development_keys(tmp_path / "a"), development_keys(tmp_path / "b")
        assert len({one.seal, one.index, other.seal, other.index}) == 4
        assert set(json.loads((tmp_path / "a").read_text())) == {"seal", "index"}


def test_keys_that_another_process_made_first_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    first = development_keys(path)
    monkeypatch.setattr(Path, "exists", lambda _self: False)  # looked before the other process wrote
    assert development_keys(path) == first
    assert [found.name for found in tmp_path.iterdir()] == ["keys.json"]
