"""A talk stays with the version it began with; a new one takes the newest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rbm_bots.actions import Actions, Context
from rbm_bots.botfile.load import read_bot, read_version
from rbm_bots.botfile.model import Bot
from rbm_bots.dialogue import MakeCall, Note, Send, Session, new_session
from rbm_bots.dialogue.facts import Facts
from rbm_bots.events import CallReturned, Event, Said, TimerFired
from rbm_bots.messages import Text
from rbm_bots.server.pinning import Played, play_event
from rbm_bots.versions import Kept

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FILE = """
rbm: 1
bot: {id: shop, name: Shop, languages: [fr]}
slots:
  who: {type: text}
  code: {type: text}
start: hello
flows:
  hello:
    hears: [go]
    steps:
      - {ask: who, say: Qui ?, timeout: 1h, give_up: end}
      - do: code.make
        save: code
        on_error: {any: {goto: end}}
      - {say: "Merci {{ who }}, {{ code }}."}
  hours: {hears: [horaires], steps: [{say: 9h-18h.}]}
faq:
  where: {hears: [adresse], say: Rue A.}
"""


def actions() -> Actions:
    register = Actions()

    @register.action("code.make")
    async def make(ctx: Context) -> str:
        return "K"

    return register


OLD = read_bot(FILE, actions=actions())
NEW_FILE = FILE.replace("Qui ?", "Ton nom ?").replace("Merci", "Bravo").replace("9h-18h", "10h-19h")
NEW = read_bot(NEW_FILE.replace("Rue A", "Rue B"), actions=actions())
KEPT = {OLD.version: Kept(bot=OLD, gone=frozenset())}


def play(newest: Bot, session: Session, event: Event, *, at: datetime = NOW, kept: dict[str, Kept] = KEPT) -> Played:
    return play_event(newest, session, event, now=at, cause="c", facts=Facts(), find=kept.get)


def said(played: Played) -> list[str]:
    contents = [effect.message.content for effect in played.turn.effects if isinstance(effect, Send)]
    return [content.text for content in contents if isinstance(content, Text)]


def notes(played: Played) -> list[tuple[str, str]]:
    return [(effect.what, effect.name) for effect in played.turn.effects if isinstance(effect, Note)]


@pytest.fixture
def asked() -> Session:
    """The old version has asked who it is."""
    return play(OLD, new_session(OLD, NOW), Said(text="go")).turn.session


def test_an_open_talk_goes_on_in_its_own_version_to_its_end(asked: Session) -> None:
    answered = play(NEW, asked, Said(text="Léa"))
    assert answered.version == OLD.version
    call = answered.turn.session.waiting_for
    assert call is not None
    done = play(NEW, answered.turn.session, CallReturned(call=call, result="K"))
    assert (said(done), done.version) == (["Merci Léa, K."], OLD.version)
    again = play(NEW, done.turn.session, Said(text="go"))
    assert (said(again), again.version, again.facts.left) == (["Ton nom ?"], NEW.version, "")


def test_an_interrupt_of_an_open_talk_is_the_old_versions(asked: Session) -> None:
    file = FILE.replace("{type: text}\n  code", "{type: number}\n  code")
    old = read_bot(file, actions=actions())
    asked = play(old, new_session(old, NOW), Said(text="go")).turn.session
    answered = play(NEW, asked, Said(text="adresse"), kept={old.version: Kept(bot=old, gone=frozenset())})
    assert (said(answered), answered.version) == (["Rue A.", "Qui ?"], old.version)


def test_a_talk_that_begins_anew_takes_the_newest(asked: Session) -> None:
    file = FILE.replace("{type: text}\n  code", "{type: number}\n  code")
    old = read_bot(file, actions=actions())
    asked = play(old, new_session(old, NOW), Said(text="go")).turn.session
    left = play(NEW, asked, Said(text="horaires"), kept={old.version: Kept(bot=old, gone=frozenset())})
    assert (said(left), left.version, left.facts.left) == (["10h-19h."], NEW.version, "new_talk")
    assert notes(left) == []
    timers = [effect for effect in left.turn.effects if type(effect).__name__ == "ClearTimer"]
    assert len(timers) == 1


def test_after_a_long_silence_the_newest_answers(asked: Session) -> None:
    later = play(NEW, asked, Said(text="adresse"), at=NOW + timedelta(days=2))
    assert (said(later), later.version) == (["Rue B."], NEW.version)
    assert notes(later) == [("session_over", "")]


def test_a_time_limit_belongs_to_the_old_version(asked: Session) -> None:
    assert asked.question is not None
    fired = play(NEW, asked, TimerFired(name=asked.question.timer), at=NOW + timedelta(hours=1))
    assert (fired.version, fired.turn.session.frames) == (OLD.version, ())


def test_a_version_that_is_gone_ends_the_talk_and_starts(asked: Session) -> None:
    lost = play(NEW, asked, Said(text="Léa"), kept={})
    assert (said(lost), lost.version, lost.facts.left) == (["Ton nom ?"], NEW.version, "version_gone")
    assert notes(lost) == [("version_lost", "version_gone")]


def test_a_talk_whose_next_action_is_gone_ends_and_starts(asked: Session) -> None:
    kept = {OLD.version: Kept(bot=OLD, gone=frozenset({"code.make"}))}
    lost = play(NEW, asked, Said(text="Léa"), kept=kept)
    assert (said(lost), lost.facts.left) == (["Ton nom ?"], "action_gone")
    assert not [effect for effect in lost.turn.effects if isinstance(effect, MakeCall)]


def test_without_earlier_versions_the_talk_follows_the_file(asked: Session) -> None:
    played = play_event(NEW, asked, Said(text="Léa"), now=NOW, cause="c", facts=Facts(), find=None)
    assert (played.version, played.turn.session.frames) == (NEW.version, ("hello/do1",))


def test_an_unreadable_session_starts_even_when_a_result_comes(asked: Session) -> None:
    fresh, facts = new_session(NEW, NOW), Facts(left="state_unreadable")
    event = CallReturned(call="x", result="K")
    played = play_event(NEW, fresh, event, now=NOW, cause="c", facts=facts, find=KEPT.get)
    assert said(played) == ["Ton nom ?"]


def test_an_earlier_version_is_made_again_from_its_files() -> None:
    again = read_version(OLD.files, actions=actions(), folder=OLD.folder)
    assert again.bot is not None
    assert (again.bot.version, again.faults) == (OLD.version, ())


def test_an_earlier_version_without_its_action_is_made_all_the_same() -> None:
    again = read_version(OLD.files, actions=Actions(), folder=OLD.folder)
    assert again.bot is not None
    assert [fault.code for fault in again.faults] == ["no-action"]
