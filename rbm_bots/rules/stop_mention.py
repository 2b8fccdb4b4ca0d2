"""Row 6: marketing says how to object, whatever the person was told when they opted in.

Under a sender name nobody can answer, so an SMS then names the short code as well. On RCS a chip or an unsubscribe link
does it too; on SMS a link does not. A gateway that adds the mention itself is a setting.
"""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.mention import mentions_stop_code, mentions_stop_word
from rbm_bots.rules.question import Question
from rbm_bots.rules.sender import has_name

__all__ = ["check_stop_mention"]


def check_stop_mention(question: Question) -> Decision | None:
    """Refuse marketing whose text does not mention STOP."""
    if question.kind != "marketing":
        return None
    return None if _is_mentioned(question) else deny("stop_mention")


def _is_mentioned(question: Question) -> bool:
    leg = question.leg
    if leg.channel == "rcs":
        return leg.stop_chip or leg.unsubscribe_link or mentions_stop_word(leg.text)
    if question.settings.stop_appended_by_gateway:
        return True
    return mentions_stop_code(leg.text, leg.code or "") if has_name(leg) else mentions_stop_word(leg.text)
