"""Switches as files write them: in scenarios, and in the table ``[billing]`` of the settings."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import msgspec

from rbm_bots.ledger.files import LedgerFileUnreadable, read_instant
from rbm_bots.ledger.switches import Basis, Category, MoAnchor, Switches

__all__ = ["Policy", "read_switches"]


class _From(msgspec.Struct, frozen=True, kw_only=True):
    from_: str = msgspec.field(name="from")
    value: Any


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Switches as written: a value, or a list of changes; ``None`` where nothing is said."""

    basis: Basis | list[_From] | None = None
    stop_opens: bool | list[_From] | None = None
    action_tap_opens: bool | list[_From] | None = None
    location_opens: bool | list[_From] | None = None
    mo_anchor: MoAnchor | list[_From] | None = None
    window_closed: bool | list[_From] | None = None
    category: Category | list[_From] | None = None
    launched: bool | list[_From] | None = None


def read_switches(policy: Policy | None, under: Switches, where: str) -> Switches:
    """The switches of ``policy``; what it does not name stays as in ``under``. Raises ``LedgerFileUnreadable``."""
    written = {} if policy is None else msgspec.structs.asdict(policy)
    changed = {name: _dated(name, value, where) for name, value in written.items() if value is not None}
    try:
        return msgspec.convert({**msgspec.structs.asdict(under), **changed}, Switches)
    except msgspec.ValidationError as wrong:
        raise LedgerFileUnreadable(f"not the value of a switch: {wrong}", where=where) from None


def _dated(name: str, value: object, where: str) -> dict[str, Any]:
    """A switch as :class:`~rbm_bots.ledger.switches.Dated` has it; before its first change the default holds."""
    if not isinstance(value, list):
        return {"default": value}
    changes = sorted(((read_instant(one.from_, where), one.value) for one in value), key=itemgetter(0))
    if len({from_ms for from_ms, _ in changes}) < len(changes):
        raise LedgerFileUnreadable(f"two values of {name} from one instant", where=where)
    return {"default": getattr(Switches(), name).default, "changes": changes}
