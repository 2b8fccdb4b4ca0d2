"""What a brand is told of its audience before a campaign: who can be reached how, and what each plan would cost. Pure.

Five groups. ``opted_out`` goes first: whoever said STOP is in no plan, whatever their phone can do. Then
``other_operator``: our routes do not reach the number, so RCS would be a miss (S2-76). Then what the book says:
``rcs``, ``sms_only``, or ``unknown`` where nobody asked, or the answer is too old. A price that is missing makes a cost
unknown, never zero; a plan that needs no such message costs nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from rbm_bots.store.capability import Known

__all__ = ["Group", "Plan", "Price", "Qualification", "Standing", "qualify", "standing", "tries_rcs"]

Standing = Literal["rcs", "sms_only", "other_operator", "unknown", "opted_out"]
Price = Callable[[Literal["rcs", "sms"]], int | None]
"""What one person costs by this channel, in whole millionths of a euro; ``None``: no price is known."""

_STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """People of one standing; ``share`` of all, in ten-thousandths, rounded half up."""

    count: int
    share: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One way to run it: people by RCS, by SMS, not at all; ``cost`` in millionths of a euro, ``None``: unknown."""

    name: Literal["rcs_only", "sms_only", "rcs_then_sms"]
    rcs: int
    sms: int
    nobody: int
    cost: int | None


class Qualification(msgspec.Struct, frozen=True, kw_only=True):
    """The report."""

    total: int
    groups: dict[Standing, Group]
    plans: tuple[Plan, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def standing(known: Known, *, opted_out: bool, served: Collection[str]) -> Standing:
    """Where a person stands. ``served``: operators (small letters) that our routes reach."""
    if opted_out:
        return "opted_out"
    if known.operator is not None and known.operator not in served:
        return "other_operator"
    return {"rcs": "rcs", "none": "sms_only", "unknown": "unknown"}[known.answer]  # type: ignore[return-value]  # the words of Standing


def tries_rcs(known: Known, *, served: Collection[str], try_unknown: bool) -> bool:
    """Whether the first leg is RCS: somebody never tested gets it only where ``try_unknown`` says so."""
    where = standing(known, opted_out=False, served=served)
    return where == "rcs" or (where == "unknown" and try_unknown)


def qualify(counts: Mapping[Standing, int], *, price: Price, try_unknown: bool) -> Qualification:
    """The report on an audience of ``counts``."""
    total = sum(counts.values())
    groups = {name: Group(count=counts.get(name, 0), share=_share(counts.get(name, 0), total)) for name in _STANDINGS}
    rcs = counts.get("rcs", 0) + (counts.get("unknown", 0) if try_unknown else 0)
    wanted = total - counts.get("opted_out", 0)
    plans = (
        _plan("rcs_only", rcs, 0, total, price),
        _plan("sms_only", 0, wanted, total, price),
        _plan("rcs_then_sms", rcs, wanted - rcs, total, price),
    )
    return Qualification(total=total, groups=groups, plans=plans)


def _share(count: int, total: int) -> int:
    return (count * 20_000 + total) // (2 * total) if total else 0


def _plan(
    name: Literal["rcs_only", "sms_only", "rcs_then_sms"], rcs: int, sms: int, total: int, price: Price
) -> Plan:  # fmt: skip
    costs = [_cost(rcs, price("rcs")), _cost(sms, price("sms"))]
    known = [cost for cost in costs if cost is not None]
    cost = sum(known) if len(known) == len(costs) else None
    return Plan(name=name, rcs=rcs, sms=sms, nobody=total - rcs - sms, cost=cost)


def _cost(people: int, price: int | None) -> int | None:
    if not people:
        return 0
    return people * price if price is not None else None
