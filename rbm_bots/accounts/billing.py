"""What contracts decide, from the settings: the table ``[billing]``, with prices from files and from the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection

from rbm_bots.accounts.facts import SmsUnit
from rbm_bots.accounts.invoices_contract import SubscribedContract, read_contract
from rbm_bots.errors import SettingsError
from rbm_bots.ledger.files import LedgerFileUnreadable
from rbm_bots.ledger.price_files import known_prices, read_prices
from rbm_bots.ledger.prices import Price, PriceBook
from rbm_bots.ledger.switch_files import Policy, read_switches
from rbm_bots.ledger.switches import SwitchBook, Switches
from rbm_bots.store import ledger_prices

__all__ = ["Billing", "BillingSettings", "Terms", "load_billing", "price_book", "terms_of"]

_T = TypeVar("_T")


class BillingSettings(BaseModel):
    """The table ``[billing]``. Each switch is a value, or a list of ``{from, value}``: from when it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prices: list[str] = Field(default=[], description="price files; a row of theirs stands in for a published one")
    contract: str = Field(default="", description="file of the short codes and options that monthly fees come from")
    default_operator: str = Field(default="ORANGE", description="of a message whose events name none")
    grace_hours: int = Field(default=72, ge=0, description="how long a month that is over still takes late events")
    partner: str = Field(default="", description="who sends on the brands' behalf and is billed by the operator")
    sms_unit: SmsUnit = Field(default="part", description="what an SMS counts by: `part` or `message`")
    switches: dict[str, Any] = Field(default={}, description="`basis`, `stop_opens` … for all bots")
    bots: dict[str, dict[str, Any]] = Field(default={}, description="bot -> the same switches; they win")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What charges were rated with, short enough to be kept with the cursor: two that differ name what changed."""

    decided: str = ""
    prices: dict[str, str] = {}

    @property
    def encoded(self) -> str:
        """As the cursor keeps it: equal texts, equal terms."""
        return msgspec.json.encode(self).decode()

    def changed(self, other: Terms) -> set[tuple[str, str]]:
        """The (operator, product) whose prices differ."""
        pairs = set(self.prices.items()) ^ set(other.prices.items())
        operators = {name.partition("|") for name, _ in pairs}
        return {(operator, product) for operator, _, product in operators}


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """What contracts decide. ``prices``: published rows and those of files; the database's come on top."""

    prices: tuple[Price, ...] = ()
    contract: SubscribedContract | None = None
    switches: SwitchBook = field(default_factory=SwitchBook)
    default_operator: str = "ORANGE"
    grace_hours: int = 72
    partner: str | None = None
    sms_unit: SmsUnit = "part"

    @property
    def digest(self) -> str:
        """Changes when anything but a price changes that a result depends on."""
        decided = msgspec.json.encode((self.switches, self.default_operator, self.sms_unit), order="sorted")
        return hashlib.blake2b(decided, digest_size=8).hexdigest()


def load_billing(raw: Mapping[str, Any], *, folder: Path = Path()) -> Billing:
    """Read the table ``[billing]``; files lie relative to ``folder``. Raises :class:`SettingsError`."""
    try:
        read = BillingSettings.model_validate(dict(raw))
    except ValidationError as fault:
        lines = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors()]
        raise SettingsError("; ".join(lines), where="billing") from None
    common = _read_switches(read.switches, Switches(), "billing.switches")
    return Billing(
        prices=_with_published([price for name in read.prices for price in _read_file(folder / name, read_prices)]),
        contract=_read_file(folder / read.contract, read_contract) if read.contract else None,
        switches=SwitchBook(
            common=common,
            by_bot={bot: _read_switches(own, common, f"billing.bots.{bot}") for bot, own in read.bots.items()},
        ),
        default_operator=read.default_operator,
        grace_hours=read.grace_hours,
        partner=read.partner or None,
        sms_unit=read.sms_unit,
    )


def price_book(connection: Connection, billing: Billing, more: Iterable[Price] = ()) -> PriceBook:
    """All rows: published, of files, of the database, and ``more``. Raises ``LedgerFileUnreadable`` if two differ."""
    return PriceBook([*billing.prices, *ledger_prices.rows(connection), *more])


def terms_of(book: PriceBook, billing: Billing, *, as_of_ms: int) -> Terms:
    """The terms as they are known at an instant."""
    known = book.as_known(as_of_ms).digests()
    prices = {f"{operator}|{product}": digest for (operator, product), digest in sorted(known.items())}
    return Terms(decided=billing.digest, prices=prices)


def _with_published(own: list[Price]) -> tuple[Price, ...]:
    """A contract's row stands in for the published one of the same start."""
    taken = {(row.operator, row.product, row.from_ms) for row in own}
    published = (row for row in known_prices() if (row.operator, row.product, row.from_ms) not in taken)
    prices = (*published, *own)
    try:
        PriceBook(prices)
    except LedgerFileUnreadable as wrong:
        raise SettingsError(wrong.message, where="billing.prices") from None
    return prices


def _read_file(path: Path, read: Callable[[bytes], _T]) -> _T:
    try:
        return read(path.read_bytes())
    except OSError as wrong:
        raise SettingsError(f"cannot be read: {wrong.strerror}", where=str(path)) from None
    except LedgerFileUnreadable as wrong:
        raise SettingsError(str(wrong), where=str(path)) from None


def _read_switches(raw: Mapping[str, Any], under: Switches, where: str) -> Switches:
    """Strict: a misspelt switch would otherwise bill by the default."""
    unknown = sorted(set(raw) - set(Policy.__struct_fields__))
    if unknown:
        raise SettingsError(f"no switch is called {', '.join(unknown)}", where=where)
    try:
        policy = msgspec.convert(msgspec.to_builtins(dict(raw)), Policy)
        return read_switches(policy, under, where)
    except (msgspec.ValidationError, LedgerFileUnreadable) as wrong:
        raise SettingsError(str(wrong), where=where) from None
