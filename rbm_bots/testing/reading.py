"""From ``*.test.yaml`` to talks (bot language 16), every fault at once and at its place, like a bot's own files.

The file alone is read here, without its bot: a collector may list the tests of many files cheaply. Whether slots, flows
and scenes exist is told by :mod:`.names`, once the bot is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import BotFileFaulty, Fault, Faults
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar, read_yaml
from rbm_bots.errors import UsageError
from rbm_bots.testing.keys import TalkKeys
from rbm_bots.testing.reading_lines import read_line
from rbm_bots.testing.talks import Mock, Talk, TalkFile
from rbm_bots.testing.values import plain_value

__all__ = ["TalksFaulty", "read_talks"]

_TOP: Final = ("bot", "now", "actions", "tests")
_TALK: Final = (
    "name", "channel", "language", "contact", "customer", "slots", "agents", "actions", "talk",
)  # fmt: skip
_CONTACT: Final = ("operator", "consent", "control_group")
_CUSTOMER: Final = (
    "tier", "score", "interest", "interests", "returning", "visits", "orders", "contract_end",
)  # fmt: skip
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class TalksFaulty(BotFileFaulty):
    """A file of tests has faults."""

    def __init__(self, faults: Iterable[Fault], sources: Mapping[str, str]) -> None:
        super().__init__(faults)
        self.sources = dict(sources)


def read_talks(path: Path) -> TalkFile:
    """The tests in ``path``. Raises :class:`TalksFaulty` with all faults, ``UsageError`` when it cannot be read."""
    faults = Faults()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"«{path}» cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        faults.error(Mark(str(path), 1, 1), "yaml", "this file is not UTF-8", "save it as UTF-8")
        raise TalksFaulty(faults.sorted(), faults.sources) from None
    root = read_yaml(text, str(path), faults)
    read = _read_file(path, text, root, faults) if root is not None else None
    if read is None and not faults.has_errors:
        faults.error(Mark(str(path), 1, 1), "missing", "this file has no tests", "it needs bot, now and tests")
    if read is None or faults.has_errors:
        raise TalksFaulty(faults.sorted(), faults.sources)
    return read


def _read_file(path: Path, text: str, root: Node, faults: Faults) -> TalkFile | None:
    top = scalars.as_map(root, faults, "a file of tests: a map of bot, now, actions, tests")
    if top is None:
        return None
    keys = TalkKeys(top, faults, "a file of tests", _TOP)
    bot, now, tests = keys.need("bot"), keys.need("now"), keys.need("tests")
    named = scalars.read_words(bot, faults, "the path of a bot") if bot is not None else None
    at = scalars.read_instant(now, faults) if now is not None else None
    mocks = _mocks(keys.get("actions"), faults)
    written = scalars.as_list(tests, faults, "a list of tests") if tests is not None else None
    if written is not None and not written.items:
        faults.error(written.mark, "missing", "here are no tests", "a test needs a name and a talk")
    talks = tuple(talk for node in (written.items if written else ()) if (talk := _talk(node, faults)) is not None)
    _refuse_twins(talks, faults)
    if bot is None or named is None or at is None:
        return None
    return TalkFile(path=path, bot=path.parent / named, bot_mark=bot.mark, now=at, mocks=mocks, talks=talks, text=text)


def _refuse_twins(talks: tuple[Talk, ...], faults: Faults) -> None:
    seen: set[str] = set()
    for talk in talks:
        if talk.name in seen:
            faults.error(talk.mark, "ambiguous", f"another test is called «{talk.name}»", "give it a name of its own")
        seen.add(talk.name)


def _talk(node: Node, faults: Faults) -> Talk | None:
    written = scalars.as_map(node, faults, "a test: a map with name and talk")
    if written is None:
        return None
    keys = TalkKeys(written, faults, "a test", _TALK)
    name, talk = keys.need("name"), keys.need("talk")
    called = scalars.read_words(name, faults, "a name") if name is not None else None
    channel = _word(keys.get("channel"), faults, ("rcs", "sms"))
    agents = keys.get("agents")
    lines = scalars.as_list(talk, faults, "a list of lines") if talk is not None else None
    read = [read_line(line, faults) for line in (lines.items if lines is not None else ())]
    return Talk(
        name=called or "",
        mark=written.mark,
        channel="sms" if channel == "sms" else "rcs",
        language=_words(keys.get("language"), faults),
        contact=_facts(keys.get("contact"), faults, "a contact", _CONTACT),
        customer=_facts(keys.get("customer"), faults, "a customer", _CUSTOMER),
        slots=_nodes(keys.get("slots"), faults),
        agents=(scalars.read_integer(agents, faults, 0, 1000) or 0) if agents is not None else 1,
        mocks=_mocks(keys.get("actions"), faults),
        lines=tuple(line for line in read if line is not None),
    )


def _word(node: Node | None, faults: Faults, words: tuple[str, ...]) -> str | None:
    return scalars.read_word(node, faults, words) if node is not None else None


def _words(node: Node | None, faults: Faults) -> str | None:
    return scalars.read_words(node, faults) if node is not None else None


def _nodes(node: Node | None, faults: Faults) -> dict[str, Node]:
    written = scalars.as_map(node, faults, "a map of slots") if node is not None else None
    return {key.text: value for key, value in written.pairs} if written is not None else {}


_KINDS: Final = {
    "consent": bool, "control_group": bool, "returning": bool, "score": int, "visits": int, "orders": int,
}  # fmt: skip


def _facts(node: Node | None, faults: Faults, what: str, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    """What is known of the person."""
    written = scalars.as_map(node, faults) if node is not None else None
    if written is None:
        return _NOTHING
    TalkKeys(written, faults, what, allowed)
    return {key.text: _fact(key.text, value, faults) for key, value in written.pairs if key.text in allowed}


def _fact(name: str, node: Node, faults: Faults) -> object:
    if isinstance(node, Scalar) and node.nothing:
        return None
    if _KINDS.get(name) is bool:
        return scalars.read_bool(node, faults)
    if _KINDS.get(name) is int:
        return scalars.read_integer(node, faults, 0, 1_000_000)
    if name == "contract_end":
        return scalars.read_date(node, faults)
    if name == "interests":
        listed = scalars.as_list(node, faults, "a list of topics")
        return [scalars.read_words(item, faults, "a topic") for item in listed.items] if listed is not None else []
    return scalars.read_words(node, faults)


def _mocks(node: Node | None, faults: Faults) -> dict[str, Mock]:
    written = scalars.as_map(node, faults, "a map of actions") if node is not None else None
    found = {}
    for key, value in written.pairs if written is not None else ():
        always = isinstance(value, MapNode)
        nodes = value.items if isinstance(value, ListNode) else [value]
        answers = tuple(answer for item in nodes if (answer := _answer(item, faults)) is not None)
        found[key.text] = Mock(mark=key.mark, always=always, answers=answers)
    return found


def _answer(node: Node, faults: Faults) -> Mapping[str, Any] | None:
    written = scalars.as_map(node, faults, "an answer: {returns: …} or {raises: code}")
    if written is None:
        return None
    keys = TalkKeys(written, faults, "an answer", ("returns", "raises"))
    raised = keys.get("raises")
    if raised is not None and "returns" not in written.values:
        code = scalars.read_words(raised, faults, "a code")
        return {"raises": code} if code is not None else None
    if raised is None and "returns" in written.values:
        return {"returns": plain_value(written.values["returns"][1])}
    if keys.clean:
        faults.error(written.mark, "type", "an answer either «returns» a value or «raises» a code")
    return None
