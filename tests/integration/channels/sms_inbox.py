"""An inbox that writes down what a transport tells it, and fails when asked to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from rbm_bots.channels.sms.address import SmsAddress
from rbm_bots.channels.sms.parts import SmsPart, cut
from rbm_bots.channels.sms.transport import (
    DeliveryReport,
    InboundPart,
    InboundSms,
    LinkClosed,
    LinkOpened,
    OutSms,
    SmsEvent,
)

PERSON = "+33639981234"


class Heard:
    def __init__(self) -> None:
        self.events: list[SmsEvent] = []
        self.failing = 0

    async def take(self, event: SmsEvent) -> None:
        if self.failing and not isinstance(event, LinkOpened | LinkClosed):
            self.failing -= 1
            raise RuntimeError("the disk is full")
        self.events.append(event)

    @property
    def reports(self) -> list[DeliveryReport]:
        return [one for one in self.events if isinstance(one, DeliveryReport)]

    @property
    def messages(self) -> list[InboundSms]:
        return [one for one in self.events if isinstance(one, InboundSms)]

    @property
    def parts(self) -> list[InboundPart]:
        return [one for one in self.events if isinstance(one, InboundPart)]

    @property
    def links(self) -> list[str]:
        return [
            "open" if isinstance(one, LinkOpened) else one.why
            for one in self.events
            if isinstance(one, LinkOpened | LinkClosed)
        ]

    def states(self, sms_id: str) -> list[str]:
        return [one.state for one in self.reports if one.id == sms_id]


def one_sms(
    text: str = "Bonjour", *, sms_id: str = "m1", to: str = PERSON, part: SmsPart | None = None, **options: Any
) -> OutSms:
    address = SmsAddress(kind="msisdn" if to.startswith("+") else "alias", value=to)
    whole = {"sender": "36123"} | options
    return OutSms(id=sms_id, to=address, part=part or cut(text, reference=7)[0], **whole)


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait in real time: the other side is a program of its own."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        await asyncio.sleep(0.01)
