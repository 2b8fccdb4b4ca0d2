"""A brand's Python: registering, signatures, conversion of arguments, loading the file."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import rbm_bots
from rbm_bots.actions import Actions, Context, NotAnAction
from rbm_bots.arguments import ArgumentWrong, Parameter, convert_argument
from rbm_bots.botfile.code import CodeFaulty, load_actions
from rbm_bots.botfile.load import check_bot
from rbm_bots.errors import BotError, Reject
from rbm_bots.values import File, Location


class SlotTaken(Exception):
    """Taken."""


class Full(BotError):
    """Full."""

    code = "full"


def registered() -> Actions:
    actions = Actions()

    @actions.action("book", timeout=5, errors={"slot_taken": SlotTaken})
    async def book(ctx: Context, service: str, when: datetime, plate: str | None, days: int = 14) -> None: ...

    @actions.action("any")
    async def anything(ctx: Context, **more: Any) -> None: ...

    @actions.check("plain")
    def plain(value: str) -> str:
        return value

    @actions.check("waiting")
    async def waiting(ctx: Context, value: str) -> str:
        return value

    @actions.resource("agenda")
    async def agenda(settings: dict[str, str]) -> Any:
        yield settings

    @actions.flow("quiz")
    def quiz(ctx: Context) -> list[dict[str, object]]:
        return [{"say": "Un"}]

    return actions


def test_what_is_registered_can_be_read() -> None:
    actions = registered()
    spec = actions.actions["book"]
    assert (spec.timeout, set(spec.parameters), spec.takes_any) == (5.0, {"service", "when", "plate", "days"}, False)
    assert not spec.parameters["days"].required
    assert spec.parameters["plate"].nullable
    assert (actions.checks["plain"].is_async, actions.checks["waiting"].is_async) == (False, True)
    assert set(actions.resources) == {"agenda"}
    assert set(actions.flows) == {"quiz"}


def test_arguments_are_converted_by_annotation() -> None:
    spec = registered().actions["book"]
    converted = spec.convert({"service": "pneus", "when": "2026-11-24T08:30+01:00", "days": "3"})
    assert converted == {
        "service": "pneus",
        "when": datetime(2026, 11, 24, 7, 30, tzinfo=UTC),
        "days": 3,
        "plate": None,
    }
    assert registered().actions["any"].convert({"x": 1}) == {"x": 1}
    for wrong, name in (({}, "service"), ({"service": "a", "when": "b"}, "when"), ({"nothing": 1}, "nothing")):
        with pytest.raises(ArgumentWrong) as caught:
            spec.convert(wrong)
        assert caught.value.name == name


def test_errors_have_codes() -> None:
    spec = registered().actions["book"]
    assert spec.code_of(SlotTaken()) == "slot_taken"
    assert spec.code_of(Full()) == "full"
    assert spec.code_of(ValueError()) == "error"
    assert Reject("bad").reason == "bad"


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        (str, Decimal("1.50"), "1.50"),
        (str, True, "true"),
        (str, date(2026, 1, 2), "2026-01-02"),
        (int, "12", 12),
        (int, Decimal("2.0"), 2),
        (float, "1.5", 1.5),
        (Decimal, 3, Decimal(3)),
        (bool, "false", False),
        (date, "2026-01-02", date(2026, 1, 2)),
        (date, datetime(2026, 1, 2, tzinfo=UTC), date(2026, 1, 2)),
        (File, {"url": "u"}, File(url="u")),
        (File, "u", File(url="u")),
        (Location, "48.5,2.5", Location(lat=48.5, lng=2.5)),
        (Location, {"lat": 1, "lng": 2}, Location(lat=1, lng=2)),
        (dict, {"a": 1}, {"a": 1}),
        (list, (1, 2), [1, 2]),
        (None, object, object),
    ],
)
def test_a_value_converts(wanted: type | None, given: object, expected: object) -> None:
    assert convert_argument(Parameter(name="x", wanted=wanted), given) == expected


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (str, object()), (int, "1.5"), (int, True), (int, "x"), (float, "nan"), (Decimal, "Infinity"), (bool, "yes"),
        (date, "demain"), (datetime, "2026-11-24T08:30"), (datetime, datetime(2026, 1, 1)), (datetime, 3), (File, 3),  # noqa: DTZ001 - naive on purpose
        (Location, "x"), (Location, {"north": 1}), (dict, []), (list, "abc"), (int, "1e500"), (int, None),
    ],
)  # fmt: skip
def test_a_value_does_not_convert(wanted: type, given: object) -> None:
    with pytest.raises(ArgumentWrong):
        convert_argument(Parameter(name="x", wanted=wanted), given)


def test_what_cannot_work_is_refused_when_it_is_registered() -> None:
    actions = registered()
    with pytest.raises(NotAnAction):
        actions.action("slow", timeout=31)
    with pytest.raises(NotAnAction):
        actions.action("sync")(lambda ctx: None)
    with pytest.raises(NotAnAction):
        actions.resource("sync")(lambda settings: None)
    with pytest.raises(NotAnAction):
        actions.check("plain")(lambda value: value)

    async def nothing() -> None: ...
    async def by_place(ctx: Context, x: int, /, *rest: int) -> None: ...

    for function in (nothing, by_place):
        with pytest.raises(TypeError):
            actions.action("odd")(function)


def test_annotations_that_cannot_be_looked_up_hide_no_others() -> None:
    actions = Actions()

    async def odd(ctx: Context, what: Unknown, name: str, when: datetime | None, size: list[int]) -> None: ...  # type: ignore[name-defined]  # noqa: F821 - the point of the test

    actions.action("odd")(odd)
    wanted = {name: parameter.wanted for name, parameter in actions.actions["odd"].parameters.items()}
    assert wanted == {"what": None, "name": str, "when": datetime, "size": None}


@pytest.mark.parametrize(
    ("code", "line", "word"),
    [
        ("x = 1\nx =\n", 2, "SyntaxError"),
        ("x = 1\nraise ValueError('no')\n", 2, "ValueError: no"),
        ("import nothing_like_this\n", 1, "ModuleNotFoundError"),
        ("import sys\n\nsys.exit(3)\n", 3, "SystemExit"),
        ("x = 1\n", 1, "actions = Actions()"),
        ("def f():\n    return 1 / 0\n\nf()\n", 2, "ZeroDivisionError"),
    ],
)
def test_code_that_does_not_load_is_one_fault_at_its_line(tmp_path: Path, code: str, line: int, word: str) -> None:
    (tmp_path / "actions.py").write_text(code)
    before = set(sys.modules)
    with pytest.raises(CodeFaulty) as caught:
        load_actions(tmp_path / "actions.py")
    assert caught.value.line == line
    assert word in caught.value.message
    assert not {name for name in set(sys.modules) - before if name.startswith("rbm_bot_code")}
    (tmp_path / "bot.yaml").write_text(
        "rbm: 1\nbot: {id: x, name: X}\nstart: a\nslots: {s: {type: text, check: c}}\n"
        "flows: {a: {steps: [{do: anything, with: {n: 1}}]}}\n"
    )
    faults = check_bot(tmp_path)[1]
    assert [(Path(fault.file).name, fault.line, fault.code) for fault in faults] == [("actions.py", line, "python")]


def test_two_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "actions.py"
        file.write_text(
            "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom rbm_bots import Actions\n"
            "actions = Actions()\n@dataclass\nclass D:\n    x: int\n"
            f"@actions.check('{name}')\ndef f(value: str) -> str: return value\n"
        )
        found.append(set(load_actions(file).checks))
        assert list(file.parent.iterdir()) == [file]
    assert found == [{"one"}, {"two"}]


def test_the_package_gives_what_a_brand_imports() -> None:
    assert rbm_bots.Actions is Actions
    assert {getattr(rbm_bots, name) for name in rbm_bots.__all__}
    with pytest.raises(AttributeError):
        _ = rbm_bots.nothing
