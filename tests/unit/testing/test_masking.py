"""What is private stays out of what a replay prints, in every form a message may show it in."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from rbm_bots.botfile.load import read_bot
from rbm_bots.dialogue import new_session, store
from rbm_bots.dialogue.session import Question
from rbm_bots.testing.masking import Mask
from rbm_bots.values import File, Location

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BOT = read_bot(
    """
rbm: 1
bot: {id: x, name: X, languages: [fr, en]}
slots:
  plate: {type: text, private: true}
  sum:   {type: number, private: true}
  born:  {type: date, private: true}
  part:  {type: choice, private: true, options: {a: {fr: Bras, en: Arm}, b: {fr: Jambe, en: Leg}}}
  where: {type: location, private: true}
  proof: {type: file, private: true}
  rest:  {type: record, private: true}
  agree: {type: boolean, private: true}
  open:  {type: text}
start: a
flows:
  a: {steps: [{ask: plate, say: A, give_up: end}, {ask: open, say: B, give_up: end}]}
"""
)


@pytest.mark.parametrize(
    ("slot", "value", "shown", "masked"),
    [
        ("plate", "ab-1", "ab-1, AB-1 !", "•••, ••• !"),
        ("plate", "a", "a, la, A", "•••, la, •••"),
        ("sum", 1234, "1234 ou 1\u202f234,00\xa0€", "••• ou •••"),
        ("born", date(2026, 11, 24), "mardi 24 novembre, 24/11/2026", "•••, •••"),
        ("part", "a", "Bras (Arm), Jambe", "••• (•••), Jambe"),
        ("where", Location(48.85, 2.35, "Ici"), "Ici: 48.85,2.35", "•••: •••,•••"),
        ("proof", File("https://a.example/x.pdf", "x.pdf"), "https://a.example/x.pdf x.pdf", "••• •••"),
        ("rest", {"a": ["un", {"b": "deux"}]}, "un et deux", "••• et •••"),
        ("agree", True, "true oui", "true oui"),
        ("open", "ouvert", "ouvert", "ouvert"),
    ],
)
def test_a_value_is_masked_however_it_is_written(slot, value, shown, masked):
    mask = Mask(BOT)
    session = msgspec.structs.replace(new_session(BOT, NOW), slots={"talk": {slot: store(value)}})
    mask.learn(session, NOW)
    mask.learn(new_session(BOT, NOW), NOW)  # gone, and still private
    assert mask.words(shown) == masked
    assert mask.message({"say": shown, "suggest": (shown,), "parts": 1}) == {
        "say": masked, "suggest": (masked,), "parts": 1,
    }  # fmt: skip


def test_the_answer_to_a_private_question_is_private_right_or_wrong():
    mask, session = Mask(BOT), new_session(BOT, NOW)
    asked = [msgspec.structs.replace(session, question=Question(step=step)) for step in ("a/plate", "a/open", "a/gone")]
    assert [mask.is_asked_for(one) for one in (session, *asked)] == [False, True, False, False]
    assert (mask.all_of("hum"), mask.all_of("")) == ("•••", "")
