"""Numbers that were seen before: an exact set that stays small for millions of them.

Theory of operation. Numbers of one country lie close together: five million French mobiles fall into some three
thousand blocks of 65,536. A block with few numbers is a sorted array of 16-bit places; one with many is a bit map of
8 kB. So five million numbers take about 10 MB, and two hundred million would take 25, where a set of texts takes
half a gigabyte. Nothing is written to a disk, and nothing is hashed, so two numbers never count as one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final

__all__ = ["SeenNumbers"]

_BLOCK_BITS: Final = 16
_PLACES: Final = (1 << _BLOCK_BITS) - 1
_MOST_LISTED: Final = 4096  # from here on the bit map is smaller than the list


class SeenNumbers:
    """``add`` says whether a number is new."""

    def __init__(self) -> None:
        self._blocks: dict[int, array[int] | bytearray] = {}

    def add(self, msisdn: str) -> bool:
        """Remember an E.164 number; false when it was there."""
        number = int(msisdn)
        key, place = number >> _BLOCK_BITS, number & _PLACES
        block = self._blocks.get(key)
        if block is None:
            self._blocks[key] = array("H", (place,))
            return True
        if isinstance(block, bytearray):
            return _set(block, place)
        at = bisect_left(block, place)
        if at < len(block) and block[at] == place:
            return False
        block.insert(at, place)
        if len(block) > _MOST_LISTED:
            self._blocks[key] = _as_bits(block)
        return True


def _set(bits: bytearray, place: int) -> bool:
    mask = 1 << (place & 7)
    if bits[place >> 3] & mask:
        return False
    bits[place >> 3] |= mask
    return True


def _as_bits(places: array[int]) -> bytearray:
    bits = bytearray(1 << (_BLOCK_BITS - 3))
    for place in places:
        _set(bits, place)
    return bits
