"""Marks for a human's help: quality and relevance, 1 to 5, asked once and never in the way (bot language 12).

Theory of operation. When a human who was there is gone, the marks are owed. They are asked for at the end of the first
turn in which the bot waits for nothing and has nothing to play, as the last message: the suggestions of the message
before it would vanish, so they move under it. Any word that is no mark closes the matter and is understood as if
nothing had been asked; what was given by then stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from rbm_bots.dialogue.chips import offer_option
from rbm_bots.dialogue.effects import Rated
from rbm_bots.dialogue.limits import LIMITS
from rbm_bots.dialogue.outgoing import Outgoing
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import say_sentence
from rbm_bots.dialogue.session import Option, Rating
from rbm_bots.ids import HandoverId
from rbm_bots.messages import V10
from rbm_bots.messages import Text as TextContent

__all__ = ["ask_for_marks", "close_rating", "owe_rating", "take_mark"]

_STEP: Final = "rbm/rating"
_MARKS: Final = range(1, 6)


def owe_rating(playing: Playing, request: HandoverId) -> None:
    """A human was there and is gone."""
    playing.rating = Rating(request=request)


def close_rating(playing: Playing) -> None:
    """At the end of a turn: a question for a mark that the person passed over is closed."""
    if playing.rating is not None and playing.rating.about and playing.rating.turn != playing.turn:
        playing.rating = None


def ask_for_marks(playing: Playing) -> None:
    """At the end of a turn: ask for the first mark that is owed, if nothing else is going on."""
    rating = playing.rating
    last = playing.outgoing[-1] if playing.outgoing else None
    busy = playing.frames or playing.question or playing.waiting_for or playing.help or playing.scene
    if rating is None or rating.about or busy or playing.messages >= LIMITS.messages:
        return
    if last is not None and len(last.offers) > V10.chips - len(_MARKS):
        return
    _ask(playing, rating, "quality", last)


def take_mark(playing: Playing, option: Option) -> bool:
    """Take a mark; ``False`` when it is not asked for any more."""
    rating = playing.rating
    if rating is None or rating.about not in ("quality", "relevance") or not option.option.startswith(rating.about):
        return False
    playing.effects.append(Rated(request=rating.request, about=rating.about, mark=int(option.value)))
    if rating.about == "quality":
        _ask(playing, rating, "relevance", None)
    else:
        playing.rating = None
        say_sentence(playing, "rating_thanks")
    return True


def _ask(playing: Playing, rating: Rating, about: Literal["quality", "relevance"], last: Outgoing | None) -> None:
    playing.rating = Rating(request=rating.request, about=about, turn=playing.turn)
    offers = [
        offer_option(playing, str(mark), Option(step=_STEP, option=f"{about}{mark}", kind="mark", value=mark))
        for mark in _MARKS
    ]
    offers = [replace(offered, sms="hidden") for offered in offers]
    if last is not None:
        offers += [replace(offered, sms="words" if offered.sms == "number" else offered.sms) for offered in last.offers]
        last.offers = []
    words = playing.bot.sentences[f"rbm.rating_{about}"].render(playing)
    playing.send(Outgoing(step=_STEP, content=TextContent(text=words), offers=offers))
