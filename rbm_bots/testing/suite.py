"""Many tests at once: finding files, loading each bot once, running, updating, and counting the steps that were passed.

Whoever writes a wrong file is told as the author of a bot is: faults with places, never a traceback. A run without a
single test is a failure of its own, so a folder that moved cannot pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rbm_bots.botfile.faults import Fault, Faults
from rbm_bots.botfile.load import Checked, inspect_bot
from rbm_bots.botfile.model import Bot, Step
from rbm_bots.errors import UsageError
from rbm_bots.testing.failures import TalkFailed
from rbm_bots.testing.names import check_names
from rbm_bots.testing.reading import TalksFaulty, read_talks
from rbm_bots.testing.run import TalkResult, run_talk
from rbm_bots.testing.talks import Talk, TalkFile
from rbm_bots.testing.updating import rewrite

__all__ = [
    "Bots",
    "Coverage",
    "FileResult",
    "TestRun",
    "cover",
    "find_talk_files",
    "load_talks",
    "never_asked",
    "run_files",
    "selects",
    "update_file",
]

_ENDING: Final = ".test.yaml"
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """One test that ran, and how long it took, in seconds."""

    __test__ = False  # for pytest: this is no class of tests

    result: TalkResult
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What came of one file. ``faults``: it could not be run. ``loose``: answers of the file that no test asked for.

    ``answers``: whether the file has answers for all its tests.
    """

    path: Path
    runs: tuple[TestRun, ...] = ()
    answers: bool = False
    loose: tuple[TalkFailed, ...] = ()
    faults: tuple[Fault, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    changed: int = 0
    bot: Bot | None = None

    @property
    def good(self) -> bool:
        """Whether everything passed."""
        return not self.faults and not self.loose and all(run.result.failure is None for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The steps of one bot, and those that no test passed."""

    bot: Bot
    steps: int
    never: tuple[Step, ...]


class Bots:
    """The bots that tests name, each loaded once."""

    def __init__(self) -> None:
        self._checked: dict[Path, Checked] = {}

    def checked(self, path: Path) -> Checked:
        """The bot at ``path``, checked. Raises ``UsageError`` when there is none."""
        key = path.resolve()
        if key not in self._checked:
            self._checked[key] = inspect_bot(path)
        return self._checked[key]


def find_talk_files(paths: Iterable[Path]) -> list[Path]:
    """The files of tests in folders, and the files themselves, each once, in order; hidden folders are passed over."""
    found: dict[Path, Path] = {}
    for path in paths:
        inside = sorted(path.rglob(f"*{_ENDING}")) if path.is_dir() else [path]
        for file in inside:
            if path.is_dir() and any(part.startswith(".") for part in file.relative_to(path).parts):
                continue
            found.setdefault(file.resolve(), file)
    return list(found.values())


def selects(expression: str) -> Callable[[str], bool]:
    """``a and not b or c``: whether a name holds these words; case is ignored. Nothing selects everything."""
    ways = [
        [(word.removeprefix("not ").strip(), word.startswith("not ")) for word in map(str.strip, way.split(" and "))]
        for way in expression.casefold().split(" or ")
    ]
    return lambda name: any(all((word in name.casefold()) is not absent for word, absent in way) for way in ways)


def load_talks(path: Path, bots: Bots) -> tuple[TalkFile, Bot]:
    """A file of tests and its bot, names checked. Raises ``TalksFaulty``, also for a bot that does not load."""
    file = read_talks(path)
    try:
        checked = bots.checked(file.bot)
    except UsageError as wrong:
        faults = Faults()
        faults.sources[str(path)] = file.text
        faults.error(file.bot_mark, "no-target", wrong.message, "the path of a bot, seen from this file")
        raise TalksFaulty(faults.sorted(), faults.sources) from None
    if checked.bot is None:
        raise TalksFaulty(checked.faults, checked.sources)
    check_names(file, checked.bot)
    return file, checked.bot


async def run_files(
    paths: Iterable[Path], *, select: Callable[[str], bool] = lambda _: True, update: bool = False
) -> list[FileResult]:
    """Run every test of every file whose ``file::name`` is selected. ``update`` writes the files, then runs them."""
    bots = Bots()
    return [await _run_file(path, bots, select, update=update) for path in paths]


async def _run_file(path: Path, bots: Bots, select: Callable[[str], bool], *, update: bool) -> FileResult:
    changed = 0
    try:
        file, bot = load_talks(path, bots)
        if update:
            chosen = [talk for talk in file.talks if select(f"{path}::{talk.name}")]
            changed = await update_file(file, bot, chosen)
            file = read_talks(path)
        runs = [await _timed(file, rank, bot) for rank, talk in enumerate(file.talks) if select(f"{path}::{talk.name}")]
    except TalksFaulty as wrong:
        return FileResult(path=path, faults=wrong.faults, sources=wrong.sources, changed=changed)
    loose = never_asked(file, [run.result for run in runs])
    answers = bool(file.mocks)
    return FileResult(path=path, runs=tuple(runs), answers=answers, loose=loose, changed=changed, bot=bot)


async def _timed(file: TalkFile, rank: int, bot: Bot) -> TestRun:
    begun = time.perf_counter()
    result = await run_talk(file.talks[rank], file, bot)
    return TestRun(result=result, seconds=time.perf_counter() - begun)


async def update_file(file: TalkFile, bot: Bot, talks: Iterable[Talk]) -> int:
    """Write the «bot:» lines of some tests as the bot speaks now; how many of them changed."""
    edits = [edit for talk in talks for edit in (await run_talk(talk, file, bot, update=True)).edits]
    if edits:
        bom = _BOM if file.path.read_bytes().startswith(_BOM) else b""
        file.path.write_bytes(bom + rewrite(file.text, edits).encode())
    return len(edits)


def never_asked(file: TalkFile, results: Sequence[TalkResult]) -> tuple[TalkFailed, ...]:
    """Answers that the file gives to all its tests, and none asked for; nothing is told unless all ran and passed."""
    if not results or len(results) < len(file.talks) or any(result.failure is not None for result in results):
        return ()
    return tuple(
        TalkFailed(mock.mark, f"no test calls the action «{name}», or not as often as it has answers")
        for name, mock in file.mocks.items()
        if all(name in result.unused or name in result.talk.mocks for result in results)
    )


def cover(results: Iterable[FileResult]) -> list[Coverage]:
    """For each bot that was tested, the steps that none of its tests passed, in the order of the file."""
    bots: dict[Path, Bot] = {}
    reached: dict[Path, set[str]] = {}
    for found in results:
        if found.bot is not None:
            key = found.bot.folder.resolve() / found.bot.id
            bots[key] = found.bot
            reached.setdefault(key, set()).update(*(run.result.reached for run in found.runs))
    covered = []
    for key, bot in bots.items():
        steps = [step for flow in bot.flows.values() for step in flow.steps]
        never = sorted((step for step in steps if step.name not in reached[key]), key=lambda step: step.mark)
        covered.append(Coverage(bot=bot, steps=len(steps), never=tuple(never)))
    return covered
