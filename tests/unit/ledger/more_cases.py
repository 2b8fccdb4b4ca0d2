"""Edges that the shipped scenarios do not reach, each with what it costs."""

from __future__ import annotations

from typing import Any

from tests.unit.ledger.made import at, mo, mt, receipt, scenario, sms

__all__ = ["MORE"]

MU = ["MU", "ORANGE", 60_000]
CONVERSATION = ["CONVERSATION", "ORANGE", 95_000]
FREE = ["CONV_MO1ST", "ORANGE", 0]
SMS_MT = ["SMS_MT", "OPS", 30_000]


def expected(*lines: list[Any], pending: int = 0) -> dict[str, Any]:
    return {"lines": list(lines), "pending": pending}


def dated(first: Any, hours: float, then: Any) -> list[dict[str, Any]]:
    return [{"from": at(hours), "value": then}, {"from": at(-900), "value": first}]


ANSWERED = [*mt("a", 0), *mo("b", 1)]

MORE = [
    scenario("held at exactly 24 h", mt("a", 0), as_of=24, expect=expected(pending=1)),
    scenario(
        "open window: over at exactly 24 h", mt("a", 0), as_of=24, policy={"window_closed": False}, expect=expected(MU)
    ),
    scenario(
        "open window: an answer at exactly 24 h", mt("a", 0), mo("b", 24), policy={"window_closed": False},
        expect=expected(MU),
    ),
    scenario(
        "window_closed changes: the beginning decides", mt("a", 0), mo("b", 24),
        policy={"window_closed": dated(True, 12, False)}, expect=expected(CONVERSATION),
    ),
    scenario("a session's last instant", ANSWERED, mt("c", 25), expect=expected(CONVERSATION)),
    scenario("just after a session", ANSWERED, mt("c", 25, ms=1), expect=expected(CONVERSATION, MU)),
    scenario("a session is charged while it runs", ANSWERED, as_of=2, expect=expected(CONVERSATION)),
    scenario("a message in a session is not held", ANSWERED, mt("c", 2), as_of=3, expect=expected(CONVERSATION)),
    scenario("bot before user at one instant", mt("z", 0), mo("b", 0), expect=expected(CONVERSATION)),
    scenario("answer exactly 24 h after the user", mo("a", 0), mt("b", 24), expect=expected(FREE)),
    scenario("answer too late after the user", mo("a", 0), mt("b", 24, ms=1), expect=expected(MU)),
    scenario(
        "first: a later word does not wait anew", mo("a", 0), mo("b", 20), mt("c", 30), policy={"mo_anchor": "first"},
        expect=expected(MU),
    ),
    scenario(
        "last: a later word waits anew", mo("a", 0), mo("b", 20), mt("c", 30), mt("d", 45),
        policy={"mo_anchor": "last"}, expect=expected(FREE, MU),
    ),
    scenario(
        "mo_anchor changes: the beginning decides", mo("a", 0), mt("b", 6), mt("c", 29),
        policy={"mo_anchor": dated("answer", 3, "last")}, expect=expected(FREE),
    ),
    scenario(
        "basis changes: acceptance decides",
        [receipt("mt_accepted", "a", 0), receipt("mt_accepted", "b", 10)],
        policy={"basis": dated("delivered", 5, "accepted")}, expect=expected(MU),
    ),
    scenario(
        "basis accepted: a later refusal", [receipt("mt_accepted", "a", 0), receipt("mt_rejected", "a", 1)],
        policy={"basis": "accepted"}, expect=expected(),
    ),
    scenario(
        "basis accepted: a revocation changes nothing",
        [receipt("mt_accepted", "a", 0), receipt("mt_revoked", "a", 1)],
        policy={"basis": "accepted"}, expect=expected(MU),
    ),
    scenario(
        "basis accepted: the time of acceptance", mt("a", 30, accepted=0), mo("b", 31), policy={"basis": "accepted"},
        expect=expected(MU),
    ),
    scenario(
        "category changes: acceptance decides", mt("a", 20, accepted=0), mt("b", 21, accepted=11), mo("c", 22),
        policy={"category": dated("conversational", 10, "non_conversational")}, expect=expected(CONVERSATION, MU),
    ),
    scenario(
        "not conversational, one bot of two", mt("a", 0, bot="x"), mo("b", 1, bot="x"), mt("a", 0, bot="y"),
        mo("b", 1, bot="y"), bots={"x": {"category": "non_conversational"}}, expect=expected(MU, CONVERSATION),
    ),
    scenario(
        "launched later: acceptance decides", mt("a", 20, accepted=0), mt("b", 50, accepted=49),
        policy={"launched": dated(False, 10, True)}, expect=expected(MU),
    ),
    scenario(
        "action taps open from a date", mt("a", 0), mo("b", 1, kind="action_tap"), mt("c", 50),
        mo("d", 51, kind="action_tap"), policy={"action_tap_opens": dated(False, 40, True)},
        expect=expected(MU, CONVERSATION),
    ),
    scenario(
        "a location is no answer where the switch says so", mt("a", 0), mo("b", 1, kind="location"),
        policy={"location_opens": False}, expect=expected(MU),
    ),
    scenario(
        "a bot's own switch wins", mt("a", 0), mo("b", 1, kind="stop"), policy={"stop_opens": False},
        bots={"bot": {"stop_opens": True}}, expect=expected(CONVERSATION),
    ),
    scenario(
        "before the first date the default holds", mt("a", 0), mo("b", 1, kind="stop"),
        policy={"stop_opens": [{"from": at(2), "value": False}]}, expect=expected(CONVERSATION),
    ),
    scenario(
        "a switch is in force from its own instant", mt("a", 0), mo("b", 1, kind="stop"),
        policy={"stop_opens": [{"from": at(1), "value": False}]}, expect=expected(MU),
    ),
    scenario(
        "an action tap proves delivery", [receipt("mt_accepted", "a", 0)],
        mo("b", 3, kind="action_tap", in_reply_to="a"), expect=expected(MU),
    ),
    scenario(
        "failure is no evidence against a receipt", mt("a", 0), [receipt("mt_failed", "a", 1)], expect=expected(MU)
    ),
    scenario(
        "user-first: the operator of the bot's answer", mo("a", 0, operator="ORANGE"), mt("b", 1, operator="SFR"),
        expect=expected(["CONV_MO1ST", "SFR", 1_000]),
    ),
    scenario(
        "an operator named later than asked for",
        [*mt("a", 0), receipt("mt_displayed", "a", 90, operator="SFR")], as_of=50, expect=expected(MU),
    ),
    scenario("the first operator named", mt("a", 0, operator="SFR"),
        [receipt("mt_displayed", "a", 1, operator="ORANGE")], expect=expected(["MU", "SFR", 55_000])),
    scenario("an SMS in a Conversation comes on top", ANSWERED, sms("s", 2), expect=expected(CONVERSATION, SMS_MT)),
    scenario("two parts are two SMS", sms("s1", 2), sms("s2", 2), expect=expected(SMS_MT, SMS_MT)),
    scenario("an SMS later than asked for", sms("s", 2), as_of=1, expect=expected()),
    scenario("a not launched bot's SMS is an SMS", sms("s", 2), policy={"launched": False}, expect=expected(SMS_MT)),
    scenario("a second user is another key", mt("a", 0, user="u1"), mo("b", 1, user="u2"), expect=expected(MU)),
    scenario(
        "winter: a month begins at 23:00 UTC", mt("a", -34, user="u1"), mt("b", -34, ms=-1, user="u2"),
        expect={"periods": ["2026-03", "2026-02"]},
    ),
    scenario(
        "summer: a month begins at 22:00 UTC", mt("a", 709, user="u1"), mt("b", 709, ms=-1, user="u2"), as_of=900,
        expect={"periods": ["2026-04", "2026-03"]},
    ),
]  # fmt: skip
