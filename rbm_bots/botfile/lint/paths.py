"""Rules about ways through a bot: jumps that never wait, chips that vanish, scenes that say nothing or too much."""

from __future__ import annotations

from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.lint.graph import SENDS, WAITS, At, Graph
from rbm_bots.botfile.model import Goto, If, Mark, Run, Step

__all__ = ["loop_no_wait", "lost_chips", "scene_empty", "scene_messages"]

_FAR = 200


def loop_no_wait(draft: Draft) -> None:
    """``loop-no-wait``: a way of jumps and steps that comes back to itself without waiting for the person."""
    graph = Graph(draft)
    done: set[At] = set()
    for flow, step in draft.steps():
        if (flow, step.index) not in done:
            _walk(draft, graph, (flow, step.index), done)


def _walk(draft: Draft, graph: Graph, start: At, done: set[At]) -> None:
    """Depth first without recursion; a step met again on its own way closes a loop."""
    way: dict[At, None] = {start: None}
    stack = [(start, graph.after(start))]
    while stack:
        at, following = stack[-1]
        step = graph.step(at)
        found = next(following, None) if step is not None and step.verb not in WAITS else None
        if found is None:
            done.add(at)
            way.pop(at, None)
            stack.pop()
            continue
        landing, mark = found
        if landing in way:
            message = "this jump comes back here without ever waiting for the person"
            draft.faults.error(mark, "loop-no-wait", message, "wait on the way: «ask», «confirm» …")
        elif landing not in done:
            way[landing] = None
            stack.append((landing, graph.after(landing)))


def lost_chips(draft: Draft) -> None:
    """``lost-chips``: suggestions under a message that another one follows at once vanish from the phone."""
    graph = Graph(draft)
    for chips in draft.desk.chip_lists:
        step = graph.step(chips.place) if chips.place is not None and not chips.in_card else None
        if step is None or chips.place is None or step.verb not in SENDS or step.verb in WAITS:
            continue
        if chips.chips and _sends(graph, _next(graph, chips.place, step), 0):
            hint = "move them to the last message before the bot waits"
            draft.faults.warn(
                chips.mark, "lost-chips", "these suggestions vanish: the next step sends another message", hint
            )
    _lost_with_then(draft, graph)


def _lost_with_then(draft: Draft, graph: Graph) -> None:
    """The chips of ``unknown`` are under its only sentence, and where ``then`` leads speaks with the last one."""
    bot, written = draft.bot, draft.desk.unknown
    suggest = written.get("suggest") if written is not None else None
    if suggest is not None and len(bot.unknown_say) == 1 and _sends(graph, graph.landing(bot.unknown_then), 0):
        message = "these suggestions vanish: «then» follows with the last sentence, and speaks at once"
        hint = "give «say» two sentences or more, or put the suggestions where «then» leads"
        draft.faults.warn(suggest.mark, "lost-chips", message, hint)


def _next(graph: Graph, at: At, step: Step) -> At | None:
    """Where the talk goes on for certain after a step that was played."""
    jump = next((jump for jump in graph.jumps.get(at, []) if jump.by == "goto"), None)
    if jump is not None:
        return graph.landing(jump.target)
    return (at[0], step.next) if step.next is not None else None


def _sends(graph: Graph, at: At | None, depth: int) -> bool:
    """Whether a message is certain to leave from ``at`` on before anybody is waited for."""
    step = graph.step(at) if at is not None else None
    if step is None or at is None or depth > _FAR:
        return False
    onward = (at[0], step.next) if step.next is not None else None
    if step.when is not None:
        return _sends(graph, onward, depth + 1)
    if step.verb in SENDS:
        return True
    match step:
        case If():
            otherwise = (at[0], step.else_at) if step.else_at is not None else onward
            return _sends(graph, (at[0], step.then_at), depth + 20) and _sends(graph, otherwise, depth + 20)
        case Run(flow=flow):
            return _sends(graph, (flow, 0), depth + 1)
        case Goto():
            return _sends(graph, _next(graph, at, step), depth + 1)
    return step.verb in ("do", "set") and _sends(graph, _next(graph, at, step), depth + 1)


def scene_empty(draft: Draft) -> None:
    """``scene-empty``: no way through a scene sends anything."""
    graph = Graph(draft)
    for scene in draft.bot.scenes.values():
        waiting: list[At] = [(scene.name, 0)]
        seen: set[At] = set()
        sends = not scene.flow.steps
        while waiting and not sends:
            at = waiting.pop()
            step = graph.step(at)
            if at in seen or step is None:
                continue
            seen.add(at)
            sends = step.verb in SENDS or step.verb in ("handover", "paid_help", "python", "?")
            waiting += [landing for landing, _ in graph.after(at)]
        if not sends:
            draft.faults.error(scene.flow.mark, "scene-empty", f"the scene «{scene.name}» can never send a message")


def scene_messages(draft: Draft) -> None:
    """``scene-messages``: each message before the first answer may be charged."""
    graph = Graph(draft)
    for scene in draft.bot.scenes.values():
        if _most(graph, (scene.name, 0), {}, 0) > 1:
            mark: Mark = scene.flow.mark
            message = f"«{scene.name}» sends more than one message before the person answers"
            draft.faults.warn(mark, "scene-messages", message, "each may be charged: send one")


def _most(graph: Graph, at: At, known: dict[At, int], depth: int) -> int:
    """The most messages certain on a way from ``at`` to the first wait; a step with ``when`` counts as none."""
    if at in known:
        return known[at]
    step = graph.step(at)
    if step is None or depth > _FAR:
        return 0
    known[at] = 0
    own = 1 if step.verb in SENDS and step.when is None else 0
    ahead = (
        0 if step.verb in WAITS else max((_most(graph, to, known, depth + 1) for to, _ in graph.after(at)), default=0)
    )
    known[at] = own + ahead
    return known[at]
