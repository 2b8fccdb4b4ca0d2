"""What a deployment says about SMS: its short codes, the waits of the fallback, the choices the gate leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from rbm_bots.delivery.fallback import FallbackChanges, FallbackSettings, settings_for
from rbm_bots.delivery.fallback.settings import OnUncertain
from rbm_bots.dialogue.effects import MessageClass
from rbm_bots.messages.sms_text import PARTS_MAX, PARTS_MAX_MARKETING, Mode
from rbm_bots.rules.question import GateSettings, Kind, Protected
from rbm_bots.rules.rule_sets import AUTO

__all__ = ["SMS", "LegSettings", "SmsCode", "application_of", "kind_of"]

SMS: Final = "sms:"
"""What the application of a short code is called before its number."""

_KINDS: Final[Mapping[MessageClass, Kind]] = {
    "code": "otp",
    "conversation": "conversation",
    "service": "service",
    "marketing": "marketing",
}


def kind_of(message_class: str) -> Kind | None:
    """The gate's word for a message class; ``None``: it knows none, and refuses."""
    return next((kind for name, kind in _KINDS.items() if name == message_class), None)


def application_of(code: str) -> str:
    """The name under which a short code's messages stand in the outbox: ``sms:36123``."""
    return f"{SMS}{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsCode:
    """One short code. ``sender``: the name shown in its place (``None``: the code itself), with ``sender_option``.

    ``prefix``: the words in front of an SMS that may be a repeat. ``whole``: its gateway takes a text in one piece.
    ``inbound_address``: what its people are named by. ``in_service``: the operator has opened it.
    """

    code: str
    sender: str | None = None
    sender_option: bool = False
    operations_per_s: int = 10
    mode: Mode = "smart"
    reference_bits: Literal[8, 16] = 8
    most_parts: int = PARTS_MAX
    most_parts_marketing: int = PARTS_MAX_MARKETING
    prefix: str = "Rappel :"
    whole: bool = False
    inbound_address: Literal["msisdn", "alias"] = "msisdn"
    in_service: bool = True

    @property
    def application(self) -> str:
        """Its name in the outbox."""
        return application_of(self.code)

    @property
    def shown_sender(self) -> str:
        """What the phone shows."""
        return self.sender or self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSettings:
    """Everything legs are decided by. ``fallback``: changes to the class table, ``fallback_always``: to all its rows.

    ``without_result``: what an application does whatever the class, where nobody knows. ``shared_code_days``: how long
    a STOP to a shared code concerns a brand that wrote from it. ``senders``: the names that are protected. ``region``:
    where everybody is taken to live, for its holidays; a number does not tell.
    """

    codes: Mapping[str, SmsCode] = field(default_factory=dict)
    gate: GateSettings = field(default_factory=GateSettings)
    rule_set: str = AUTO
    fallback: Mapping[MessageClass, FallbackChanges] = field(default_factory=dict)
    fallback_always: FallbackChanges = field(default_factory=FallbackChanges)
    without_result: Mapping[str, OnUncertain] = field(default_factory=dict)
    shared_code_days: int = 7
    senders: Protected = field(default_factory=Protected)
    region: str | None = None

    def waits(self, message_class: MessageClass, application: str) -> FallbackSettings:
        """The class's row of the table as this deployment and the application's channel changed it."""
        of_class = self.fallback.get(message_class, FallbackChanges())
        of_channel = FallbackChanges(on_uncertain=self.without_result.get(application))
        return settings_for(message_class, self.fallback_always, of_class, of_channel)
