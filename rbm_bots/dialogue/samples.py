"""Made-up values that fill a bot's texts when there is no person: one for each slot, by its type and by how it is used.

How a name is used says more than its type: what stands in an address is an address, what goes through «day» is a date.
Nothing here is drawn by chance, so a preview of the same bot is always the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from rbm_bots.botfile.model import Bot, Chip, MediaRef
from rbm_bots.botfile.parts import dig
from rbm_bots.botfile.slots import ListSlot, NumberSlot, RecordSlot, SlotSpec
from rbm_bots.botfile.text import Placeholder, Template, Text
from rbm_bots.values import File, Location

__all__ = ["Samples"]

_Use = Literal["address", "instant", "number", "place", "phone"]
_BY_FILTER: Final[Mapping[str, _Use]] = {
    "day": "instant", "date": "instant", "time": "instant", "short": "instant", "euros": "number", "number": "number",
}  # fmt: skip
_BY_CHIP: Final[Mapping[str, _Use]] = {"url": "address", "place": "place", "phone": "phone", "start": "instant"}
_PLACE: Final = Location(48.8566, 2.3522, "Paris")
_PHONE: Final = "+33199000010"


class _Record(dict[str, object]):
    """A record with any part that is asked for."""

    def __init__(self, samples: Samples) -> None:
        super().__init__(sample=True)
        self._samples = samples

    def get(self, key: str, default: object = None) -> object:
        """The part ``key``."""
        del default
        return self._samples.part(key)


class Samples:
    """The samples of one bot, at the instant ``now``."""

    def __init__(self, bot: Bot, now: datetime) -> None:
        self._bot = bot
        self._when = (now.astimezone(bot.timezone) + timedelta(days=1)).replace(
            hour=8, minute=30, second=0, microsecond=0
        )
        self._uses: dict[str, _Use] = {}
        for piece in _pieces(bot):
            self._note(piece)

    def lookup(self, path: tuple[str, ...]) -> object:
        """The sample of a slot's ``name.part``; ``None`` when there is no such slot."""
        spec = self._bot.slots.get(path[0])
        if spec is None:
            return None
        if len(path) > 1 and path[1] == "ref":
            return self.part("ref")
        return dig(self.of(spec), path[1:])

    def of(self, spec: SlotSpec) -> object:
        """The sample of a slot. A choice is left to the player: it knows the labels."""
        match spec:
            case NumberSlot():
                return int(spec.min or 1) if spec.integer else spec.min or Decimal("12.5")
            case RecordSlot():
                return _Record(self)
            case ListSlot(item=item):
                return [self.of(item)] * 2 if item is not None else [_Record(self), _Record(self)]
        return self._of_type(spec.type) or self.part(spec.name)

    def _of_type(self, kind: str) -> object:
        return {
            "boolean": True,
            "date": self._when.date(),
            "datetime": self._when,
            "phone": _PHONE,
            "email": "nom@example.com",
            "file": File(url="https://example.com/photo.jpg", name="photo.jpg", media="image/jpeg", size=50_000),
            "location": _PLACE,
        }.get(kind)

    def part(self, name: str) -> object:
        """A value for anything called ``name``: by its use, else its name."""
        match self._uses.get(name):
            case "address":
                return f"https://example.com/{name}"
            case "instant":
                return self._when
            case "number":
                return Decimal("12.5")
            case "place":
                return _PLACE
            case "phone":
                return _PHONE
        return name.upper() if name == "ref" else name

    def _note(self, piece: object) -> None:
        match piece:
            case MediaRef(url=url):
                self._use(url, "address")
            case Chip(values=values):
                for name, data in values.items():
                    if name in _BY_CHIP and data.text is not None:
                        self._use(data.text, _BY_CHIP[name])
            case Placeholder(path=path, filters=filters):
                for name, _ in filters:
                    if name in _BY_FILTER:
                        self._uses.setdefault(path[-1], _BY_FILTER[name])

    def _use(self, text: Text, use: _Use) -> None:
        """What a text is made of alone is used as the text is."""
        for template in text.templates.values():
            if len(template.parts) == 1 and isinstance(template.parts[0], Placeholder):
                self._uses[template.parts[0].path[-1]] = use


def _pieces(root: object) -> Iterator[object]:
    """Everything that a bot is made of, down to its placeholders."""
    waiting: list[object] = [root]
    while waiting:
        piece = waiting.pop()
        yield piece
        if isinstance(piece, Template):
            waiting.extend(piece.placeholders)
        elif isinstance(piece, Mapping):
            waiting.extend(piece.values())
        elif isinstance(piece, tuple):
            waiting.extend(piece)
        elif dataclasses.is_dataclass(piece) and not isinstance(piece, Placeholder | type):
            waiting.extend(getattr(piece, field.name) for field in dataclasses.fields(piece))
