"""From a campaign file to a :class:`~rbm_bots.delivery.campaigns.spec.Campaign`, or every fault with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Fault, Faults, did_you_mean, format_fault
from rbm_bots.botfile.model import Bot, Mark
from rbm_bots.botfile.names import NAME
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.source import MapNode, Node, Scalar, read_yaml
from rbm_bots.delivery.campaigns import language
from rbm_bots.delivery.campaigns.reading_audience import read_audience
from rbm_bots.delivery.campaigns.reading_content import needs_of, read_message, read_scene
from rbm_bots.delivery.campaigns.reading_promotes import check_promotes
from rbm_bots.delivery.campaigns.spec import Campaign, Column, MessageClass, Schedule, Variant
from rbm_bots.delivery.campaigns.split import WHOLE
from rbm_bots.errors import FaultsFound, UsageError
from rbm_bots.money import EURO

__all__ = ["CampaignFileFaulty", "Checked", "inspect_campaign", "read_campaign", "read_campaign_text"]

_CAMPAIGN: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_SHARE: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_MOST_HOLDOUT: Final = 50
_NO_CAMPAIGN: Final = "its first line is like «campaign: winter»; the audience has a file of its own"


class CampaignFileFaulty(FaultsFound):
    """The campaign file has faults."""

    code = "campaign_file"

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        super().__init__("\n".join(format_fault(fault, checked.sources) for fault in checked.faults), hint="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was read: the campaign when it has no error, every fault, and the text that faults point into."""

    campaign: Campaign | None
    faults: tuple[Fault, ...]
    sources: Mapping[str, str]


def read_campaign(path: Path, *, bots: Mapping[str, Bot]) -> Campaign:
    """The campaign in the file ``path``, for one of ``bots``.

    Raises :class:`CampaignFileFaulty` with all faults, ``UsageError`` for a file that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as fault:
        raise UsageError(f"the campaign file cannot be read: {fault.strerror}", where=str(path)) from None
    except UnicodeDecodeError:
        raise UsageError("the campaign file is not UTF-8", where=str(path)) from None
    return read_campaign_text(text, file=str(path), folder=path.parent, bots=bots)


def read_campaign_text(text: str, *, file: str, folder: Path, bots: Mapping[str, Bot]) -> Campaign:
    """The campaign written in ``text``. Raises :class:`CampaignFileFaulty`."""
    checked = inspect_campaign(text, file=file, folder=folder, bots=bots)
    if checked.campaign is None:
        raise CampaignFileFaulty(checked)
    return checked.campaign


def inspect_campaign(text: str, *, file: str, folder: Path, bots: Mapping[str, Bot]) -> Checked:
    """Read ``text`` and tell every fault. Paths in it start at ``folder``."""
    faults = Faults()
    root = read_yaml(text, file, faults)
    campaign = None
    if isinstance(root, MapNode):
        campaign = _Reader(root, faults, folder, bots).read()
    elif not faults.has_errors:  # an audience, perhaps: nothing of it is shown
        faults.error(Mark(file, 1, 1), "type", "this is no campaign file: a map of keys is wanted", _NO_CAMPAIGN)
        faults.sources.clear()
    return Checked(campaign=None if faults.has_errors else campaign, faults=faults.sorted(), sources=faults.sources)


class _Reader:
    """One file. Every part is read, whatever is wrong with the others."""

    def __init__(self, root: MapNode, faults: Faults, folder: Path, bots: Mapping[str, Bot]) -> None:
        self.keys = Keys(root, faults, language.TOP)
        self.faults = faults
        self.folder = folder
        self.bots = bots

    def read(self) -> Campaign | None:
        """The campaign; only to be used when no fault was told."""
        name = self._name()
        bot = self._bot()
        audience = read_audience(self.keys, self.faults, self.folder)
        columns = self._columns()
        variants = self._variants(bot, columns)
        values: dict[str, Any] = {
            "holdout": self._share(self.keys.get("holdout"), most=_MOST_HOLDOUT) or 0,
            "schedule": self._schedule(bot),
            "per_second": self.keys.whole("per_second"),
            "fallback": self.keys.flag("fallback", default=True),
            "untested": self.keys.word("untested") or "go",
            "budget": self._euros("budget"),
            "ceiling": self._euros("ceiling"),
            "testers": self._testers(),
        }
        message_class = self._class(bot, variants)
        check_promotes(self.keys, self.faults, variants, bot, message_class=message_class)
        if self.faults.has_errors or audience is None or bot is None:
            return None
        return Campaign(
            name=name,
            bot=self.keys.words("bot", "a bot") or "",
            message_class=message_class,
            audience=audience,
            columns=columns,
            variants=variants,
            **values,
        )

    def _name(self) -> str:
        node = self.keys.get("campaign")
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not _CAMPAIGN.fullmatch(node.text):
            scalars.wrong(self.faults, node, "a name (a–z, 0–9, _, -; a letter first; at most 40)")
            return ""
        return node.text

    def _bot(self) -> Bot | None:
        node = self.keys.get("bot")
        name = scalars.read_words(node, self.faults, "the name of a bot") if node is not None else None
        if node is None or name is None or name in self.bots:
            return self.bots.get(name or "")
        hint = did_you_mean(name, self.bots) or f"bots of the settings: {', '.join(self.bots)}"
        self.faults.error(node.mark, "type", f"no bot is called «{name}»", hint)
        return None

    def _columns(self) -> dict[str, Column]:
        node = self.keys.map("columns", "names, each with its column")
        found: dict[str, Column] = {}
        for key, value in node.pairs if node is not None else ():
            name = scalars.read_name(key, self.faults, NAME)
            column = self._column(value)
            if name is not None and column is not None:
                found[name] = column
        return found

    def _column(self, node: Node) -> Column | None:
        if isinstance(node, MapNode):
            keys = Keys(node, self.faults, language.COLUMN)
            source = keys.words("column", "a column")
            otherwise = keys.words("otherwise", "words")
            return Column(source=source, otherwise=otherwise or "") if source is not None else None
        source = scalars.read_words(node, self.faults, "a column")
        return Column(source=source) if source is not None else None

    def _variants(self, bot: Bot | None, columns: Mapping[str, Column]) -> tuple[Variant, ...]:
        written = [key for key in ("scene", "message", "variants") if self.keys.get(key) is not None]
        if len(written) != 1:
            found = " and ".join(f"«{key}»" for key in written) or "none of them"
            place = self.keys.key(written[1]).mark if written else self.keys.node.mark
            code = "extra" if written else "missing"
            self.faults.error(place, code, f"a campaign has one of «scene», «message», «variants»; here is {found}")
        if written[:1] == ["variants"]:
            return self._split(bot, columns)
        return (self._variant(self.keys, bot, columns, name="", share=WHOLE),) if written else ()

    def _split(self, bot: Bot | None, columns: Mapping[str, Column]) -> tuple[Variant, ...]:
        found: list[Variant] = []
        for item in self.keys.items("variants", "a list of variants"):
            written = scalars.as_map(item, self.faults, "a variant: name, share, scene or message")
            if written is None:
                continue
            keys = Keys(written, self.faults, language.VARIANT)
            named = keys.get("name")
            name = scalars.read_name(named, self.faults, NAME) if named is not None else None
            share = self._share(keys.get("share"), most=100) or 0
            if name is not None and named is not None and any(one.name == name for one in found):
                self.faults.error(named.mark, "twice", f"two variants are called «{name}»", "rename one of them")
            if (keys.get("scene") is None) == (keys.get("message") is None):
                self.faults.error(written.mark, "missing", "a variant has either «scene» or «message»")
            found.append(self._variant(keys, bot, columns, name=name or "", share=share))
        total = sum(one.share for one in found)
        if found and total != WHOLE and not self.faults.has_errors:
            place = self.keys.key("variants").mark
            self.faults.error(place, "type", f"the shares make {Decimal(total) / 100} percent", "let them make 100")
        return tuple(found)

    def _variant(self, keys: Keys, bot: Bot | None, columns: Mapping[str, Column], *, name: str, share: int) -> Variant:
        scene, message = keys.get("scene"), keys.get("message")
        read = read_scene(scene, self.faults, bot, columns) if scene is not None else ""
        said = read_message(message, self.faults, columns) if message is not None else None
        needs = needs_of(said, bot.scenes.get(read) if bot is not None else None)
        return Variant(name=name, share=share, scene=read, message=said, needs=needs)

    def _share(self, node: Node | None, *, most: int) -> int | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and _SHARE.fullmatch(node.text) and Decimal(node.text) <= most:
            return int(Decimal(node.text) * 100)
        scalars.wrong(self.faults, node, f"a percentage from 0 to {most}")
        return None

    def _class(self, bot: Bot | None, variants: tuple[Variant, ...]) -> MessageClass:
        """The class that is written; a scene's purpose where there are scenes, and both must agree."""
        node, written = self.keys.get("class"), self.keys.word("class")
        purposes = {bot.scenes[one.scene].purpose for one in variants if bot is not None and one.scene in bot.scenes}
        wrong = next((purpose for purpose in sorted(purposes) if written not in (None, purpose)), None)
        if node is not None and wrong is not None:
            message = f"«{written}» stands here, and the scene's purpose is «{wrong}»"
            self.faults.error(node.mark, "type", message, "leave «class» out: a scene brings its own")
        elif len(purposes) > 1:
            self.faults.error(self.keys.key("variants").mark, "type", "the scenes are of different purposes")
        known: dict[str, MessageClass] = {"service": "service", "code": "code"}
        return known.get(written or next(iter(sorted(purposes)), ""), "marketing")

    def _schedule(self, bot: Bot | None) -> Schedule:
        zone = bot.timezone.key if bot is not None else "Europe/Paris"
        node = self.keys.map("schedule", "starts, ends, hours")
        if node is None:
            return Schedule(zone=zone)
        keys = Keys(node, self.faults, language.SCHEDULE)
        starts, ends = (self._instant(keys, key) for key in ("starts", "ends"))
        if starts is not None and ends is not None and ends <= starts:
            self.faults.error(keys.key("ends").mark, "type", "it ends before it starts", "let «ends» be later")
        hours = keys.hours("hours")
        spans = {} if hours is None or hours.always else {day: tuple(each) for day, each in hours.spans.items()}
        return Schedule(zone=zone, starts=starts, ends=ends, hours=spans, spread=keys.flag("spread", default=True))

    def _instant(self, keys: Keys, key: str) -> datetime | None:
        node = keys.get(key)
        return scalars.read_instant(node, self.faults) if node is not None else None

    def _euros(self, key: str) -> int | None:
        node = self.keys.get(key)
        number = scalars.read_number(node, self.faults) if node is not None else None
        if node is None or number is None:
            return None
        if number <= 0 or number * EURO != int(number * EURO):
            scalars.wrong(self.faults, node, "an amount of euros above zero, like 1500.00")
            return None
        return int(number * EURO)

    def _testers(self) -> dict[str, str]:
        node = self.keys.map("testers", "names, each with a number")
        found: dict[str, str] = {}
        for key, value in node.pairs if node is not None else ():
            number = scalars.read_phone(value, self.faults)
            if number is not None:
                found[key.text] = number
        return found
