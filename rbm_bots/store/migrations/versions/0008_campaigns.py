"""Campaigns and their recipients."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OF_CAMPAIGN = sa.text("campaign IS NOT NULL")
_COUNTS = (
    ("outbox_campaign", "outbox", ["campaign", "operation", "state"]),
    ("saga_campaign", "saga", ["campaign", "outcome"]),
)


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("message_class", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=True),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("fed_until", sa.BigInteger(), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_index("ix_campaign_application", "campaign", ["application"])
    op.create_table(
        "campaign_recipient",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("fields", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("campaign_recipient_person", "campaign_recipient", ["campaign_id", "contact_id"], unique=True)
    op.create_index("campaign_recipient_queue", "campaign_recipient", ["campaign_id", "state", "not_before", "seq"])
    for name, table, columns in _COUNTS:
        op.create_index(name, table, columns, sqlite_where=_OF_CAMPAIGN, postgresql_where=_OF_CAMPAIGN)


def downgrade() -> None:
    for name, table, _ in _COUNTS:
        op.drop_index(name, table)
    op.drop_table("campaign_recipient")
    op.drop_table("campaign")
