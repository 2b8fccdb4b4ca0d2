"""Run by alembic with a connection that :mod:`rbm_bots.store.schema` opened."""

from alembic import context
from sqlmodel import SQLModel

from rbm_bots.store import tables

__all__: list[str] = []

assert tables.JournalRow.__tablename__ in SQLModel.metadata.tables  # the import registers the tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
