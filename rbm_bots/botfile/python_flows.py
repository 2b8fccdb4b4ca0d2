"""Flows that a bot's Python builds when they start (bot language 14.1): data to steps, as strict as a file is read.

Theory of operation. ``@actions.flow`` gives a list of steps, the same maps that a file would hold. In the loaded bot
such a flow is one step, :class:`~rbm_bots.botfile.model.Build`, whose call brings the list. The list is turned into
the nodes that a file gives, and read by the same readers against the names of the bot, so that whatever is refused in
a file is refused here. The talk keeps the list, not the steps: each turn of it reads them again.

Faults have no file to point into. Their place is the rank of the step, counted from 1, in the flow.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from rbm_bots.actions import Context
from rbm_bots.botfile.faults import Fault, Faults
from rbm_bots.botfile.lint.draft import Draft, Rule
from rbm_bots.botfile.lint.lengths import rcs_chips, text_lengths
from rbm_bots.botfile.lint.paths import loop_no_wait
from rbm_bots.botfile.lint.uses import reply_dead
from rbm_bots.botfile.model import Bot, Build, Do, Flow, Mark, Step
from rbm_bots.botfile.reading.calendars import sign_calendar
from rbm_bots.botfile.reading.desk import Desk, Planned, read_only_kinds
from rbm_bots.botfile.reading.http import sign_http_action
from rbm_bots.botfile.reading.plan import STEPS_MAX, plan_flow, refuse_taken_ids
from rbm_bots.botfile.reading.signatures import python_signatures
from rbm_bots.botfile.reading.steps import read_steps
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar
from rbm_bots.values import File, Location

__all__ = ["BUILT_MAX", "FlowRefused", "build_flow", "sample_flows", "with_flows"]

BUILT_MAX: Final = 32 * 1024
"""Bytes of JSON that the steps of one flow may have: they are kept with the talk."""

_DEPTH_MAX: Final = 20
_RULES: Final[tuple[Rule, ...]] = (loop_no_wait, rcs_chips, reply_dead, text_lengths)


class FlowRefused(ValueError):
    """What Python built is no list of steps that this bot can play. ``faults``: why, each with the rank of its step."""

    def __init__(self, flow: str, faults: tuple[Fault, ...]) -> None:
        self.flow = flow
        self.faults = faults
        first = faults[0]
        super().__init__(f"{flow}, step {first.line}: {first.message} [{first.code}]")

    @property
    def short(self) -> str:
        """The flow, the step and the code, without a word of what was built."""
        return f"{self.flow}, step {self.faults[0].line}: {self.faults[0].code}"


def with_flows(bot: Bot, built: Mapping[str, object]) -> Bot:
    """``bot`` with flows that Python has built: name to the list of steps. Raises :class:`FlowRefused`."""
    if not built:
        return bot
    flows = {name: build_flow(bot, name, steps) for name, steps in built.items()}
    return dataclasses.replace(bot, flows={**bot.flows, **flows})


def sample_flows(bot: Bot, *, now: datetime) -> tuple[Bot, tuple[Fault, ...]]:
    """``bot`` with every flow that Python builds for somebody of whom nothing is known, and what is wrong with others.

    For drawings and checks. Python that needs to know more, and raises, is passed over. Faults are warnings: what a
    real talk gets may be another list.
    """
    built, told = {}, []
    context = Context(now=now, contact="sample")
    for flow in [flow for flow in bot.flows.values() if isinstance(flow.steps[0], Build)]:
        assert bot.actions is not None, "a flow is built by somebody"
        try:
            built[flow.name] = build_flow(bot, flow.name, bot.actions.flows[flow.name](context))
        except FlowRefused as refused:
            told += [_at(fault, flow) for fault in refused.faults]
        except Exception:  # noqa: S112 - the brand's own code may need what only a talk brings
            continue
    return dataclasses.replace(bot, flows={**bot.flows, **built}), tuple(told)


def _at(fault: Fault, flow: Flow) -> Fault:
    """The fault at the function that built the flow."""
    message = f"step {fault.line} of «{flow.name}»: {fault.message}"
    mark = flow.mark
    return Fault(mark.file, mark.line, mark.column, fault.code, "warning", message, fault.hint)


def build_flow(bot: Bot, name: str, steps: object) -> Flow:
    """The flow ``name`` with these steps. Raises :class:`FlowRefused` with every fault."""
    faults = Faults()
    mark = Mark(name, 1, 1)
    if not isinstance(steps, list | tuple) or not steps:
        faults.error(mark, "type", "a flow is a list with at least one step")
        raise FlowRefused(name, faults.sorted())
    if _size(steps) > BUILT_MAX:
        faults.error(mark, "type", f"the steps of a flow have at most {BUILT_MAX // 1024} KiB")
        raise FlowRefused(name, faults.sorted())
    desk = _desk(bot, faults)
    items = [_node(step, Mark(name, rank, 1), faults) for rank, step in enumerate(steps, start=1)]
    listed: Node = ListNode(mark, items=items, flow=False)
    planned = plan_flow(desk, name, MapNode(mark, pairs=[(_word("steps", mark), listed)], flow=False), mark)
    if planned.count > STEPS_MAX:
        raise FlowRefused(name, _errors(faults))
    desk.planned[name] = planned
    refuse_taken_ids(desk)
    flow = Flow(name=name, steps=read_steps(desk, planned), mark=mark)
    for step in flow.steps:
        _refuse_reminder(step, faults)
    draft = Draft(bot=dataclasses.replace(bot, flows={name: flow}, scenes={}), desk=desk, faults=faults)
    for rule in _RULES:
        rule(draft)
    if faults.has_errors:
        raise FlowRefused(name, _errors(faults))
    return flow


def _errors(faults: Faults) -> tuple[Fault, ...]:
    return tuple(fault for fault in faults.sorted() if fault.severity == "error")


def _refuse_reminder(step: Step, faults: Faults) -> None:
    """A reminder is said long after the talk, and this step, are over."""
    if isinstance(step, Do) and step.remind is not None:
        hint = "write it in a flow of the file, and go there"
        faults.error(step.mark, "extra", "a step that Python builds cannot plan reminders", hint)


def _desk(bot: Bot, faults: Faults) -> Desk:
    """A desk on which all names of a finished bot lie; media are looked at when they are sent."""
    desk = Desk(
        faults=faults,
        folder=bot.folder,
        looks_at_media=False,
        languages=bot.languages,
        tiers=bot.tiers,
        topics=bot.topics,
        kinds=read_only_kinds(bot.tiers, bot.topics),
        scenes=set(bot.scenes),
        faq=set(bot.faq),
        has_handover=bot.handover is not None,
        has_paid_help=bot.paid_help is not None,
        handover=bot.handover,
        paid_help=bot.paid_help,
        python=bot.actions,
        sentences=dict(bot.sentences),
    )
    for slot in bot.slots.values():
        desk.add_slot(slot)
    for flow in bot.flows.values():
        desk.planned[flow.name] = Planned(name=flow.name, node=MapNode(flow.mark, pairs=[], flow=False), mark=flow.mark)
    python_signatures(desk)
    for action in bot.http.values():
        sign_http_action(desk, action)
    for calendar in bot.calendars:
        sign_calendar(desk, calendar)
    return desk


def _size(steps: object) -> int:
    try:
        return len(json.dumps(steps, ensure_ascii=False, default=str, skipkeys=True).encode("utf-8", "replace"))
    except (ValueError, RecursionError):  # a list inside itself
        return BUILT_MAX + 1


def _word(text: str, mark: Mark) -> Scalar:
    return Scalar(mark, text, plain=True)


def _node(value: object, mark: Mark, faults: Faults, depth: int = 0) -> Node:
    """A value as the node that a file would give for it; ``None`` is nothing, an empty text stays a text."""
    if depth > _DEPTH_MAX:
        faults.error(mark, "type", "this is nested too deeply")
        return _word("", mark)
    if isinstance(value, Mapping):
        pairs = [(_word(str(key), mark), _node(item, mark, faults, depth + 1)) for key, item in value.items()]
        return MapNode(mark, pairs=pairs, flow=False)
    if isinstance(value, list | tuple):
        return ListNode(mark, items=[_node(item, mark, faults, depth + 1) for item in value], flow=False)
    if value is None:
        return _word("", mark)
    words = _words(value)
    if words is None:
        faults.error(mark, "type", f"a step holds texts, numbers, dates, lists and maps, no {type(value).__name__}")
    return Scalar(mark, words or "", plain=False)


def _words(value: object) -> str | None:
    """A single value as it is written in a file; ``None`` for other kinds."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case date():  # a datetime is one too
            return value.isoformat()
        case Location(lat=lat, lng=lng):
            return f"{lat},{lng}"
        case File(url=url):
            return url
    return None
