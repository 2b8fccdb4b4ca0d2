"""Writes octets as a capture file of TCP packets (libpcap's classic form, raw IPv4), so that no rights are needed."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Packet", "write_pcap"]

_MAGIC, _RAW_IP = 0xA1B2C3D4, 101
_OURS, _THEIRS = (0x7F000001, 40_000), (0x7F000001, 13_777)
_PUSH_ACK = 0x18


@dataclass(frozen=True, slots=True)
class Packet:
    """One segment; ``ours``: from the client to the centre."""

    octets: bytes
    ours: bool = True


def write_pcap(file: Path, packets: Iterable[Packet]) -> None:
    """One TCP connection whose segments are ``packets``, a tenth of a second apart."""
    written = [struct.pack("!IHHiIII", _MAGIC, 2, 4, 0, 0, 65_535, _RAW_IP)]
    said = {True: 1, False: 1}
    for at, packet in enumerate(packets):
        frame = _ip(packet, sequence=said[packet.ours], acknowledged=said[not packet.ours])
        said[packet.ours] += len(packet.octets)
        written += [struct.pack("!IIII", 1_764_000_000 + at // 10, at % 10 * 100_000, len(frame), len(frame)), frame]
    file.write_bytes(b"".join(written))


def _ip(packet: Packet, *, sequence: int, acknowledged: int) -> bytes:
    """IPv4 and TCP headers with their checksums, then the octets."""
    (source, source_port), (to, to_port) = (_OURS, _THEIRS) if packet.ours else (_THEIRS, _OURS)
    tcp = struct.pack("!HHIIBBHHH", source_port, to_port, sequence, acknowledged, 5 << 4, _PUSH_ACK, 65_535, 0, 0)
    pseudo = struct.pack("!IIBBH", source, to, 0, 6, len(tcp) + len(packet.octets))
    tcp = tcp[:16] + struct.pack("!H", _checksum(pseudo + tcp + packet.octets)) + tcp[18:]
    size = 20 + len(tcp) + len(packet.octets)
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, size, 0, 0x4000, 64, 6, 0, source, to)
    return ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:] + tcp + packet.octets


def _checksum(octets: bytes) -> int:
    words = struct.unpack(f"!{(len(octets) + 1) // 2}H", octets + b"\0" * (len(octets) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
