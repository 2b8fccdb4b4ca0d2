"""What there is to draw: a box for each flow, a row for each step, a port for each way out of it.

Every drawing is made from this one description, so that they agree. Nothing here knows of coordinates or of a format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rbm_bots.botfile.drawing.words import heard, words_of
from rbm_bots.botfile.model import (
    Bot,
    CardSpec,
    CarouselFor,
    Chip,
    Confirm,
    Do,
    Flow,
    Goto,
    Handler,
    If,
    Run,
    SendStep,
    SetSlots,
    ShowCard,
    ShowCarousel,
    Step,
    Target,
    Wait,
)
from rbm_bots.botfile.services import Rendezvous, ShowOffer
from rbm_bots.botfile.text import Text

__all__ = ["Box", "Picture", "Port", "Row", "picture_of"]

_By = Literal["goto", "chip", "error", "give_up", "none", "refuse", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A way out of a step: by what, its label, and where it leads. ``row`` is a step's name where one is meant.

    ``box`` is ``None`` where the way leads out of all flows: ``word`` then says where to (``end``, ``handover`` …).
    """

    by: _By
    label: str
    word: str
    box: str | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One step: its name, verb and first words. ``depth`` counts the branches around it.

    ``following``: names of the rows that may follow by themselves, each with what makes it so (``then``, ``else`` or
    nothing).
    """

    name: str
    verb: str
    words: str
    depth: int = 0
    ports: tuple[Port, ...] = ()
    following: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A flow, a scene, or the entries that are heard at any time."""

    name: str
    kind: Literal["start", "flow", "scene", "heard"]
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All boxes, the start first."""

    title: str
    boxes: tuple[Box, ...]

    def ways(self) -> Iterator[tuple[Box, Row, Port]]:
        """Every way from a box to a box."""
        for box in self.boxes:
            for row in box.rows:
                for port in row.ports:
                    if port.box is not None:
                        yield box, row, port


def picture_of(bot: Bot) -> Picture:
    """Describe ``bot``."""
    flows = sorted(bot.flows.values(), key=lambda flow: flow.name != bot.start)
    boxes = [_flow(bot, flow) for flow in flows]
    answers = tuple(
        Row(name=f"faq/{faq.name}", verb="faq", words=heard(faq.hears), ports=_chips(bot, faq.suggest))
        for faq in bot.faq.values()
    )
    always = tuple(
        Row(
            name=f"always/{entry.name}",
            verb="always",
            words=heard(entry.hears) or entry.name,
            ports=(*_jump(bot, "goto", "", entry.goto), *_chips(bot, entry.suggest)),
        )
        for entry in bot.always.values()
    )
    unknown = Row(
        name="unknown",
        verb="unknown",
        words=f"{len(bot.unknown_say)} texts",
        ports=(*_chips(bot, bot.unknown_suggest), *_jump(bot, "give_up", "then", bot.unknown_then)),
    )
    if answers:
        boxes.append(Box(name="faq", kind="heard", note="heard anywhere in a message", rows=answers))
    boxes.append(Box(name="always", kind="heard", note="heard at any time", rows=(*always, unknown)))
    return Picture(title=bot.name, boxes=tuple(boxes))


def _flow(bot: Bot, flow: Flow) -> Box:
    depths = _depths(flow)
    scene = bot.scenes.get(flow.name)
    kind: Literal["start", "flow", "scene"] = "scene" if scene else "start" if flow.name == bot.start else "flow"
    rows = tuple(
        Row(
            name=step.name,
            verb=step.verb,
            words=words_of(step),
            depth=depths[step.index],
            ports=tuple(_ports(bot, step)),
            following=tuple(_following(flow, step)),
        )
        for step in flow.steps
    )
    note = f"scene · {scene.purpose}" if scene is not None else heard(flow.hears)
    return Box(name=flow.name, kind=kind, note=note, rows=rows)


def _depths(flow: Flow) -> list[int]:
    """How many branches stand around each step; the steps of a branch lie between its ``if`` and what follows that."""
    depths = [0] * len(flow.steps)
    for step in flow.steps:
        if isinstance(step, If):
            end = step.next if step.next is not None and step.next > step.index else len(flow.steps)
            for index in range(step.index + 1, end):
                depths[index] += 1
    return depths


def _following(flow: Flow, step: Step) -> Iterator[tuple[str, str]]:
    def name(index: int) -> str:
        return flow.steps[index].name

    if isinstance(step, If):
        yield name(step.then_at), "then"
        if step.else_at is not None:
            yield name(step.else_at), "else"
        elif step.next is not None:
            yield name(step.next), "else"
        return
    leaves = isinstance(step, Goto) or step.verb == "end" or getattr(step, "goto", None) is not None
    if step.next is not None and (not leaves or step.when is not None):
        yield name(step.next), ""


def _ports(bot: Bot, step: Step) -> Iterator[Port]:
    """The ways out, as they stand in the file: suggestions, errors, giving up, then the jump itself."""
    for chip in _all_chips(step):
        yield from _jump(bot, "chip", _label(chip.label), chip.goto)
    if isinstance(step, Confirm):
        yield from _jump(bot, "refuse", "no", step.on_refuse.goto if not step.edit else None)
    if isinstance(step, Do | Rendezvous):
        yield from _handlers(bot, step.on_error)
    if isinstance(step, ShowCarousel | Rendezvous | ShowOffer):
        yield from _jump(bot, "none", "none", step.none)
    if isinstance(step, Wait):
        yield from _jump(bot, "give_up", "give up", step.give_up)
    if isinstance(step, Run):
        yield Port(by="run", label="run", word=step.flow, box=step.flow)
    if isinstance(step, Goto):
        yield from _jump(bot, "goto", "", step.target)
    if isinstance(step, SendStep | Do | SetSlots):
        yield from _jump(bot, "goto", "", step.goto)


def _handlers(bot: Bot, handlers: Mapping[str, Handler]) -> Iterator[Port]:
    for code, handler in handlers.items():
        yield from _jump(bot, "error", code, handler.goto)


def _all_chips(step: Step) -> Iterator[Chip]:
    cards: tuple[CardSpec, ...] = ()
    match step:
        case ShowCard(card=card):
            cards = (card,)
        case ShowCarousel(cards=CarouselFor(card=card)):
            cards = (card,)
        case ShowCarousel(cards=tuple() as written):
            cards = written
    for card in cards:
        yield from card.suggest
    if isinstance(step, Do) and step.remind is not None:
        yield from step.remind.suggest
    if isinstance(step, SendStep):
        yield from step.suggest


def _chips(bot: Bot, chips: tuple[Chip, ...]) -> tuple[Port, ...]:
    return tuple(port for chip in chips for port in _jump(bot, "chip", _label(chip.label), chip.goto))


def _label(text: Text) -> str:
    return next(iter(text.templates.values())).source


def _jump(bot: Bot, by: _By, label: str, target: Target | None) -> Iterator[Port]:
    match target:
        case Target(kind="step"):
            row = bot.flows[target.name].steps[target.index].name
            yield Port(by=by, label=label, word=row.partition("/")[2], box=target.name, row=row)
        case Target(kind="flow"):
            yield Port(by=by, label=label, word=target.name, box=target.name)
        case Target(kind="faq"):
            yield Port(by=by, label=label, word=target.name, box="faq", row=f"faq/{target.name}")
        case Target(kind="start"):
            yield Port(by=by, label=label, word="start", box=bot.start)
        case Target():
            yield Port(by=by, label=label, word=target.kind)
