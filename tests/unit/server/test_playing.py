"""A locked conversation is played: what becomes of a session that this program does not read."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
import structlog

from rbm_bots.botfile.load import read_bot
from rbm_bots.channels.maap.settings import MaapBot
from rbm_bots.clock import to_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.errors import SealBroken
from rbm_bots.events import CallReturned
from rbm_bots.history import close_result, close_session, open_facts, open_session
from rbm_bots.messages import Message, Text
from rbm_bots.server.deployment import DeployedBot
from rbm_bots.server.playing import play_conversation
from rbm_bots.store.conversations import Locked, Waiting
from rbm_bots.store.seal import Keys, Seal

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
OTHER = Seal(Keys(seal=b"x" * 32, index=b"i" * 32))
BOT = read_bot(
    "rbm: 1\nbot: {id: shop, name: Shop, languages: [fr]}\nstart: hello\nflows: {hello: {steps: [{say: Bienvenue.}]}}\n"
)
DEPLOYED = DeployedBot(
    bot=BOT,
    account=MaapBot.model_validate(
        {"id": "shop", "platform_id": "shop", "application": "A", "webhook_auth": {"kind": "none"}}
    ),
    brand="shop",
)
FIRED = Waiting(
    seq=2, due_at=0, source="timer:shop", source_id="t", at=to_ms(NOW), kind="timer", via=None, message_id=None,
    status="timeout/1", received_at=to_ms(NOW), body=None,
)  # fmt: skip
CALLED = msgspec.structs.replace(
    FIRED,
    seq=1,
    source="call:shop",
    kind="call",
    status="c-1",
    body=close_result(SEAL, CallReturned(call="c-1")),
)


def locked(session: bytes, *rows: Waiting) -> Locked:
    return Locked(
        bot="shop", contact_id="p", session=session, waiting_for="c-1", via="msisdn", recent="", turns=7, rows=[*rows]
    )


def sealed(seal: Seal, body: bytes) -> bytes:
    return seal.close(body, purpose=b"conversation.session")


def words(body: bytes | None) -> str:
    content = msgspec.json.decode(SEAL.open(body or b"", purpose=BODY), type=Message).content
    assert isinstance(content, Text)
    return content.text


@pytest.mark.parametrize("body", [b"{}", b'{"bot": 1}', b"\x00", b""])
def test_a_session_that_is_none_ends_and_start_runs(body: bytes) -> None:
    one = locked(sealed(SEAL, body), CALLED, FIRED)
    with structlog.testing.capture_logs() as logs:
        written = play_conversation(one, DEPLOYED, SEAL, now=NOW, opted_out=False)
    assert [line["event"] for line in logs] == ["session.unreadable"]
    assert [words(row.body) for row in written.outbox] == ["Bienvenue."]
    assert [(row.ordinal, row.bot_version) for row in written.turns] == [(8, BOT.version), (9, BOT.version)]
    assert [open_facts(SEAL, row.facts or b"").left for row in written.turns] == ["state_unreadable", ""]
    assert open_session(SEAL, one.session or b"").version == BOT.version


def test_a_session_of_other_keys_is_kept_for_when_they_are_back() -> None:
    kept = locked(
        close_session(OTHER, open_session(SEAL, sealed(SEAL, b'{"bot":"shop","version":"1","language":"fr"}')))
    )
    with pytest.raises(SealBroken):
        play_conversation(kept, DEPLOYED, SEAL, now=NOW, opted_out=False)
