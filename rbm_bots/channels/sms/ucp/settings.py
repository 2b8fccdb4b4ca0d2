"""What the operator must tell before a link can run, with the values assumed until then."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from rbm_bots.channels.sms.ucp.codes import OF_ACCOUNT, EcClass, ReasonClass, ec_class
from rbm_bots.errors import SettingsError

__all__ = ["UcpSettings"]


class UcpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One link. Times are seconds.

    ``hosts``: host and port, the first tried first. ``window``: operations open at once, 1 to 100; 1 is stop and wait.
    ``result_timeout_s``: after it an operation is unknown. ``keepalive_s``: a 31 after so long without sending.
    ``drain_s``: how long a stop waits for open results. ``validity_s``: assumed where nothing names an end.
    ``report_margin_s``: how long after the end a report may still come. ``overrate_codes``: codes read as «too fast».
    ``refusal_classes``, ``reason_classes``: what codes and reasons mean on this link, where it is not the usual.
    ``alert_counts``: a 31 is one of the operations of a second. ``max_validity_s``: the longest that the centre takes.
    ``listen``: where the centre connects back to us, from the networks ``listen_peers``; ``None``: it does not.
    ``tls``: what a connection is encrypted with, ``tls_name`` the name of its certificate when it is not the host.
    """

    hosts: tuple[tuple[str, int], ...]
    account: str
    password: str
    window: int = 10
    result_timeout_s: float = 60.0
    keepalive_s: float = 50.0
    drain_s: float = 10.0
    oton: str = "6"
    onpi: str = "5"
    opid: str = ""
    keepalive_pid: str = "0539"
    npid: str = "0539"
    nadc: str = ""
    notify: int = 3
    time_zone: str = "Europe/Paris"
    overrate_codes: frozenset[str] = frozenset({"04", "37", "50", "55"})
    validity_s: float = 172_800.0
    report_margin_s: float = 3600.0
    refusal_classes: Mapping[str, EcClass] = {}
    reason_classes: Mapping[str, ReasonClass] = {}
    alert_counts: bool = True
    max_validity_s: float | None = None
    listen: tuple[str, int] | None = None
    listen_peers: tuple[str, ...] = ()
    tls: ssl.SSLContext | None = None
    tls_name: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be a link. Raises ``SettingsError``."""
        if not self.hosts:
            raise SettingsError("a UCP link needs a host", where="hosts")
        if not 1 <= self.window <= 100:
            raise SettingsError("the window is 1 to 100 operations", where="window")
        if not (self.account.isascii() and self.account.isdigit() and len(self.account) <= 16):
            raise SettingsError("the account is 1 to 16 digits", where="account")
        if not 1 <= len(self.password) <= 16:
            raise SettingsError("the password has 1 to 16 characters", where="password")
        try:
            self.zone()
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingsError("no such time zone", where="time_zone") from None

    def __repr__(self) -> str:
        """Without the password."""
        return f"UcpSettings(hosts={self.hosts!r}, account={self.account!r})"

    def class_of(self, code: str) -> EcClass:
        """What the code of a refused submit means on this link."""
        return ec_class(code, overrate=self.overrate_codes, own=self.refusal_classes)

    def is_of_account(self, code: str) -> bool:
        """Whether a refused login or keepalive means that the account is not taken."""
        return code in OF_ACCOUNT or self.class_of(code) == "config"

    def zone(self) -> ZoneInfo:
        """The zone of the centre's times."""
        return ZoneInfo(self.time_zone)
