"""Fetching of a picture from an address in a file: only https, allowed hosts, and networks that everybody can reach.

The name of a host is looked up once, each of its addresses is checked, and the connection goes to a checked one: a name
that means another machine at the second look-up gains nothing. A redirect is an address like any other.
"""

import ipaddress
import socket
import ssl
import subprocess
import time
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import msgspec
from msgspec import Struct

from catalog.limited_process import LimitedProcessError, Limits, answer, run_limited
from catalog.pictures import MOST_BYTES

LONGEST_ADDRESS = 2_000
MOST_REDIRECTS = 3
MOST_SECONDS = 30.0
"""Seconds on the clock for one picture, redirects included."""
_MODULE = "catalog.picture_fetching"
_LIMITS = Limits(memory=512 << 20, cpu_seconds=30)
_START_SECONDS = 5.0  # until the process is there, on a machine that is busy
_HTTPS_PORT = 443
_CHUNK = 64 * 1024
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_OK = 200
_SAFE = "/%:@!$&'()*+,;=~-._"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Allowed(Struct, frozen=True):
    """Hosts that pictures may come from, as host or host:port; `networks` are private ones that are allowed too."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()


class FetchRefusedError(Exception):
    """A picture that was not fetched: the code of the reason in `product_problems`, with its values."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def fetch_picture(address: str, allowed: Allowed, seconds: float = MOST_SECONDS) -> bytes:
    """The content of an address, from a process that ends after `seconds`. Raises FetchRefusedError.

    A server that sends a byte now and then is within every time limit of a socket, and a process can be ended.
    """
    networks = tuple(str(network) for network in allowed.networks)
    request = msgspec.msgpack.encode(_Request(address, tuple(allowed.hosts), networks, seconds))
    try:
        found = msgspec.msgpack.decode(run_limited(_MODULE, request, seconds + _START_SECONDS), type=_Answer)
    except LimitedProcessError as error:
        is_slow = isinstance(error.__cause__, subprocess.TimeoutExpired)
        raise FetchRefusedError("fetch-slow" if is_slow else "fetch-broken") from error
    if found.refused:
        raise FetchRefusedError(found.refused, **found.values)
    return found.content


class _Request(Struct, frozen=True, array_like=True):
    address: str
    hosts: tuple[str, ...]
    networks: tuple[str, ...]
    seconds: float


class _Answer(Struct, frozen=True, array_like=True):
    content: bytes = b""
    refused: str = ""
    values: dict[str, str] = {}


def fetch_here(address: str, allowed: Allowed, seconds: float) -> bytes:
    """The content of an address, by this process. Raises FetchRefusedError."""
    end = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        parts = _checked(address, allowed)
        ip, port = _checked_ip(parts, allowed), parts.port or _HTTPS_PORT
        found = _content_or_redirect(parts, ip, port, end)
        if isinstance(found, bytes):
            return found
        address = urljoin(address, found)
    raise FetchRefusedError("fetch-redirects")


def _checked(address: str, allowed: Allowed) -> SplitResult:
    """The parts of an address that may be asked for. Raises FetchRefusedError."""
    if len(address) > LONGEST_ADDRESS or " " in address or not address.isprintable():
        raise FetchRefusedError("fetch-address")
    try:
        parts = urlsplit(address)
        port = parts.port or _HTTPS_PORT
    except ValueError as error:
        raise FetchRefusedError("fetch-address") from error
    if parts.scheme != "https":
        raise FetchRefusedError("fetch-scheme")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise FetchRefusedError("fetch-address")
    host = parts.hostname.rstrip(".")
    if (host if port == _HTTPS_PORT else f"{host}:{port}") not in allowed.hosts:
        raise FetchRefusedError("fetch-host", host=host[:100])
    return parts


def _checked_ip(parts: SplitResult, allowed: Allowed) -> str:
    """An address of the host, all of which must be in networks that everybody can reach. Raises FetchRefusedError."""
    host = str(parts.hostname)
    try:
        found = socket.getaddrinfo(host, parts.port or _HTTPS_PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchRefusedError("fetch-unknown-host", host=host[:100]) from error
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if not addresses or not all(_may_be_reached(ipaddress.ip_address(each), allowed) for each in addresses):
        raise FetchRefusedError("fetch-network", host=host[:100])
    return addresses[0]


def _may_be_reached(ip: Address, allowed: Allowed) -> bool:
    """Whether an address is public or in an allowed network; one that carries an IPv4 address is judged by that."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _may_be_reached(inner, allowed)
    if any(ip in network for network in allowed.networks if network.version == ip.version):
        return True
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class _CheckedConnection(HTTPSConnection):
    """A connection to an address that was checked, with the certificate of the host's name."""

    def __init__(self, host: str, port: int, ip: str, seconds: float) -> None:
        context = ssl.create_default_context()
        super().__init__(host, port, timeout=seconds, context=context)
        self._ip, self._tls = ip, context

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


def _content_or_redirect(parts: SplitResult, ip: str, port: int, end: float) -> bytes | str:
    """The content of one address, or the address that it redirects to. Raises FetchRefusedError."""
    host = str(parts.hostname)
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else "")
    headers = {"Accept": "image/jpeg, image/png, image/webp", "Accept-Encoding": "identity", "Connection": "close"}
    left = end - time.monotonic()
    if left <= 0:
        raise FetchRefusedError("fetch-slow")
    connection = _CheckedConnection(host, port, ip, left)
    try:
        connection.request("GET", path, headers=headers)
        return _read(connection.getresponse(), end)
    except ssl.SSLError as error:
        code = "fetch-slow" if time.monotonic() >= end else "fetch-certificate"
        raise FetchRefusedError(code, host=host[:100]) from error
    except (OSError, HTTPException, ValueError) as error:
        code = "fetch-slow" if time.monotonic() >= end or isinstance(error, TimeoutError) else "fetch-broken"
        raise FetchRefusedError(code) from error
    finally:
        connection.close()


def _read(response: HTTPResponse, end: float) -> bytes | str:
    location = response.headers.get("Location")
    if response.status in _REDIRECTS and location:
        return location
    if response.status != _OK:
        raise FetchRefusedError("fetch-status", status=str(response.status))
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchRefusedError("not-a-picture")
    content = bytearray()
    while chunk := response.read1(_CHUNK):
        content += chunk
        if time.monotonic() >= end:
            raise FetchRefusedError("fetch-slow")
        if len(content) > MOST_BYTES:
            raise FetchRefusedError("picture-too-heavy", most=str(MOST_BYTES // 1024 // 1024))
    if response.length:  # fewer bytes than it said
        raise FetchRefusedError("fetch-broken")
    return bytes(content)


def read_allowed(hosts: str, networks: str = "") -> Allowed:
    """Hosts (host or host:port) and private networks of a setting, separated by commas. Raises ValueError."""
    names = frozenset(name.strip().lower() for name in hosts.split(",") if name.strip())
    for name in names:
        parts = urlsplit(f"//{name}")
        if parts.path or parts.query or parts.username is not None or not parts.hostname or "*" in name:
            raise ValueError(f"{name!r} is no host, such as images.example or images.example:8443")
        _ = parts.port
    found = tuple(ipaddress.ip_network(each.strip()) for each in networks.split(",") if each.strip())
    return Allowed(frozenset(name.removesuffix(":443") for name in names), found)


def _answered(data: bytes) -> bytes:
    request = msgspec.msgpack.decode(data, type=_Request)
    allowed = Allowed(frozenset(request.hosts), tuple(map(ipaddress.ip_network, request.networks)))
    try:
        found = _Answer(fetch_here(request.address, allowed, request.seconds))
    except FetchRefusedError as error:
        found = _Answer(refused=error.code, values=error.values)
    return msgspec.msgpack.encode(found)


if __name__ == "__main__":
    answer(_answered, _LIMITS)
