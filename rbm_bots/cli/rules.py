"""``rbm rules``: what the compliance gate says to a file of questions."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rbm_bots.cli import messages
from rbm_bots.cli.members import print_members

if TYPE_CHECKING:
    from rbm_bots.rules.decision import Decision
    from rbm_bots.rules.question import Question

__all__ = ["rules"]


@click.group(help=messages.RULES)
def rules() -> None:
    """Hold the commands about rules."""


@rules.command("decide", help=messages.RULES_DECIDE)
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
def _decide(*, as_json: bool, file: Path) -> None:
    """Print one decision per case. Exit status 0: all are decided; 1: the file is no file of cases."""
    from rbm_bots.rules.case_file import QuestionsUnreadable, read_cases
    from rbm_bots.rules.gate import ask_gate

    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        decided = [(case, question, ask_gate(question)) for case, question in read_cases(raw)]
    except QuestionsUnreadable as wrong:
        print_members({"error": wrong.message}, as_json=as_json)
        sys.exit(1)
    if as_json:
        print_members({"cases": [_member(*one) for one in decided]}, as_json=True)
        return
    for one in decided:
        click.echo(_line(*one))


def _member(case: str, question: Question, decision: Decision) -> dict[str, Any]:
    until = _local(question, decision.until)
    return {"id": case, "decision": decision.verdict, "rule": decision.rule, "until": until or None}


def _line(case: str, question: Question, decision: Decision) -> str:
    until = _local(question, decision.until)
    explained = f"{decision.rule_set}: {decision.reason}" if decision.reason else decision.rule_set or ""
    return messages.rules_decision(
        case, verdict=decision.verdict, rule=decision.rule or "", until=until, reason=explained
    )


def _local(question: Question, at: datetime | None) -> str:
    """The instant on the person's clock."""
    return at.astimezone(question.zone).isoformat() if at is not None else ""
