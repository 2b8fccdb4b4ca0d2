"""What the person of a test can tap: as on a phone, the chips of the last message, and what stands inside cards.

The screen is what was sent since the person's last word. Cards stay in the conversation, so an older one can still be
tapped; older chips are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rbm_bots.dialogue import Send
from rbm_bots.messages import Card, Carousel, RichCard, Suggestion
from rbm_bots.testing.play import NotOnScreen
from rbm_bots.testing.seen import like

__all__ = ["find_tap"]


def find_tap(label: str, *, card: str | None, screen: Sequence[Send], older: Sequence[Send]) -> Suggestion:
    """The one suggestion with this label (in the card of that title). Raises :class:`NotOnScreen`, also for two."""
    here = list(_on_screen(screen)) if card is None else list(_in_cards(screen, card))
    for messages in (here, *(list(_in_cards([send], card)) for send in reversed(older))):
        found = [suggestion for suggestion in messages if suggestion.label == label]
        if len({suggestion.postback for suggestion in found}) > 1:
            hint = f'tap: {{card: title, chip: "{label}"}}' if card is None else "two cards with this title have it"
            raise NotOnScreen(f"«{label}» can be tapped in {len(found)} places", hint=hint)
        if found:
            return found[-1]
    labels = ", ".join(dict.fromkeys(suggestion.label for suggestion in here))
    raise NotOnScreen(f"nothing on the screen is called «{label}»", hint=f"there is: {labels}" if labels else "")


def _on_screen(screen: Sequence[Send]) -> Iterator[Suggestion]:
    yield from _in_cards(screen, None)
    if screen:
        yield from screen[-1].message.chips


def _in_cards(sends: Iterable[Send], title: str | None) -> Iterator[Suggestion]:
    for send in sends:
        for card in _cards(send):
            if title is None or like(title, card.title or card.text or ""):
                yield from card.suggestions


def _cards(send: Send) -> tuple[Card, ...]:
    content = send.message.content
    return content.cards if isinstance(content, Carousel) else (content.card,) if isinstance(content, RichCard) else ()
