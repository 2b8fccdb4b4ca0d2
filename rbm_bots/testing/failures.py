"""What a failed test says: where, what was expected, what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rbm_bots.botfile.model import Mark
from rbm_bots.errors import RbmError
from rbm_bots.testing.compare import Pair
from rbm_bots.testing.seen import draw, draw_value, main_keys
from rbm_bots.testing.talks import Line

__all__ = ["TalkFailed", "messages_differ"]


class TalkFailed(RbmError):
    """A talk did not go as its test says."""

    code = "talk"

    def __init__(self, mark: Mark, message: str, details: Sequence[str] = ()) -> None:
        self.mark = mark
        self.details = tuple(details)
        super().__init__(message, where=f"{mark.file}:{mark.line}:{mark.column}")

    def lines(self) -> tuple[str, ...]:
        """The whole failure, for a terminal or a report."""
        return (f"{self.where}: {self.message}", *(f"    {detail}" for detail in self.details))


def messages_differ(pairs: Sequence[Pair], after: Line, *, sms: bool) -> TalkFailed | None:
    """The failure of some lines and messages, all differences in one; ``None`` when there is none."""
    bad = [pair for pair in pairs if not pair.good]
    if not bad:
        return None
    mark = next((pair.line.mark for pair in bad if pair.line is not None), after.mark)
    details = [row for pair in bad for row in _difference(pair, sms=sms)]
    return TalkFailed(mark, _headline(bad), [f"{what:8}  {shown}" for what, shown in details])


def _headline(bad: Sequence[Pair]) -> str:
    if all(pair.line is None for pair in bad):
        return "the bot said more than the test expects" if len(bad) > 1 else "a message that the test does not expect"
    if all(pair.message is None for pair in bad):
        return "the bot said less than the test expects"
    return "the bot said something else"


def _difference(pair: Pair, *, sms: bool) -> Iterator[tuple[str, str]]:
    """Rows of «expected» and «got»."""
    line, message = pair.line, pair.message
    whole = f"bot: {draw(message, main_keys(message, sms=sms))}" if message is not None else "nothing"
    if line is None or message is None:
        yield "expected", f"bot: {draw(line.patterns, line.patterns)}" if line is not None else "nothing"
        yield "got", whole
        return
    for key in pair.differs:
        yield "expected", f"{key}: {draw_value(line.patterns[key])}"
        yield "got", f"{key}: {draw_value(message[key])}" if key in message else whole
