"""Campaigns for a person: a dry run line by line, how far one is, a bar that fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from rbm_bots.cli import messages
from rbm_bots.cli.campaign_planning import Made
from rbm_bots.clock import from_ms
from rbm_bots.delivery.campaigns.desk import Status
from rbm_bots.delivery.campaigns.intake import Tally
from rbm_bots.delivery.campaigns.plan import say_duration
from rbm_bots.delivery.campaigns.planning import DryRun
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.ledger.rating import SMS_OPERATOR
from rbm_bots.money import show_euro

__all__ = ["as_json", "bar", "plan_lines", "status_lines"]

_WIDTH: Final = 30
_MOST_DAYS: Final = 10


def plan_lines(made: Made) -> Iterator[str]:
    """What ``rbm campaign plan`` says."""
    campaign, run = made.campaign, made.run
    intake = run.intake
    yield messages.campaign_audience(campaign.name, people=_n(intake.people), rows=_n(intake.rows))
    for what, tally in _unusable(intake.invalid, intake.duplicates, intake.incomplete):
        yield "  " + messages.campaign_unusable(what, count=_n(tally.count), lines=", ".join(map(str, tally.lines)))
    if campaign.message_class == "marketing":
        yield messages.campaign_consents(_n(intake.consents))
        if campaign.audience.consent is None:
            yield messages.CAMPAIGN_NO_CONSENT
    if made.not_asked:
        yield messages.campaign_not_asked(made.not_asked)
    if run.standings:
        yield messages.CAMPAIGN_STANDINGS
    for name, count in sorted(run.standings.items()):
        yield "  " + messages.campaign_standing(
            name.replace("_", " "), count=_n(count), share=_percent(count, intake.people)
        )
    if len(run.groups) > 1:
        yield messages.campaign_groups([f"{name or 'all'} {_n(count)}" for name, count in run.groups.items()])
    yield messages.campaign_messages(_n(run.messages), each=run.each, parts=run.parts if made.by_sms else 0)
    yield from _time_lines(campaign, run)
    yield from _cost_lines(made)
    yield from _budget_lines(made)
    if made.qualification is not None:
        yield messages.campaign_ways(_n(made.qualification.total))
    for plan in made.qualification.plans if made.qualification is not None else ():
        cost = show_euro(plan.cost) if plan.cost is not None else "?"
        name = plan.name.replace("_", " ")
        counts = [_n(count) for count in (plan.rcs, plan.sms, plan.nobody)]
        yield "  " + messages.campaign_way(name, rcs=counts[0], sms=counts[1], nobody=counts[2], cost=cost)


def _unusable(invalid: Tally, duplicates: Tally, incomplete: Tally) -> Iterator[tuple[str, Tally]]:
    for what, tally in (("no number", invalid), ("a number again", duplicates), ("an empty cell", incomplete)):
        if tally.count:
            yield what, tally


def _time_lines(campaign: Campaign, run: DryRun) -> Iterator[str]:
    sides = run.balance
    rate = f"{float(sides.per_second):g}"
    yield messages.campaign_duration(say_duration(sides.seconds), rate=rate)
    if sides.sms_is_slower:
        yield messages.campaign_sms_slower(say_duration(sides.sms_s), rcs=say_duration(sides.rcs_s))
    elif sides.saturated_above is not None:
        yield messages.campaign_sms_limit(f"{float(sides.saturated_above):.0%}")
    if run.refusal is not None:
        yield messages.campaign_does_not_fit(str(run.refusal))
        return
    zone = ZoneInfo(campaign.schedule.zone)
    for day in run.timetable.days[:_MOST_DAYS]:
        yield "  " + messages.campaign_day(_at(day.start, zone), until=_at(day.end, zone), messages=_n(day.messages))
    more = len(run.timetable.days) - _MOST_DAYS
    if more > 0 and run.timetable.ends is not None:
        yield "  " + messages.campaign_more_days(more, ends=_at(run.timetable.ends, zone))


def _cost_lines(made: Made) -> Iterator[str]:
    cost, answers = made.cost, made.answers
    why = {"given": messages.CAMPAIGN_AS_GIVEN, "guess": messages.CAMPAIGN_GUESS}
    observed = messages.campaign_observed(_n(answers.answered), rated=_n(answers.rated))
    yield messages.campaign_answers(f"{float(100 * answers.share):.3g} %", why=why.get(answers.source, observed))
    if cost.expected is None:
        yield messages.CAMPAIGN_UNPRICED
    amounts = [show_euro(one) if one is not None else "?" for one in (cost.low, cost.expected, cost.worst)]
    if cost.expected is not None:
        yield messages.campaign_cost(amounts[0], expected=amounts[1], worst=amounts[2])
    for one in cost.operators if len(cost.operators) > 1 else ():
        name = "SMS" if one.operator == SMS_OPERATOR else one.operator
        expected = show_euro(one.expected) if one.expected is not None else "?"
        yield "  " + messages.campaign_cost_of(name, people=_n(one.recipients), expected=expected)
    for operator, product in cost.unpriced:
        yield "  " + messages.campaign_unpriced(operator, product=product)


def _budget_lines(made: Made) -> Iterator[str]:
    budget, people = made.campaign.budget, made.run.messages // made.run.each
    if budget is None or not people:
        return
    worst = made.campaign.ceiling * people if made.campaign.ceiling is not None else made.cost.worst
    if worst is None:
        yield messages.CAMPAIGN_NO_PRICE
        return
    enough = budget * people // worst if worst else people
    yield messages.campaign_plan_budget(show_euro(budget), people=_n(enough) if enough < people else "")


def status_lines(status: Status, zone: ZoneInfo) -> Iterator[str]:
    """What ``rbm campaign status NAME`` says."""
    yield messages.campaign_state(status.campaign, state=_state(status), since=_at(from_ms(status.changed_at), zone))
    turns = {"queued": messages.CAMPAIGN_HAD_TURN}
    if status.state == "cancelled":
        turns["waiting"] = messages.CAMPAIGN_NO_TURN
    people = {turns.get(name, name): count for name, count in status.people.items()}
    yield messages.campaign_people(_n(status.total), people=_counted(people))
    if status.messages:
        yield messages.campaign_outcomes(_counted(status.messages))
    left_out = {"no number": status.invalid, "again": status.duplicates, "an empty cell": status.incomplete}
    if status.budget is not None:
        cap, reserved, posted = (
            show_euro(one)
            for one in (status.budget.cap_micros, status.budget.reserved_micros, status.budget.posted_micros)
        )
        yield messages.campaign_budget(cap, reserved=reserved, posted=posted)
    if any(left_out.values()):
        yield messages.campaign_left_out(_counted(left_out))


def _counted(counts: Mapping[str, int]) -> list[str]:
    return [f"{name.replace('_', ' ')} {_n(count)}" for name, count in sorted(counts.items()) if count]


def bar(status: Status) -> str:
    """How far it is with those who get something, as a bar on one line."""
    held = status.people.get("held_out", 0)
    done, total = status.had_their_turn - held, status.total - held
    part = done / total if total else 1.0
    filled = int(part * _WIDTH)
    drawn = "█" * filled + "·" * (_WIDTH - filled)
    return messages.campaign_bar(
        drawn, share=f"{int(part * 100)} %", done=_n(done), total=_n(total), state=_state(status)
    )


def _state(status: Status) -> str:
    return messages.campaign_in_state(status.state, why=status.why)


def _n(number: int) -> str:
    return f"{number:,}"


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "0 %"


def _at(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%a %Y-%m-%d %H:%M:%S}"


def as_json(made: Made) -> dict[str, Any]:
    """The dry run for programs; amounts in millionths of a euro."""
    cost = made.cost
    amounts = {
        "low": cost.low,
        "expected": cost.expected,
        "worst": cost.worst,
        "unpriced": cost.unpriced,
        "operators": [msgspec.structs.asdict(one) for one in cost.operators],
    }
    answers = {**asdict(made.answers), "share": float(made.answers.share)}
    qualified = made.qualification.as_json() if made.qualification is not None else None
    return {**made.run.as_json(), "answers": answers, "cost": amounts, "qualification": qualified}
