"""Origin of a request, as far as it is kept: browser and system in words, and the network without the address."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request
from msgspec import Struct

PREFIX_BITS = {4: 24, 6: 48}
"""The part of an IP address that is kept; the rest tells households or single computers apart."""
MOST_CHARACTERS = 300
"""The beginning of a User-Agent that is read."""


class Origin(Struct, frozen=True):
    """The device and the network of a request; empty where unknown."""

    device: str = ""
    """Browser and system, such as "Firefox, Linux"."""
    network: str = ""
    """The prefix of the IP address, such as "192.0.2.0/24"."""


def origin_of_request() -> Origin:
    return Origin(device_of(request.user_agent.string), network_of(request.remote_addr or ""))


def device_of(user_agent: str) -> str:
    """Browser and system of a User-Agent header, without versions."""
    from ua_parser import parse  # its patterns take a tenth of a second to load

    found = parse(user_agent[:MOST_CHARACTERS])
    return ", ".join(part.family for part in (found.user_agent, found.os) if part)


def network_of(address: str) -> str:
    """The prefix of an IP address; empty for what is none."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    return str(ip_network(f"{ip}/{PREFIX_BITS[ip.version]}", strict=False))
