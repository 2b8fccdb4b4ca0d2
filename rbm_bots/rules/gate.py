"""The compliance gate: every rule, in the order in which they speak. Asked when each leg leaves. Pure.

The first rule that does not allow decides. So a refusal for good always comes before a deferral of the same message
where both would hold: nobody who said STOP is «deferred» to the morning. A fallback's SMS leg is a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Final

import msgspec

from rbm_bots.rules.alias_window import check_alias
from rbm_bots.rules.consent import check_consent
from rbm_bots.rules.content import check_content
from rbm_bots.rules.decision import Decision
from rbm_bots.rules.message_class import check_class
from rbm_bots.rules.one_a_day import check_one_a_day
from rbm_bots.rules.opt_out import check_stop, is_opted_out
from rbm_bots.rules.question import Question
from rbm_bots.rules.quiet_hours import check_quiet_hours
from rbm_bots.rules.quota import check_quota
from rbm_bots.rules.reach import check_error_ratio, check_operator
from rbm_bots.rules.sender import check_sender
from rbm_bots.rules.stop_mention import check_stop_mention

__all__ = ["RULES", "ask_gate"]

RULES: Final[tuple[Callable[[Question], Decision | None], ...]] = (
    check_class,
    check_stop,
    check_consent,
    check_content,
    check_sender,
    check_stop_mention,
    check_quiet_hours,
    check_one_a_day,
    check_alias,
    check_operator,
    check_error_ratio,
    check_quota,
)
"""The rules in their order; each answers ``None`` where it has nothing against the message."""


def ask_gate(question: Question) -> Decision:
    """May this leg leave now? Never raises; the decision names the rule, the rule set in force and the instant."""
    refused = next((decision for rule in RULES if (decision := rule(question)) is not None), Decision())
    flagged = question.kind not in (None, "marketing") and is_opted_out(question)
    return msgspec.structs.replace(
        refused,
        until=refused.until.astimezone(UTC) if refused.until is not None else None,
        rule_set=question.rules.name,
        flags=("stop",) if flagged else (),
    )
