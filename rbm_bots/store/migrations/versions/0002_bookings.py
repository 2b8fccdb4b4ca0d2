"""Appointments of the built-in calendars, and the instants that people hold."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ref"),
        sa.UniqueConstraint("call_id"),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("booking_calendar", ["bot", "calendar", "start"], unique=False)

    op.create_table(
        "hold",
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "contact_id"),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("hold_start", ["bot", "start"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index("hold_start")

    op.drop_table("hold")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("booking_calendar")

    op.drop_table("booking")
