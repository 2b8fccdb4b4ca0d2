"""Row 4: no adult content, no promotion to minors, and «gratuit» only where all that is promoted is free."""

from __future__ import annotations

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.mention import words_of
from rbm_bots.rules.question import Question

__all__ = ["check_content"]


def check_content(question: Question) -> Decision | None:
    """Look at marketing and service messages; a one-time code and an answer promote nothing."""
    leg = question.leg
    if question.kind not in ("marketing", "service"):
        return None
    if leg.content == "adult":
        return deny("adult")
    if question.kind == "marketing" and leg.audience == "minors" and question.rules.bars_minors:
        return deny("minors")
    if any(promoted.paid for promoted in leg.promotes) and any(
        word.startswith("gratuit") for word in words_of(leg.text)
    ):
        return deny("free_claim")
    return None
