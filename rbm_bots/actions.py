"""A brand's own Python: the functions behind ``do``, ``check`` and ``rendezvous`` (bot language 14.1).

Theory of operation. ``actions.py`` makes one :class:`Actions` and registers plain functions on it. Each signature is
read once, when it is registered: which parameters there are, which are required, and what their annotations want. The
loader compares a bot's ``with`` to that; the worker converts what the bot filled in and calls the function outside any
transaction. An action cannot send: it returns plain data, and the bot's file decides what is said.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar

from rbm_bots.arguments import ArgumentWrong, Parameter, convert_argument, read_parameters
from rbm_bots.errors import BotError

__all__ = ["ActionSpec", "Actions", "CheckSpec", "Context", "NotAnAction"]

F = TypeVar("F", bound=Callable[..., Any])
_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})
_TIMEOUT_MAX_S: Final = 30.0
_CHECK_TIMEOUT_S: Final = 3.0


class NotAnAction(TypeError):
    """A function was registered in a way that cannot work; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an action may know.

    ``key`` is the same for every run of one step in one turn: pass it on, so that a repeat books nothing twice.
    ``after``: the last instant shown, when «other dates» are wanted. ``now`` is aware, UTC.
    """

    now: datetime
    contact: str
    customer: Mapping[str, Any] = field(default_factory=dict)
    slots: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    after: datetime | None = None
    resources: Mapping[str, Any] = field(default_factory=dict)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("rbm_bots.bot"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One action: its function, its time limit in seconds, the errors it declares (code to class), its parameters."""

    name: str
    function: Callable[..., Awaitable[Any]]
    timeout: float = 10.0
    errors: Mapping[str, type[BaseException]] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    takes_any: bool = False

    def convert(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """``args`` as the annotations want them. Raises ``ArgumentWrong`` for a missing, unknown or wrong one."""
        converted = {}
        for name, value in args.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                if not self.takes_any:
                    raise ArgumentWrong(name, "is no parameter of this action")
                converted[name] = value
                continue
            converted[name] = convert_argument(parameter, value)
        for parameter in self.parameters.values():
            if parameter.name in converted:
                continue
            if parameter.nullable and parameter.required:
                converted[parameter.name] = None
            elif parameter.required:
                raise ArgumentWrong(parameter.name, "is missing")
        return converted

    def code_of(self, error: BaseException) -> str:
        """The code of ``on_error`` for what the function raised: declared, a ``BotError``'s own, else ``error``."""
        for code, kind in self.errors.items():
            if isinstance(error, kind):
                return code
        return error.code if isinstance(error, BotError) else "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """One check. ``is_async``: ``async f(ctx, value)`` with ``timeout`` seconds; else a plain ``f(value)``."""

    name: str
    function: Callable[..., Any]
    is_async: bool = False
    timeout: float = _CHECK_TIMEOUT_S


class Actions:
    """The register of a bot's Python. Make one, named ``actions``, in ``actions.py``."""

    def __init__(self) -> None:
        self._actions: dict[str, ActionSpec] = {}
        self._checks: dict[str, CheckSpec] = {}
        self._resources: dict[str, Callable[[Mapping[str, str]], AsyncIterator[Any]]] = {}
        self._flows: dict[str, Callable[[Context], list[dict[str, object]]]] = {}

    @property
    def actions(self) -> Mapping[str, ActionSpec]:
        """Name to action."""
        return MappingProxyType(self._actions)

    @property
    def checks(self) -> Mapping[str, CheckSpec]:
        """Name to check."""
        return MappingProxyType(self._checks)

    @property
    def resources(self) -> Mapping[str, Callable[[Mapping[str, str]], AsyncIterator[Any]]]:
        """Name to async generator: opened when the bot starts, closed when it stops."""
        return MappingProxyType(self._resources)

    @property
    def flows(self) -> Mapping[str, Callable[[Context], list[dict[str, object]]]]:
        """Name to function that builds a flow's steps."""
        return MappingProxyType(self._flows)

    def action(
        self, name: str, *, timeout: float = 10, errors: Mapping[str, type[BaseException]] = _EMPTY
    ) -> Callable[[F], F]:
        """Register ``async f(ctx, …)`` for ``do.

        NAME``; ``timeout`` in seconds (30 at most), ``errors``: code to class.
        """
        if not 0 < timeout <= _TIMEOUT_MAX_S:
            raise NotAnAction(f"the action «{name}» wants a timeout above 0 and at most 30 seconds")

        def register(function: F) -> F:
            if not inspect.iscoroutinefunction(function):
                raise NotAnAction(f"the action «{name}» must be an «async def»")
            parameters, takes_any = read_parameters(function, name)
            spec = ActionSpec(
                name=name,
                function=function,
                timeout=float(timeout),
                errors=MappingProxyType(dict(errors)),
                parameters=parameters,
                takes_any=takes_any,
            )
            self._add(self._actions, name, spec)
            return function

        return register

    def check(self, name: str) -> Callable[[F], F]:
        """Register ``f(value)`` or ``async f(ctx, value)`` for a slot's ``check``: the clean value, or ``Reject``."""

        def register(function: F) -> F:
            is_async = inspect.iscoroutinefunction(function)
            self._add(self._checks, name, CheckSpec(name=name, function=function, is_async=is_async))
            return function

        return register

    def resource(self, name: str) -> Callable[[F], F]:
        """Register ``async f(settings)`` that yields once: what ``ctx.resources[NAME]`` holds while the bot runs."""

        def register(function: F) -> F:
            if not inspect.isasyncgenfunction(function):
                raise NotAnAction(f"the resource «{name}» must be an «async def» that yields once")
            self._add(self._resources, name, function)
            return function

        return register

    def flow(self, name: str) -> Callable[[F], F]:
        """Register a plain ``f(ctx)`` that gives a flow's steps as data, each time the flow starts; it has 3 s."""

        def register(function: F) -> F:
            if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
                raise NotAnAction(f"the flow «{name}» must be a plain «def» that takes the context and gives steps")
            self._add(self._flows, name, function)
            return function

        return register

    @staticmethod
    def _add(register: dict[str, Any], name: str, entry: object) -> None:
        if name in register:
            raise NotAnAction(f"«{name}» is registered twice")
        register[name] = entry
