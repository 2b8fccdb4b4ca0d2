"""A campaign's message or scene to one of its testers, at once. It belongs to no campaign's counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from rbm_bots.clock import to_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.campaigns.desk import CampaignRefused, Trial
from rbm_bots.delivery.campaigns.feeding import ServedBot
from rbm_bots.delivery.campaigns.single import Composer
from rbm_bots.delivery.campaigns.spec import Variant
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.events import SceneStarted
from rbm_bots.ids import message_id
from rbm_bots.messages import Message
from rbm_bots.store import campaign_scenes, contacts
from rbm_bots.store.campaign_scenes import SceneStart
from rbm_bots.store.seal import Seal

__all__ = ["queue_test"]

_encode = msgspec.json.Encoder().encode


def queue_test(
    connection: Connection,
    *,
    seal: Seal,
    test: Trial,
    served: ServedBot,
    write_scene: Callable[[SceneStarted], bytes],
    now: datetime,
) -> str:
    """Queue it in this transaction; the tester's contact. The rules at the door hold for it as for any other.

    Raises :class:`CampaignRefused` for a number that is not among the testers, and for a variant that is none.
    """
    spec = test.campaign
    if test.msisdn not in spec.testers.values():
        raise CampaignRefused("this number is not among the testers of the campaign", hint="add it to «testers:»")
    variant = next((one for one in spec.variants if one.name == test.variant), None)
    if variant is None:
        known = ", ".join(one.name for one in spec.variants if one.name)
        raise CampaignRefused(f"the campaign has no variant «{test.variant}»", hint=f"its variants: {known}")
    contact = contacts.ensure_contacts(connection, seal, [test.msisdn], now_ms=to_ms(now))[test.msisdn]
    cells = dict(zip(spec.names, test.cells, strict=True))
    if variant.message is None:
        _start_scene(connection, test, variant, contact, write_scene(_started(variant, cells)), to_ms(now))
        return contact
    composer = Composer(variant.message, served.bot, marketing=spec.message_class == "marketing")
    _queue(connection, seal, test, served, contact, composer.compose(cells, now=now), to_ms(now))
    return contact


def _started(variant: Variant, cells: dict[str, str]) -> SceneStarted:
    return SceneStarted(name=variant.scene, columns=cells)


def _start_scene(connection: Connection, test: Trial, variant: Variant, contact: str, body: bytes, now_ms: int) -> None:
    start = SceneStart(
        bot=test.campaign.bot,
        contact_id=contact,
        key=f"{contact}|test|{variant.name}",
        message_class=test.campaign.message_class,
        body=body,
    )
    campaign_scenes.start(connection, test.campaign.name, [start], now_ms=now_ms)


def _queue(
    connection: Connection,
    seal: Seal,
    test: Trial,
    served: ServedBot,
    contact: str,
    message: Message,
    now_ms: int,
) -> None:
    spec = test.campaign
    wanted = Wanted(
        message_id=message_id(f"campaign-test|{spec.name}|{contact}|{now_ms}", 0),
        application=served.application,
        bot=spec.bot,
        brand=served.brand,
        contact_id=contact,
        message_class=spec.message_class,
        body=seal.close(_encode(message), purpose=BODY),
        sms_code=served.sms_code if spec.fallback else None,
    )
    queue_messages(connection, [wanted], now_ms=now_ms)
