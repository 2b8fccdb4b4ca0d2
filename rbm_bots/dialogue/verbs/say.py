"""``say``, ``file``, ``location``: one message with one content."""

from __future__ import annotations

from rbm_bots.botfile.model import Show
from rbm_bots.dialogue.chips import offer_chips, place_of, words_of
from rbm_bots.dialogue.media import find_file, find_thumbnail
from rbm_bots.dialogue.outcome import GO_ON, Outcome
from rbm_bots.dialogue.outgoing import Outgoing, cut
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import text_message
from rbm_bots.messages import V10, Audio, Content, FileContent, Place

__all__ = ["play_show"]


def play_show(playing: Playing, step: Show) -> Outcome:
    """Send the text, file or place; what comes out empty or unusable is passed over with a note."""
    if step.text is not None:
        message = text_message(playing, step.text, step=step.name, chips=step.suggest, sms=step.sms)
    else:
        content = _file(playing, step) if step.media is not None else _place(playing, step)
        if content is None:
            return step.goto or GO_ON
        offers = offer_chips(playing, step.suggest, step=step.name, most=V10.chips)
        message = Outgoing(step=step.name, content=content, offers=offers, sms=step.sms)
    if message is not None:
        playing.send(message)
    return step.goto or GO_ON


def _file(playing: Playing, step: Show) -> Content | None:
    found = find_file(playing, step.media, playing) if step.media is not None else None
    if found is None:
        return None
    name = words_of(playing, step.file_name, playing, limit=200) if step.file_name is not None else found.name
    if found.media is not None and found.media.startswith("audio/"):
        return Audio(url=found.url, name=name or None, mime_type=found.media, size=found.size)
    thumbnail = find_thumbnail(playing, step.thumbnail, playing) if step.thumbnail is not None else None
    return FileContent(url=found.url, name=name or None, mime_type=found.media, size=found.size, thumbnail=thumbnail)


def _place(playing: Playing, step: Show) -> Content | None:
    place = place_of({name: data.value(playing) for name, data in (step.place or {}).items()})
    if place is None:
        playing.note("place_dropped", step=step.name)
        return None
    label = cut((place.label or "").strip(), V10.map_label)
    return Place(latitude=place.lat, longitude=place.lng, label=label or None)
