"""Row 3: nothing promotional without a proven opt-in (CPCE L34-5). A sale is none.

Before the charter of 2026 an opt-in had to name the channel; since then one serves SMS and RCS.
"""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.question import Question

__all__ = ["check_consent"]


def check_consent(question: Question) -> Decision | None:
    """Refuse marketing without a proven opt-in up to now that serves this channel."""
    if question.kind != "marketing":
        return None
    consent = question.facts.consent
    if consent is None or not consent.proof or consent.at > question.now:
        return deny("consent")
    named = consent.channels is None or question.leg.channel in consent.channels
    return None if named or not question.rules.consent_by_channel else deny("consent")
