"""What can be wrong with an appointment; each is a code of «on_error»."""

from __future__ import annotations

from rbm_bots.errors import BotError

__all__ = ["CalendarUnreadable", "SlotTaken", "UnknownBooking"]


class SlotTaken(BotError):
    """The instant is not free, or no longer."""

    code = "slot_taken"


class UnknownBooking(BotError):
    """The person has no booking of that number."""

    code = "unknown_booking"


class CalendarUnreadable(BotError):
    """The other calendar cannot be read."""

    code = "error"
