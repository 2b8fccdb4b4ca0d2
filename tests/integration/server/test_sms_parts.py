"""Long SMS from phones: no part that was acknowledged is lost, whatever happens in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rbm_bots.channels.sms.address import SmsAddress
from rbm_bots.channels.sms.header import Part
from rbm_bots.channels.sms.transport import InboundPart, InboundSms
from rbm_bots.clock import FixedClock
from rbm_bots.server.sms_parts import LongSms, LongSmsLoop
from rbm_bots.store import Store
from rbm_bots.store.base import table
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import SmsPartRow

NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
PERSON = SmsAddress(kind="msisdn", value="+33639981234")
TEXTS = ("Je voudrais ", "changer ", "l'heure")


class Side:
    """What one process after the other makes of parts; ``failing``: how many times storing a message fails."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = FixedClock(NOW)
        self.told: list[InboundSms] = []
        self.failing = 0
        self.start()

    def start(self, *, keys: bytes = b"s") -> None:
        seal = Seal(Keys(seal=keys * 32, index=b"i" * 32))
        self.long = LongSms("36123", store=self.store, seal=seal, clock=self.clock, tell=self._tell)
        self.loop = LongSmsLoop([self.long], store=self.store, clock=self.clock)

    async def _tell(self, sms: InboundSms) -> None:
        if self.failing:
            self.failing -= 1
            raise RuntimeError("the disk is full")
        self.told.append(sms)

    async def part(self, number: int, text: str | None = None, *, ref: int = 7, who: SmsAddress = PERSON) -> None:
        place = Part(ref=ref, total=3, seq=number)
        text = TEXTS[number - 1] if text is None else text
        sent = NOW + timedelta(seconds=number)
        await self.long.take(InboundPart(sender=who, to="36123", text=text, sent=sent, place=place))

    async def pass_by(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.loop.look_once()

    async def rows(self) -> list[Any]:
        return list(await self.store.read(lambda connection: connection.execute(select(table(SmsPartRow))).all()))

    @property
    def texts(self) -> list[str]:
        return [sms.text for sms in self.told]


@pytest.fixture
def side(fresh_store: Store) -> Side:
    return Side(fresh_store)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
async def test_parts_in_any_order_make_the_message(side: Side, order: tuple[int, ...]) -> None:
    for number in order:
        assert side.told == []
        await side.part(number)
    (sms,) = side.told
    assert (sms.text, sms.sender, sms.to, sms.sent) == ("".join(TEXTS), PERSON, "36123", NOW + timedelta(seconds=1))
    await side.pass_by(61)
    assert len(side.told) == 1
    assert await side.rows() == []


async def test_another_process_has_the_parts_of_the_one_that_died(side: Side) -> None:
    await side.part(1)
    await side.part(2)
    side.start()
    await side.part(3)
    assert side.texts == ["".join(TEXTS)]


async def test_a_missing_part_is_not_waited_for_for_ever_nor_over_a_crash(side: Side) -> None:
    await side.part(1)
    await side.part(3)
    await side.pass_by(60)
    assert side.told == []
    side.start()
    await side.pass_by(0.1)
    await side.pass_by(1)
    assert side.texts == ["Je voudrais l'heure"]
    await side.part(2)
    await side.pass_by(61)
    assert side.texts == ["Je voudrais l'heure", "changer "]


async def test_a_crash_after_handing_on_hands_on_the_same(side: Side) -> None:
    for number in (1, 2):
        await side.part(number)
    side.failing = 1
    with pytest.raises(RuntimeError):
        await side.part(3)
    await side.part(3)  # the centre was not answered
    await side.pass_by(61)
    first, *more = side.told
    assert {sms.id for sms in more} <= {first.id}
    assert side.texts[0] == "".join(TEXTS)


async def test_a_whole_message_that_could_not_be_stored_is_not_forgotten(side: Side) -> None:
    for number in (1, 2):
        await side.part(number)
    side.failing = 1
    with pytest.raises(RuntimeError):
        await side.part(3)
    await side.pass_by(61)
    assert side.texts == ["".join(TEXTS)]


async def test_a_repeat_changes_nothing(side: Side) -> None:
    for number in (1, 1, 2, 3, 3):
        await side.part(number)
    await side.pass_by(59)
    await side.part(2)
    await side.pass_by(61)
    assert side.texts == ["".join(TEXTS)]


async def test_a_reference_that_is_used_again(side: Side) -> None:
    await side.part(1)
    await side.part(2, "Oui, ")
    await side.part(2)
    assert side.texts == ["Je voudrais Oui, "]
    for number in (1, 3):
        await side.part(number)
    assert side.texts[1:] == ["".join(TEXTS)]
    for number in (1, 2, 3):
        await side.part(number, f"{number} ")
    assert side.texts[2:] == ["1 2 3 "]


async def test_people_and_references_are_kept_apart(side: Side) -> None:
    other = SmsAddress(kind="msisdn", value="+33639985678")
    for number in (1, 2, 3):
        await side.part(number)
        await side.part(number, ref=8)
        await side.part(number, who=other)
    assert sorted((sms.sender.value, sms.text) for sms in side.told) == [
        ("+33639981234", "".join(TEXTS)),
        ("+33639981234", "".join(TEXTS)),
        ("+33639985678", "".join(TEXTS)),
    ]


async def test_neither_numbers_nor_texts_are_stored_in_clear(side: Side) -> None:
    await side.part(1)
    (row,) = await side.rows()
    assert b"639981234" not in row.body
    assert "639981234" not in row.sender
    assert b"voudrais" not in row.body


async def test_parts_sealed_with_lost_keys_do_not_stop_the_others(side: Side) -> None:
    await side.part(1)
    side.start(keys=b"t")
    for number in (1, 2, 3):
        await side.part(number)
    assert side.texts == ["".join(TEXTS)]


async def test_the_loop_ends(side: Side) -> None:
    await side.loop.stop()
    await side.loop.run()
    assert side.told == []
