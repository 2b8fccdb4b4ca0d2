"""The inbox by conversation, for rows that were put off alone: new rows need no index but their number."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PUT_OFF = sa.text("due_at > 0")


def upgrade() -> None:
    op.drop_index("inbox_conversation", table_name="inbox")
    op.create_index("inbox_put_off", "inbox", ["bot", "contact_id"], sqlite_where=_PUT_OFF, postgresql_where=_PUT_OFF)


def downgrade() -> None:
    op.drop_index("inbox_put_off", table_name="inbox")
    op.create_index("inbox_conversation", "inbox", ["bot", "contact_id"])
