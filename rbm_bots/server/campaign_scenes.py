"""Scenes of campaigns on the worker's side: which campaign a message belongs to, and what the campaign is told.

A message belongs to the campaign whose scene it opens, and to it as long as the person has not answered. What became of
the scene, and the id of its first message, go into the recipient's row in the worker's own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from msgspec.structs import replace
from sqlalchemy import Connection

from rbm_bots.clock import to_ms
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.dialogue import Turn
from rbm_bots.dialogue.effects import SceneTold, Send
from rbm_bots.store import campaign_recipients, campaigns
from rbm_bots.store.campaign_recipients import Told

__all__ = ["Cancel", "campaign_of", "queue_played", "told_campaign"]

_AGAIN_AFTER: Final = timedelta(minutes=15)
_MOST_TRIES: Final = 20


class Cancel(Protocol):
    """Takes messages back that have not left."""

    def __call__(self, connection: Connection, ids: Collection[str], *, now: datetime) -> Collection[str]:
        """The ids of those that had not."""
        ...


def campaign_of(turn: Turn) -> str | None:
    """The campaign that the messages of this turn belong to."""
    for effect in turn.effects:
        if isinstance(effect, SceneTold) and effect.outcome == "sent" and effect.campaign:
            return effect.campaign
    scene = turn.session.scene
    return scene.campaign or None if scene is not None and not scene.answered else None


def told_campaign(told: SceneTold, turn: Turn, contact_id: str) -> list[Told]:
    """What the recipient's row has to say; nothing for a scene that no campaign started."""
    if not told.campaign:
        return []
    first = next((effect.message_id for effect in turn.effects if isinstance(effect, Send)), None)
    return [
        Told(
            campaign=told.campaign,
            contact_id=contact_id,
            outcome=told.outcome,
            reason=told.why,
            message_id=first if told.outcome == "sent" else None,
        )
    ]


def queue_played(
    connection: Connection, wanted: Sequence[Wanted], told: Sequence[Told], *, cancel: Cancel, now: datetime
) -> None:
    """Queue what turns want to send, and tell campaigns; what a paused or cancelled one has just said does not leave.

    Somebody who was busy is tried again after a quarter of an hour, twenty times at most.
    """
    names = {one.campaign for one in wanted if one.campaign is not None}
    alone = campaigns.without_fallback(connection, names) if names else set()
    queue_messages(
        connection,
        [replace(one, sms_code=None) if one.campaign in alone else one for one in wanted],
        now_ms=to_ms(now),
    )
    again_at = to_ms(now + _AGAIN_AFTER)
    campaign_recipients.settle_scenes(connection, told, again_at=again_at, most_tries=_MOST_TRIES)
    if names:
        campaigns.obey(connection, names, lambda ids: cancel(connection, ids, now=now))
