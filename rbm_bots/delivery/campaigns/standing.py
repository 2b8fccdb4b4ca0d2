"""How far a campaign is: its people, its messages and its budget, counted where they stand."""

from __future__ import annotations

from sqlalchemy import Connection

from rbm_bots.delivery.campaigns.desk import Status
from rbm_bots.delivery.campaigns.outcomes import message_outcomes
from rbm_bots.ledger.months import month_of
from rbm_bots.store import budgets, campaign_recipients, campaigns
from rbm_bots.store.campaigns import Kept

__all__ = ["status_of"]


def status_of(connection: Connection, kept: Kept, *, now_ms: int) -> Status:
    """Counts everything anew. The budget is that of this month, or of the month in which the campaign ended."""
    name = kept.campaign_id
    messages = message_outcomes(
        campaign_recipients.message_counts(connection, name),
        campaign_recipients.saga_counts(connection, name),
        campaign_recipients.doubtful_counts(connection, name),
    )
    if kept.state == "cancelled" and messages.get("refused"):  # of these a person said no, not a rule
        taken = min(campaigns.taken_back(connection, name), messages["refused"])
        messages |= {"refused": messages["refused"] - taken, "cancelled": taken}
    month = month_of(now_ms if kept.state in campaigns.OPEN else kept.changed_at)
    return Status(
        campaign=name,
        bot=kept.bot,
        application=kept.application,
        message_class=kept.message_class,
        state=kept.state,
        why=kept.why,
        rows=kept.rows,
        duplicates=kept.duplicates,
        invalid=kept.invalid,
        incomplete=kept.incomplete,
        people=campaign_recipients.counts(connection, name),
        messages={outcome: count for outcome, count in messages.items() if count},
        per_second=kept.per_second,
        starts_at=kept.starts_at,
        ends_at=kept.ends_at,
        created_at=kept.created_at,
        changed_at=kept.changed_at,
        budget=budgets.status(connection, campaign=name, month=month),
    )
