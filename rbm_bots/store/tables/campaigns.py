"""The tables of campaigns: what is to be said to whom, and how far it has come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from rbm_bots.store.tables.columns import ms, sealed, serial

__all__ = ["CampaignRecipientRow", "CampaignRow"]


class CampaignRow(SQLModel, table=True):
    """One campaign. ``state``: ``importing``, ``running``, ``paused`` (then ``why``), ``done``, ``cancelled``.

    ``per_second``: its own throttle, null for the application's quota. ``fed_until``: up to when the throttle has been
    used. ``spec``: the campaign file as it was read, sealed. ``rows`` to ``incomplete`` count the audience's lines.
    """

    __tablename__ = "campaign"

    campaign_id: str = Field(primary_key=True)
    application: str = Field(index=True)
    bot: str
    brand: str
    message_class: str
    state: str = "importing"
    why: str = ""
    per_second: int | None = None
    fallback: bool = True
    starts_at: int = Field(default=0, sa_column=ms())
    ends_at: int | None = Field(default=None, sa_column=ms(nullable=True))
    fed_until: int = Field(default=0, sa_column=ms())
    spec: bytes | None = Field(default=None, sa_column=sealed())
    rows: int = 0
    duplicates: int = 0
    invalid: int = 0
    incomplete: int = 0
    created_at: int = Field(sa_column=ms())
    changed_at: int = Field(sa_column=ms())


class CampaignRecipientRow(SQLModel, table=True):
    """One person of one campaign, in the order of the audience.

    ``state``: ``waiting``, ``queued`` (its message or its scene is on its way; what came of it stands in the outbox
    under ``message_id``), ``held_out``, ``skipped``, ``refused`` or ``cancelled`` (then ``reason``). ``variant``: the
    group of the split. ``not_before``: when somebody who was busy is tried again; ``tries`` counts the starts.
    """

    __tablename__ = "campaign_recipient"
    __table_args__ = (
        Index("campaign_recipient_person", "campaign_id", "contact_id", unique=True),
        Index("campaign_recipient_queue", "campaign_id", "state", "not_before", "seq"),
    )

    seq: int | None = Field(default=None, sa_column=serial())
    campaign_id: str
    contact_id: str
    line: int = Field(sa_column=Column(BigInteger, nullable=False))
    variant: str = ""
    state: str
    reason: str = ""
    message_id: str | None = None
    fields: bytes | None = Field(default=None, sa_column=sealed())
    tries: int = 0
    not_before: int = Field(default=0, sa_column=ms())
    queued_at: int | None = Field(default=None, sa_column=ms(nullable=True))
