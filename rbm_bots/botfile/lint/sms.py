"""Rules about the SMS form of messages (bot language 10.3)."""

from __future__ import annotations

from rbm_bots.botfile.alphabet import outside, parts
from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import Ask, CardSpec, Mark, Show, ShowCard, Step, Wait
from rbm_bots.botfile.slots import FileSlot, LocationSlot
from rbm_bots.botfile.text import Text

__all__ = ["sms_cost", "sms_impossible", "sms_parts"]

_PARTS_MAX = 5
_MARKETING_PARTS_MAX = 3
_STOP_RESERVED = "x" * 15


def sms_cost(draft: Draft) -> None:
    """``sms-cost``: characters that make an ``sms`` text cost 70 characters a part."""
    for written in draft.desk.texts:
        if written.kind != "sms":
            continue
        for template in written.text.templates.values():
            chars = outside(template.least)
            if chars and template.mark is not None:
                message = f"{', '.join(chars)} make this SMS cost 70 characters a part, not 160"
                draft.faults.warn(template.mark, "sms-cost", message)


def sms_parts(draft: Draft) -> None:
    """``sms-parts``: the fixed words alone fill more parts than are sent (5; in a marketing scene 3)."""
    for flow, step in draft.steps():
        scene = draft.bot.scenes.get(flow)
        marketing = scene is not None and scene.purpose == "marketing"
        most = _MARKETING_PARTS_MAX if marketing else _PARTS_MAX
        text, mark = _least(draft, step)
        count = parts(text + (_STOP_RESERVED if marketing else "")) if text else 0
        if count > most:
            hint = "shorten it, or give it an «sms» text"
            draft.faults.error(mark, "sms-parts", f"this is {count} SMS parts; {most} are sent", hint)
    for entry in draft.bot.faq.values():
        own = entry.sms or entry.say
        text = _words(own) if own is not None else _card(entry.card)
        if parts(text) > _PARTS_MAX:
            mark = (own.mark if own is not None else None) or entry.mark
            draft.faults.error(mark, "sms-parts", f"this is {parts(text)} SMS parts; {_PARTS_MAX} are sent")


def _least(draft: Draft, step: Step) -> tuple[str, Mark]:
    """The words that a step's SMS has for certain, and where they stand."""
    sms = getattr(step, "sms", None)
    if isinstance(sms, Text):
        return _words(sms), sms.mark or step.mark
    lines = [f"\n{rank} {_words(chip.label)}" for rank, chip in enumerate(getattr(step, "suggest", ()), start=1)]
    match step:
        case Show(text=Text() as text) | Wait(say=text):
            return _words(text) + "".join(lines), text.mark or step.mark
        case ShowCard(card=card):
            return _card(card) + "".join(lines), draft.mark(step, "card", step.mark)
    return "", step.mark


def _words(text: Text) -> str:
    return next(iter(text.templates.values())).least


def _card(card: CardSpec | None) -> str:
    texts = [text for text in (card.title, card.text) if text is not None] if card is not None else []
    return "\n".join(_words(text) for text in texts)


def sms_impossible(draft: Draft) -> None:
    """``sms-impossible``: a question that SMS cannot answer, without a way past it."""
    for _, step in draft.steps():
        spec = draft.bot.slots.get(step.slot) if isinstance(step, Ask) else None
        node = draft.written(step)
        if spec is None or node is None or node.get("skip") is not None or node.get("give_up") is not None:
            continue
        if isinstance(spec, FileSlot) or (isinstance(spec, LocationSlot) and spec.check is None):
            mark = draft.mark(step, "ask", step.mark)
            message = f"nobody can answer this by SMS: «{spec.name}» is a {spec.type}"
            draft.faults.warn(mark, "sms-impossible", message, "add «skip:» or «give_up:»")
