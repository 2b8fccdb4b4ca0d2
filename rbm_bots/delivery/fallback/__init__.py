"""The fallback saga: one logical message tries RCS, and SMS where RCS did not arrive, so that nobody gets it twice.

Theory of operation. An RCS message to a phone that is off may arrive days later. Before an SMS takes its place it is
therefore taken back, and whether that worked is only known from the platform's word::

    new ─ gate ─► rcs_sent ── delivered ──────────────────────────────────► done_rcs
     │               │ deadline                                                ▲
     │               ▼                                                         │
     │           revoking ─── delivered after all ─────────────────────────────┤
     │               │  └──── no word, or «cannot» ─► hold │ drop │ send       │
     │    revoked,   │                                  │           │          │
     │    failed     ▼                                  ▼           ▼          │
     └─────────► SMS leg: the gate again ─► sms_waiting ─► sms_sent            │
                     │  └─► refused, expired     └──── delivered meanwhile ────┘

* :class:`Saga` is a frozen value that survives JSON. :func:`advance` takes it, one event and the present instant, and
  gives the next value and the :data:`Action` list that follows. It never waits, reads a clock or touches a table.
* Persist first, then act: the new value and its actions belong in one commit. ``version`` grows by one with each
  change, so the commit is a compare-and-swap: of a delivery and a deadline that race, one finds its version outdated
  and asks again with the other's result.
* Each waiting phase has one timer, ``due``. It is part of the value, so a restart changes nothing. Whoever drives the
  saga sends :class:`Tick` when it is due; an event of the same instant goes first, and so does one that waited while
  no process ran.
* The gate's answers are events too. The saga keeps the last one for each leg and looks at it when the leg wants to
  leave: at once, and after a deferral at its instant, neither earlier nor later.
* *Asked* and *done* are two states. The platform's «accepted» is not a revoke, except where a DELETE and a quiet grace
  time count as one (Google).
* Where nobody can know, ``on_uncertain`` decides: wait on, give up, or send, with a word in front that says that it may
  be a repeat. A submit of the SMS without result uses the same words, once.
* Facts are added, never taken back: delivered beats failed in any order, repeats change nothing, and a receipt that
  comes after the SMS left makes a double that is counted (:func:`measures`, :func:`outcome`).
* STOP purges what has not left of a marketing message for good, START or not; the RCS leg under way goes on to its end.

``cases`` reads timelines from a file and ``simulate`` plays them through the same :func:`advance` in virtual time.
"""

from __future__ import annotations

from rbm_bots.delivery.fallback.advance import advance
from rbm_bots.delivery.fallback.happenings import Action, Event, Tick
from rbm_bots.delivery.fallback.outcomes import Outcome, is_double, measures, outcome
from rbm_bots.delivery.fallback.saga import Saga
from rbm_bots.delivery.fallback.settings import FallbackChanges, FallbackSettings, settings_for

__all__ = [
    "Action",
    "Event",
    "FallbackChanges",
    "FallbackSettings",
    "Outcome",
    "Saga",
    "Tick",
    "advance",
    "is_double",
    "measures",
    "outcome",
    "settings_for",
]
