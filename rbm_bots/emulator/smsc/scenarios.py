"""What happens to a submit, chosen by the last four digits of its recipient; nothing else is needed to drive a test.

======================  ==============================================================================
0000-0999, all others   accepted, delivered after a moment
10EE                    refused with code EE
2RRR                    accepted, then not delivered for reason RRR
3RRR                    accepted, buffered for reason RRR, delivered later
4001 / 4002             no result ever / a result after the client's patience
4003 / 4004             the report before the result / the report twice
4005 / 4006             delivered, then buffered / no report ever
4007                    a report whose stamp belongs to nothing
5001 / 5002             the link is cut before the result / between result and report
6001 / 6002             a result with a wrong checksum / a wrong length
6003 / 6004             a result with another number / another operation
6005 / 6006             a result one octet at a time / glued to the next frame
7001 / 7002             the person answers STOP from the number / from the alias
7003 / 7004 / 7005      answers in two parts, the second first / in UCS-2 / by call input
7006                    the centre asks whether the client lives
======================  ==============================================================================

Reports come only when the submit asks for them and its notification mask has their bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["Answer", "Planned", "Result", "Scenario", "scenario_of"]

Result = Literal[
    "at_once",
    "never",
    "late",
    "cut",
    "bad_checksum",
    "bad_length",
    "other_number",
    "other_operation",
    "octets",
    "glued",
]
Answer = Literal["stop", "stop_alias", "two_parts", "ucs2", "call_input"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A report to come: ``wait`` names the pause before it; ``stray``: its stamp belongs to nothing."""

    state: Literal["delivered", "buffered", "failed"] = "delivered"
    reason: str = "000"
    wait: Literal["none", "moment", "buffered"] = "moment"
    stray: bool = False


_DELIVERED: Final = (Planned(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the centre does with one submit, in this order: refuse, or result, cut, reports, answer, alert."""

    refuse: str = ""
    result: Result = "at_once"
    report_first: bool = False
    cut_before_reports: bool = False
    reports: tuple[Planned, ...] = _DELIVERED
    answer: Answer | None = None
    alert: bool = False


_NAMED: Final = {
    "4001": Scenario(result="never", reports=()),
    "4002": Scenario(result="late"),
    "4003": Scenario(report_first=True, reports=(Planned(wait="none"),)),
    "4004": Scenario(reports=(Planned(), Planned())),
    "4005": Scenario(reports=(Planned(), Planned(state="buffered", reason="108"))),
    "4006": Scenario(reports=()),
    "4007": Scenario(reports=(Planned(stray=True),)),
    "5001": Scenario(result="cut", reports=()),
    "5002": Scenario(cut_before_reports=True),
    "6001": Scenario(result="bad_checksum"),
    "6002": Scenario(result="bad_length"),
    "6003": Scenario(result="other_number"),
    "6004": Scenario(result="other_operation"),
    "6005": Scenario(result="octets"),
    "6006": Scenario(result="glued", reports=(Planned(wait="none"),)),
    "7001": Scenario(answer="stop"),
    "7002": Scenario(answer="stop_alias"),
    "7003": Scenario(answer="two_parts"),
    "7004": Scenario(answer="ucs2"),
    "7005": Scenario(answer="call_input"),
    "7006": Scenario(alert=True),
}


def scenario_of(recipient: str) -> Scenario:
    """The scenario of a recipient's address, whatever its form."""
    digits = recipient[-4:]
    if len(digits) < 4 or not (digits.isascii() and digits.isdigit()):
        return Scenario()
    if digits.startswith("10"):
        return Scenario(refuse=digits[2:], reports=())
    if digits.startswith("2"):
        return Scenario(reports=(Planned(state="failed", reason=digits[1:]),))
    if digits.startswith("3"):
        return Scenario(reports=(Planned(state="buffered", reason=digits[1:]), Planned(wait="buffered")))
    return _NAMED.get(digits, Scenario())
