"""What the commands of the ledger say."""

from __future__ import annotations

from typing import Final

__all__ = [
    "LEDGER",
    "LEDGER_ACKNOWLEDGE",
    "LEDGER_ACKNOWLEDGE_OPERATOR",
    "LEDGER_ACTIVITY",
    "LEDGER_CHARGES",
    "LEDGER_CLOSE",
    "LEDGER_CLOSE_CHECK",
    "LEDGER_CSV",
    "LEDGER_DATE_FORM",
    "LEDGER_DRY_RUN",
    "LEDGER_EURO_FORM",
    "LEDGER_EXPLAIN",
    "LEDGER_HTML",
    "LEDGER_MAPPING",
    "LEDGER_MONTH",
    "LEDGER_MONTH_DEFAULT",
    "LEDGER_MONTH_WHICH",
    "LEDGER_OF_BOT",
    "LEDGER_OF_BRAND",
    "LEDGER_OF_CAMPAIGN",
    "LEDGER_OF_OPERATOR",
    "LEDGER_PARQUET",
    "LEDGER_PDF",
    "LEDGER_PRICES",
    "LEDGER_PRICES_ADD",
    "LEDGER_PRICES_LIST",
    "LEDGER_PRICE_FORM",
    "LEDGER_PRICE_FROM",
    "LEDGER_PRICE_OPERATOR",
    "LEDGER_PRICE_SOURCE",
    "LEDGER_RECONCILE",
    "LEDGER_REPORT_OF",
    "LEDGER_RERATE",
    "LEDGER_RERATE_FROM",
    "LEDGER_TOLERANCE",
    "LEDGER_WHO",
    "LEDGER_WHY",
    "fee_line",
    "ledger_acknowledged",
    "ledger_adjustment",
    "ledger_blocker",
    "ledger_case",
    "ledger_change",
    "ledger_changes",
    "ledger_closable",
    "ledger_closed",
    "ledger_difference",
    "ledger_difference_line",
    "ledger_elsewhere",
    "ledger_held",
    "ledger_line",
    "ledger_month_heading",
    "ledger_month_line",
    "ledger_more_differences",
    "ledger_ordered",
    "ledger_price",
    "ledger_price_entered",
    "ledger_reconcile_result",
    "ledger_reconciled",
    "ledger_result",
    "ledger_total",
    "ledger_totals",
    "ledger_unpriced",
    "ledger_unreadable",
    "ledger_window",
    "ledger_written",
]

LEDGER: Final = "See what messages and contracts cost."
LEDGER_ACKNOWLEDGE: Final = "Accept the reconciliation of a month with an operator: who, when and why are kept."
LEDGER_ACKNOWLEDGE_OPERATOR: Final = "The operator whose report it was; OPS for SMS."
LEDGER_ACTIVITY: Final = "The activity file that came with the report: it names messages, so lines pair by them first."
LEDGER_CHARGES: Final = "Write every charge behind the statement as CSV."
LEDGER_CLOSE: Final = "Close a month for good, or say what stands in the way."
LEDGER_CLOSE_CHECK: Final = "Only say what stands in the way."
LEDGER_CSV: Final = "Write the statement as CSV."
LEDGER_DATE_FORM: Final = "a date is written 2026-01-31 (the day begins in Paris), or as an instant with an offset"
LEDGER_DRY_RUN: Final = "Only say what would change."
LEDGER_EURO_FORM: Final = "a price is euro with at most six decimals: 0.095"
LEDGER_EXPLAIN: Final = "Tell in words how a charge came about: its id, or a conversation as BOT/CONTACT."
LEDGER_HTML: Final = "Write the statement as one HTML file."
LEDGER_MAPPING: Final = "A TOML file that says which column is what, for reports other than billable events."
LEDGER_MONTH: Final = "Show or write the statement of a month; provisional until the month is closed."
LEDGER_MONTH_DEFAULT: Final = "The month (default: the present one in Paris)."
LEDGER_MONTH_WHICH: Final = "The month, in Paris."
LEDGER_OF_BOT: Final = "Only this bot."
LEDGER_OF_BRAND: Final = "Only this brand (the sender of the messages)."
LEDGER_OF_CAMPAIGN: Final = "Only this campaign."
LEDGER_OF_OPERATOR: Final = "Only this operator."
LEDGER_PARQUET: Final = "Write the statement as Parquet."
LEDGER_PDF: Final = "Write the statement as PDF."
LEDGER_PRICES: Final = "See and enter prices. A row is never edited: a correction is another row of the same start."
LEDGER_PRICES_ADD: Final = "Enter what OPERATOR asks for PRODUCT, in EURO before VAT: ORANGE MU 0.06."
LEDGER_PRICES_LIST: Final = "Show every price row, as it was entered."
LEDGER_PRICE_FORM: Final = "operators and products are written in capitals: ORANGE MU"
LEDGER_PRICE_FROM: Final = "From when on it holds."
LEDGER_PRICE_OPERATOR: Final = "Only the prices of this operator."
LEDGER_PRICE_SOURCE: Final = "Where it stands: a contract, an annex."
LEDGER_RECONCILE: Final = "Compare an operator's REPORT (CSV) with our charges of a month."
LEDGER_REPORT_OF: Final = "The operator whose report it is (default: the deployment's default operator)."
LEDGER_RERATE: Final = "Rate again what happened since a date, and post what differs."
LEDGER_RERATE_FROM: Final = "Since when."
LEDGER_TOLERANCE: Final = "By how many seconds two starts may differ and still be the same."
LEDGER_WHO: Final = "In whose name (default: the account of this machine)."
LEDGER_WHY: Final = "Why; it is kept."


def fee_line(product: str, *, quantity: int, unit: str, amount: str) -> str:
    """One line of an invoice; amounts are written in euro."""
    return f"{product:<22}{quantity:>8}  x {unit:>10}  {amount:>12}"


def ledger_case(name: str, *, title: str, total: str, good: bool) -> str:
    """The heading of one case of ``rbm ledger``."""
    return f"{'ok  ' if good else 'FAIL'}  {name}  {total}  {title}".rstrip()


def ledger_acknowledged(month: str, *, operator: str, differences: int) -> str:
    """A reconciliation was accepted."""
    return f"{month}: the reconciliation with {operator} is acknowledged, with {differences} differences"


def ledger_adjustment(month: str, *, line: str) -> str:
    """A line that corrects a closed month."""
    return f"{line}  adjustment for {month}"


def ledger_blocker(detail: str) -> str:
    """One thing that stands in the way of closing."""
    return f"cannot close: {detail}"


def ledger_change(key: str, *, posted: int, taken_back: int, amount: str) -> str:
    """What a re-rating or a price changes for one conversation."""
    return f"{key}  {posted} posted, {taken_back} taken back, {amount}"


def ledger_changes(keys: int, *, posted: int, taken_back: int, amount: str) -> str:
    """What a re-rating or a price changes in all."""
    return f"{keys} conversations differ: {posted} posted, {taken_back} taken back, {amount} euro"


def ledger_closable(month: str) -> str:
    """Nothing stands in the way."""
    return f"{month}: nothing stands in the way of closing"


def ledger_closed(month: str) -> str:
    """A month was closed."""
    return f"{month}: closed; what comes later is an adjustment of a later month"


def ledger_difference(key: str, *, expected: str, got: str) -> str:
    """Something that was expected and did not come."""
    return f"{key}: expected {expected}, got {got}"


def ledger_difference_line(outcome: str, *, place: str, key: str, reason: str) -> str:
    """A line that is not the same on both sides."""
    return f"{outcome:<15} {place}  {key}: {reason}"


def ledger_elsewhere(rows: int) -> str:
    """Rows of a report that do not belong to it."""
    return f"rbm ledger: {rows} rows of the report belong to another month or operator and are left aside"


def ledger_held(messages: int, *, amount: str) -> str:
    """Money that is reserved and not owed."""
    return f"held, not owed: {messages} messages, {amount}"


def ledger_month_heading(month: str, *, scope: str, state: str, basis: str) -> str:
    """The first line of a statement."""
    return f"{month}  {scope}  ({state}; {basis} messages; Europe/Paris; euro before VAT)"


def ledger_month_line(product: str, *, operator: str, bot: str, quantity: int, unit: str, amount: str) -> str:
    """One line of a statement; without a price the amount is empty."""
    return f"{operator:<10}{product:<22}{bot:<16}{quantity:>9}  x {unit:>10}  {amount:>14}".rstrip()


def ledger_more_differences(lines: int) -> str:
    """More lines than a terminal wants to show."""
    return f"and {lines} more: --json has them all"


def ledger_ordered(run: str) -> str:
    """A re-rating was ordered."""
    return f"ordered as run {run}; the ledger posts the differences"


def ledger_price(product: str, *, operator: str, amount: str, since: str, source: str) -> str:
    """One price row."""
    return f"{operator:<10}{product:<22}{amount:>10}  from {since}  {source}".rstrip()


def ledger_price_entered(product: str, *, operator: str, amount: str, since: str) -> str:
    """A price was entered."""
    return f"entered: {operator} {product} {amount} from {since}"


def ledger_reconcile_result(same: int, *, different: int) -> str:
    """The last line of ``rbm ledger reconcile``."""
    return f"{same} the same, {different} different"


def ledger_reconciled(month: str, *, operator: str) -> str:
    """The first line of ``rbm ledger reconcile``."""
    return f"{month}  {operator}"


def ledger_total(product: str, *, ours: str, theirs: str) -> str:
    """Both sides of one product."""
    return f"{product:<14} ours {ours}, theirs {theirs}"


def ledger_totals(*, total_ht: str, vat: str, total_ttc: str) -> str:
    """The last line of a statement's total."""
    return f"total HT {total_ht}, VAT {vat}, total TTC {total_ttc}"


def ledger_unpriced(lines: int) -> str:
    """Charges without a price."""
    return f"UNPRICED: {lines} charges have no price and are not in the total; the month cannot close"


def ledger_window(column: str) -> str:
    """An operator counts another window than 24 hours."""
    return f"rbm ledger: warning: «{column}» of the report is not 24 hours"


def ledger_written(path: str) -> str:
    """A statement was written."""
    return f"{path}: written"


def ledger_line(product: str, *, operator: str, amount: str, at: str) -> str:
    """One charge; the amount is written in euro, the date in UTC."""
    return f"{product:<14}{operator:<10}{amount:>10}  {at}"


def ledger_result(*, good: int, different: int) -> str:
    """The last line of ``rbm ledger rate`` and ``rbm ledger fees``."""
    return f"{good} as expected, {different} different"


def ledger_unreadable(path: str, reason: str) -> str:
    """A file of ``rbm ledger`` is not there, or is not one."""
    return f"{path}: {reason}"
