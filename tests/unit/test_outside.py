"""Which addresses are of the open internet."""

from __future__ import annotations

import ipaddress

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.outside import AddressNotPublic, is_public, outside_session

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2001:0:0:0:0:0:80ff:fffe", "2001:db8::1", "localhost", "",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_of_another_counts_as_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert is_public(str(ipaddress.IPv6Address(0x64FF9B << 96 | number))) == is_public(str(address))


async def refusal(url: str) -> aiohttp.ClientError:
    async with outside_session() as session:
        with pytest.raises(aiohttp.ClientError) as fault:
            await session.get(url)
    return fault.value


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
async def test_the_address_that_would_be_connected_is_looked_at(host: str, free_port: int) -> None:
    assert isinstance((await refusal(f"http://{host}:{free_port}/")).__cause__, AddressNotPublic)


@pytest.mark.parametrize("host", ["2130706433", "127.1"])
async def test_no_other_way_of_writing_it_leads_to_this_machine(host: str, free_port: int) -> None:
    fault = await refusal(f"http://{host}:{free_port}/")
    assert isinstance(fault, aiohttp.InvalidURL) or isinstance(fault.__cause__, AddressNotPublic | OSError)
