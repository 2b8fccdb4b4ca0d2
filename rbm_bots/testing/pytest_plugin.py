"""pytest collects ``*.test.yaml``: each test of a bot is an item, beside the tests of the brand's own Python.

A file that gives answers of actions to all its tests has one item more, «actions»: it fails for those that no test asks
for.

Nothing of the framework is imported before the first such file is found. ``--rbm-update`` writes the ``bot:`` lines of
what is collected as the bot speaks now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rbm_bots.botfile.model import Bot
    from rbm_bots.testing.run import TalkResult
    from rbm_bots.testing.suite import Bots
    from rbm_bots.testing.talks import Talk, TalkFile

__all__ = ["BotMocks", "BotTest", "BotTestFile", "pytest_addoption", "pytest_collect_file"]

_bots: pytest.StashKey[Bots] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("rbm_bots", "tests of bots")
    group.addoption(
        "--rbm-update", action="store_true", help="write the «bot:» lines of *.test.yaml as the bot speaks now"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> BotTestFile | None:
    """Take the files that hold tests of bots."""
    if not file_path.name.endswith(".test.yaml"):
        return None
    return BotTestFile.from_parent(parent, path=file_path)


class BotTestFile(pytest.File):
    """One file of tests. Its bot is loaded when the first of them runs."""

    def __init__(self, *args: Any, **rest: Any) -> None:  # noqa: ANN401 - what pytest hands on
        super().__init__(*args, **rest)
        self.results: dict[int, TalkResult] = {}

    def collect(self) -> Iterator[BotTest | BotMocks]:
        """An item for each test; the faults of the file are told like those of a bot."""
        from rbm_bots.errors import RbmError
        from rbm_bots.testing.reading import read_talks

        try:
            file = read_talks(self.path)
        except RbmError as wrong:
            raise self.CollectError(_told(wrong)) from None
        for talk in file.talks:
            yield BotTest.from_parent(self, name=talk.name, talk=talk, file=file)
        if file.mocks:
            yield BotMocks.from_parent(self, name="actions", line=min(mock.mark.line for mock in file.mocks.values()))

    def load(self) -> tuple[TalkFile, Bot]:
        """The file as it is now, and its bot. Raises ``RbmError`` for what an author did wrong."""
        from rbm_bots.testing.suite import Bots, load_talks

        return load_talks(self.path, self.config.stash.setdefault(_bots, Bots()))

    def play(self, rank: int) -> TalkResult:
        """What comes of a test, played now."""
        from rbm_bots.testing.run import run_talk

        file, bot = self.load()
        self.results[rank] = asyncio.run(run_talk(file.talks[rank], file, bot))
        return self.results[rank]


class _Item(pytest.Item):
    """Something of a file that can fail. ``line``: where it stands."""

    def __init__(self, *, line: int, **rest: Any) -> None:  # noqa: ANN401 - what pytest hands on
        super().__init__(**rest)
        self._line = line

    @property
    def file(self) -> BotTestFile:
        """The file it belongs to."""
        assert isinstance(self.parent, BotTestFile), "items are made by their file"
        return self.parent

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's own form
        """What differs, without a traceback; a fault of ours keeps it."""
        from rbm_bots.errors import RbmError

        if isinstance(excinfo.value, RbmError):
            return _told(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self._line - 1, self.name


class BotTest(_Item):
    """One test of a bot."""

    def __init__(self, *, talk: Talk, file: TalkFile, **rest: Any) -> None:  # noqa: ANN401 - what pytest hands on
        super().__init__(line=talk.mark.line, **rest)
        self._rank = file.talks.index(talk)

    def runtest(self) -> None:
        """Play the talk; with ``--rbm-update`` write it first."""
        from rbm_bots.testing.suite import update_file

        if self.config.getoption("rbm_update"):
            file, bot = self.file.load()
            asyncio.run(update_file(file, bot, [file.talks[self._rank]]))
        failure = self.file.play(self._rank).failure
        if failure is not None:
            raise failure


class BotMocks(_Item):
    """The answers that a file gives to all its tests: each is asked for by one of them."""

    def runtest(self) -> None:
        """Play what was not played in this process, and look what nobody asked for."""
        from rbm_bots.testing.failures import TalkFailed
        from rbm_bots.testing.suite import never_asked

        file, _ = self.file.load()
        results = [self.file.results.get(rank) or self.file.play(rank) for rank in range(len(file.talks))]
        loose = never_asked(file, results)
        if loose:
            raise TalkFailed(loose[0].mark, loose[0].message, [line for one in loose[1:] for line in one.lines()])


def _told(wrong: Exception) -> str:
    from rbm_bots.botfile.faults import format_fault
    from rbm_bots.testing.failures import TalkFailed
    from rbm_bots.testing.reading import TalksFaulty

    if isinstance(wrong, TalkFailed):
        return "\n".join(wrong.lines())
    if isinstance(wrong, TalksFaulty):
        return "\n".join(format_fault(fault, wrong.sources) for fault in wrong.faults)
    return str(wrong)
