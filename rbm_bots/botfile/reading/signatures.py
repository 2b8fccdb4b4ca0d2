"""Which actions a bot's own Python brings, and what they take."""

from __future__ import annotations

from rbm_bots.botfile.reading.desk import Desk, Signature

__all__ = ["python_signatures"]


def python_signatures(desk: Desk) -> None:
    """The actions of ``actions.py``; they stand in for anything declared under the same name."""
    for name, spec in (desk.python.actions if desk.python is not None else {}).items():
        required = {
            parameter.name: parameter.required and not parameter.nullable for parameter in spec.parameters.values()
        }
        errors = frozenset(spec.errors)
        desk.signatures[name] = Signature(name=name, parameters=required, takes_any=spec.takes_any, errors=errors)
