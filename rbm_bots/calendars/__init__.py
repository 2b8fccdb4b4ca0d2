"""Calendars behind ``rendezvous``: what is free, who holds it, who has it."""

from __future__ import annotations

from rbm_bots.calendars.actions import CalendarActions
from rbm_bots.calendars.book import AppointmentBook, Booking
from rbm_bots.calendars.faults import CalendarUnreadable, SlotTaken, UnknownBooking
from rbm_bots.calendars.free import free_instants, is_offered
from rbm_bots.calendars.keeper import SlotKeeper
from rbm_bots.calendars.memory import MemoryBook
from rbm_bots.calendars.spec import CalendarSpec, specs_of
from rbm_bots.calendars.stored import StoredBook

__all__ = [
    "AppointmentBook",
    "Booking",
    "CalendarActions",
    "CalendarSpec",
    "CalendarUnreadable",
    "MemoryBook",
    "SlotKeeper",
    "SlotTaken",
    "StoredBook",
    "UnknownBooking",
    "free_instants",
    "is_offered",
    "specs_of",
]
