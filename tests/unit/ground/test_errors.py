"""The tree of errors: what is drawn is what there is."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

import rbm_bots
from rbm_bots import errors
from rbm_bots.errors import ChannelError, InboundRefused, RbmError, Reject, SettingsError

LINE = re.compile(r"(?P<indent>[ │├└─]*)(?P<name>[A-Z][A-Za-z]+)(?: +(?P<said>\S.*))?")


def drawn() -> dict[str, tuple[str | None, str]]:
    """Each class of the drawing: its parent, and what is said of it."""
    found: dict[str, tuple[str | None, str]] = {}
    above: list[str] = []
    assert errors.__doc__ is not None
    for line in errors.__doc__.partition("::\n")[2].splitlines():
        match = LINE.fullmatch(line)
        if match is None:
            continue
        depth = len(match["indent"]) // 4 - 1
        above = [*above[:depth], match["name"]]
        assert match["name"] not in found
        found[match["name"]] = (above[depth - 1] if depth else None, match["said"] or "")
    return found


def existing(kind: type[RbmError]) -> Iterator[type[RbmError]]:
    """``kind`` and all its subclasses in the package; a channel's leaves are drawn in that channel's own module."""
    if re.fullmatch(r"rbm_bots\.channels\.\w+\.errors", kind.__module__):
        return
    yield kind
    for child in kind.__subclasses__():
        if child.__module__.startswith("rbm_bots."):
            yield from existing(child)


@pytest.fixture(scope="module")
def classes() -> dict[str, type[RbmError]]:
    for module in pkgutil.walk_packages(rbm_bots.__path__, "rbm_bots."):
        if ".migrations" not in module.name:  # alembic alone can run them
            import_module(module.name)
    return {kind.__name__: kind for kind in existing(RbmError)}


def test_the_drawing_is_the_tree(classes: dict[str, type[RbmError]]) -> None:
    parents = {name: parent for name, (parent, _) in drawn().items()}
    assert len(parents) > 20
    assert parents == {name: None if kind is RbmError else kind.__mro__[1].__name__ for name, kind in classes.items()}


def test_a_class_of_another_module_is_drawn_with_its_module(classes: dict[str, type[RbmError]]) -> None:
    elsewhere = {name: kind for name, kind in classes.items() if kind.__module__ != errors.__name__}
    assert elsewhere
    for name, kind in elsewhere.items():
        assert drawn()[name][1].startswith(kind.__module__), name


def test_the_statuses_drawn_are_answered(classes: dict[str, type[RbmError]]) -> None:
    refusals = [kind for kind in classes.values() if issubclass(kind, InboundRefused) and kind is not InboundRefused]
    assert len(refusals) == 4
    for kind in refusals:
        assert drawn()[kind.__name__][1] == str(kind.http)


def test_each_class_has_a_sentence_and_a_code(classes: dict[str, type[RbmError]]) -> None:
    for name, kind in classes.items():
        assert (kind.__doc__ or "").splitlines()[0].endswith("."), name
        assert re.fullmatch(r"[a-z_]+", kind.code), name


def test_the_first_line_of_the_docstring_is_the_message() -> None:
    assert str(SettingsError()) == "A setting is missing or wrong."
    assert str(SettingsError("no port", where="rbm.toml", hint="name one")) == "rbm.toml: no port (name one)"
    assert str(errors.SchemaOutdated()).endswith("(run «rbm db upgrade»)")


def test_a_refusal_has_its_reason_and_a_channel_error_its_facts() -> None:
    assert (Reject().reason, Reject("bad_plate").reason) == ("reject", "bad_plate")
    fault = ChannelError(http=429, platform_code="4001", retry_after_s=2.5, request_id="r-1")
    assert (fault.http, fault.platform_code, fault.retry_after_s, fault.request_id) == (429, "4001", 2.5, "r-1")
