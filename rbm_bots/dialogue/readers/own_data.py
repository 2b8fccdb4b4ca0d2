"""«Mes données»: what the bot keeps of a person, in words; all of it again, or none of it any more (bot language 9.4).

The list names every slot that holds something; values of private slots are hidden there, because somebody may look
over a shoulder. Who asks to receive the data is shown those too. Erasing empties every slot, ends the talk and forgets
reminders; an opt-out stays, or its purpose would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from rbm_bots.botfile.filters import apply, plain
from rbm_bots.botfile.slots import SlotSpec
from rbm_bots.dialogue.chips import offer_option
from rbm_bots.dialogue.effects import ClearTimer
from rbm_bots.dialogue.options import label_words
from rbm_bots.dialogue.outgoing import Offered, Outgoing, cut
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.reminders import timers_of
from rbm_bots.dialogue.render import say_sentence
from rbm_bots.dialogue.session import Option
from rbm_bots.messages import V10
from rbm_bots.messages import Text as TextContent
from rbm_bots.words import fold

__all__ = ["erase_data", "export_data", "read_data_words", "show_data"]

_ASKED: Final = frozenset({"mes donnees", "my data"})
_STEP: Final = "rbm/data"
_HIDDEN: Final = "•••"


def read_data_words(playing: Playing, said: str) -> Unhandled | None:
    """Take the words that ask for one's data, or that stand on its two chips; ``said`` is folded."""
    own = playing.bot.always.get("data")
    if said in _ASKED or (own is not None and said in own.hears):
        show_data(playing)
    elif said in _labels(playing, "export"):
        export_data(playing)
    elif said in _labels(playing, "erase"):
        erase_data(playing)
    else:
        return UNHANDLED
    return None


def show_data(playing: Playing) -> None:
    """What is kept, with the two chips unless a question is open."""
    _tell(playing, hide=True, chips=playing.question is None)
    ask_again(playing)


def export_data(playing: Playing) -> None:
    """Everything that is kept, private values too."""
    _tell(playing, hide=False, chips=False)
    ask_again(playing)


def erase_data(playing: Playing) -> None:
    """Forget everything but the opt-out."""
    playing.note("data_erased")
    playing.end_talk()
    playing.stored.clear()
    playing.screens.clear()
    playing.numbers = ()
    playing.rating, playing.campaign_language = None, ""
    playing.effects += [ClearTimer(name=name) for armed in playing.reminders for name in timers_of(armed)]
    playing.reminders.clear()
    say_sentence(playing, "data_erased")


def _tell(playing: Playing, *, hide: bool, chips: bool) -> None:
    kept = [spec for spec in playing.bot.slots.values() if playing.is_filled(spec.name)]
    if not kept:
        say_sentence(playing, "data_nothing")
        return
    own = playing.bot.always.get("data")
    head = own.say if own is not None and own.say is not None else playing.bot.sentences["rbm.data"]
    lines = [head.render(playing), *(_line(playing, spec, hide=hide) for spec in kept)]
    offers = [_chip(playing, "export"), _chip(playing, "erase")] if chips else []
    text = cut("\n".join(lines), V10.text)
    playing.send(Outgoing(step=_STEP, content=TextContent(text=text), offers=offers))


def _line(playing: Playing, spec: SlotSpec, *, hide: bool) -> str:
    name = spec.label.render(playing) if spec.label is not None else spec.name
    value = playing.lookup((spec.name,))
    return f"{name}: {_HIDDEN if hide and spec.private else _written(playing, value)}"


def _written(playing: Playing, value: object) -> str:
    """A value in words; the parts of a record by their names."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_written(playing, part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_written(playing, item) for item in value)
    return plain(apply("short", value, playing, ()), playing)


def _chip(playing: Playing, kind: Literal["export", "erase"]) -> Offered:
    label = playing.bot.sentences[f"rbm.data_{kind}"].render(playing)
    return offer_option(playing, label, Option(step=_STEP, option=kind, kind=kind))


def _labels(playing: Playing, kind: Literal["export", "erase"]) -> frozenset[str]:
    return frozenset(fold(label) for label in label_words(playing, playing.bot.sentences[f"rbm.data_{kind}"]))
