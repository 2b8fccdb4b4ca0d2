"""What the gate is asked: one leg of a message, an instant, and what is known of the person.

Everything is about one person and one brand; whoever asks has read it from the store. Instants are aware and lie
between 1900 and 2999, so that no calendar arithmetic can leave what a date can hold; others are refused with
``ValueError`` when the value is made.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from rbm_bots.rules.rule_sets import AUTO, RuleSet, rule_set_on

__all__ = [
    "Consent",
    "ErrorRatio",
    "Facts",
    "GateSettings",
    "Instant",
    "Kind",
    "Left",
    "Leg",
    "Opt",
    "Promoted",
    "Protected",
    "Question",
    "Sent",
    "Window",
    "zone_named",
]  # fmt: skip

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware datetime."""

Kind = Literal["marketing", "service", "otp", "conversation"]
"""The four kinds of messages that the rules tell apart; ``otp``: a one-time code."""

_KINDS: Final[dict[str | None, Kind]] = {
    "marketing": "marketing",
    "commercial_reminder": "marketing",
    "service": "service",
    "order_tracking": "service",
    "signup_confirmation": "service",
    "credentials": "service",
    "web2sms": "service",
    "m2m": "service",
    "otp": "otp",
    "conversation": "conversation",
}
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """An IANA zone. Raises ``ValueError``: there is none of this name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("there is no time zone of this name") from None


class _Dated(msgspec.Struct, frozen=True, kw_only=True):
    """A value whose instants are checked when it is made."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            for at in value if isinstance(value, tuple) else (value,):
                if isinstance(at, datetime):
                    _check(at)


def _check(at: datetime) -> None:
    if at.tzinfo is None or not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(f"an instant has a zone and lies between {_FIRST_YEAR} and {_LAST_YEAR}")


class Promoted(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the text promotes; ``paid``: it costs money."""

    paid: bool = False


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One message on one channel, as it would leave.

    ``id``: the logical message, the same for its RCS leg and its SMS leg. ``code``: the short code that carries an SMS;
    ``sender``: its sender name (OADC), ``None`` for the code itself. ``geo``: together with Géo Présence.
    """

    channel: Literal["sms", "rcs"]
    id: str | None = None
    message_class: str | None = msgspec.field(default=None, name="class")
    brand: str | None = None
    code: str | None = None
    sender: str | None = None
    text: str = ""
    stop_chip: bool = False
    unsubscribe_link: bool = False
    address_kind: Literal["msisdn", "alias"] = "msisdn"
    content: str | None = None
    audience: str | None = None
    promotes: tuple[Promoted, ...] = ()
    geo: bool = False


class Opt(_Dated, frozen=True, kw_only=True):
    """A STOP or START: told as such (``do``) or as the person typed it (``text``).

    ``channels``: ``None`` for all. ``brand``: ``None`` for this one; ``code``: the shared short code it was sent to.
    """

    at: Instant
    do: Literal["stop", "start"] | None = None
    text: str | None = None
    channels: tuple[str, ...] | None = None
    brand: str | None = None
    code: str | None = None


class Sent(_Dated, frozen=True, kw_only=True):
    """A message that some brand sent to this person from a shared short code."""

    at: Instant
    brand: str
    code: str


class Left(_Dated, frozen=True, kw_only=True):
    """Marketing that left for this person; ``message`` is the logical message, ``brand`` ``None`` for this one."""

    at: Instant
    brand: str | None = None
    message: str | None = None


class Consent(_Dated, frozen=True, kw_only=True):
    """An opt-in: ``proof`` tells whether it can be shown; ``channels``: ``None`` for both."""

    at: Instant
    proof: bool = False
    channels: tuple[str, ...] | None = None


class Protected(msgspec.Struct, frozen=True, kw_only=True):
    """Sender names that nobody may use, those that want an authorisation, and those this brand is authorised to use.

    Case does not matter.
    """

    forbidden: tuple[str, ...] = ()
    authorised_only: tuple[str, ...] = ()
    authorisations: tuple[str, ...] = ()


class Window(_Dated, frozen=True, kw_only=True):
    """What decides how long an operator's alias may be written to: the offer, and the person's messages to it."""

    offer: (
        Literal[
            "premium_express", "premium_tribu", "premium_transaction", "light_pull",
            "premium_push", "gallery", "light_gallery", "push", "rcs_bot",
        ]
        | None
    ) = None  # fmt: skip
    mo: tuple[Instant, ...] = ()
    paid: tuple[Instant, ...] = ()
    subscribed_from: Instant | None = None
    unsubscribed_at: Instant | None = None
    common_identifier: bool = False


class ErrorRatio(msgspec.Struct, frozen=True, kw_only=True):
    """Sends of the campaign, and those refused because the number is unknown or not served.

    ``limit``: the share that is still right, in ten-thousandths; below ``least`` sends it says nothing.
    """

    errors: int = 0
    attempts: int = 0
    limit: int = 1500
    least: int = 100

    @property
    def over(self) -> bool:
        """Whether it is above the limit; exactly at the limit it is not. Whole numbers, so nothing is rounded."""
        return self.attempts >= self.least and self.errors * 10_000 > self.limit * self.attempts


class Facts(_Dated, frozen=True, kw_only=True):
    """What is known of this person and this brand. ``zone``: the person's IANA zone; ``region``: ``alsace-moselle``."""

    zone: str = "Europe/Paris"
    region: str | None = None
    opt: tuple[Opt, ...] = ()
    sent: tuple[Sent, ...] = ()
    consent: Consent | None = None
    marketing: tuple[Left, ...] = ()
    last_inbound_at: Instant | None = None
    protected: Protected = Protected()
    oadc_option: bool = False
    code_status: str = "in_service"
    web2sms_authenticated: bool = False
    window: Window = Window()
    operator: Literal["orange", "other", "unknown"] = "orange"
    other_route: bool = False
    error_ratio: ErrorRatio = ErrorRatio()
    quota_free_at: Instant | None = None

    def __post_init__(self) -> None:
        """Refuse instants out of range and a zone that nobody knows."""
        super().__post_init__()
        zone_named(self.zone)


class GateSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a brand or an operator's contract settles.

    ``avoid_days``: Sundays and holidays where the set only advises against them. ``one_a_day``: the cap is on.
    ``stop_appended_by_gateway``: the SMS gateway writes the STOP mention. ``anchor``, ``days_in``: from which message
    the 60 days of an alias count, and whether as days of Paris or as 24 hours each.
    """

    avoid_days: Literal["defer", "allow"] = "defer"
    one_a_day: bool = True
    stop_appended_by_gateway: bool = False
    anchor: Literal["first_mo", "last_mo", "last_paid"] = "first_mo"
    days_in: Literal["Europe/Paris", "hours"] = "Europe/Paris"


class Question(_Dated, frozen=True, kw_only=True):
    """May ``leg`` leave at ``now``? ``rule_set``: ``auto``, or the name of a set that then holds for every day."""

    leg: Leg
    now: Instant
    facts: Facts = Facts()
    settings: GateSettings = GateSettings()
    rule_set: str = AUTO

    def __post_init__(self) -> None:
        """Refuse an instant out of range and a rule set that nobody knows."""
        super().__post_init__()
        try:
            rule_set_on(self.now.date(), name=self.rule_set)
        except KeyError:
            raise ValueError("there is no rule set of this name") from None

    @property
    def kind(self) -> Kind | None:
        """The kind that the message class belongs to; ``None``: unknown."""
        return _KINDS.get(self.leg.message_class)

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone."""
        return zone_named(self.facts.zone)

    @property
    def today(self) -> date:
        """The person's date."""
        return self.now.astimezone(self.zone).date()

    @property
    def rules(self) -> RuleSet:
        """The set in force on the person's date."""
        return self.rules_on(self.today)

    def rules_on(self, day: date) -> RuleSet:
        """The set that judges ``day``."""
        return rule_set_on(day, name=self.rule_set)
