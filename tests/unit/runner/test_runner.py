"""A brand's Python, run: what comes back, what goes wrong, what is opened and closed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import structlog

from rbm_bots.actions import Actions, Context
from rbm_bots.dialogue.stored import restore, store
from rbm_bots.errors import BotError, Reject, ResourceFailed
from rbm_bots.events import CallReturned
from rbm_bots.runner import ActionRunner

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


class SlotTaken(BotError):
    """Somebody was faster."""

    code = "slot_taken"


async def run(
    actions: Actions | None, action: str, args: Mapping[str, Any] | None = None, **slots: Any
) -> CallReturned:
    runner = ActionRunner("garage", actions, settings={})
    await runner.start()
    try:
        stored = {name: store(value) for name, value in (args or {}).items()}
        kept = {name: store(value) for name, value in slots.items()}
        return await runner.run(call_id="c-1", action=action, args=stored, slots=kept, contact="p-1", now=NOW)
    finally:
        await runner.close()


async def test_an_action_gets_its_arguments_as_it_wants_them_and_its_context() -> None:
    actions = Actions()
    seen: list[Context] = []

    @actions.action("price")
    async def price(ctx: Context, count: int, at: datetime, note: str | None) -> dict[str, object]:
        seen.append(ctx)
        return {"sum": Decimal("1.50") * count, "at": at, "note": note}

    returned = await run(actions, "price", {"count": "3", "at": NOW}, plate="AB-123-CD")
    assert (returned.call, returned.error) == ("c-1", None)
    assert restore(returned.result) == {"sum": Decimal("4.50"), "at": NOW, "note": None}
    assert (seen[0].now, seen[0].contact, seen[0].key, seen[0].slots) == (NOW, "p-1", "c-1", {"plate": "AB-123-CD"})


def failing(fault: BaseException, **errors: type[BaseException]) -> Actions:
    actions = Actions()

    @actions.action("book", errors=errors)
    async def book(ctx: Context) -> None:
        raise fault

    return actions


@pytest.mark.parametrize(
    ("fault", "errors", "code"),
    [
        (SlotTaken(), {}, "slot_taken"),
        (SlotTaken(), {"full": SlotTaken}, "full"),
        (KeyError("x"), {"unknown": LookupError}, "unknown"),
        (TimeoutError(), {"slow": TimeoutError}, "slow"),
        (BotError(), {}, "error"),
        (ZeroDivisionError(), {}, "error"),
        (TimeoutError(), {}, "error"),
        (SystemExit(3), {}, "error"),
    ],
)
async def test_what_an_action_raises_becomes_a_code(
    fault: BaseException, errors: dict[str, type[BaseException]], code: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        assert await run(failing(fault, **errors), "book") == CallReturned(call="c-1", error=code)
    assert [line["event"] for line in logs] == (["action.fault"] if code == "error" else [])


async def test_an_action_that_takes_too_long_is_timeout_and_stopped() -> None:
    actions = Actions()
    ended: list[str] = []

    @actions.action("wait", timeout=0.01, errors={"slow": TimeoutError})
    async def wait(ctx: Context) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("wait")

    assert (await run(actions, "wait")).error == "timeout"
    assert ended == ["wait"]


@pytest.mark.parametrize(
    ("action", "args", "event"),
    [
        ("nothing", {}, "action.missing"),
        ("double", {}, "action.arguments"),
        ("double", {"count": "many"}, "action.arguments"),
        ("double", {"count": 1, "more": 2}, "action.arguments"),
        ("double", {"count": 1}, "action.result"),
        ("check:nothing", {"value": 1}, "check.missing"),
    ],
)
async def test_what_does_not_fit_is_error_and_a_log_line(action: str, args: dict[str, Any], event: str) -> None:
    actions = Actions()

    @actions.action("double")
    async def double(ctx: Context, count: int) -> object:
        return object()

    with structlog.testing.capture_logs() as logs:
        assert await run(actions, action, args) == CallReturned(call="c-1", error="error")
    assert [line["event"] for line in logs] == [event]
    assert "many" not in str(logs)


async def test_a_bot_without_python_has_no_action() -> None:
    with structlog.testing.capture_logs():
        assert (await run(None, "book")).error == "error"


async def test_resources_open_in_order_and_close_in_the_opposite_one() -> None:
    actions = Actions()
    order: list[str] = []

    def resource(name: str) -> None:
        @actions.resource(name)
        async def make(settings: Mapping[str, str]) -> AsyncIterator[str]:
            order.append(f"open {name}")
            yield f"{name} of {settings['PLACE']}"
            order.append(f"close {name}")

    resource("agenda")
    resource("prices")

    @actions.action("look")
    async def look(ctx: Context) -> dict[str, str]:
        return dict(ctx.resources)

    runner = ActionRunner("garage", actions, settings={"PLACE": "Paris"})
    await runner.start()
    returned = await runner.run(call_id="c-1", action="look", args={}, slots={}, contact="p-1", now=NOW)
    await runner.close()
    assert returned.result == {"agenda": "agenda of Paris", "prices": "prices of Paris"}
    assert order == ["open agenda", "open prices", "close prices", "close agenda"]


async def test_a_resource_that_does_not_open_is_told_and_the_opened_ones_are_closed() -> None:
    actions = Actions()
    order: list[str] = []

    @actions.resource("agenda")
    async def agenda(settings: Mapping[str, str]) -> AsyncIterator[None]:
        yield
        order.append("closed")

    @actions.resource("broken")
    async def broken(settings: Mapping[str, str]) -> AsyncIterator[None]:
        raise OSError("no such calendar")
        yield

    runner = ActionRunner("garage", actions, settings={})
    with pytest.raises(ResourceFailed, match="«broken»"):
        await runner.start()
    await runner.close()
    assert order == ["closed"]


class TestChecks:
    """Checks that wait: ``async f(ctx, value)``."""

    @pytest.fixture
    def actions(self) -> Actions:
        actions = Actions()

        @actions.check("plate")
        async def plate(ctx: Context, value: str) -> str:
            if value == "?":
                raise Reject("bad_plate")
            if value == "exit":
                sys.exit(1)
            return value.upper()

        return actions

    async def test_a_clean_value_comes_back(self, actions: Actions) -> None:
        assert (await run(actions, "check:plate", {"value": "ab"})).result == "AB"

    async def test_a_refusal_has_its_reason(self, actions: Actions) -> None:
        assert (await run(actions, "check:plate", {"value": "?"})).error == "bad_plate"

    @pytest.mark.parametrize("args", [{"value": 3}, {}, {"value": "exit"}])
    async def test_a_fault_is_error_and_logged(self, actions: Actions, args: dict[str, Any]) -> None:
        with structlog.testing.capture_logs() as logs:
            assert (await run(actions, "check:plate", args)).error == "error"
        assert [line["event"] for line in logs] == ["check.fault"]

    async def test_one_that_takes_too_long_is_timeout(self) -> None:
        actions = Actions()

        @actions.check("slow")
        async def slow(ctx: Context, value: str) -> str:
            await asyncio.Event().wait()
            return value

        object.__setattr__(actions.checks["slow"], "timeout", 0.01)  # 3 s would be a long wait for a test
        assert (await run(actions, "check:slow", {"value": "x"})).error == "timeout"


async def test_closing_waits_for_the_runs_under_way() -> None:
    actions = Actions()
    order: list[str] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    @actions.resource("agenda")
    async def agenda(settings: Mapping[str, str]) -> AsyncIterator[None]:
        yield
        order.append("closed")

    @actions.action("look")
    async def look(ctx: Context) -> None:
        begun.set()
        await go_on.wait()
        order.append("ran")

    runner = ActionRunner("garage", actions, settings={})
    await runner.start()
    run_it = runner.run(call_id="c-1", action="look", args={}, slots={}, contact="p-1", now=NOW)
    running = asyncio.create_task(run_it)
    await begun.wait()
    closing = asyncio.create_task(runner.close())
    go_on.set()
    await asyncio.gather(running, closing)
    assert order == ["ran", "closed"]


async def test_pinned_actions_come_before_those_of_today_and_after_python() -> None:
    actions, old, new = Actions(), Actions(), Actions()
    for register, name in ((actions, "mine"), (old, "mine"), (old, "track"), (new, "track"), (new, "more")):

        @register.action(name)
        async def say(ctx: Context, who: object = register) -> str:
            return {id(actions): "python", id(old): "pinned", id(new): "today"}[id(who)]

    runner = ActionRunner("garage", actions, sources=(new.actions,), settings={})
    found = {}
    for name in ("mine", "track", "more"):
        run_it = runner.run(call_id="c", action=name, args={}, slots={}, contact="p", now=NOW, pinned=old.actions)
        found[name] = (await run_it).result
    assert found == {"mine": "python", "track": "pinned", "more": "today"}
