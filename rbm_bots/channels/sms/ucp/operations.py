"""What the operations mean, as values: written into fields and read out of frames.

Addresses are the wire's own: digits without ``+``. Whether a twelve-digit sender is a number or an alias is told by
the configuration of the short code, not by its shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from rbm_bots.channels.sms.alphabet import read_septets, read_utf16, septets, utf16
from rbm_bots.channels.sms.header import Part, read_part, write_part
from rbm_bots.channels.sms.ucp.fields import FIELDS
from rbm_bots.channels.sms.ucp.frame import Frame
from rbm_bots.channels.sms.ucp.names import pack_name, unpack_name
from rbm_bots.channels.sms.ucp.stamps import (
    Stamp,
    defer_digits,
    read_stamp,
    validity_digits,
)
from rbm_bots.channels.sms.ucp.xser import (
    BILLING,
    CODING,
    FLASH,
    HEADER,
    UCS2,
    read_xser,
    write_xser,
)

__all__ = [
    "ALERT",
    "CALL_INPUT",
    "DELIVER",
    "LOGIN",
    "REPORT",
    "SUBMIT",
    "Coding",
    "Deliver",
    "Login",
    "Report",
    "SenderKind",
    "Submit",
    "alert_fields",
    "operation",
    "read_deliver",
    "read_login",
    "read_report",
    "read_submit",
]

CALL_INPUT: Final = 1
ALERT: Final = 31
SUBMIT: Final = 51
DELIVER: Final = 52
REPORT: Final = 53
LOGIN: Final = 60
_KIND_OF_SENDER: Final = {"": "short", "1139": "international", "5039": "name"}
_OTOA: Final = {kind: otoa for otoa, kind in _KIND_OF_SENDER.items()}
_STATES: Final[dict[str, Literal["delivered", "buffered", "failed"]]] = {
    "0": "delivered",
    "1": "buffered",
    "2": "failed",
}

Coding = Literal["gsm7", "ucs2", "digits"]
SenderKind = Literal["short", "international", "name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Open a session (60), or change its password when ``new_password`` is given."""

    account: str
    password: str = field(repr=False)
    new_password: str = field(default="", repr=False)
    oton: str = "6"
    onpi: str = "5"
    opid: str = ""

    def fields(self) -> tuple[str, ...]:
        """The fields of the operation."""
        style = "3" if self.new_password else "1"
        secrets = {"PWD": _hex(self.password.encode("latin-1")), "NPWD": _hex(self.new_password.encode("latin-1"))}
        named = {"OAdC": self.account, "OTON": self.oton, "ONPI": self.onpi, "STYP": style, "VERS": "0100"}
        return operation(LOGIN, named | secrets | {"OPID": self.opid})


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """One SMS part to send (51). Times are aware; ``notify`` is NT: 1 delivered, 2 not delivered, 4 buffered.

    ``message_class``: 0 shows the text at once (flash). ``more``: services of XSer that have no name here.
    """

    to: str
    sender: str
    text: str
    coding: Coding = "gsm7"
    sender_kind: SenderKind = "short"
    report: bool = False
    notify: int = 0
    npid: str = ""
    nadc: str = ""
    deferred_to: datetime | None = None
    validity: datetime | None = None
    part: Part | None = None
    message_class: int | None = None
    billing: bytes = b""
    more: tuple[tuple[int, bytes], ...] = ()

    def fields(self, zone: ZoneInfo) -> tuple[str, ...]:
        """The fields of the operation. Raises ``ValueError`` for a text or name outside its alphabet."""
        named = {"AdC": self.to, "OAdC": self._packed_sender(), "OTOA": _OTOA[self.sender_kind]}
        named |= {"NRq": "1" if self.report else "", "NT": str(self.notify or ""), "NPID": self.npid}
        named["NAdC"] = self.nadc
        if self.deferred_to is not None:
            named |= {"DD": "1", "DDT": defer_digits(self.deferred_to, zone)}
        if self.validity is not None:
            named["VP"] = validity_digits(self.validity, zone)
        if self.message_class is not None:
            named["MCLs"] = str(self.message_class)
        return operation(SUBMIT, named | _text_fields(self.text, self.coding) | {"XSer": self._services()})

    def _packed_sender(self) -> str:
        return pack_name(self.sender) if self.sender_kind == "name" else self.sender

    def _services(self) -> str:
        services = [(HEADER, write_part(self.part))] if self.part else []
        if self.coding == "ucs2":
            services.append((CODING, UCS2))
        elif self.message_class == 0:
            services.append((CODING, FLASH))
        if self.billing:
            services.append((BILLING, self.billing))
        return write_xser((*services, *self.more))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """A message from a phone (52, or 01 which has no time). ``scts.digits`` is empty when there is no time."""

    to: str
    sender: str
    text: str
    scts: Stamp
    coding: Coding = "gsm7"
    part: Part | None = None
    home_network: str = ""
    xser: str = ""
    by_call_input: bool = False

    def fields(self) -> tuple[str, ...]:
        """The fields of the operation, for whoever plays the SMSC."""
        named = {"AdC": self.to, "OAdC": self.sender} | _text_fields(self.text, self.coding)
        if self.by_call_input:
            return operation(CALL_INPUT, named)
        services = [(HEADER, write_part(self.part))] if self.part else []
        services += [(CODING, UCS2)] if self.coding == "ucs2" else []
        return operation(DELIVER, named | {"SCTS": self.scts.digits, "XSer": write_xser(tuple(services))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a submit (53): to ``recipient``, stamped ``scts``. ``reason`` says nothing once delivered."""

    to: str
    recipient: str
    scts: Stamp
    state: Literal["delivered", "buffered", "failed"]
    reason: str
    done: Stamp
    text: str = ""

    def fields(self) -> tuple[str, ...]:
        """The fields of the operation, for whoever plays the SMSC."""
        state = next(digit for digit, state in _STATES.items() if state == self.state)
        named = {"AdC": self.to, "OAdC": self.recipient, "SCTS": self.scts.digits, "Dst": state, "Rsn": self.reason}
        return operation(REPORT, named | {"DSCTS": self.done.digits} | _text_fields(self.text, "gsm7"))


def operation(ot: int, named: dict[str, str]) -> tuple[str, ...]:
    """The fields of operation ``ot`` in their order; what is not named is empty."""
    return tuple(named.get(name, "") for name in FIELDS[ot])


def alert_fields(account: str, *, pid: str = "0539") -> tuple[str, ...]:
    """The fields of a keepalive (31)."""
    return (account, pid)


def read_login(frame: Frame) -> Login:
    """The values of an operation 60. Octets of the password are Latin-1."""
    named = frame.named()
    password, new = (bytes.fromhex(named.get(name, "")).decode("latin-1") for name in ("PWD", "NPWD"))
    forms = {key: named.get(name, "") for key, name in (("oton", "OTON"), ("onpi", "ONPI"), ("opid", "OPID"))}
    return Login(account=named["OAdC"], password=password, new_password=new, **forms)


def read_submit(frame: Frame, zone: ZoneInfo) -> Submit:
    """The values of an operation 51. Raises ``ValueError`` for a packed name that is none."""
    named = frame.named()
    text, coding = _text(named)
    services = read_xser(named.get("XSer", "")) or ()
    known = dict(services)
    kind = _sender_kind(named.get("OTOA", ""))
    return Submit(
        to=named["AdC"],
        sender=unpack_name(named["OAdC"]) if kind == "name" else named["OAdC"],
        sender_kind=kind,
        text=text,
        coding=coding,
        report=named.get("NRq") == "1",
        notify=int(named.get("NT", "0")),
        npid=named.get("NPID", ""),
        nadc=named.get("NAdC", ""),
        deferred_to=read_stamp(named["DDT"], zone).at if "DDT" in named else None,
        validity=read_stamp(named["VP"], zone).at if "VP" in named else None,
        part=read_part(known.get(HEADER, b"")),
        message_class=int(named["MCLs"]) if "MCLs" in named else None,
        billing=known.get(BILLING, b""),
        more=tuple(pair for pair in services if pair[0] not in (HEADER, CODING, BILLING)),
    )


def read_deliver(frame: Frame, *, zone: ZoneInfo) -> Deliver:
    """The values of an operation 52 or 01."""
    named = frame.named()
    text, coding = _text(named)
    return Deliver(
        to=named["AdC"],
        sender=named.get("OAdC", ""),
        text=text,
        scts=read_stamp(named.get("SCTS", ""), zone),
        coding=coding,
        part=read_part(dict(read_xser(named.get("XSer", "")) or ()).get(HEADER, b"")),
        home_network=named.get("HPLMN", ""),
        xser=named.get("XSer", ""),
        by_call_input=frame.ot == CALL_INPUT,
    )


def read_report(frame: Frame, *, zone: ZoneInfo) -> Report:
    """The values of an operation 53."""
    named = frame.named()
    return Report(
        to=named["AdC"],
        recipient=named["OAdC"],
        scts=read_stamp(named["SCTS"], zone),
        state=_STATES[named["Dst"]],
        reason=named["Rsn"],
        done=read_stamp(named["DSCTS"], zone),
        text=_text(named)[0],
    )


def _sender_kind(otoa: str) -> SenderKind:
    return "name" if otoa == "5039" else "international" if otoa == "1139" else "short"


def _text_fields(text: str, coding: Coding) -> dict[str, str]:
    if coding == "digits":
        return {"MT": "2", "Msg": text}
    if coding == "gsm7":
        return {"MT": "3", "Msg": _hex(septets(text))}
    octets = utf16(text)
    return {"MT": "4", "NB": f"{8 * len(octets):04}", "Msg": _hex(octets)}


def _text(named: dict[str, str]) -> tuple[str, Coding]:
    message, kind = named.get("Msg", ""), named.get("MT", "3")
    if kind == "2":
        return message, "digits"
    octets = bytes.fromhex(message)
    return (read_septets(octets), "gsm7") if kind == "3" else (read_utf16(octets), "ucs2")


def _hex(octets: bytes) -> str:
    return octets.hex().upper()
