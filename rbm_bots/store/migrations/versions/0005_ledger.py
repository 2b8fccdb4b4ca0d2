"""The ledger: charges, entries, periods, and the facts in the journal that they are made of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JOURNAL = ("detail", "in_reply_to", "logical_id", "brand", "campaign", "sender", "partner")
_ADDED_TO = ("entry", "price")
_GUARD = "CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "


def upgrade() -> None:
    for name in _JOURNAL:
        op.add_column("journal", sa.Column(name, sa.String(), nullable=True))
    op.add_column("journal", sa.Column("basic", sa.Boolean(), nullable=True))
    op.create_index(
        "contact_linked",
        "contact",
        ["linked_to"],
        sqlite_where=sa.text("linked_to IS NOT NULL"),
        postgresql_where=sa.text("linked_to IS NOT NULL"),
    )
    _create_tables()
    _guard()


def _guard() -> None:
    """Amounts are never edited: the database itself refuses to change or delete an entry or a price."""
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION rbm_added_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END $$"
        )
    for table in _ADDED_TO:
        for verb in ("UPDATE", "DELETE"):
            refuse = (
                "FOR EACH ROW EXECUTE FUNCTION rbm_added_only()"
                if postgres
                else f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only added'); END"
            )
            op.execute(_GUARD.format(table=table, verb=verb) + refuse)


def _create_tables() -> None:
    op.create_table(
        "acknowledgement",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("report_hash", sa.String(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("acknowledgement_month", "acknowledgement", ["month", "operator"], unique=False)
    op.create_table(
        "budget",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("cap_micros", sa.BigInteger(), nullable=False),
        sa.Column("worst_micros", sa.BigInteger(), nullable=False),
        sa.Column("dearest_micros", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("sms_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_table(
        "charge",
        sa.Column("charge_id", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("campaign", sa.String(), nullable=True),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("logical_id", sa.String(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("booked_in", sa.String(), nullable=False),
        sa.Column("reversed_in", sa.String(), nullable=True),
        sa.Column("adjusts", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=True),
        sa.Column("price_from", sa.BigInteger(), nullable=True),
        sa.Column("mt_count", sa.Integer(), nullable=False),
        sa.Column("mo_count", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=True),
        sa.Column("double_cost", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("charge_id"),
    )
    op.create_index("charge_anchor", "charge", ["bot", "anchor"], unique=False)
    op.create_index("charge_booked", "charge", ["booked_in", "bot"], unique=False)
    op.create_index(
        "charge_campaign",
        "charge",
        ["campaign"],
        unique=False,
        sqlite_where=sa.text("campaign IS NOT NULL"),
        postgresql_where=sa.text("campaign IS NOT NULL"),
    )
    op.create_index("charge_key", "charge", ["contact_id", "bot"], unique=False)
    op.create_index(
        "charge_reversed",
        "charge",
        ["reversed_in"],
        unique=False,
        sqlite_where=sa.text("reversed_in IS NOT NULL"),
        postgresql_where=sa.text("reversed_in IS NOT NULL"),
    )
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("charge_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("booked_in", sa.String(), nullable=False),
        sa.Column("reverses", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index("entry_booked", "entry", ["booked_in", "account"], unique=False)
    op.create_index(op.f("ix_entry_charge_id"), "entry", ["charge_id"], unique=False)
    op.create_table(
        "ledger_cursor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "ledger_fact",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "bot", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_key",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("contact_id", "bot"),
    )
    op.create_index(
        "ledger_key_due",
        "ledger_key",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "ledger_moved",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "period",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("month"),
    )
    op.create_table(
        "price",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("operator", "product", "valid_from", "entered_at", name="price_key"),
    )
    op.create_table(
        "reconciliation",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("report_hash", sa.String(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("month", "operator"),
    )
    op.create_table(
        "reservation",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("sends", sa.BigInteger(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "month"),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=True),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )


def downgrade() -> None:
    op.drop_table("run")
    op.drop_table("reservation")
    op.drop_table("reconciliation")
    op.drop_table("price")
    op.drop_table("period")
    op.drop_table("ledger_moved")
    op.drop_index(
        "ledger_key_due",
        table_name="ledger_key",
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_table("ledger_key")
    op.drop_table("ledger_fact")
    op.drop_table("ledger_cursor")
    op.drop_index(op.f("ix_entry_charge_id"), table_name="entry")
    op.drop_index("entry_booked", table_name="entry")
    op.drop_table("entry")
    op.drop_index(
        "charge_reversed",
        table_name="charge",
        sqlite_where=sa.text("reversed_in IS NOT NULL"),
        postgresql_where=sa.text("reversed_in IS NOT NULL"),
    )
    op.drop_index("charge_key", table_name="charge")
    op.drop_index(
        "charge_campaign",
        table_name="charge",
        sqlite_where=sa.text("campaign IS NOT NULL"),
        postgresql_where=sa.text("campaign IS NOT NULL"),
    )
    op.drop_index("charge_booked", table_name="charge")
    op.drop_index("charge_anchor", table_name="charge")
    op.drop_table("charge")
    op.drop_table("budget")
    op.drop_index("acknowledgement_month", table_name="acknowledgement")
    op.drop_table("acknowledgement")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION rbm_added_only()")
    op.drop_index("contact_linked", "contact")
    op.drop_column("journal", "basic")
    for name in reversed(_JOURNAL):
        op.drop_column("journal", name)
