"""What a campaign leaves in the store: its file as it was read, and each recipient's cells; both sealed."""

from __future__ import annotations

from typing import Final

import msgspec

from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.store.seal import Seal

__all__ = ["Cells", "close_campaign", "close_cells", "open_campaign", "open_cells"]

_SPEC: Final = b"campaign.spec"
_FIELDS: Final = b"campaign_recipient.fields"


class Cells(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One person's cells, by the campaign's ``names``, and the brand's own reference."""

    values: tuple[str, ...]
    reference: str = ""


_encode = msgspec.json.Encoder().encode
_decode_campaign = msgspec.json.Decoder(Campaign).decode
_decode_cells = msgspec.json.Decoder(Cells).decode


def close_campaign(seal: Seal, campaign: Campaign) -> bytes:
    """The campaign for its row."""
    return seal.close(_encode(campaign), purpose=_SPEC)


def open_campaign(seal: Seal, sealed: bytes) -> Campaign:
    """What :func:`close_campaign` wrote. Raises ``SealBroken`` for other keys."""
    return _decode_campaign(seal.open(sealed, purpose=_SPEC))


def close_cells(seal: Seal, cells: Cells) -> bytes:
    """A person's cells for their row."""
    return seal.close(_encode(cells), purpose=_FIELDS)


def open_cells(seal: Seal, sealed: bytes) -> Cells:
    """What :func:`close_cells` wrote. Raises ``SealBroken`` for other keys."""
    return _decode_cells(seal.open(sealed, purpose=_FIELDS))
