"""How a command ends: 0 fine, 1 faults, 2 wrong use; and one line for a person, never a traceback for their mistake."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

__all__ = ["run"]


def run(command: click.Command, args: Sequence[str] | None = None, *, name: str = "rbm") -> NoReturn:
    """Run ``command`` and end the process. What click would explain in several lines is said in one."""
    try:
        code = command.main(args=args, prog_name=name, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        sys.exit(asked.exit_code)
    except click.ClickException as wrong:
        click.echo(f"{name}: {' '.join(wrong.format_message().split())}", err=True)
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
