"""The last touch: messages of a turn with their SMS form, as effects; the way out that marketing always has.

Marketing carries the chip «Ne plus recevoir» under its last message, and the word STOP in every SMS (bot language 13).
Whoever speaks of STOP without saying it is offered the same chip.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from rbm_bots.dialogue.chips import offer_option
from rbm_bots.dialogue.effects import Send
from rbm_bots.dialogue.outgoing import OPTIONS, Offered, Outgoing
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.session import Option
from rbm_bots.dialogue.sms import SmsForm, sms_lines, sms_words
from rbm_bots.ids import message_id
from rbm_bots.messages import V10, Message
from rbm_bots.messages.sms_text import PARTS_MAX, PARTS_MAX_MARKETING
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.words import fold

__all__ = ["compose"]

_STOP_WORD: Final = "stop"


def compose(playing: Playing) -> list[Send]:
    """The turn's messages in order; what their numbers mean by SMS goes into the session."""
    _offer_ways_out(playing)
    sends = []
    for ordinal, outgoing in enumerate(playing.outgoing):
        sms = _sms_form(playing, outgoing)
        playing.numbers = sms.options or playing.numbers
        message = Message(
            content=outgoing.content,
            chips=tuple(offered.suggestion for offered in outgoing.offers),
            sms=sms.text,
            sms_options=sms.options,
        )
        sends.append(
            Send(
                message_id=message_id(playing.cause, ordinal),
                message=message,
                message_class=outgoing.message_class or playing.message_class,
                step=outgoing.step,
            )
        )
    return sends


def _offer_ways_out(playing: Playing) -> None:
    marketing = [outgoing for outgoing in playing.outgoing if outgoing.message_class == "marketing"]
    if marketing:
        offers = marketing[-1].offers
        while len(offers) >= V10.chips:  # the way out has the right of way
            offers.pop()
            playing.note("chip_dropped", step=marketing[-1].step)
        offers.append(_stop_chip(playing, sms="hidden"))
    elif playing.offers_stop and playing.outgoing:
        offers = playing.outgoing[-1].offers
        if len(offers) >= V10.chips:
            playing.note("chip_dropped", step=STOP_STEP)
        else:
            offers.append(_stop_chip(playing, sms="number"))


def _stop_chip(playing: Playing, *, sms: Literal["number", "hidden"]) -> Offered:
    label = playing.bot.sentences["rbm.stop_chip"].render(playing)
    offered = offer_option(playing, label, Option(step=STOP_STEP, option="stop", kind="stop"))
    return replace(offered, sms=sms)


def _sms_form(playing: Playing, outgoing: Outgoing) -> SmsForm:
    """The text with its way of saying STOP when it is marketing; both within the parts that are sent."""
    form = _sms_text(outgoing)
    marketing = outgoing.message_class == "marketing"
    if marketing and _STOP_WORD not in fold(form.text).split():
        way_out = playing.bot.sentences["rbm.stop_sms"].render(playing)
        form = replace(form, end=way_out)
    return form.within(PARTS_MAX_MARKETING if marketing else PARTS_MAX)


def _sms_text(outgoing: Outgoing) -> SmsForm:
    """The author's text, with its options where it wants them; else the words and lines of the message."""
    if not outgoing.sms_words:
        return sms_words(outgoing)
    if OPTIONS not in outgoing.sms_words:
        return SmsForm(outgoing.sms_words, (), ())
    lines = sms_lines(outgoing)
    return SmsForm(outgoing.sms_words.replace(OPTIONS, lines.text).strip(), (), lines.options)
