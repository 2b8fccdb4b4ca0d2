"""What nobody knows of a person yet has typed defaults: conditions, texts and actions of a served bot see them."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from rbm_bots.botfile.load import read_bot
from rbm_bots.server.playing import CALL, play_conversation
from tests.unit.dialogue.stage import plain_actions
from tests.unit.server.test_playing import CALLED, DEPLOYED, NOW, SEAL, locked, sealed, words

TEXT = """
rbm: 1
bot: {id: shop, name: Shop, tiers: [silver, gold]}
slots: {found: {type: record}}
start: hello
flows:
  hello:
    steps:
      - {when: 'customer.tier == "silver"', say: "Rang {{ customer.tier }}, {{ customer.visits }} visite."}
      - {when: 'customer.tier >= "gold"', say: jamais}
      - {when: "customer.score == 0 and not customer.returning and customer.interest == none", say: Inconnu.}
      - {when: "len(customer.interests) > 0 or customer.contract_end != none", say: jamais}
      - {when: not handover.open, say: Personne.}
      - {do: find, save: found, on_error: {any: {goto: end}}}
handover: {team: t}
"""


def test_conditions_texts_and_calls_see_them() -> None:
    deployed = replace(DEPLOYED, bot=read_bot(TEXT, actions=plain_actions()))
    one = locked(sealed(SEAL, b"{}"), CALLED)  # a session that is none: «start» plays
    written = play_conversation(one, deployed, SEAL, now=NOW, opted_out=False)
    assert [words(row.body) for row in written.outbox] == ["Rang silver, 0 visite.", "Inconnu.", "Personne."]
    (call,) = written.calls
    customer = msgspec.json.decode(SEAL.open(call.payload, purpose=CALL))["customer"]
    assert customer["tier"] == "silver"
    assert {customer[name] for name in ("score", "visits", "orders")} == {0}
