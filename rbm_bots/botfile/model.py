"""A bot, loaded: frozen, checked, complete. The dialogue plays it; nothing here reads a file.

**A flow is a program.** Its steps lie flat in ``Flow.steps``, nested ``then``/``else`` branches behind their ``if``;
each step knows the index that follows it (``next``, ``None`` when the flow's steps run out), so a position is a
flow's name and an index. Names of targets, slots and actions were resolved by the loader: the dialogue never meets an
unknown one.

A step's ``name`` (``booking/pick``) is its id, else the slot it fills, else verb and rank (``say2``); it stands in
postbacks, translations, logs and coverage. ``mark`` is where the step begins in its file. Steps that need a calendar,
a human or an offer stand in :mod:`rbm_bots.botfile.services`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from rbm_bots.actions import Actions
    from rbm_bots.botfile.conditions import Condition
    from rbm_bots.botfile.services import Calendar, FreeHelp, HttpAction, MeteredHelp, Offer, Reminder
    from rbm_bots.botfile.slots import SlotSpec
    from rbm_bots.botfile.text import Data, Text

__all__ = [
    "Always",
    "Ask",
    "Bot",
    "Build",
    "CardSpec",
    "CarouselFor",
    "Chip",
    "Confirm",
    "Do",
    "End",
    "Faq",
    "Flow",
    "Goto",
    "Handler",
    "If",
    "Mark",
    "MediaRef",
    "Run",
    "Scene",
    "SendStep",
    "SetSlots",
    "Show",
    "ShowCard",
    "ShowCarousel",
    "Step",
    "Target",
    "Unsupported",
    "Wait",
]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a bot's files; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a jump leads (bot language 6.1). ``name`` is the flow or faq entry; ``index`` a step of that flow.

    ``empties``: the slot to empty on arrival, when the step is an ``ask`` or ``rendezvous`` (chapter 4).
    """

    kind: Literal["step", "flow", "faq", "start", "handover", "paid_help", "end", "next"]
    name: str = ""
    index: int = 0
    empties: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRef:
    """A picture, video or file: a path under ``media/``, an https URL or a placeholder, as a text to fill."""

    url: Text
    kind: Literal["image", "video", "file"] = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One suggestion of the language (chapter 7). ``option`` (its ``id``, else its rank from 1) goes into the postback.

    ``values`` holds what its kind needs: ``open`` {url, view}, ``dial`` {phone}, ``map`` {place | lat, lng, label |
    query}, ``calendar`` {title, start, minutes | end, text}.
    """

    kind: Literal["reply", "open", "dial", "map", "calendar", "share_location"]
    label: Text
    option: str
    goto: Target | None = None
    set: Mapping[str, Data] = field(default_factory=dict)
    values: Mapping[str, Data] = field(default_factory=dict)
    when: Condition | None = None
    topic: str | None = None
    goal: str | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSpec:
    """A card as written; at least one of title, text, media."""

    title: Text | None = None
    text: Text | None = None
    media: MediaRef | None = None
    alt: Text | None = None
    height: Literal["short", "medium", "tall"] = "medium"
    layout: Literal["vertical", "horizontal"] = "vertical"
    image_side: Literal["left", "right"] | None = None
    suggest: tuple[Chip, ...] = ()
    topic: str | None = None
    when: Condition | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class CarouselFor:
    """``{for: x in LIST, card: …}``: a card for each item of a list."""

    variable: str
    items: tuple[str, ...]
    card: CardSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step has."""

    name: str
    verb: str
    index: int
    next: int | None
    mark: Mark
    when: Condition | None = None
    goal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendStep(Step):
    """A step that sends: its chips and its own SMS text; those that do not wait may end with ``goto``."""

    suggest: tuple[Chip, ...] = ()
    sms: Text | None = None
    goto: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(SendStep):
    """``say``, ``file`` or ``location``: exactly one of ``text``, ``media``, ``place`` is set."""

    text: Text | None = None
    media: MediaRef | None = None
    file_name: Text | None = None
    thumbnail: MediaRef | None = None
    place: Mapping[str, Data] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCard(SendStep):
    """``card``."""

    card: CardSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCarousel(SendStep):
    """``carousel``: written cards, or one for each item of a list."""

    cards: tuple[CardSpec, ...] | CarouselFor
    width: Literal["small", "medium"] = "medium"
    height: Literal["short", "medium", "tall"] = "medium"
    none: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(SendStep):
    """A step that waits for the person: the question, what is said after wrong answers, and where it ends.

    ``reprompt`` is ``None`` when the file does not say: then the type's built-in sentence, twice.
    """

    say: Text
    reprompt: tuple[Text, ...] | None = None
    give_up: Target
    timeout: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Wait):
    """``ask``: fill one slot; ``skip`` is the label of the chip that leaves it empty."""

    slot: str
    again: bool = False
    skip: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Wait):
    """``confirm``: yes or no before something happens; ``edit`` names the slots that may be changed."""

    accept: Text
    refuse: Text
    edit: tuple[str, ...] = ()
    on_refuse: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What to say, and where to go on. A ``goto`` of ``None`` is the built-in end."""

    say: Text | None = None
    goto: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Step):
    """``do``: call an action; its result goes into ``save``. ``on_error`` maps codes (and ``any``) to handlers.

    When it has worked, ``remind`` plans messages; ``moves`` and ``cancels`` hold the reference of earlier ones.
    """

    action: str
    args: Mapping[str, Data] = field(default_factory=dict)
    save: str | None = None
    on_error: Mapping[str, Handler] = field(default_factory=dict)
    goto: Target | None = None
    remind: Reminder | None = None
    moves: Data | None = None
    cancels: Data | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSlots(Step):
    """``set``: slot to value; a value of ``None`` empties."""

    values: Mapping[str, Data | None]
    goto: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Step):
    """``if``: go on at ``then_at``, or at ``else_at`` (``next`` when there is no ``else``)."""

    condition: Condition
    then_at: int
    else_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Step):
    """``run``: play another flow, then come back to the next step."""

    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto(Step):
    """``goto``: jump."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Step):
    """``end``: the whole talk is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported(Step):
    """A step that cannot be played: its fault was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build(Step):
    """The one step of a flow that Python builds when it starts: the steps it gives take the place of this one."""

    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A named list of steps; ``hears``: folded phrases that start it, by language of the file."""

    name: str
    steps: tuple[Step, ...]
    hears: tuple[str, ...] = ()
    topic: str | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """An answer to a phrase that stands anywhere in the message; ``hears`` are folded."""

    name: str
    hears: tuple[str, ...]
    say: Text | None = None
    card: CardSpec | None = None
    suggest: tuple[Chip, ...] = ()
    sms: Text | None = None
    topic: str | None = None
    when: Condition | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Always:
    """Heard even in the middle of a question; ``hears`` are folded."""

    name: str
    hears: tuple[str, ...] = ()
    say: Text | None = None
    goto: Target | None = None
    suggest: tuple[Chip, ...] = ()
    when: Condition | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A talk that a campaign starts. ``flow`` holds its steps under the scene's name."""

    name: str
    purpose: Literal["service", "marketing"]
    fills: tuple[str, ...]
    expires: timedelta
    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """One bot file and what lies beside it. ``version``: first 8 hex digits of the SHA-256 of its files (chapter 15).

    ``files``: these files, by their names within the folder. ``sentences``: the built-in texts (``rbm.expired`` …),
    replaced by the brand's own where given. ``flows`` also holds the scenes' flows; ``http`` the actions that need no
    Python.
    """

    id: str
    name: str
    version: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    languages: tuple[str, ...] = ("fr",)
    timezone: ZoneInfo
    country: str = "FR"
    expires: timedelta = timedelta(hours=24)
    slots: Mapping[str, SlotSpec] = field(default_factory=dict)
    start: str
    flows: Mapping[str, Flow]
    faq: Mapping[str, Faq] = field(default_factory=dict)
    always: Mapping[str, Always] = field(default_factory=dict)
    unknown_say: tuple[Text, ...]
    unknown_suggest: tuple[Chip, ...] = ()
    unknown_then: Target
    scenes: Mapping[str, Scene] = field(default_factory=dict)
    tiers: tuple[str, ...] = ("bronze", "silver", "gold", "platinum")
    topics: tuple[str, ...] = ()
    sentences: Mapping[str, Text]
    actions: Actions | None = None
    folder: Path
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    http: Mapping[str, HttpAction] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    handover: FreeHelp | None = None
    paid_help: MeteredHelp | None = None

    @property
    def has_handover(self) -> bool:
        """Whether there are humans behind this bot."""
        return self.handover is not None

    def step(self, name: str) -> Step | None:
        """The step called ``flow/step``, or ``None``."""
        flow = self.flows.get(name.partition("/")[0])
        return next((step for step in flow.steps if step.name == name), None) if flow else None
