"""Rules about the SMS form of messages (bot language 10.3): what it costs, and whether it can be answered."""

from __future__ import annotations

from rbm_bots.botfile.alphabet import outside, parts
from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import Ask, CardSpec, Do, Mark, Show, ShowCard, Step, Wait
from rbm_bots.botfile.services import Reminder
from rbm_bots.botfile.slots import FileSlot, LocationSlot
from rbm_bots.botfile.text import Text

__all__ = ["sms_cost", "sms_impossible", "sms_parts"]

_PARTS_MAX = 5
_MARKETING_PARTS_MAX = 3
_STOP_RESERVED = "x" * 15


def sms_cost(draft: Draft) -> None:
    """``sms-cost``: an ``sms`` text with characters that cost 70 a part; a scene's message of several parts."""
    for written in draft.desk.texts:
        if written.kind != "sms":
            continue
        for template in written.text.templates.values():
            chars = outside(template.least)
            if chars and template.mark is not None:
                message = f"{', '.join(chars)} make this SMS cost 70 characters a part, not 160"
                draft.faults.warn(template.mark, "sms-cost", message)
    for flow, step in draft.steps():
        if flow in draft.bot.scenes:
            for language in draft.bot.languages:
                count, mark = _parts(draft, flow, step, language)
                if 1 < count <= _most(draft, flow):
                    message = f"this is {count} SMS parts for everybody without RCS, and each part is charged"
                    draft.faults.warn(mark, "sms-cost", message, "give it an «sms» text of one part")


def sms_parts(draft: Draft) -> None:
    """``sms-parts``: the fixed words alone fill more parts than are sent (5; in a marketing scene 3)."""
    for flow, step in draft.steps():
        most = _most(draft, flow)
        for language in draft.bot.languages:
            count, mark = _parts(draft, flow, step, language)
            if count > most:
                _tell(draft, mark, count, most)
    for entry in draft.bot.faq.values():
        own = entry.sms or entry.say
        for language in draft.bot.languages:
            count = parts(_words(own, language) if own is not None else _card(entry.card, language))
            if count > _PARTS_MAX:
                _tell(draft, _mark(own, language, entry.mark), count, _PARTS_MAX)


def _tell(draft: Draft, mark: Mark, count: int, most: int) -> None:
    draft.faults.error(mark, "sms-parts", f"this is {count} SMS parts; {most} are sent")


def _most(draft: Draft, flow: str) -> int:
    return _MARKETING_PARTS_MAX if _is_marketing(draft, flow) else _PARTS_MAX


def _is_marketing(draft: Draft, flow: str) -> bool:
    scene = draft.bot.scenes.get(flow)
    return scene is not None and scene.purpose == "marketing"


def _parts(draft: Draft, flow: str, step: Step, language: str) -> tuple[int, Mark]:
    """How many parts a step's SMS has for certain, none when it sends nothing, and where its words stand."""
    text, mark = _least(draft, step, language)
    reserved = _STOP_RESERVED if _is_marketing(draft, flow) else ""
    return (parts(text + reserved) if text else 0), mark


def _least(draft: Draft, step: Step, language: str) -> tuple[str, Mark]:
    """The words that a step's SMS has for certain, and where they stand."""
    sms = getattr(step, "sms", None)
    if isinstance(sms, Text):
        return _words(sms, language), _mark(sms, language, step.mark)
    chips = enumerate(getattr(step, "suggest", ()), start=1)
    lines = [f"\n{rank} {_words(chip.label, language)}" for rank, chip in chips if chip.when is None]
    match step:
        case Show(text=Text() as text) | Wait(say=text):
            return _words(text, language) + "".join(lines), _mark(text, language, step.mark)
        case Do(remind=Reminder(say=text)):
            return _words(text, language), _mark(text, language, step.mark)
        case ShowCard(card=card):
            return _card(card, language) + "".join(lines), draft.mark(step, "card", step.mark)
    return "", step.mark


def _mark(text: Text | None, language: str, default: Mark) -> Mark:
    return (text.pick(language).mark if text is not None else None) or default


def _words(text: Text, language: str) -> str:
    return text.pick(language).least


def _card(card: CardSpec | None, language: str) -> str:
    texts = [text for text in (card.title, card.text) if text is not None] if card is not None else []
    return "\n".join(_words(text, language) for text in texts)


def sms_impossible(draft: Draft) -> None:
    """``sms-impossible``: a question that SMS cannot answer, without a way past it."""
    for _, step in draft.steps():
        spec = draft.bot.slots.get(step.slot) if isinstance(step, Ask) else None
        node = draft.written(step)
        if spec is None or node is None or node.get("skip") is not None or node.get("give_up") is not None:
            continue
        if isinstance(spec, FileSlot) or (isinstance(spec, LocationSlot) and spec.check is None):
            mark = draft.mark(step, "ask", step.mark)
            draft.faults.warn(mark, "sms-impossible", f"nobody can answer this by SMS: «{spec.name}» is a {spec.type}")
