"""What a question offers by itself: the options of a slot, yes and no, the slots that may be changed.

Where digits may be the answer (number, phone, date, datetime), options carry no numbers by SMS and are chosen by their
words; a number's own values are not listed there at all (bot language 10.3).
"""

from __future__ import annotations

from collections import Counter

from rbm_bots.botfile.filters import apply, plain
from rbm_bots.botfile.model import Ask, Confirm
from rbm_bots.botfile.slots import BooleanSlot, ChoiceSlot, ListSlot, LocationSlot, NumberSlot, Option, SlotSpec
from rbm_bots.botfile.text import Text
from rbm_bots.dialogue.answers.choice import Choosable
from rbm_bots.dialogue.chips import offer_option
from rbm_bots.dialogue.outgoing import Offered, cut
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.scope import View
from rbm_bots.dialogue.session import Option as Meaning
from rbm_bots.messages import V10, RequestLocation
from rbm_bots.words import fold

__all__ = [
    "by_words",
    "choosables",
    "confirm_offers",
    "edit_choices",
    "edit_offers",
    "label_words",
    "slot_offers",
    "takes_digits",
]

_MOST_VALUES = 11


def takes_digits(spec: SlotSpec) -> bool:
    """Whether digits alone may be an answer, so that they cannot number the lines of an SMS."""
    kind = spec.item if isinstance(spec, ListSlot) else spec
    return kind is not None and kind.type in ("number", "phone", "date", "datetime")


def choosables(playing: Playing, spec: SlotSpec) -> tuple[Choosable, ...]:
    """The options on offer now, with every word for each, in the order of the screen."""
    return tuple(
        Choosable(
            key=option.id,
            words=(*label_words(playing, option.label), option.id, *option.also),
        )
        for option in _on_offer(playing, spec)
    )


def label_words(playing: Playing, label: Text) -> tuple[str, ...]:
    """A label in every language of the bot."""
    return tuple(template.render(playing) for template in label.templates.values())


def slot_offers(playing: Playing, step: Ask) -> list[Offered]:
    """The chips of a question: its options, or values, or the phone's position; the skip last."""
    spec = playing.bot.slots[step.slot]
    digits = takes_digits(spec)
    offers = [
        offer_option(
            playing,
            option.label.render(playing),
            Meaning(step=step.name, option=option.id, kind="answer", value=_stored_option(spec, option)),
        )
        for option in _on_offer(playing, spec)
    ]
    offers += [_hidden(offered) for offered in _value_offers(playing, step, spec)]
    if isinstance(spec, LocationSlot):
        label = cut(playing.bot.sentences["rbm.share_location"].render(playing), V10.label)
        offers.append(Offered(suggestion=RequestLocation(label=label)))
    if step.skip is not None:
        offers.append(
            offer_option(playing, step.skip.render(playing), Meaning(step=step.name, option="skip", kind="skip"))
        )
    return [by_words(offered) for offered in offers] if digits else offers


def confirm_offers(playing: Playing, step: Confirm) -> list[Offered]:
    """Accept and refuse."""
    return [
        offer_option(playing, step.accept.render(playing), Meaning(step=step.name, option="yes", kind="yes")),
        offer_option(playing, step.refuse.render(playing), Meaning(step=step.name, option="no", kind="no")),
    ]


def edit_offers(playing: Playing, step: Confirm) -> list[Offered]:
    """A chip for each slot that may be changed."""
    return [
        offer_option(playing, label, Meaning(step=step.name, option=slot, kind="edit", value=slot))
        for slot, label in _edit_labels(playing, step).items()
    ][: V10.chips]


def edit_choices(playing: Playing, step: Confirm) -> tuple[Choosable, ...]:
    """The words that name each slot that may be changed: its chip, its label, its name, and a value no other has."""
    found = []
    labels = _edit_labels(playing, step)
    values = {slot: _value_words(playing, playing.bot.slots[slot]) for slot in labels}
    times = Counter(fold(value) for value in values.values())
    for slot, label in labels.items():
        spec = playing.bot.slots[slot]
        words = [label, slot, _readable(spec), *(label_words(playing, spec.label) if spec.label is not None else ())]
        if times[fold(values[slot])] == 1:
            words.append(values[slot])
        found.append(Choosable(key=slot, words=tuple(word for word in words if word)))
    return tuple(found)


def _on_offer(playing: Playing, spec: SlotSpec) -> list[Option]:
    kind = spec.item if isinstance(spec, ListSlot) else spec
    if not isinstance(kind, ChoiceSlot | BooleanSlot):
        return []
    return [option for option in kind.options if option.when is None or option.when.holds(playing)]


def _stored_option(spec: SlotSpec, option: Option) -> object:
    value: object = option.id == "true" if _kind(spec) == "boolean" else option.id
    return [value] if isinstance(spec, ListSlot) else value


def _kind(spec: SlotSpec) -> str:
    return spec.item.type if isinstance(spec, ListSlot) and spec.item is not None else spec.type


def _value_offers(playing: Playing, step: Ask, spec: SlotSpec) -> list[Offered]:
    """The values of a whole number that spans few of them."""
    if not isinstance(spec, NumberSlot) or not spec.integer or spec.min is None or spec.max is None:
        return []
    first, last = int(spec.min.to_integral_value(rounding="ROUND_CEILING")), int(spec.max)
    if last - first >= _MOST_VALUES:
        return []
    return [
        offer_option(playing, str(value), Meaning(step=step.name, option=str(value), kind="answer", value=value))
        for value in range(first, last + 1)
    ]


def _hidden(offered: Offered) -> Offered:
    return Offered(suggestion=offered.suggestion, sms="hidden")


def by_words(offered: Offered) -> Offered:
    """The offer without a number by SMS, because a number would be another answer."""
    return offered if offered.sms == "hidden" else Offered(suggestion=offered.suggestion, sms="words")


def _edit_labels(playing: Playing, step: Confirm) -> dict[str, str]:
    """What the chip of each slot says; of those that would read the same, each begins with its slot's name."""
    labels = {slot: _edit_label(playing, playing.bot.slots[slot]) for slot in step.edit}
    times = Counter(fold(cut(label, V10.label)) for label in labels.values())
    return {
        slot: label if times[fold(cut(label, V10.label))] == 1 else _named_label(playing, playing.bot.slots[slot])
        for slot, label in labels.items()
    }


def _edit_label(playing: Playing, spec: SlotSpec) -> str:
    """«label: value», the value, or the name when the slot is empty."""
    label = spec.label.render(playing) if spec.label is not None else ""
    value = _value_words(playing, spec)
    if not value:
        return label or _readable(spec)
    return _labelled(playing, label, value) if label else value


def _named_label(playing: Playing, spec: SlotSpec) -> str:
    """«name: value»: names of slots are all different, labels and values need not be."""
    value = _value_words(playing, spec)
    return _labelled(playing, _readable(spec), value) if value else _readable(spec)


def _labelled(playing: Playing, label: str, value: str) -> str:
    return playing.bot.sentences["rbm.edit_value"].render(View(playing, label=label, value=value))


def _readable(spec: SlotSpec) -> str:
    return spec.name.replace("_", " ")


def _value_words(playing: Playing, spec: SlotSpec) -> str:
    """A slot's value as a chip shows it; days and instants by ``short``."""
    value = playing.lookup((spec.name,))
    return "" if value is None else plain(apply("short", value, playing, ()), playing)
