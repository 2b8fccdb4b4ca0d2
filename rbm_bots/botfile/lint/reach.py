"""The rule about what nobody ever comes to: flows that nothing leads to, and steps behind a jump."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.lint.graph import At, Graph
from rbm_bots.botfile.model import Flow, If, Step, Unsupported

__all__ = ["unreached"]

_Leads = Mapping[str | None, set[str]]


def unreached(draft: Draft) -> None:
    """``unreached``: no phrase, jump, chip or scene leads to a flow, not even through other flows; nor to a step.

    What Python builds may lead anywhere.
    """
    bot = draft.bot
    leads: dict[str | None, set[str]] = {}
    for jump in draft.desk.jumps:
        name = bot.start if jump.target.kind == "start" else jump.target.name
        leads.setdefault(jump.origin[0] if jump.origin is not None else None, set()).add(name)
    begun = [bot.start, *bot.scenes, *leads.get(None, ()), *(flow.name for flow in bot.flows.values() if flow.hears)]
    reached = _from(draft, leads, begun)
    lost = [flow for flow in bot.flows.values() if flow.name not in reached and draft.written(flow) is not None]
    for flow in _first_of(draft, leads, lost):
        draft.faults.warn(flow.mark, "unreached", f"nothing leads to «{flow.name}»")
    graph = Graph(draft)
    landings = _landings(draft, graph)
    for name in reached & set(bot.flows) - draft.desk.built:
        _steps_behind_jumps(draft, graph, bot.flows[name], landings.get(name, []))


def _from(draft: Draft, leads: _Leads, begun: Iterable[str]) -> set[str]:
    """The flows that are reached from some."""
    waiting, reached = list(begun), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(draft.bot.flows if name in draft.desk.built else leads.get(name, ()))
    return reached


def _first_of(draft: Draft, leads: _Leads, lost: list[Flow]) -> Iterable[Flow]:
    """Of the flows that are lost, those that lead to the others; of a ring, the one that is written first."""
    behind = {flow.name: _from(draft, leads, leads.get(flow.name, ())) for flow in lost}
    for rank, flow in enumerate(lost):
        before = [other for other in lost if other is not flow and flow.name in behind[other.name]]
        ring = all(other.name in behind[flow.name] for other in before)
        if not before or (ring and all(lost.index(other) > rank for other in before)):
            yield flow


def _landings(draft: Draft, graph: Graph) -> dict[str, list[At]]:
    """Where jumps land in each flow; «next» lands behind its own step."""
    found: dict[str, list[At]] = {}
    for jump in draft.desk.jumps:
        landing = graph.landing(jump.target)
        step = graph.step(jump.origin) if jump.origin is not None and jump.target.kind == "next" else None
        if jump.origin is not None and step is not None and step.next is not None:
            landing = jump.origin[0], step.next
        if landing is not None:
            found.setdefault(landing[0], []).append(landing)
    return found


def _steps_behind_jumps(draft: Draft, graph: Graph, flow: Flow, landings: list[At]) -> None:
    """The first step of each stretch that no way through the flow leads to; a faulty step hides where it leads."""
    if any(isinstance(step, Unsupported) for step in flow.steps):
        return
    waiting: list[At] = [(flow.name, 0), *landings]
    seen: set[At] = set()
    while waiting:
        at = waiting.pop()
        if at not in seen and at[0] == flow.name:
            seen.add(at)
            waiting += [landing for landing, _ in graph.after(at)]
    dead = [step for step in flow.steps if (flow.name, step.index) not in seen]
    behind = {step.next for step in dead} | {branch for step in dead for branch in _branches(step)}
    for step in dead:
        if step.index not in behind and draft.written(step) is not None:
            hint = "a «goto» or «end» stands before it: take one of them out"
            draft.faults.warn(step.mark, "unreached", "no way leads to this step", hint)


def _branches(step: Step) -> Iterable[int | None]:
    return (step.then_at, step.else_at) if isinstance(step, If) else ()
