"""From events to messages with one effective time each.

Theory of operation. Everything kept about a message is the **least** of something: the earliest acceptance, the
earliest proof of delivery, the earliest event that names an operator. The least of a set depends neither on order nor
on repetition, so a late, repeated or crossing event leads to the same evidence as the right order. An earlier instant
can be asked for later: what is later than ``as_of`` is then as if it had never come, because a least value beyond
``as_of`` means that nothing was known by then.

Proof of delivery is a delivered receipt, a displayed receipt, or a user event that names the message, be it an answer
or not. Failed, expired and revoked prove nothing against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from rbm_bots.ledger.facts import Fact, MoKind
from rbm_bots.ledger.switches import Switches

__all__ = ["BOT", "USER", "Evidence", "Message", "Sms"]

BOT: Final = 0
USER: Final = 1
_NEVER: Final = 1 << 62


class Message(msgspec.Struct, frozen=True, order=True, gc=False):
    """A message that counts. Messages sort by time, then bot before user, then id: the order of rating."""

    at_ms: int
    author: int
    id: str
    operator: str = ""
    conversational: bool = True
    basic: bool = False


class Sms(msgspec.Struct, frozen=True, order=True, gc=False):
    """A delivered SMS part."""

    at_ms: int
    id: str


class _Sent(msgspec.Struct, gc=False):
    """What is known of one bot message; every instant is the earliest."""

    accepted_ms: int = _NEVER
    rejected_ms: int = _NEVER
    proof_ms: int = _NEVER
    operator_ms: int = _NEVER
    operator: str = ""
    basic: bool = False


class Evidence:
    """All that is known of one key (bot, user). Adding is the only change; any order gives the same."""

    __slots__ = ("_said", "_sent", "_sms")

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._sent: dict[str, _Sent] = {}
        self._said: dict[str, tuple[int, MoKind]] = {}
        self._sms: dict[str, int] = {}
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Take one fact of this key. Types that can never cost anything are passed over."""
        kind, at_ms = fact.type, fact.at_ms
        if kind[:3] == "mt_":
            sent = self._sent_of(fact.msg)
            if kind == "mt_delivered" or kind == "mt_displayed":
                if at_ms < sent.proof_ms:
                    sent.proof_ms = at_ms
            elif kind == "mt_accepted":
                if at_ms < sent.accepted_ms:
                    sent.accepted_ms = at_ms
            elif kind == "mt_rejected":
                sent.rejected_ms = min(sent.rejected_ms, at_ms)
            if fact.operator is not None:
                _name_operator(sent, at_ms, fact.operator)
            if fact.basic:
                sent.basic = True
        elif kind == "mo":
            self._add_said(fact)
        elif kind == "sms_delivered":
            self._sms[fact.msg] = min(at_ms, self._sms.get(fact.msg, _NEVER))

    def _add_said(self, fact: Fact) -> None:
        said = (fact.at_ms, fact.kind)
        before = self._said.get(fact.msg)
        if before is None or said < before:
            self._said[fact.msg] = said
        if fact.in_reply_to is not None:
            sent = self._sent_of(fact.in_reply_to)
            sent.proof_ms = min(sent.proof_ms, fact.at_ms)

    def _sent_of(self, msg: str) -> _Sent:
        sent = self._sent.get(msg)
        if sent is None:
            sent = self._sent[msg] = _Sent()
        return sent

    def messages(self, switches: Switches, *, as_of_ms: int, default_operator: str) -> list[Message]:
        """The RCS messages that count as of an instant, in the order of rating."""
        found = []
        for msg, sent in self._sent.items():
            bot_message = _bot_message(msg, sent, switches, as_of_ms, default_operator)
            if bot_message is not None:
                found.append(bot_message)
        for msg, (at_ms, kind) in self._said.items():
            if at_ms <= as_of_ms and _is_answer(kind, at_ms, switches):
                found.append(Message(at_ms, USER, msg))
        found.sort()
        return found

    def sms(self, *, as_of_ms: int) -> list[Sms]:
        """The SMS parts delivered by then, in order of time."""
        return sorted(Sms(at_ms, msg) for msg, at_ms in self._sms.items() if at_ms <= as_of_ms)


def _name_operator(sent: _Sent, at_ms: int, operator: str) -> None:
    """The first operator named in time order stays; of two named at one instant, the first by name."""
    if (at_ms, operator) < (sent.operator_ms, sent.operator):
        sent.operator_ms, sent.operator = at_ms, operator


def _bot_message(msg: str, sent: _Sent, switches: Switches, as_of_ms: int, default_operator: str) -> Message | None:
    """The message as of then; ``None`` when it does not count. A message known only by its proof was accepted by it."""
    judged_ms = sent.accepted_ms if sent.accepted_ms <= as_of_ms else sent.proof_ms
    if switches.basis.at(judged_ms) == "delivered":
        at_ms = sent.proof_ms
    else:
        at_ms = judged_ms if sent.rejected_ms > as_of_ms else _NEVER
    if at_ms > as_of_ms or not switches.launched.at(judged_ms):
        return None
    operator = sent.operator if sent.operator_ms <= as_of_ms else default_operator
    conversational = switches.category.at(judged_ms) == "conversational"
    return Message(at_ms, BOT, msg, operator, conversational, sent.basic)


def _is_answer(kind: MoKind, at_ms: int, switches: Switches) -> bool:
    """Text, file and a tap on a suggested reply always are; the others as their switch says."""
    if kind == "stop":
        return switches.stop_opens.at(at_ms)
    if kind == "location":
        return switches.location_opens.at(at_ms)
    return kind != "action_tap" or switches.action_tap_opens.at(at_ms)
