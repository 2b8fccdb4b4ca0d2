"""The report of a campaign: each recipient with what came of it, and the brand's own columns where it asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from rbm_bots.delivery.campaigns.desk import CampaignRefused, Line
from rbm_bots.delivery.campaigns.kept import Cells, open_campaign, open_cells
from rbm_bots.delivery.campaigns.outcomes import outcome_of
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.store import campaign_recipients, contacts
from rbm_bots.store.campaign_recipients import Outcome
from rbm_bots.store.campaigns import Kept
from rbm_bots.store.seal import Seal

__all__ = ["report_lines"]


def report_lines(
    connection: Connection, seal: Seal, kept: Kept, *, after: str, columns: Sequence[str], most: int
) -> list[Line]:
    """Recipients behind the contact ``after``, in the order of contacts.

    A number is read from the vault only when ``columns`` names the audience's own column of numbers. Cells that are
    gone by age are empty. Raises :class:`CampaignRefused` for a column that was not kept.
    """
    spec = open_campaign(seal, kept.spec)
    unknown = [column for column in columns if column not in spec.columns and column != spec.audience.number]
    if unknown:
        known = ", ".join((spec.audience.number, *spec.names))
        raise CampaignRefused(f"the campaign keeps no column «{unknown[0]}»", hint=f"it keeps: {known}")
    found = campaign_recipients.outcomes(connection, kept.campaign_id, after=after, most=most)
    numbers = _numbers(connection, seal, found) if spec.audience.number in columns else {}
    cancelled = kept.state == "cancelled"
    return [_line(seal, spec, one, columns, numbers, cancelled=cancelled) for one in found]


def _numbers(connection: Connection, seal: Seal, found: Sequence[Outcome]) -> dict[str, str]:
    read = contacts.read_addresses(connection, seal, [(one.contact_id, "msisdn") for one in found])
    return {contact: one.msisdn or "" for (contact, _), one in read.items() if one is not None}


def _line(
    seal: Seal, spec: Campaign, one: Outcome, columns: Sequence[str], numbers: Mapping[str, str], *, cancelled: bool
) -> Line:
    cells = open_cells(seal, one.fields) if one.fields else Cells(values=("",) * len(spec.names))
    values = dict(zip(spec.names, cells.values, strict=True))
    values[spec.audience.number] = numbers.get(one.contact_id, "")
    return Line(
        contact=one.contact_id,
        line=one.line,
        reference=cells.reference,
        variant=one.variant,
        outcome=outcome_of(
            one.recipient,
            cancelled=cancelled,
            state=one.state,
            saga=one.outcome,
            reason=one.reason,
            in_doubt=one.in_doubt,
        ),
        channel=one.left_by or "",
        reason=one.reason,
        at=one.at,
        columns=tuple(values[column] for column in columns),
        emptied=not one.fields,
    )
