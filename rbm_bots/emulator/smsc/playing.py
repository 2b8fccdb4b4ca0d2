"""Plays the scenario of one accepted submit: the result, the reports, and what the person answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rbm_bots.channels.sms.header import Part
from rbm_bots.channels.sms.ucp.frame import ETX, Frame, encode
from rbm_bots.channels.sms.ucp.operations import ALERT, Deliver, Report, Submit, alert_fields
from rbm_bots.channels.sms.ucp.stamps import Stamp, read_stamp, stamp_digits
from rbm_bots.emulator.smsc.scenarios import Answer, Planned, Scenario

if TYPE_CHECKING:
    from rbm_bots.emulator.smsc.centre import Smsc
    from rbm_bots.emulator.smsc.peer import Peer

__all__ = ["play"]

_BIT: Final = {"delivered": 1, "failed": 2, "buffered": 4}
_BOTH_ENDS: Final = 3  # what a mask of 0 means here
_LONG_AGO: Final = timedelta(days=1)
_REF: Final = 7


async def play(centre: Smsc, peer: Peer, frame: Frame, *, submit: Submit, digits: str, scenario: Scenario) -> None:
    """The rest of a submit's life."""
    if scenario.report_first:
        await _report(centre, submit, digits, scenario.reports)
    await _result(centre, peer, frame, f"{submit.to}:{digits}", scenario)
    if scenario.result == "cut" or scenario.cut_before_reports:
        peer.cut()
    if not scenario.report_first:
        await _report(centre, submit, digits, scenario.reports)
    if scenario.answer is not None:
        _answer(centre, submit, scenario.answer)
    if scenario.alert and peer.has_room:
        peer.operate(ALERT, alert_fields(centre.settings.account))


async def _result(centre: Smsc, peer: Peer, frame: Frame, key: str, scenario: Scenario) -> None:
    """The result, in one of the ways it can be sent."""
    result = Frame(trn=frame.trn, kind="R", ot=frame.ot, fields=("A", "", key))
    octets = encode(result)
    match scenario.result:
        case "never" | "cut":
            return
        case "late":
            await centre.clock.sleep(centre.settings.late_s)
        case _:
            pass
    peer.settled(frame)
    match scenario.result:
        case "bad_checksum":
            peer.write_damaged(octets[:-3] + (b"00" if octets[-3:-1] != b"00" else b"01") + ETX)
        case "bad_length":
            peer.write_damaged(octets[:4] + b"00099" + octets[9:])
        case "other_number":
            peer.write(Frame(trn=(frame.trn + 50) % 100, kind="R", ot=frame.ot, fields=result.fields))
        case "other_operation":
            peer.write(Frame(trn=frame.trn, kind="R", ot=ALERT, fields=("A", "0000")))
        case "octets" | "glued" as manner:
            peer.write(result, manner=manner)
        case _:
            peer.write(result)


async def _report(centre: Smsc, submit: Submit, digits: str, planned: tuple[Planned, ...]) -> None:
    for one in planned:
        await centre.clock.sleep(
            {"none": 0.0, "moment": centre.settings.moment_s, "buffered": centre.settings.buffered_s}[one.wait]
        )
        if not submit.report or not (submit.notify or _BOTH_ENDS) & _BIT[one.state]:
            continue
        stamp = read_stamp(digits, centre.zone)
        if one.stray and stamp.at is not None:
            stamp = read_stamp(stamp_digits(stamp.at - _LONG_AGO, centre.zone), centre.zone)
        report = Report(
            to=centre.settings.account,
            recipient=submit.to,
            scts=stamp,
            state=one.state,
            reason=one.reason,
            done=_now(centre),
        )
        centre.report(report)


def _now(centre: Smsc) -> Stamp:
    return read_stamp(stamp_digits(centre.clock.now(), centre.zone), centre.zone)


def _answer(centre: Smsc, submit: Submit, answer: Answer) -> None:
    """The person answers the short code."""
    to, sender, scts = centre.settings.account, submit.to.removeprefix("00"), _now(centre)
    if answer == "stop":
        messages = [Deliver(to=to, sender=sender, text="STOP", scts=scts)]
    elif answer == "stop_alias":
        messages = [Deliver(to=to, sender=centre.settings.alias, text="Stop", scts=scts)]
    elif answer == "ucs2":
        messages = [Deliver(to=to, sender=sender, text="Ça va 👍", scts=scts, coding="ucs2")]
    elif answer == "call_input":
        messages = [Deliver(to=to, sender=sender, text="OUI", scts=scts, by_call_input=True)]
    else:
        parts = [("Je voudrais changer l'heure ", 1), ("et la date", 2)]
        messages = [
            Deliver(to=to, sender=sender, text=text, scts=scts, part=Part(ref=_REF, total=len(parts), seq=seq))
            for text, seq in reversed(parts)
        ]
    for message in messages:
        centre.deliver(message)
