"""What is known of who can be reached by RCS, the error ratio, and what a pacer must not forget."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = (
    "attempt",
    "guard",
    "operator_file",
    "operator_number",
    "capability_asked",
    "capability_job",
    "capability",
)


def upgrade() -> None:
    op.create_table(
        "capability",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.String(), nullable=True),
        sa.Column("operator_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id"),
    )
    op.create_index("capability_due", "capability", ["bot", "at"])
    op.create_table(
        "capability_job",
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bot"),
    )
    op.create_table(
        "capability_asked",
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "contact_id"),
    )
    op.create_table(
        "operator_number",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("hmac_index", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "hmac_index"),
    )
    op.create_table(
        "operator_file",
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("lengths", sa.String(), nullable=False),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("edition"),
    )
    op.create_table(
        "guard",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("past_attempts", sa.Integer(), nullable=False),
        sa.Column("past_misses", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name"),
    )
    op.create_table(
        "attempt",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("message_id", name="attempt_message"),
    )
    op.create_index("attempt_application", "attempt", ["application", "seq"])
    op.add_column("lease", sa.Column("throttled_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("lease", sa.Column("ceiling", sa.Integer(), nullable=False, server_default="1000"))


def downgrade() -> None:
    op.drop_column("lease", "ceiling")
    op.drop_column("lease", "throttled_at")
    for name in _TABLES:
        op.drop_table(name)
