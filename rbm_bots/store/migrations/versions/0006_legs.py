"""What a message becomes on its way: sagas, and the legs of SMS."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OUTBOX = ("campaign", "logical_id", "rule_set"), ("expires_at", "rule_until"), ("attempt", "part")
_PARTIAL = (
    ("saga_open", "saga", ["contact_id", "brand"], "outcome IS NULL"),
    ("saga_double", "saga", ["created_at"], "outcome = 'DOUBLE'"),
    ("outbox_legs", "outbox", ["logical_id"], "logical_id IS NOT NULL"),
    (
        "outbox_marketing",
        "outbox",
        ["contact_id", "brand", "attempted_at"],
        "message_class = 'marketing' AND attempted_at IS NOT NULL",
    ),
)


def upgrade() -> None:
    op.create_table(
        "saga",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("sms_code", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("message_class", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=True),
        sa.Column("by_sms", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("rule_set", sa.String(), nullable=True),
        sa.Column("rule_until", sa.BigInteger(), nullable=True),
        sa.Column("left_by", sa.String(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_saga_due_at", "saga", ["due_at"])
    op.create_index("saga_person", "saga", ["contact_id", "bot", "left_at"])
    words, instants, numbers = _OUTBOX
    for name in words:
        op.add_column("outbox", sa.Column(name, sa.String(), nullable=True))
    for name in instants:
        op.add_column("outbox", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in numbers:
        op.add_column("outbox", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name, table, columns, where in _PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.add_column("conversation", sa.Column("channel", sa.String(), nullable=False, server_default="rcs"))
    op.add_column("conversation", sa.Column("heard_at", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE conversation SET heard_at = heard.at FROM ("
        "SELECT bot, contact_id, max(received_at) AS at FROM journal"
        " WHERE kind IN ('message', 'response', 'newUser') GROUP BY bot, contact_id"
        ") AS heard WHERE heard.bot = conversation.bot AND heard.contact_id = conversation.contact_id"
    )


def downgrade() -> None:
    op.drop_column("conversation", "heard_at")
    op.drop_column("conversation", "channel")
    for name, table, _, _ in _PARTIAL:
        op.drop_index(name, table)
    for names in _OUTBOX:
        for name in names:
            op.drop_column("outbox", name)
    op.drop_table("saga")
