"""The rule about how much the bot says before it waits: at most six messages in a turn (bot language 15).

Beyond that the turn stops and the person is told sorry. A way begins where the person starts a turn: at a flow, where a
tap or a jump leads, behind a question. Along it only what is certain counts: a step with ``when`` may be passed over,
and of two ways to a step the shorter one is taken. So what is told here fails whenever it is played.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.lint.graph import SENDS, WAITS, At, Graph
from rbm_bots.botfile.model import CarouselFor, ShowCarousel, Step
from rbm_bots.botfile.services import Rendezvous

__all__ = ["MESSAGES_MAX", "turn_too_long"]

MESSAGES_MAX: Final = 6
_MOVING: Final = frozenset(("goto", "none", "run"))


def turn_too_long(draft: Draft) -> None:
    """``turn-too-long``: a message that would be the seventh without a word of the person between."""
    graph = Graph(draft)
    told: set[At] = set()
    then = graph.landing(draft.bot.unknown_then) if draft.bot.unknown_say else None
    if then is not None:
        _follow(draft, graph, then, told, after_unknown=True)
    for start in _beginnings(draft, graph):
        _follow(draft, graph, start, told)


def _beginnings(draft: Draft, graph: Graph) -> Iterator[At]:
    """Where a turn may begin."""
    for flow, step in draft.steps():
        if step.index == 0:
            yield flow, 0
        if step.verb in WAITS and step.next is not None:
            yield flow, step.next
    for jump in draft.desk.jumps:
        landing = graph.landing(jump.target) if jump.by not in _MOVING else None
        if landing is not None:
            yield landing


def _follow(draft: Draft, graph: Graph, start: At, told: set[At], *, after_unknown: bool = False) -> None:
    """Shortest ways first: a step is looked at with the fewest messages that can stand before it."""
    ahead: list[tuple[int, At]] = [(int(after_unknown), start)]
    seen: set[At] = set()
    while ahead:
        before, at = heappop(ahead)
        step = graph.step(at)
        if at in seen or at in told or step is None:
            continue
        seen.add(at)
        own = _messages(step)
        if own and before + own > MESSAGES_MAX:
            told.add(at)
            _tell(draft, step, after_unknown=after_unknown)
        elif step.verb not in WAITS:
            for landing, _ in graph.after(at):
                heappush(ahead, (before + own, landing))


def _messages(step: Step) -> int:
    """How many messages a step is certain to send."""
    if step.when is not None or step.verb not in SENDS or step.verb == "offer":
        return 0
    if isinstance(step, ShowCarousel) and isinstance(step.cards, CarouselFor):
        return 0
    return 2 if isinstance(step, Rendezvous) and step.style == "carousel" else 1


def _tell(draft: Draft, step: Step, *, after_unknown: bool) -> None:
    counted = ", counted with the sentence of «unknown» that leads here" if after_unknown else ""
    message = f"more than {MESSAGES_MAX} messages in a row{counted}: a turn ends here with an apology"
    hint = "ask something on the way, or say several sentences in one text"
    draft.faults.warn(draft.mark(step, step.verb, step.mark), "turn-too-long", message, hint)
