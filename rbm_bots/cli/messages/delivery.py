"""What the commands of delivery say: capability, rules, the text and the centre of SMS."""

from __future__ import annotations

from typing import Final

__all__ = [
    "CAPABILITY",
    "CAPABILITY_CHECK",
    "CAPABILITY_NONE",
    "CAPABILITY_PRICE_FORM",
    "CAPABILITY_RATIOS",
    "CAPABILITY_RCS_PRICE",
    "CAPABILITY_REPORT",
    "CAPABILITY_RESUME",
    "CAPABILITY_SMS_PRICE",
    "CAPABILITY_UNPRICED",
    "DELIVERY",
    "RULES",
    "RULES_DECIDE",
    "SMS",
    "SMSC",
    "SMSC_LOGIN",
    "SMSC_LOGIN_FORM",
    "SMSC_PORT",
    "SMSC_RATE",
    "SMSC_RECORD",
    "SMS_INSPECT",
    "SMS_KEEP",
    "SMS_MODE",
    "SMS_MOST_PARTS",
    "SMS_NOT_UNICODE",
    "SMS_REFERENCE_BITS",
    "capability_group",
    "capability_plan",
    "capability_ratio",
    "capability_resumed",
    "delivery_line",
    "rules_decision",
    "smsc_ready",
]

CAPABILITY: Final = "Who can be reached by RCS, and how many sends went to unknown numbers."
CAPABILITY_CHECK: Final = "Ask the platform about one number now, where the settings allow it."
CAPABILITY_NONE: Final = "nothing was sent yet"
CAPABILITY_PRICE_FORM: Final = "an amount in euro with at most six decimals, such as 0.095"
CAPABILITY_RATIOS: Final = "The share of unknown numbers of every campaign and application."
CAPABILITY_RCS_PRICE: Final = "What one person costs by RCS."
CAPABILITY_REPORT: Final = "Count a bot's people by how they can be reached, with the cost of each plan."
CAPABILITY_RESUME: Final = "Let a campaign or application go on that too many unknown numbers have stopped."
CAPABILITY_SMS_PRICE: Final = "What one person costs by SMS."
CAPABILITY_UNPRICED: Final = "price unknown"
DELIVERY: Final = "See what delivery would do, without sending anything."
RULES: Final = "Ask what the law and the person allow."
RULES_DECIDE: Final = "Decide the cases of FILE: may each message leave now? «-» reads them from the input."
SMS: Final = "Look at texts as SMS carries them."
SMS_INSPECT: Final = "Say what TEXT costs as an SMS: its alphabet, its size, its parts, and its transliterated form."
SMS_KEEP: Final = "A word (a code, a name) that transliteration leaves as it is; may be repeated."
SMS_MODE: Final = "Also say what is sent: strict and gsm refuse what does not fit, smart rewrites where it saves parts."
SMS_MOST_PARTS: Final = "Refuse what fills more parts; marketing may have 3, other messages 5. Wants --mode."
SMS_NOT_UNICODE: Final = "TEXT is no UTF-8"
SMS_REFERENCE_BITS: Final = "The size of the number that joins the parts."
SMSC: Final = "Play an SMS centre over UCP on this machine; a recipient's last four digits choose what happens."
SMSC_LOGIN: Final = "The account and its password (default 36123:secret)."
SMSC_LOGIN_FORM: Final = "a login is written USER:PASS, and USER is 1 to 16 digits"
SMSC_PORT: Final = "The port on 127.0.0.1; 0 takes a free one."
SMSC_RATE: Final = "Refuse more operations than this in any second."
SMSC_RECORD: Final = "Append every frame to this file, passwords masked."


def capability_group(name: str, *, count: int, share: str) -> str:
    """One group of an audience."""
    return f"{name:15} {count:>9}  {share:>8}"


def capability_plan(name: str, *, rcs: int, sms: int, nobody: int, cost: str) -> str:
    """What one plan reaches and costs."""
    return f"plan {name}: {rcs} by RCS, {sms} by SMS, {nobody} not reached; {cost}"


def capability_ratio(name: str, *, share: str, misses: int, attempts: int, level: str) -> str:
    """The share of unknown numbers of one campaign or application."""
    return f"{name}: {share} ({misses} of {attempts}), {level}"


def capability_resumed(campaigns: list[str]) -> str:
    """What goes on again."""
    return f"counted anew; campaigns that go on: {', '.join(campaigns) or 'none'}"


def delivery_line(case: str, *, legs: list[str], outcome: str) -> str:
    """One case of ``rbm delivery simulate``: what came of it, and which legs left when."""
    return f"{case}  {outcome}  {', '.join(legs) or 'nothing left'}"


def rules_decision(case: str, *, verdict: str, rule: str, until: str, reason: str) -> str:
    """One decision of ``rbm rules decide``; ``until`` and ``reason`` may be empty."""
    words = " ".join(word for word in (verdict, rule, until and f"until {until}") if word)
    return f"{case}: {words}" + (f" ({reason})" if reason else "")


def smsc_ready(port: int) -> str:
    """``rbm smsc`` listens; programs wait for this line."""
    return f"rbm smsc: listening on 127.0.0.1:{port}"
