"""What the commands of campaigns say."""

from __future__ import annotations

from typing import Final

__all__ = [
    "CAMPAIGN",
    "CAMPAIGN_ANSWERS",
    "CAMPAIGN_AS_GIVEN",
    "CAMPAIGN_BUDGET",
    "CAMPAIGN_CANCEL",
    "CAMPAIGN_FOLLOW",
    "CAMPAIGN_GUESS",
    "CAMPAIGN_HAD_TURN",
    "CAMPAIGN_NONE",
    "CAMPAIGN_NO_CONSENT",
    "CAMPAIGN_NO_PRICE",
    "CAMPAIGN_NO_TURN",
    "CAMPAIGN_OUT",
    "CAMPAIGN_PAUSE",
    "CAMPAIGN_PLAN",
    "CAMPAIGN_READING",
    "CAMPAIGN_REPORT",
    "CAMPAIGN_RESUME",
    "CAMPAIGN_RUN",
    "CAMPAIGN_SMS",
    "CAMPAIGN_STANDINGS",
    "CAMPAIGN_STATUS",
    "CAMPAIGN_TO",
    "CAMPAIGN_UNPRICED",
    "CAMPAIGN_VARIANT",
    "CAMPAIGN_WITH",
    "campaign_answers",
    "campaign_audience",
    "campaign_bar",
    "campaign_budget",
    "campaign_cancelled",
    "campaign_consents",
    "campaign_cost",
    "campaign_cost_of",
    "campaign_day",
    "campaign_does_not_fit",
    "campaign_duration",
    "campaign_emptied",
    "campaign_groups",
    "campaign_importing",
    "campaign_in_state",
    "campaign_left_out",
    "campaign_listed",
    "campaign_messages",
    "campaign_more_days",
    "campaign_not_asked",
    "campaign_observed",
    "campaign_outcomes",
    "campaign_paused",
    "campaign_people",
    "campaign_plan_budget",
    "campaign_reported",
    "campaign_resumed",
    "campaign_sms_limit",
    "campaign_sms_slower",
    "campaign_standing",
    "campaign_started",
    "campaign_state",
    "campaign_tested",
    "campaign_unpriced",
    "campaign_unusable",
    "campaign_way",
    "campaign_ways",
]

CAMPAIGN: Final = "Send one message or one scene to everybody of an audience: plan, run, watch, report."
CAMPAIGN_ANSWERS: Final = (
    "How many in a hundred are expected to answer, for the cost (default: what was observed of this bot, else 5)."
)
CAMPAIGN_BUDGET: Final = "A new budget a month, in euros before VAT, for a campaign that has spent its own."
CAMPAIGN_CANCEL: Final = "End a campaign for good; what has not left is taken back."
CAMPAIGN_FOLLOW: Final = "Keep showing how far it is, until it is done."
CAMPAIGN_AS_GIVEN: Final = "as --answers says"
CAMPAIGN_GUESS: Final = "a guess: --answers says it better"
CAMPAIGN_HAD_TURN: Final = "had their turn"
CAMPAIGN_NO_TURN: Final = "never had their turn"
CAMPAIGN_NO_CONSENT: Final = "no «consent» columns are named: the rules refuse marketing to whoever has not agreed"
CAMPAIGN_NO_PRICE: Final = "budget: it does not start without all prices, or a ceiling in the file"
CAMPAIGN_STANDINGS: Final = "what is known of them:"
CAMPAIGN_NONE: Final = "there is no campaign yet"
CAMPAIGN_OUT: Final = "Write to this file; one that ends in .parquet is written as Parquet (default: CSV, here)."
CAMPAIGN_PAUSE: Final = "Let nothing more leave, until «rbm campaign resume»."
CAMPAIGN_PLAN: Final = (
    "Read FILE and its audience and say what would happen: people, days, time, cost. Nothing is sent."
)
CAMPAIGN_READING: Final = "reading the audience …"
CAMPAIGN_REPORT: Final = "What became of each recipient of a campaign."
CAMPAIGN_RESUME: Final = "Go on with a campaign that is paused."
CAMPAIGN_RUN: Final = "Import the audience of FILE and start; a running server sends. The same command again goes on."
CAMPAIGN_SMS: Final = "How many in a hundred are expected to leave by SMS (default: what is known of the people)."
CAMPAIGN_STATUS: Final = "How far a campaign is; without a NAME, every campaign."
CAMPAIGN_TO: Final = "Only send a test, to a tester of the file: a name or a number."
CAMPAIGN_UNPRICED: Final = "the cost is not known: prices are missing"
CAMPAIGN_VARIANT: Final = "Which variant the test sends (default: the first)."
CAMPAIGN_WITH: Final = (
    "Add a column of your own audience; may be repeated. Numbers are given only for their own column."
)


def campaign_answers(percent: str, *, why: str) -> str:
    """How many are expected to answer, and who says so."""
    return f"{percent} are expected to answer, {why}"


def campaign_audience(name: str, *, people: str, rows: str) -> str:
    """How many people an audience has."""
    return f"{name}: {people} people in {rows} rows"


def campaign_bar(drawn: str, *, share: str, done: str, total: str, state: str) -> str:
    """How far a campaign is, on one line."""
    return f"{drawn} {share}  {done} of {total}  {state}"


def campaign_budget(cap: str, *, reserved: str, posted: str) -> str:
    """How the budget of a campaign stands, in euros."""
    return f"budget of the month: {cap} €; {reserved} € spent or reserved, of which {posted} € are posted"


def campaign_cancelled(name: str, *, taken_back: str) -> str:
    """A campaign has ended by hand."""
    return f"{name} is cancelled; {taken_back} messages were taken back before they left"


def campaign_consents(people: str) -> str:
    """How many people the audience proves the consent of."""
    return f"{people} bring a proof of consent"


def campaign_cost(low: str, *, expected: str, worst: str) -> str:
    """What a campaign may cost, in euros without VAT."""
    return f"cost: {expected} € expected, {low} € at least, {worst} € if everybody answers (without VAT)"


def campaign_cost_of(operator: str, *, people: str, expected: str) -> str:
    """What the people of one operator are expected to cost."""
    return f"{operator}: {people} people, {expected} €"


def campaign_day(start: str, *, until: str, messages: str) -> str:
    """One stretch of sending."""
    return f"{start} to {until}: {messages} messages"


def campaign_does_not_fit(reason: str) -> str:
    """The campaign cannot end in its hours."""
    return f"it does not fit: {reason}"


def campaign_duration(duration: str, *, rate: str) -> str:
    """How long it takes."""
    return f"it takes {duration} at {rate} a second"


def campaign_emptied(name: str) -> str:
    """The cells of a campaign are gone."""
    return (
        f"{name} has been over for longer than keep_bodies_days: the references and columns of its audience are gone "
        "and stay empty here; numbers are still given"
    )


def campaign_groups(groups: list[str]) -> str:
    """How people are split."""
    return f"about: {', '.join(groups)}"


def campaign_importing(people: str, *, total: str) -> str:
    """How many people were handed over."""
    return f"{people} of {total} people imported"


def campaign_in_state(state: str, *, why: str) -> str:
    """What a campaign does, and why."""
    known = {
        "budget": "its budget is spent",
        "error_ratio": "too many unknown numbers",
        "unreadable": "its file cannot be read with these keys",
        "ended": "its end has come",
    }
    return f"{state}, {known.get(why, why)}" if why else state


def campaign_left_out(counts: list[str]) -> str:
    """Lines of the audience that were not used."""
    return f"left out: {', '.join(counts)}"


def campaign_listed(name: str, *, state: str) -> str:
    """One campaign in the list of all."""
    return f"{name}  {state}"


def campaign_messages(count: str, *, each: int, parts: int) -> str:
    """How much leaves; ``parts`` of an SMS, 0 where none may follow."""
    sms = f"an SMS has {parts} part{'s' if parts > 1 else ''}" if parts else "by RCS alone"
    return f"{count} messages, {each} for each person; {sms}"


def campaign_more_days(count: int, *, ends: str) -> str:
    """Days that are not shown."""
    return f"and {count} more, until {ends}"


def campaign_not_asked(reason: str) -> str:
    """Nobody could be asked about the people."""
    return f"nobody was asked who can be reached: {reason}"


def campaign_outcomes(counts: list[str]) -> str:
    """What became of the messages."""
    return f"messages: {', '.join(counts)}"


def campaign_observed(answered: str, *, rated: str) -> str:
    """How many answered before."""
    return f"as in this bot's last campaigns: {answered} of {rated} messages"


def campaign_paused(name: str) -> str:
    """A campaign is paused."""
    return f"{name} is paused; nothing more leaves"


def campaign_people(total: str, *, people: list[str]) -> str:
    """Where the people of a campaign stand."""
    return f"{total} people: {', '.join(people)}"


def campaign_plan_budget(cap: str, *, people: str) -> str:
    """Whether a budget is enough; ``people``: whose worst case it is, where it may not be."""
    if not people:
        return f"budget: {cap} € a month, enough if everybody answers"
    return f"budget: {cap} € a month, the worst case of {people} people; then it pauses"


def campaign_reported(path: str, *, people: str) -> str:
    """A report was written."""
    return f"{path}: {people} people"


def campaign_resumed(name: str) -> str:
    """A campaign goes on."""
    return f"{name} goes on"


def campaign_sms_limit(share: str) -> str:
    """From which share of SMS on the short code is too slow."""
    return f"the short code becomes the slower side when more than {share} leave by SMS"


def campaign_sms_slower(sms: str, *, rcs: str) -> str:
    """The short code sets the pace."""
    return f"the short code is the slower side: {sms}, where RCS alone takes {rcs}"


def campaign_standing(name: str, *, count: str, share: str) -> str:
    """How many people stand in one group."""
    return f"{name}: {count} ({share})"


def campaign_started(name: str, *, people: str) -> str:
    """A campaign has all its people."""
    return f"{name} has its {people} people; a running server sends. «rbm campaign status {name} --follow» looks on"


def campaign_state(name: str, *, state: str, since: str) -> str:
    """What a campaign does."""
    return f"{name}: {state}; since {since}"


def campaign_tested(contact: str) -> str:
    """A test was queued."""
    return f"a test is queued for contact {contact}; a running server sends it"


def campaign_unpriced(operator: str, *, product: str) -> str:
    """A price is missing."""
    return f"no price for {product} of {operator}"


def campaign_unusable(what: str, *, count: str, lines: str) -> str:
    """Lines of the audience that cannot be used."""
    return f"{count} with {what}, first in line {lines}"


def campaign_way(name: str, *, rcs: str, sms: str, nobody: str, cost: str) -> str:
    """One way to run a campaign, and its expected cost in euros."""
    return f"{name}: {rcs} by RCS, {sms} by SMS, {nobody} not at all: {cost} €"


def campaign_ways(people: str) -> str:
    """What the ways below are about."""
    return f"ways to reach all {people}, and what each costs:"
