"""Scenes: talks that a campaign starts (bot language 13).

The columns of the audience's file are read like answers and fill the scene's slots; one that is missing or cannot be
read, or whose check says no, refuses the start. A scene does not push in: somebody who is in a talk, or with a human,
is *busy*, and the campaign tries again later. Its talk lives until it is answered or ``expires``, whatever the session;
when its steps have run out it rests, so that its chips still find its slots. What became of it is told once, by
``SceneTold``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from rbm_bots.actions import CheckSpec
from rbm_bots.botfile.model import Target
from rbm_bots.botfile.slots import BooleanSlot, ChoiceSlot, ListSlot, SlotSpec
from rbm_bots.dialogue.answers import NOT_UNDERSTOOD, DayOnly, Hearing, understand
from rbm_bots.dialogue.answers.choice import Choosable
from rbm_bots.dialogue.effects import SceneTold
from rbm_bots.dialogue.fit import Misfit, fit
from rbm_bots.dialogue.options import label_words
from rbm_bots.dialogue.player import go, play
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.scope import nearest_language
from rbm_bots.dialogue.session import Scened
from rbm_bots.dialogue.stored import Stored, restore, store
from rbm_bots.errors import Reject
from rbm_bots.events import Said, SceneStarted

__all__ = ["has_expired", "settle_scene", "start_scene", "take_checked_column"]

_BUSY_FOR: Final = timedelta(minutes=15)


def start_scene(playing: Playing, event: SceneStarted) -> None:
    """Start the talk, unless the person is busy or the columns do not do."""
    scene = playing.bot.scenes.get(event.name)
    if scene is None:
        _refuse(playing, event, "no_scene")
        return
    if _is_busy(playing):
        playing.effects.append(SceneTold(name=scene.name, outcome="busy", campaign=event.campaign))
        return
    values = {name: _column(playing, playing.bot.slots[name], event.columns.get(name, "")) for name in scene.fills}
    wrong = next((name for name, value in values.items() if value is None), None)
    if wrong is not None:
        _refuse(playing, event, wrong)
        return
    playing.begin_talk()
    playing.turn += 1
    _speak_as_told(playing, event)
    until = playing.now + scene.expires
    playing.scene = Scened(
        name=scene.name, campaign=event.campaign, purpose=scene.purpose, until=until, turn=playing.turn
    )
    go(playing, Target(kind="flow", name=scene.flow.name))
    unchecked = {name: store(value) for name, value in values.items() if _async_check(playing, name) is not None}
    for name in values.keys() - unchecked.keys():
        playing.fill(name, values[name])
    _check_next(playing, unchecked)


def _speak_as_told(playing: Playing, event: SceneStarted) -> None:
    """A column ``language`` that is no slot tells the person's language, unless they have chosen one."""
    told = event.columns.get("language", "").strip()
    if not told or "language" in playing.bot.slots:
        return
    playing.campaign_language = told
    if not playing.language_chosen:
        playing.language = nearest_language(playing.bot, told)


def take_checked_column(playing: Playing, *, result: Stored, error: str | None) -> None:
    """The answer of an async check: the next column, or the first step; a refused column refuses the scene."""
    scene = playing.scene
    if scene is None:
        return
    name, *_ = scene.unchecked
    if error is None and result is not None and playing.fill(name, restore(result)):
        _check_next(playing, {slot: value for slot, value in scene.unchecked.items() if slot != name})
        return
    _refuse(playing, scene, name)
    playing.scene = None
    playing.end_talk()


def _check_next(playing: Playing, unchecked: dict[str, Stored]) -> None:
    """Ask the check of the first column that is left; play when there is none."""
    if playing.scene is not None:
        playing.scene = msgspec.structs.replace(playing.scene, unchecked=unchecked)
    for name, value in unchecked.items():
        check = _async_check(playing, name)
        if check is not None:
            playing.call(f"check:{check.name}", {"value": restore(value)})
            return
    play(playing)


def _async_check(playing: Playing, slot: str) -> CheckSpec | None:
    name, actions = playing.bot.slots[slot].check, playing.bot.actions
    check = actions.checks.get(name) if name and actions is not None else None
    return check if check is not None and check.is_async else None


def _is_busy(playing: Playing) -> bool:
    """Whether the person is in an open talk (last word less than 15 minutes ago) or with a human."""
    if playing.help is not None:
        return True
    talks = bool(playing.frames) and playing.last_word is not None
    return talks and playing.last_word is not None and playing.now - playing.last_word < _BUSY_FOR


def settle_scene(playing: Playing) -> None:
    """At the end of a turn: tell the campaign whether its scene was sent, or ended without a word."""
    if playing.scene is None or playing.scene.told:
        return
    outcome: Literal["sent", "skipped"] = "sent" if playing.outgoing else "skipped"
    if outcome == "skipped" and playing.waiting_for is not None:
        return  # an action decides
    playing.tell_scene(outcome)
    if outcome == "skipped":
        playing.end_talk()


def has_expired(playing: Playing, now: datetime) -> bool:
    """Whether the talk of a campaign was not answered in its time."""
    return playing.scene is not None and now > playing.scene.until


def _refuse(playing: Playing, event: SceneStarted | Scened, why: str) -> None:
    playing.effects.append(SceneTold(name=event.name, outcome="refused", why=why, campaign=event.campaign))


def _column(playing: Playing, spec: SlotSpec, text: str) -> object:
    """A column as the slot keeps it: read like an answer, else in the written form of bot files; ``None``: neither."""
    words = text.strip()
    if not words:
        return None
    hearing = Hearing(
        now=playing.now,
        zone=playing.bot.timezone,
        language=playing.bot.languages[0],
        country=playing.bot.country,
        options=_all_options(playing, spec),
    )
    value = understand(spec, Said(text=words), hearing)
    if value is NOT_UNDERSTOOD or isinstance(value, DayOnly):
        value = fit(spec, words, zone=playing.bot.timezone)
        if isinstance(value, Misfit):
            return None
    return _checked(playing, spec, value)


def _checked(playing: Playing, spec: SlotSpec, value: object) -> object:
    """The clean value of a plain check; an async one is asked once the talk has begun."""
    check = playing.bot.actions.checks.get(spec.check) if spec.check and playing.bot.actions is not None else None
    if check is None or check.is_async:
        return value
    try:
        return check.function(value)
    except Reject:
        return None
    except Exception:
        playing.note("check_failed", name=spec.check or "")
        return None


def _all_options(playing: Playing, spec: SlotSpec) -> tuple[Choosable, ...]:
    """Every option, also those that are not on offer now."""
    kind = spec.item if isinstance(spec, ListSlot) else spec
    options = kind.options if isinstance(kind, ChoiceSlot | BooleanSlot) else ()
    return tuple(Choosable(key=one.id, words=(*label_words(playing, one.label), one.id, *one.also)) for one in options)
