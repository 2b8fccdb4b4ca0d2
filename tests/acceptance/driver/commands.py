"""Commands of a campaign's owner: run to their end here, or as a process that is killed in the middle of an import."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Awaitable, Callable
from pathlib import Path

from click.testing import CliRunner

from rbm_bots.cli.main import rbm
from tests.acceptance.driver.deployment import Deployment
from tests.acceptance.driver.gate import gated
from tests.acceptance.driver.operator import until

__all__ = ["break_off", "command"]

_PROGRAM = "from rbm_bots.cli.main import main; main()"
_PATIENCE_S = 300


async def command(deployment: Deployment, *words: str) -> str:
    """``rbm campaign …``; what it said."""
    arguments = ["campaign", words[0], "--config", str(deployment.config), *words[1:]]
    result = await asyncio.to_thread(CliRunner().invoke, rbm, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


async def break_off(deployment: Deployment, campaign: Path, *, when: Callable[[], Awaitable[bool]]) -> None:
    """``kill -9`` for ``rbm campaign run`` as soon as ``when`` holds; nothing it wants after that has any effect."""

    async def goes_on() -> bool:
        return not await when()

    async with gated(deployment, goes_on) as settings:
        config = deployment.config.with_name("gated.toml")
        config.write_text(settings, encoding="utf-8")
        words = ("campaign", "run", "--config", str(config), str(campaign))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PROGRAM, *words, stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            await until(when, within_s=_PATIENCE_S)
            assert process.returncode is None, "it was to be killed in the middle"
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
