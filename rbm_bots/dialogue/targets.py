"""Targets as words: how a session keeps where a chip leads, across versions of the bot."""

from __future__ import annotations

from rbm_bots.botfile.model import Ask, Bot, Build, Target
from rbm_bots.botfile.services import Rendezvous

__all__ = ["read_target", "target_to_step", "write_target"]


def write_target(bot: Bot, target: Target) -> str:
    """``flow:booking``, ``step:booking/pick``, ``faq:opening``, ``start``, ``end``."""
    if target.kind == "step":
        return f"step:{bot.flows[target.name].steps[target.index].name}"
    return f"{target.kind}:{target.name}" if target.name else target.kind


def read_target(bot: Bot, written: str) -> Target | None:
    """What :func:`write_target` wrote; ``None`` when this version of the bot has no such place.

    A step that Python built is gone with its talk: then its flow begins anew.
    """
    kind, _, name = written.partition(":")
    match kind:
        case "step":
            return target_to_step(bot, name) or _built(bot, name.partition("/")[0])
        case "flow":
            return Target(kind="flow", name=name) if name in bot.flows else None
        case "faq":
            return Target(kind="faq", name=name) if name in bot.faq else None
        case "start" | "end" | "handover" | "paid_help" | "next":
            return Target(kind=kind)
    return None


def target_to_step(bot: Bot, name: str) -> Target | None:
    """The jump to the step called ``flow/step``; it empties the slot that the step fills."""
    step = bot.step(name)
    if step is None:
        return None
    empties = step.slot if isinstance(step, Ask | Rendezvous) else None
    return Target(kind="step", name=name.partition("/")[0], index=step.index, empties=empties)


def _built(bot: Bot, flow: str) -> Target | None:
    builds = flow in bot.flows and isinstance(bot.flows[flow].steps[0], Build)
    return Target(kind="flow", name=flow) if builds else None
