"""``rbm test``: conversations with a bot, played on a frozen clock and held against what they should be."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages

if TYPE_CHECKING:
    from rbm_bots.testing.suite import FileResult

__all__ = ["test"]


@click.command(help=messages.TEST)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("-k", "words", metavar="EXPR", default="", help=messages.TEST_WORDS)
@click.option("--cov", is_flag=True, help=messages.TEST_COV)
@click.option("--update", is_flag=True, help=messages.TEST_UPDATE)
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=messages.TEST_JUNIT
)  # fmt: skip
def test(*, paths: tuple[Path, ...], words: str, cov: bool, update: bool, junit: Path | None) -> None:
    """Run the tests; exit status 0 when every one passed, 1 when one did not or there was none."""
    from rbm_bots.testing.suite import find_talk_files, run_files, selects

    files = find_talk_files(paths or (Path(),))
    results = asyncio.run(run_files(files, select=selects(words), update=update))
    for found in results:
        _print(found)
    if cov:
        _print_coverage(results)
    if junit is not None:
        from rbm_bots.testing.junit import junit_xml

        junit.write_bytes(junit_xml(results))
    ran = sum(len(found.runs) for found in results)
    if not ran and all(found.good for found in results):
        click.echo(messages.TEST_NONE, err=True)
        sys.exit(1)
    passed = sum(run.result.failure is None for found in results for run in found.runs)
    click.echo(messages.test_result(passed=passed, failed=ran - passed))
    sys.exit(0 if all(found.good for found in results) else 1)


def _print(found: FileResult) -> None:
    from rbm_bots.botfile.faults import format_fault

    for fault in found.faults:
        click.echo(format_fault(fault, found.sources))
    if not found.runs:
        return
    click.echo(str(found.path))
    if found.changed:
        click.echo(f"  {messages.test_updated(found.changed)}")
    for run in found.runs:
        failure = run.result.failure
        click.echo(f"  {messages.test_line(run.result.talk.name, good=failure is None)}")
        _indented(failure.lines() if failure is not None else ())
    for loose in found.loose:
        _indented(loose.lines())


def _indented(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(f"        {line}")


def _print_coverage(results: Sequence[FileResult]) -> None:
    from rbm_bots.testing.suite import cover

    for covered in cover(results):
        reached = covered.steps - len(covered.never)
        click.echo(messages.test_coverage(covered.bot.id, reached=reached, steps=covered.steps))
        for step in covered.never:
            click.echo(f"  {messages.test_never(f'{step.mark.file}:{step.mark.line}', step.name)}")
