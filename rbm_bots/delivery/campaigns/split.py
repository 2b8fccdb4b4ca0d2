"""Who gets what: the hold-out group and the variants, by a hash of campaign and person.

The same person falls into the same group of a campaign whenever and wherever it is asked, and into an unrelated group
of the next campaign. Shares are ten-thousandths (:data:`WHOLE`).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from rbm_bots.delivery.campaigns.spec import Campaign, Variant

__all__ = ["HELD_OUT", "WHOLE", "expected_counts", "variant_of"]

WHOLE: Final = 10_000
HELD_OUT: Final = "holdout"
"""What the report calls the group that gets nothing."""


def variant_of(campaign: Campaign, contact_id: str) -> Variant | None:
    """The variant of this person; ``None``: held out."""
    if _point(campaign.name, "holdout", contact_id) < campaign.holdout:
        return None
    point = _point(campaign.name, "variant", contact_id)
    for variant in campaign.variants:
        point -= variant.share
        if point < 0:
            return variant
    return campaign.variants[-1]


def _point(*words: str) -> int:
    digest = blake2b("\0".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % WHOLE


def expected_counts(campaign: Campaign, people: int) -> dict[str, int]:
    """About how many of ``people`` fall into each group, held-out people first; the rest goes to the last group."""
    held = people * campaign.holdout // WHOLE
    found = {HELD_OUT: held} if campaign.holdout else {}
    left = people - held
    for variant in campaign.variants[:-1]:
        found[variant.name] = (people - held) * variant.share // WHOLE
        left -= found[variant.name]
    return {**found, campaign.variants[-1].name: left}
