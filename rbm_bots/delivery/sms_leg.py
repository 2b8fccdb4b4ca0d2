"""What leaves by SMS in the place of a message: its text, cut into parts, and the outbox rows of a leg. Pure.

A message brings its own text for a phone without RCS; it is never the RCS text cut short. Marketing says how to object,
and an SMS that may be a repeat says so first. Both count in the parts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from rbm_bots.channels.sms.parts import SmsPart, cut
from rbm_bots.clock import to_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.delivery.states import LANES, REVOKE_LANES
from rbm_bots.messages import Carousel, Message, Reply, RichCard, Text
from rbm_bots.messages.degrade import degrade
from rbm_bots.messages.sms_text import sms_text
from rbm_bots.rules.mention import mentions_stop_code, mentions_stop_word
from rbm_bots.rules.stop import is_stop_tap
from rbm_bots.store.sagas import Kept
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import OutboxRow

__all__ = ["compose", "has_stop", "part_id", "part_rows", "revoke_id", "revoke_row", "spoken"]

_LEG: Final = UUID("0f7c4a8e-0e8f-4f51-9f53-0b8f3f6a2c41")  # the namespace of ids of legs
_encode = msgspec.json.Encoder().encode


def part_id(logical_id: str, attempt: int, part: int) -> str:
    """The id of a part's row: the same however often the leg is decided."""
    return str(uuid5(_LEG, f"{logical_id}/{attempt}/{part}"))


def revoke_id(logical_id: str) -> str:
    """The id of the row that takes an RCS message back."""
    return str(uuid5(_LEG, f"{logical_id}/revoke"))


def spoken(message: Message) -> str:
    """The words of a message as RCS shows them, buttons as lines."""
    plain = degrade(replace(message, sms=None), ()).message.content
    assert isinstance(plain, Text)  # what a plain phone gets is a text
    return plain.text


def has_stop(message: Message) -> bool:
    """Whether a chip or a button of the message is the built-in way to say STOP."""
    content = message.content
    cards = content.cards if isinstance(content, Carousel) else (content.card,) if isinstance(content, RichCard) else ()
    offered = [*message.chips, *(one for card in cards for one in card.suggestions)]
    return any(isinstance(one, Reply) and is_stop_tap(one.postback) for one in offered)


def compose(message: Message, code: SmsCode, *, message_class: str, prefixed: bool, gateway_mentions_stop: bool) -> str:
    """The text to send for ``message``, transliterated as the code's settings say.

    Raises :class:`~rbm_bots.messages.sms_text.SmsTextRefused` for one of too many parts, or that the mode refuses.
    """
    text = message.sms if message.sms is not None else spoken(message)
    if prefixed and code.prefix:
        text = f"{code.prefix} {text}"
    marketing = message_class == "marketing"
    if marketing and not gateway_mentions_stop and not _mentions_stop(text, code):
        text = f"{text}\nSTOP au {code.code}"
    most = code.most_parts_marketing if marketing else code.most_parts
    return sms_text(text, mode=code.mode, reference_bits=code.reference_bits, most_parts=most).text


def _mentions_stop(text: str, code: SmsCode) -> bool:
    return mentions_stop_word(text) if code.sender is None else mentions_stop_code(text, code.code)


def part_rows(
    kept: Kept, text: str, code: SmsCode, seal: Seal, *, attempt: int, reference: int, until: datetime | None,
    now: datetime, via: str,
) -> list[OutboxRow]:  # fmt: skip
    """One row for each part of ``text``; ``reference`` joins them on the phone. ``until``: the end of validity."""
    parts = cut(text, reference=reference, reference_bits=code.reference_bits, whole=code.whole)
    return [_part_row(kept, part, code, seal, attempt=attempt, until=until, now=now, via=via) for part in parts]


def _part_row(
    kept: Kept, part: SmsPart, code: SmsCode, seal: Seal, *, attempt: int, until: datetime | None, now: datetime,
    via: str,
) -> OutboxRow:  # fmt: skip
    return OutboxRow(
        message_id=part_id(kept.message_id, attempt, part.number),
        application=code.application,
        bot=kept.bot,
        brand=kept.brand,
        contact_id=kept.contact_id,
        via=via,
        operation="sms",
        message_class=kept.message_class,
        lane=LANES[kept.message_class],
        state="queued",
        campaign=kept.campaign,
        logical_id=kept.message_id,
        attempt=attempt,
        part=part.number,
        expires_at=to_ms(until) if until is not None else None,
        body=seal.close(_encode(part), purpose=BODY),
        created_at=to_ms(now),
    )


def revoke_row(kept: Kept, *, now: datetime) -> OutboxRow:
    """Take the RCS message back: before what waits of its class, because the answer is awaited for a minute only."""
    return OutboxRow(
        message_id=revoke_id(kept.message_id),
        application=kept.application,
        bot=kept.bot,
        brand=kept.brand,
        contact_id=kept.contact_id,
        via="msisdn",
        operation="revoke",
        message_class=kept.message_class,
        lane=REVOKE_LANES[kept.message_class],
        state="queued",
        campaign=kept.campaign,
        logical_id=kept.message_id,
        created_at=to_ms(now),
    )
