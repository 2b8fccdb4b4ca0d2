"""Row 9: how long an operator's alias may be written to.

Theory of operation. Premium Express, Tribu, Transaction and Light Pull give 60 days from the person's first message
(or, by setting, from the last one or the last paid one). A message at or after the end begins a new time, so the
*first* message is that of the time now running. Premium Push gives the time of the subscription and 31 days from its
end. Gallery and Light Gallery want the common identifier and have no end; Push and RCS bots have none either.

Days are those of Paris by the wall clock: begun at ten, ended at ten, whatever the clocks did in between. Half-open: at
its end a window is over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rbm_bots.rules.decision import Decision, deny
from rbm_bots.rules.question import Question

__all__ = ["check_alias"]

_PARIS: Final = ZoneInfo("Europe/Paris")
_FROM_MESSAGE: Final = frozenset({"premium_express", "premium_tribu", "premium_transaction", "light_pull"})
_GALLERY: Final = frozenset({"gallery", "light_gallery"})
_AFTER_MESSAGE: Final = 60
_AFTER_UNSUBSCRIPTION: Final = 31


def check_alias(question: Question) -> Decision | None:
    """An alias is never reached by RCS; by SMS inside its window, except with a one-time code."""
    if question.leg.address_kind != "alias":
        return None
    if question.leg.channel == "rcs":
        return deny("alias_rcs")
    if question.kind == "otp":
        return None
    window = question.facts.window
    if window.offer in _GALLERY:
        return None if window.common_identifier else deny("identifier")
    if window.offer in _FROM_MESSAGE:
        return _until(question, _end_from_messages(question))
    if window.offer == "premium_push" and not _is_subscribed(question):
        gone = window.unsubscribed_at
        end = _days_after(question, gone, _AFTER_UNSUBSCRIPTION) if gone and gone <= question.now else None
        return _until(question, end)
    return None


def _until(question: Question, end: datetime | None) -> Decision | None:
    return None if end is not None and question.now < end else deny("window", until=end)


def _end_from_messages(question: Question) -> datetime | None:
    """The end of the time that the last episode began; ``None``: the person never wrote (or paid)."""
    window, anchor = question.facts.window, question.settings.anchor
    told = window.paid if anchor == "last_paid" else window.mo
    messages = sorted(at for at in told if at <= question.now)
    if anchor != "first_mo":
        messages = messages[-1:]
    end: datetime | None = None
    for at in messages:
        if end is None or at >= end:
            end = _days_after(question, at, _AFTER_MESSAGE)
    return end


def _is_subscribed(question: Question) -> bool:
    """Whether the subscription runs: begun, and not ended since."""
    began, ended = question.facts.window.subscribed_from, question.facts.window.unsubscribed_at
    if ended is None:
        return began is not None and began <= question.now
    if began is not None and ended < began <= question.now:
        return True
    return question.now < ended and (began is None or began <= question.now)


def _days_after(question: Question, at: datetime, days: int) -> datetime:
    if question.settings.days_in == "hours":
        return at.astimezone(UTC) + timedelta(days=days)
    wall = at.astimezone(_PARIS).replace(tzinfo=None) + timedelta(days=days)
    return wall.replace(tzinfo=_PARIS, fold=0).astimezone(UTC)
