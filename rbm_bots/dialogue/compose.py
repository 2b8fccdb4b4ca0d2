"""The last touch: messages of a turn with their SMS form, as effects; a way out for who spoke of STOP."""

from __future__ import annotations

from rbm_bots.dialogue.chips import offer_option
from rbm_bots.dialogue.effects import Send
from rbm_bots.dialogue.outgoing import OPTIONS, Offered, Outgoing, cut
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.session import Option
from rbm_bots.dialogue.sms import SmsForm, sms_lines, sms_words
from rbm_bots.ids import message_id
from rbm_bots.messages import V10, Message
from rbm_bots.rules.stop import STOP_STEP

__all__ = ["compose"]


def compose(playing: Playing) -> list[Send]:
    """The turn's messages in order; what their numbers mean by SMS goes into the session."""
    if playing.offers_stop and playing.outgoing:
        _offer_stop(playing, playing.outgoing[-1].offers)
    sends = []
    for ordinal, outgoing in enumerate(playing.outgoing):
        sms = _sms_form(outgoing)
        playing.numbers = sms.options or playing.numbers
        message = Message(
            content=outgoing.content,
            chips=tuple(offered.suggestion for offered in outgoing.offers),
            sms=cut(sms.text, V10.text),
            sms_options=sms.options,
        )
        sends.append(
            Send(
                message_id=message_id(playing.cause, ordinal),
                message=message,
                message_class=playing.message_class,
                step=outgoing.step,
            )
        )
    return sends


def _offer_stop(playing: Playing, offers: list[Offered]) -> None:
    if len(offers) >= V10.chips:
        playing.note("chip_dropped", step=STOP_STEP)
        return
    label = playing.bot.sentences["rbm.stop_chip"].render(playing)
    offers.append(offer_option(playing, label, Option(step=STOP_STEP, option="stop", kind="stop")))


def _sms_form(outgoing: Outgoing) -> SmsForm:
    """The author's text, with its options where it wants them; else the words and lines of the message."""
    if not outgoing.sms_words:
        return sms_words(outgoing)
    if OPTIONS not in outgoing.sms_words:
        return SmsForm(outgoing.sms_words, ())
    lines = sms_lines(outgoing)
    return SmsForm(outgoing.sms_words.replace(OPTIONS, lines.text).strip(), lines.options)
