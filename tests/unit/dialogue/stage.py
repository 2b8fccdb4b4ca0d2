"""What the scenarios share: a bot written in the test, and a person who talks to it."""

from datetime import UTC, datetime

from rbm_bots.actions import Actions
from rbm_bots.botfile.load import read_bot
from rbm_bots.dialogue import Send
from rbm_bots.errors import Reject
from rbm_bots.messages import Carousel, RichCard, Text
from rbm_bots.testing import Mocks, Play

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Paris
HEAD = "rbm: 1\nbot: {id: shop, name: Boutique, languages: [fr, en]}\n"
ONE_LANGUAGE = "rbm: 1\nbot: {id: shop, name: Boutique}\n"


def bot_of(text, *, actions=None, head=ONE_LANGUAGE):
    """The bot written in ``text``, its head added."""
    return read_bot(head + text, actions=actions or plain_actions())


def play_of(text, *, actions=None, head=ONE_LANGUAGE, mocks=None, **options):
    return Play(bot_of(text, actions=actions, head=head), now=NOW, mocks=Mocks(mocks or {}), **options)


def plain_actions():
    """The Python that the scenarios' bots name; calls are answered by mocks."""
    actions = Actions()

    @actions.check("plate")
    def plate(value: str) -> str:
        if "!" in value:
            raise ValueError("a fault in the brand's own code")
        clean = value.replace(" ", "").upper()
        if clean == "TAXI":
            raise Reject("no_taxi")
        if len(clean) != 7:
            raise Reject("bad_plate")
        return clean

    @actions.check("town")
    async def town(ctx, value):
        raise NotImplementedError

    class Taken(Exception):
        pass

    @actions.action("book", errors={"taken": Taken})
    async def book(ctx, what: str = "", when: str = ""):
        raise NotImplementedError

    @actions.action("find")
    async def find(ctx):
        raise NotImplementedError

    return actions


def shown(sends: list[Send]):
    """Each message as (its words or titles, its labels)."""
    return [(words_of(send), [chip.label for chip in send.message.chips]) for send in sends]


def said(sends: list[Send]):
    """The words alone."""
    return [words_of(send) for send in sends]


def words_of(send: Send):
    match send.message.content:
        case Text(text=text):
            return text
        case RichCard(card=card):
            return card.title or card.text
        case Carousel(cards=cards):
            return [card.title for card in cards]
    return type(send.message.content).__name__


def noted(play, what):
    return [note for note in play.notes if note.what == what]
