"""Whether what a file of tests names exists in its bot: flows, scenes, slots and what they can hold.

Told as faults at their places before any talk is played, so a typo is never mistaken for a bot that went wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.model import Bot, Build, Mark
from rbm_bots.botfile.source import Node
from rbm_bots.dialogue.fit import MISFIT
from rbm_bots.testing.reading import TalksFaulty
from rbm_bots.testing.talks import Expects, StartsScene, TalkFile
from rbm_bots.testing.values import slot_value

__all__ = ["check_names"]


def check_names(file: TalkFile, bot: Bot) -> None:
    """Raises :class:`TalksFaulty` with every name that ``bot`` does not have."""
    faults = Faults()
    faults.sources[str(file.path)] = file.text
    for talk in file.talks:
        _check_slots(talk.slots, bot, faults)
        for name, node in talk.slots.items():
            if name in bot.slots and bot.slots[name].keep == "talk":
                hint = "keep: session or keep: contact, or let the talk fill it"
                faults.error(node.mark, "type", f"«{name}» is kept for a talk: nothing of it is there before", hint)
        for line in talk.lines:
            if isinstance(line, Expects):
                _check_expected(line, bot, faults)
            elif isinstance(line, StartsScene) and line.name not in bot.scenes:
                hint = did_you_mean(line.name, bot.scenes)
                faults.error(line.mark, "no-target", f"no scene is called «{line.name}»", hint)
    if faults.has_errors:
        raise TalksFaulty(faults.sorted(), faults.sources)


def _check_expected(line: Expects, bot: Bot, faults: Faults) -> None:
    _check_slots(line.slots, bot, faults)
    mark, flow = line.state.get("flow", (line.mark, None))
    if flow is not None and flow not in bot.flows:
        faults.error(mark, "no-target", f"no flow is called «{flow}»", did_you_mean(str(flow), bot.flows))
    mark, step = line.state.get("step", (line.mark, None))
    if step is not None:
        _check_step(mark, str(step), bot, faults)


def _check_step(mark: Mark, step: str, bot: Bot, faults: Faults) -> None:
    names = {step.name for flow in bot.flows.values() for step in flow.steps}
    names |= {name.partition("/")[2] for name in names}
    built = {flow.name for flow in bot.flows.values() if isinstance(flow.steps[0], Build)}
    may_be_built = step.partition("/")[0] in built if "/" in step else bool(built)
    if step not in names and not may_be_built:
        faults.error(mark, "no-target", f"no step is called «{step}»", did_you_mean(step, names))


def _check_slots(slots: Mapping[str, Node], bot: Bot, faults: Faults) -> None:
    for name, node in slots.items():
        spec = bot.slots.get(name)
        if spec is None:
            faults.error(node.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, bot.slots))
        elif slot_value(spec, node, zone=bot.timezone) is MISFIT:
            faults.error(node.mark, "type", f"«{name}» is a {spec.type}: it can never hold this")
