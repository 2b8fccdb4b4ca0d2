"""The sentences of a timeline. One place, so that a page and the terminal tell the same story.

Amounts are written by the caller's ``money``: the French way on pages, the English way in the terminal. Times are those
of Paris.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from rbm_bots.accounts.french import clock_time, counted, day, moment, month_name
from rbm_bots.accounts.statements_shown import product_name
from rbm_bots.accounts.timeline import Bill, Moment, Timeline

__all__ = ["Money", "bill_words", "days", "elapsed", "heading", "sentence"]

Money = Callable[[int], str]
_DID: Final = {
    "text": "writes",
    "suggested_reply": "taps a suggested reply",
    "file": "sends a file",
    "location": "shares a place",
    "stop": "writes STOP",
    "action_tap": "taps a button that opens something on the phone",
}
_ENDED: Final = {
    "accepted": "was accepted, and no receipt says that it arrived",
    "rejected": "was refused by the operator",
    "failed": "did not arrive",
    "revoked": "was called back",
}
_SECOND_MS: Final = 1000


def heading(shown: Timeline) -> str:
    """The line above a story."""
    return f"{shown.bot}/{shown.contact}: {counted(len(shown.bills), 'charge')}. Times are those of Paris."


def days(shown: Timeline, money: Money) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The story day by day: the day, and (time, sentence) for each moment."""
    last, lines = "", list[tuple[str, str]]()
    for one in shown.moments:
        on = day(one.at_ms)
        if on != last:
            if lines:
                yield last, lines
            last, lines = on, []
        lines.append((clock_time(one.at_ms), sentence(one, money)))
    if lines:
        yield last, lines


def sentence(one: Moment, money: Money) -> str:
    """What happened, and what it does to the bill."""
    return _SENTENCES[one.kind](one, money)


def bill_words(bill: Bill, money: Money) -> list[str]:
    """A charge in a few lines: what, how much, on which invoice, by which price row, under which id."""
    lines = [f"{_STATES[bill.state]}: {product_name(bill.product)} {_amount(bill, money)}{_invoice(bill)}"]
    if bill.price_from_ms is not None and bill.micros is not None:
        source = f" ({bill.price_source})" if bill.price_source else ""
        row = f"{bill.operator} {bill.product} {money(bill.micros)}"
        lines.append(f"Price: {row}, in force since {day(bill.price_from_ms)}{source}")
    elif bill.micros is None:
        lines.append(f"Price: none is entered for {bill.operator} {bill.product}; the month cannot close without it")
    lines.append(f"Charge: {bill.id}")
    return lines


def elapsed(ms: int) -> str:
    """A span of time: ``2 h``, ``1 h 05 min``, ``40 s``."""
    seconds = ms // _SECOND_MS
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min"
    return f"{seconds} s"


_STATES: Final = {
    "posted": "Charged",
    "held": "Held, not owed",
    "void": "Not charged (the answer came in time)",
    "reversed": "Charged, then taken back",
}


def _invoice(bill: Bill) -> str:
    if bill.state not in {"posted", "reversed"}:
        return ""
    if bill.booked_in != bill.month:
        return f", of {month_name(bill.month)}, on the invoice of {month_name(bill.booked_in)} as an adjustment"
    return f", on the invoice of {month_name(bill.month)}"


def _amount(bill: Bill, money: Money) -> str:
    return "UNPRICED" if bill.micros is None else money(bill.micros)


def _costs(one: Moment, money: Money) -> str:
    """The amount in a sentence; a charge that the ledger has not posted yet has none."""
    return "" if one.bill is None else f": {_amount(one.bill, money)}"


def _held(one: Moment, money: Money) -> str:
    amount = "" if one.bill is None or one.bill.state != "held" else f" ({_amount(one.bill, money)}, not owed yet)"
    return (
        f"Message {one.number} of the bot is delivered. A Message Unique is held for it{amount} "
        f"until {moment(one.until_ms)}."
    )


def _superseded(one: Moment, money: Money) -> str:
    return (
        f"Message {one.number} follows before anybody answered message {one.other}. "
        f"Message {one.other} becomes a Message Unique{_costs(one, money)}."
    )


def _unanswered(one: Moment, money: Money) -> str:
    return (
        f"Nobody answered message {one.other} within 24 h. It becomes a Message Unique{_costs(one, money)}, "
        f"dated {moment(one.since_ms)}."
    )


def _absorbed(one: Moment, _: Money) -> str:
    return (
        f"The person {_DID[one.what]}, {elapsed(one.at_ms - one.since_ms)} after message {one.other}: in time. "
        f"Message {one.other} is absorbed, and its Message Unique is not charged."
    )


def _opened(one: Moment, money: Money) -> str:
    return f"A Conversation opens{_costs(one, money)}. All messages until {moment(one.until_ms)} are included."


def _person_first(one: Moment, _: Money) -> str:
    return (
        f"The person {_DID[one.what]}, and no message of the bot waits for an answer. "
        f"An answer of the bot until {moment(one.until_ms)} is free."
    )


def _opened_free(one: Moment, money: Money) -> str:
    return (
        f"Message {one.number} of the bot answers, {elapsed(one.at_ms - one.since_ms)} after the person wrote. "
        f"A free Conversation opens{_costs(one, money)}. All messages until {moment(one.until_ms)} are included."
    )


def _unheard(_: Moment, __: Money) -> str:
    return "The bot did not answer within 24 h. Nothing is charged."


def _included(one: Moment, _: Money) -> str:
    who = f"Message {one.number} of the bot" if one.by == "bot" else f"The person {_DID[one.what]}"
    return f"{who}: included."


def _closed(one: Moment, _: Money) -> str:
    with_what = ""
    if one.bill is not None:
        of_bot, of_person = counted(one.bill.mt_count, "message"), counted(one.bill.mo_count, "message")
        with_what = f" with {of_bot} of the bot and {of_person} of the person"
    return f"The Conversation closes{with_what}, 24 h after it opened."


def _running(one: Moment, _: Money) -> str:
    return f"The Conversation is open, until {moment(one.until_ms)}."


def _waiting(one: Moment, money: Money) -> str:
    amount = "" if one.bill is None else f" ({_amount(one.bill, money)})"
    return (
        f"Message {one.other} still waits. Its Message Unique stays held{amount} until {moment(one.until_ms)}; "
        "an answer before then makes it a Conversation."
    )


def _single(one: Moment, money: Money) -> str:
    return (
        f"Message {one.number} of the bot is delivered. This bot does not converse, so each message is "
        f"a Message Unique{_costs(one, money)}."
    )


def _sms(one: Moment, money: Money) -> str:
    return f"An SMS is delivered{_costs(one, money)}. SMS stand outside Conversations."


def _no_answer(one: Moment, _: Money) -> str:
    return f"The person {_DID[one.what]}: not an answer for billing."


def _not_delivered(one: Moment, _: Money) -> str:
    return f"A message of the bot {_ENDED[one.what]}: nothing is charged."


_SENTENCES: Final[dict[str, Callable[[Moment, Money], str]]] = {
    "held": _held,
    "superseded": _superseded,
    "unanswered": _unanswered,
    "absorbed": _absorbed,
    "opened": _opened,
    "person_first": _person_first,
    "opened_free": _opened_free,
    "unheard": _unheard,
    "included": _included,
    "closed": _closed,
    "running": _running,
    "waiting": _waiting,
    "single": _single,
    "sms": _sms,
    "no_answer": _no_answer,
    "not_delivered": _not_delivered,
}
