"""A turn while it is played: the one mutable thing of the dialogue, made from a session and turned into the next one.

It keeps slots, position, open question, screen and what was sent; it decides nothing. It is also the scope that
texts and conditions look into.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from rbm_bots.botfile.model import Bot, Step, Target
from rbm_bots.botfile.parts import Chosen, dig, is_empty
from rbm_bots.botfile.slots import ChoiceSlot, SlotSpec
from rbm_bots.dialogue.built import BuiltFlows
from rbm_bots.dialogue.effects import (
    ClearTimer,
    Effect,
    HandOverChanged,
    MakeCall,
    MessageClass,
    Note,
    SceneTold,
    SetTimer,
)
from rbm_bots.dialogue.facts import Facts
from rbm_bots.dialogue.fit import Misfit, fit
from rbm_bots.dialogue.limits import LIMITS, TurnTooLong
from rbm_bots.dialogue.outgoing import OPTIONS, Outgoing
from rbm_bots.dialogue.scope import View, nearest_language, read_only_name
from rbm_bots.dialogue.screens import remember
from rbm_bots.dialogue.session import Option, Question, Screen, Session
from rbm_bots.dialogue.stored import Stored, restore, store
from rbm_bots.ids import call_id

__all__ = ["Playing"]

_CONVERSATION: Final = timedelta(hours=24)


class Playing:
    """The state of a turn. ``effects`` and ``outgoing`` are what it leaves behind; ``trail`` the steps it passed."""

    def __init__(self, bot: Bot, session: Session, *, now: datetime, cause: str, facts: Facts) -> None:
        self.built = BuiltFlows(bot, session.built)
        self.before = session
        self.now = now
        self.cause = cause
        self.facts = facts
        self.said_at = min(facts.said_at or now, now)
        self.language_chosen = session.language_chosen
        self.campaign_language = session.campaign_language
        told = session.campaign_language or facts.language
        self.language = session.language if session.language_chosen else nearest_language(bot, told)
        self.last_word = session.last_word
        self.last_tap = session.last_tap
        self.talk = session.talk
        self.turn = session.turn
        self.frames = [place for name in session.frames if (place := _place(self.bot, name)) is not None]
        self.fresh = False  # a talk was opened and has no step yet
        self.detour = list(session.detour)
        self.question = session.question
        self.stored = {scope: dict(kept) for scope, kept in session.slots.items()}
        self.skipped = list(session.skipped)
        self.goals = list(session.goals)
        self.handled = dict(session.handled)
        self.screens = list(session.screens)
        self.options: list[Option] = []
        self.numbers = session.numbers
        self.waiting_for = session.waiting_for
        self.called_at = session.called_at
        self.steps, self.messages = session.steps, session.messages
        self.calls, self.action_ms = session.calls, session.action_ms
        self.unknown = session.unknown
        self.stop_said_at, self.start_said_at = session.stop_said_at, session.start_said_at
        self.help, self.queued = session.help, session.queued
        self.scene = session.scene
        self.rating, self.paid_locked = session.rating, session.paid_locked
        self.reminders, self.armed = list(session.reminders), session.armed
        self.offers_stop = False
        self.effects: list[Effect] = []
        self.outgoing: list[Outgoing] = []
        self.trail: list[str] = []
        self.rejected: str | None = None
        self._calls_made = 0
        self._naming = False

    # --- the scope of texts and conditions

    @property
    def bot(self) -> Bot:
        """The bot, with the flows that Python has built for this talk."""
        return self.built.bot

    @property
    def timezone(self) -> ZoneInfo:
        """The bot's zone."""
        return self.bot.timezone

    def lookup(self, path: tuple[str, ...]) -> object:
        """The value of ``name.part``, ``None`` when empty (bot language 8.2)."""
        name = path[0]
        spec = self.bot.slots.get(name)
        if spec is None:
            told = read_only_name(name, bot=self.bot, facts=self.facts, language=self.language, now=self.now)
            return dig(told, path[1:])
        if path[1:] == ("ref",) and spec.type == "datetime":
            return self.ref(name)
        return dig(self.shown(spec, self.slot(name)), path[1:])

    def missing(self, path: tuple[str, ...]) -> None:
        """An empty value was printed."""
        self.note("empty", name=".".join(path))

    def shown(self, spec: SlotSpec, value: object) -> object:
        """A slot's value as texts see it: a choice with its label."""
        if not isinstance(spec, ChoiceSlot) or not isinstance(value, str):
            return value
        option = next((option for option in spec.options if option.id == value), None)
        if option is None or self._naming:  # a label may not print the slot it belongs to
            return Chosen(value, value)
        self._naming = True
        try:
            return Chosen(value, option.label.render(self))
        finally:
            self._naming = False

    # --- slots

    def slot(self, name: str) -> object:
        """The value of a slot; ``None`` when it is empty."""
        return restore(self.stored_slot(name))

    def stored_slot(self, name: str) -> Stored:
        """The value of a slot in its stored form; ``None`` when it is empty."""
        return self.stored.get(self.bot.slots[name].keep, {}).get(name)

    def ref(self, name: str) -> str | None:
        """The calendar's reference of the free time that a datetime slot holds."""
        found: str | None = self.stored.get(self.bot.slots[name].keep, {}).get(f"{name}.ref")
        return found

    def keep_ref(self, name: str, ref: str | None) -> None:
        """Keep the reference of the free time that was just put into a slot; it goes with the value."""
        if ref is not None:
            self.stored.setdefault(self.bot.slots[name].keep, {})[f"{name}.ref"] = ref

    def is_filled(self, name: str) -> bool:
        """Whether a slot holds anything."""
        return not is_empty(self.slot(name))

    def fill(self, name: str, value: object) -> bool:
        """Put ``value`` into a slot (nothing empties it); ``False``, and nothing done, when it does not fit."""
        spec = self.bot.slots[name]
        fitted = fit(spec, value, zone=self.bot.timezone)
        if isinstance(fitted, Misfit):
            self.note("misfit", name=name)
            return False
        self.empty(name)
        if fitted is not None:
            self.stored.setdefault(spec.keep, {})[name] = store(fitted)
        return True

    def empty(self, name: str) -> None:
        """Empty a slot, so that it is asked again."""
        kept = self.stored.get(self.bot.slots[name].keep, {})
        kept.pop(name, None)
        kept.pop(f"{name}.ref", None)
        if name in self.skipped:
            self.skipped.remove(name)

    # --- position

    @property
    def step(self) -> Step | None:
        """The step that plays or waits."""
        if not self.frames:
            return None
        flow, index = self.frames[-1]
        return self.bot.flows[flow].steps[index]

    def place_at(self, target: Target) -> None:
        """Stand at a step of the flow that plays, keeping the stack of ``run``."""
        self.frames[-1:] = [(target.name, target.index)]

    def begin_turn(self) -> None:
        """An event from outside: what a turn may use up counts from zero."""
        self.steps = self.messages = self.calls = self.action_ms = 0

    def begin_talk(self) -> None:
        """Leave the old talk, if any, and open the next one, on this version of the bot."""
        self.end_talk()
        self.talk += 1
        self.fresh = True

    def run_out(self) -> None:
        """The steps are played: the talk is over, but that of a campaign rests until it is answered or expires."""
        if self.scene is None or self.scene.answered:
            self.end_talk()
            return
        self.close_question()
        self.frames.clear()
        self.detour.clear()

    @property
    def rests(self) -> bool:
        """Whether a campaign's talk has no step left, and waits for a tap on its chips."""
        return self.scene is not None and not self.frames

    def end_talk(self) -> None:
        """The talk is over: question, position, slots of the talk, goals; a human has nobody to talk to any more."""
        self.fresh = False
        self.close_question()
        self.close_help("over")
        self.close_scene()
        self.frames.clear()
        self.detour.clear()
        self.stored.pop("talk", None)
        self.skipped.clear()
        self.goals.clear()
        self.handled.clear()
        self.built.clear()
        self.waiting_for = self.called_at = None

    # --- the open question

    def open_question(self, question: Question, timeout: timedelta | None) -> None:
        """Wait for the answer; a time limit runs from now."""
        self.close_question()
        if timeout is not None:
            due = self.now + timeout
            question = msgspec.structs.replace(question, timer=f"timeout/{self.turn}", due=due)
            self.effects.append(SetTimer(name=question.timer, at=due))
        self.question = msgspec.structs.replace(question, turn=self.turn)

    def close_question(self) -> None:
        """No question is open any more."""
        if self.question is not None and self.question.timer:
            self.effects.append(ClearTimer(name=self.question.timer))
        self.question = None

    # --- humans and campaigns

    def close_help(self, why: str) -> None:
        """No human has the conversation any more, nor is one asked for."""
        if self.help is None:
            return
        if self.help.timer:
            self.effects.append(ClearTimer(name=self.help.timer))
        self.effects.append(HandOverChanged(request=self.help.request, state="ended", why=why))
        self.help = None

    def close_scene(self) -> None:
        """The talk of a campaign is over; one that has said nothing is *skipped*."""
        self.tell_scene("sent" if self.outgoing else "skipped")
        self.scene = None

    def answer_scene(self) -> None:
        """The person has said a word: the campaign's talk is a conversation now."""
        if self.scene is not None:
            self.scene = msgspec.structs.replace(self.scene, answered=True)

    def tell_scene(self, outcome: Literal["sent", "skipped"]) -> None:
        """Tell the campaign, once, what became of its scene."""
        if self.scene is not None and not self.scene.told:
            told = SceneTold(name=self.scene.name, outcome=outcome, campaign=self.scene.campaign)
            self.effects.append(told)
            self.scene = msgspec.structs.replace(self.scene, told=True)

    # --- effects

    def note(self, what: str, *, step: str = "", name: str = "") -> None:
        """Leave something to count."""
        self.effects.append(Note(what=what, step=step, name=name))

    def goal(self, name: str | None, *, step: str = "") -> None:
        """A goal is reached; counted once per talk."""
        if name and name not in self.goals:
            self.goals.append(name)
            self.note("goal", step=step, name=name)

    def interest(self, topic: str | None, *, step: str = "") -> None:
        """The person showed interest in a topic."""
        if topic:
            self.note("interest", step=step, name=topic)

    def send(self, message: Outgoing) -> None:
        """Say something. Raises :class:`TurnTooLong` when the turn has said enough."""
        if self.messages >= LIMITS.messages:
            raise TurnTooLong("messages")
        self.messages += 1
        message.message_class = message.message_class or self.message_class
        if message.sms is not None:  # now: the slots of a talk may be gone when the turn ends
            message.sms_words = message.sms.render(View(self, options=OPTIONS)).strip()
        self.outgoing.append(message)

    def call(
        self, action: str, args: Mapping[str, object], *, after: datetime | None = None, offers: bool = False
    ) -> None:
        """Run an action, or the async check ``check:NAME``, and wait. Raises :class:`TurnTooLong`, ``NotStorable``."""
        filled = {name: store(value) for name, value in args.items()}
        if self.calls >= LIMITS.calls:
            raise TurnTooLong("calls")
        self.calls += 1
        made = call_id(self.cause, self._calls_made)
        self._calls_made += 1
        self.waiting_for, self.called_at = made, self.now
        slots = {name: value for kept in self.stored.values() for name, value in kept.items() if "." not in name}
        customer = store(self.lookup(("customer",)))
        self.effects.append(
            MakeCall(
                call_id=made, action=action, args=filled, slots=slots, customer=customer, after=after, offers=offers
            )
        )

    @property
    def message_class(self) -> MessageClass:
        """``conversation`` up to 24 hours after the person's last word, then ``service``.

        A campaign's talk is its purpose, as long as the person has not answered.
        """
        if self.scene is not None and not self.scene.answered:
            return self.scene.purpose
        near = self.last_word is not None and self.now - self.last_word <= _CONVERSATION
        return "conversation" if near else "service"

    # --- the screen

    def register(self, option: Option) -> Option:
        """Put an option on the screen, under a key of its own."""
        here = self.screen(self.turn)
        shown = (*here.options, *self.options) if here else self.options
        taken = {(known.step, known.option): known for known in shown}
        while (known := taken.get((option.step, option.option))) is not None and known != option:
            option = msgspec.structs.replace(option, option=option.option + "+")
        if known is None:
            self.options.append(option)
        return option

    def screen(self, turn: int) -> Screen | None:
        """The remembered screen of a turn."""
        return next((screen for screen in self.screens if screen.turn == turn), None)

    def finish(self) -> Session:
        """The session after this turn."""
        return Session(
            bot=self.bot.id,
            version=self.bot.version,
            language=self.language,
            language_chosen=self.language_chosen,
            campaign_language=self.campaign_language,
            channel=self.facts.channel,
            last_word=self.last_word,
            last_tap=self.last_tap,
            talk=self.talk,
            turn=self.turn,
            frames=tuple(self.bot.flows[flow].steps[index].name for flow, index in self.frames),
            detour=tuple(self.detour),
            question=self.question,
            slots={scope: kept for scope, kept in self.stored.items() if kept},
            skipped=tuple(self.skipped),
            goals=tuple(self.goals),
            handled=self.handled,
            screens=remember(self.screens, self.options, turn=self.turn, moved=self.turn != self.before.turn),
            numbers=self.numbers,
            waiting_for=self.waiting_for,
            called_at=self.called_at,
            steps=self.steps,
            messages=self.messages,
            calls=self.calls,
            action_ms=self.action_ms,
            unknown=self.unknown,
            stop_said_at=self.stop_said_at,
            start_said_at=self.start_said_at,
            help=self.help,
            queued=self.queued,
            scene=self.scene,
            reminders=tuple(self.reminders),
            armed=self.armed,
            built=self.built.steps,
            rating=self.rating,
            paid_locked=self.paid_locked,
        )


def _place(bot: Bot, name: str) -> tuple[str, int] | None:
    step = bot.step(name)
    return None if step is None else (name.partition("/")[0], step.index)
