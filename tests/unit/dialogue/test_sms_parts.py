"""A filled SMS text never fills more parts than are sent: what is longer would not leave at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rbm_bots.dialogue.sms import SmsForm
from rbm_bots.events import SceneStarted
from rbm_bots.messages.sms_text import sms_text
from tests.unit.dialogue.stage import play_of

BOT = """
slots: {word: {type: text, max: 2500, keep: session}}
start: menu
scenes: {sale: {purpose: marketing, steps: [{say: "Soldes {{ word }}", suggest: [{reply: Voir, goto: menu}]}]}}
flows:
  menu:
    hears: [menu]
    steps:
      - {ask: word, say: Un mot ?, give_up: end}
      - {say: "{{ word }}", suggest: [{reply: Encore, goto: menu}, {reply: Tarifs, goto: menu}]}
  own: {hears: [propre], steps: [{say: "{{ word }}", sms: "Mot : {{ word }}"}]}
"""
LONG = "é€" * 1000


def parts(text):
    return sms_text(text).segments.parts


async def test_the_words_give_way_and_the_lines_stay():
    play = play_of(BOT, channel="sms")
    await play.say("menu")
    (sent,) = await play.say(LONG)
    assert parts(sent.message.sms) == 5
    assert sent.message.sms.endswith("…\n1 Encore\n2 Tarifs")
    assert len(sent.message.content.text) == 2000
    (own,) = await play.say("propre")
    assert (parts(own.message.sms), own.message.sms[:6]) == (5, "Mot : ")
    await play.say("menu")
    (again,) = await play.say("1")  # the numbers hold
    assert again.message.sms == sent.message.sms


async def test_marketing_has_three_parts_and_keeps_its_way_out():
    play = play_of(BOT, channel="sms")
    await play.say("menu")
    await play.say(LONG)
    play.now = play.now.replace(hour=20)
    (sent,) = await play.receive(SceneStarted(name="sale"))
    assert parts(sent.message.sms) == 3
    assert sent.message.sms.endswith("…\n1 Voir\nRépondez STOP")


@settings(max_examples=60, deadline=None)
@given(
    words=st.text(max_size=1200),
    lines=st.lists(st.text(min_size=1, max_size=60), max_size=60).map(tuple),
    end=st.sampled_from(["", "Répondez STOP"]),
    most=st.sampled_from([3, 5]),
)
def test_any_form_is_cut_to_what_is_sent(words, lines, end, most):
    form = SmsForm(words, lines, (), end).within(most)
    assert parts(form.text) <= most
    assert form.text.endswith(end)
    assert form.lines == lines[: len(form.lines)]
