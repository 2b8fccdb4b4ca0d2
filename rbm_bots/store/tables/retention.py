"""How far what people wrote has been pruned."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from rbm_bots.store.tables.columns import ms

__all__ = ["PrunedRow"]


class PrunedRow(SQLModel, table=True):
    """``seq``: up to which row of the table ``name`` the sealed words are gone."""

    __tablename__ = "pruned"

    name: str = Field(primary_key=True)
    seq: int = Field(default=0, sa_column=ms())
