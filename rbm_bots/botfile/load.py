"""Files to a bot: read, put together, checked, all faults at once.

Theory of operation. First pass: which names exist (slots, flows, scenes, faq entries, step ids, actions), over all
files of the bot. Second pass: every section is read against those names; what is wrong is noted and something
harmless stands in for it, so that the rest is still looked at. Then the rules of ``lint`` see the whole. Without an
error the bot is given out; with one nobody ever sees the half-read one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rbm_bots.actions import Actions
from rbm_bots.botfile import scalars
from rbm_bots.botfile.code import CodeFaulty, load_actions
from rbm_bots.botfile.faults import BotFileFaulty, Fault, Faults, did_you_mean
from rbm_bots.botfile.files import BotFiles, read_files, stored_files
from rbm_bots.botfile.language.sections import PART, TOP
from rbm_bots.botfile.lint import run_rules
from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import Always, Bot, Faq, Flow, Mark, Scene
from rbm_bots.botfile.reading.calendars import read_calendar
from rbm_bots.botfile.reading.desk import Desk, read_only_kinds
from rbm_bots.botfile.reading.entries import read_always, read_faq, read_unknown
from rbm_bots.botfile.reading.flows import built_flow, plan_built, plan_named, read_flow, read_scene
from rbm_bots.botfile.reading.http import read_http_action
from rbm_bots.botfile.reading.human import read_handover, read_paid_help
from rbm_bots.botfile.reading.identity import Identity, read_identity
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.offers import read_offer_entry
from rbm_bots.botfile.reading.plan import refuse_taken_ids
from rbm_bots.botfile.reading.signatures import python_signatures
from rbm_bots.botfile.reading.slots import read_slot
from rbm_bots.botfile.reading.translations import read_translations, replace_sentences, tell_unused
from rbm_bots.botfile.services import Offer
from rbm_bots.botfile.source import MapNode, Node, Scalar, read_yaml
from rbm_bots.botfile.versions import version_of

__all__ = ["Checked", "check_bot", "inspect_bot", "load_bot", "read_bot", "read_version"]

_FLOWS_MAX: Final = 200
_OF_TODAY: Final = frozenset(
    {"no-action", "action-args", "action-error", "media-missing", "media-type", "media-size"}
)  # faults about what lies beside the files


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found: the bot when it has no error, every fault, and the texts that faults point into.

    ``texts``: key of a translation to what is translated, a text or a list of texts.
    """

    bot: Bot | None
    faults: tuple[Fault, ...]
    sources: Mapping[str, str]
    texts: Mapping[str, str | tuple[str, ...]]


def load_bot(path: Path) -> Bot:
    """The bot at ``path``, a folder or a file.

    Raises ``BotFileFaulty`` with all faults, ``UsageError`` when there is no bot.
    """
    return _or_raise(inspect_bot(path))


def check_bot(path: Path) -> tuple[Bot | None, tuple[Fault, ...]]:
    """The bot, when it has no error, and every fault. Raises ``UsageError`` when there is no bot at ``path``."""
    checked = inspect_bot(path)
    return checked.bot, checked.faults


def inspect_bot(path: Path) -> Checked:
    """As :func:`check_bot`, with the sources for printing faults."""
    faults = Faults()
    return _check(read_files(path, faults), faults, None)


def read_bot(text: str, *, actions: Actions | None = None, folder: Path = Path()) -> Bot:
    """The bot written in ``text``, with the Python in ``actions``. Raises ``BotFileFaulty``."""
    files = BotFiles(folder=folder, main="bot.yaml", texts={"bot.yaml": text}, raw={"bot.yaml": text.encode()})
    return _or_raise(_check(files, Faults(), actions or Actions()))


def read_version(files: Mapping[str, bytes], *, actions: Actions | None, folder: Path) -> Checked:
    """An earlier version of a bot, from its ``Bot.files``, with the Python and the media of today.

    What no longer fits these is told as a fault, but the bot is given out all the same: a talk may never come there.
    """
    faults = Faults()
    return _check(stored_files(files, folder), faults, actions or Actions(), passed=_OF_TODAY)


def _or_raise(checked: Checked) -> Bot:
    if checked.bot is None:
        raise BotFileFaulty(checked.faults)
    return checked.bot


def _check(
    files: BotFiles, faults: Faults, actions: Actions | None, *, passed: frozenset[str] = frozenset()
) -> Checked:
    roots = {file: read_yaml(text, file, faults) for file, text in files.texts.items()}
    main = roots.get(files.main)
    bot: Bot | None = None
    texts: Mapping[str, str | tuple[str, ...]] = {}
    if main is None:
        if not faults.has_errors:
            faults.error(Mark(files.main, 1, 1), "missing", "this file is empty", "a bot needs rbm, bot, start, flows")
    elif (top := scalars.as_map(main, faults, "a bot: a map of sections")) is not None:
        maker = _Maker(files, faults, top, roots, actions)
        bot, texts = maker.make(), maker.texts
    told = faults.sorted()
    wrong = any(fault.severity == "error" and fault.code not in passed for fault in told)
    return Checked(bot=None if wrong else bot, faults=told, sources=faults.sources, texts=texts)


class _Maker:
    """Puts one bot together."""

    def __init__(
        self, files: BotFiles, faults: Faults, top: MapNode, roots: Mapping[str, Node | None], actions: Actions | None
    ) -> None:
        self.files = files
        self.faults = faults
        self.top = Keys(top, faults, TOP)
        self.roots = roots
        self.actions = actions
        self.parts = list(self._parts())
        self.texts: Mapping[str, str | tuple[str, ...]] = {}

    def make(self) -> Bot:
        """The bot, perhaps with harmless things where faults were told."""
        self._version_of_language()
        identity = read_identity(self.top.get("bot"), self.faults)
        desk = self._desk(identity)
        self._names(desk)
        bot = self._bot(desk, identity)
        self.texts = desk.sources
        tell_unused(desk)
        run_rules(Draft(bot=bot, desk=desk, faults=self.faults))
        return bot

    def _parts(self) -> Iterator[MapNode]:
        """The bot file and its ``flows/*.yaml``, in order."""
        yield self.top.node
        for file, root in self.roots.items():
            if file == self.files.main or file in self.files.i18n.values() or root is None:
                continue
            part = scalars.as_map(root, self.faults, "a part of a bot: a map of sections")
            if part is not None:
                Keys(part, self.faults, PART)
                yield part

    def _version_of_language(self) -> None:
        version = self.top.get("rbm")
        if version is not None and not (isinstance(version, Scalar) and version.text == "1"):
            scalars.wrong(self.faults, version, "the version of the bot language, 1")

    def _section(self, name: str) -> Iterator[tuple[Scalar, Node]]:
        """The entries of a section over all parts; a name in two parts is the fault ``ambiguous``."""
        seen: dict[str, str] = {}
        for part in self.parts:
            node = part.get(name)
            written = scalars.as_map(node, self.faults, f"«{name}»: a map of names") if node is not None else None
            for key, value in written.pairs if written is not None else ():
                if key.text in seen:
                    message = f"«{key.text}» is already defined in {Path(seen[key.text]).name}"
                    self.faults.error(key.mark, "ambiguous", message)
                    continue
                seen[key.text] = key.mark.file
                yield key, value

    def _desk(self, identity: Identity) -> Desk:
        desk = Desk(
            faults=self.faults,
            folder=self.files.folder,
            languages=identity.languages,
            languages_mark=identity.languages_mark,
            tiers=identity.tiers,
            topics=identity.topics,
            kinds=read_only_kinds(identity.tiers, identity.topics),
            has_handover=self.top.get("handover") is not None,
            has_paid_help=self.top.get("paid_help") is not None,
        )
        i18n = [(language, self.roots.get(file)) for language, file in self.files.i18n.items()]
        read_translations(desk, [(language, root) for language, root in i18n if root is not None])
        replace_sentences(desk)
        desk.python = self.actions if self.actions is not None else self._python(desk, identity.code)
        python_signatures(desk)
        return desk

    def _python(self, desk: Desk, code: Scalar | None) -> Actions | None:
        path = self.files.folder / (code.text if code is not None else "actions.py")
        if not path.is_file():
            if code is not None:
                desk.python_broken = True
                self.faults.error(code.mark, "python", f"there is no file «{code.text}»")
            return None
        try:
            return load_actions(path)
        except CodeFaulty as error:
            desk.python_broken = True
            self.faults.sources[str(path)] = path.read_text("utf-8", "replace")
            mark = Mark(str(path), error.line, error.column)
            self.faults.error(mark, "python", f"{path.name} does not load: {error.message}")
            return None

    def _names(self, desk: Desk) -> None:
        """First pass: slots, then what can be jumped to."""
        slots = list(self._section("slots"))
        desk.unread_slots = {key.text for key, _ in slots}
        for key, node in slots:
            slot = read_slot(desk, key, node)
            if slot is not None:
                desk.add_slot(slot)
        desk.unread_slots -= set(desk.slots)
        taken: dict[str, str] = {}
        for section, what in (("flows", "flow"), ("scenes", "scene"), ("faq", "faq entry")):
            for key, node in self._section(section):
                if key.text in taken:
                    self.faults.error(key.mark, "ambiguous", f"«{key.text}» is already the name of a {taken[key.text]}")
                    continue
                taken[key.text] = what
                if section == "faq":
                    desk.faq.add(key.text)
                elif plan_named(desk, key, node, what) is not None and section == "scenes":
                    desk.scenes.add(key.text)
        plan_built(desk)
        refuse_taken_ids(desk)
        for key, node in self._section("actions"):
            read_http_action(desk, key, node)
        for key, node in self._section("calendars"):
            read_calendar(desk, key, node)

    def _bot(self, desk: Desk, identity: Identity) -> Bot:
        """Second pass: every section."""
        self._count_flows()
        self._humans(desk)
        written = {name: flow for name, flow in desk.planned.items() if name not in desk.scenes | desk.built}
        flows = {name: read_flow(desk, flow) for name, flow in written.items()}
        flows |= {name: built_flow(desk, desk.planned[name]) for name in desk.planned if name in desk.built}
        scenes = {name: read_scene(desk, desk.planned[name]) for name in desk.planned if name in desk.scenes}
        faq = self._faq(desk)
        always = self._always(desk)
        return self._put_together(desk, identity, flows, scenes, faq, always)

    def _humans(self, desk: Desk) -> None:
        """The two sections of chapter 12, before the steps that override their keys."""
        handover, paid_help = self.top.get("handover"), self.top.get("paid_help")
        if handover is not None:
            desk.handover = read_handover(desk, handover, None, "handover", None)
        if paid_help is not None:
            desk.paid_help = read_paid_help(desk, paid_help, None, "paid_help", None)

    def _offers(self, desk: Desk) -> dict[str, Offer]:
        read = (read_offer_entry(desk, key, node) for key, node in self._section("offers"))
        return {offer.name: offer for offer in read if offer is not None}

    def _put_together(
        self,
        desk: Desk,
        identity: Identity,
        flows: Mapping[str, Flow],
        scenes: Mapping[str, Scene],
        faq: Mapping[str, Faq],
        always: Mapping[str, Always],
    ) -> Bot:
        say, suggest, then = read_unknown(desk, self.top.get("unknown"))
        return Bot(
            id=identity.id,
            name=identity.name,
            version=version_of(self.files.raw),
            files=self.files.raw,
            languages=identity.languages,
            timezone=identity.timezone,
            country=identity.country,
            expires=identity.expires,
            slots=desk.slots,
            start=self._start(desk),
            flows={**flows, **{name: scene.flow for name, scene in scenes.items()}},
            faq=faq,
            always=always,
            unknown_say=say,
            unknown_suggest=suggest,
            unknown_then=then,
            scenes=scenes,
            tiers=identity.tiers,
            topics=identity.topics,
            sentences=desk.sentences,
            actions=desk.python,
            folder=self.files.folder,
            calendars=desk.calendars,
            http=desk.http,
            offers=self._offers(desk),
            handover=desk.handover,
            paid_help=desk.paid_help,
        )

    def _count_flows(self) -> None:
        if not any(part.get("flows") for part in self.parts):
            self.top.tell_missing("flows")
        flows = list(self._section_names("flows"))
        if len(flows) > _FLOWS_MAX:
            message = f"this bot has {len(flows)} flows; {_FLOWS_MAX} are read"
            self.faults.error(flows[_FLOWS_MAX], "type", message)

    def _section_names(self, name: str) -> Iterator[Mark]:
        for part in self.parts:
            node = part.get(name)
            for key, _ in node.pairs if isinstance(node, MapNode) else ():
                yield key.mark

    def _start(self, desk: Desk) -> str:
        node = self.top.get("start")
        name = scalars.read_words(node, self.faults, "the name of a flow") if node is not None else None
        if node is not None and name is not None and (name not in desk.planned or name in desk.scenes):
            hint = did_you_mean(name, [flow for flow in desk.planned if flow not in desk.scenes])
            self.faults.error(node.mark, "no-target", f"no flow is called «{name}»", hint)
        return name or ""

    def _faq(self, desk: Desk) -> dict[str, Faq]:
        read = (read_faq(desk, key, node) for key, node in self._section("faq") if key.text in desk.faq)
        return {entry.name: entry for entry in read if entry is not None}

    def _always(self, desk: Desk) -> dict[str, Always]:
        node = self.top.get("always")
        written = scalars.as_map(node, self.faults, "«always»: a map of names") if node is not None else None
        read = (read_always(desk, key, value) for key, value in (written.pairs if written is not None else ()))
        return {entry.name: entry for entry in read if entry is not None}
