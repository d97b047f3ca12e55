"""Pictures are fetched from allowed hosts over TLS, never from a network of our own, and never for long."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog import picture_fetching
from catalog.picture_fetching import (
    Allowed,
    FetchRefusedError,
    _may_be_reached,
    fetch_here,
    fetch_picture,
    read_allowed,
)
from catalog.product_problems import PROBLEM_TEXTS
from tests.picture_server import LOOPBACK, PICTURE, Answers, certificate, picture_server


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(pem: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The host and port of a server on this machine whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with picture_server(pem) as address:
        yield address


def code_of(address: str, allowed: Allowed, seconds: float = 10) -> str:
    with pytest.raises(FetchRefusedError) as refused:
        fetch_picture(address, allowed, seconds)
    assert PROBLEM_TEXTS[refused.value.code].nl.format_map(refused.value.values)
    return refused.value.code


def test_a_picture_of_an_allowed_host_is_fetched_also_behind_a_redirect(server: str) -> None:
    allowed = read_allowed(server, LOOPBACK)
    assert fetch_picture(f"https://{server}/picture.jpg", allowed) == PICTURE
    assert fetch_picture(f"https://{server}/moved", allowed) == PICTURE
    assert fetch_picture(f"https://{server}/picture.jpg?pot één".replace(" ", "%20"), allowed) == PICTURE
    assert Answers.asked[-1] == "/picture.jpg?pot%20%C3%A9%C3%A9n"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("gone", "fetch-status"),
        ("elsewhere", "fetch-host"),
        ("plain", "fetch-scheme"),
        ("round", "fetch-redirects"),
        ("heavy", "picture-too-heavy"),
        ("endless", "picture-too-heavy"),
        ("trickle", "fetch-slow"),
        ("headers_without_end", "fetch-slow"),
        ("short", "fetch-broken"),
        ("compressed", "not-a-picture"),
    ],
)
def test_an_answer_that_is_no_picture_of_the_host_is_refused_with_its_reason(
    server: str, path: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 3.0
    if code == "fetch-slow":
        seconds = 1.0
        monkeypatch.setattr(picture_fetching, "_START_SECONDS", 2.0)
    begun = time.monotonic()
    assert code_of(f"https://{server}/{path}", read_allowed(server, LOOPBACK), seconds) == code
    assert time.monotonic() - begun < 20


def test_a_machine_in_our_own_network_is_never_asked(server: str) -> None:
    assert code_of(f"https://{server}/picture.jpg", read_allowed(server)) == "fetch-network"
    assert Answers.asked == []


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(server.partition(":")[2])
    looked_up: list[object] = []

    def look_up(host: object, *arguments: object, **named: object) -> list[object]:
        looked_up.append(host)
        ip = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    def connect(address: tuple[str, int], *arguments: object) -> socket.socket:
        raise ConnectionRefusedError(address[0])

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchRefusedError) as refused:
        fetch_here(f"https://{server}/picture.jpg", read_allowed(server), 10)
    assert (str(refused.value.__cause__), looked_up) == ("93.184.216.34", ["localhost"])


def test_a_host_whose_certificate_is_not_trusted_is_refused(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert code_of(f"https://{server}/picture.jpg", read_allowed(server, LOOPBACK)) == "fetch-certificate"
    assert Answers.asked == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://images.example/a.jpg", "fetch-scheme"),
        ("ftp://images.example/a.jpg", "fetch-scheme"),
        ("file:///etc/passwd", "fetch-scheme"),
        ("//images.example/a.jpg", "fetch-scheme"),
        ("https://other.example/a.jpg", "fetch-host"),
        ("https://images.example.other.example/a.jpg", "fetch-host"),
        ("https://images.example:8443/a.jpg", "fetch-host"),
        ("https://images.example@other.example/a.jpg", "fetch-address"),
        ("https://name:word@images.example/a.jpg", "fetch-address"),
        ("https://images.example/a b.jpg", "fetch-address"),
        ("https://images.example/a\r\nHost: x", "fetch-address"),
        ("https://images.example:port/a.jpg", "fetch-address"),
        ("https://[images.example/a.jpg", "fetch-address"),
        ("https:///a.jpg", "fetch-address"),
        (f"https://images.example/{'a' * 2000}", "fetch-address"),
    ],
)
def test_an_address_that_may_not_be_asked_for_is_refused_before_anything_is_looked_up(
    address: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(FetchRefusedError) as refused:
        fetch_here(address, read_allowed("images.example"), 10)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "ip",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.1.2.3",
            "224.0.0.1",
        ),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "255.255.255.255", "192.0.2.1", "2001:db8::1"),
    ],
)
def test_networks_that_not_everybody_can_reach_are_closed(ip: str) -> None:
    assert not _may_be_reached(ipaddress.ip_address(ip), Allowed())


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])
def test_networks_that_everybody_can_reach_are_open(ip: str) -> None:
    assert _may_be_reached(ipaddress.ip_address(ip), Allowed())


@pytest.mark.parametrize(
    "hosts", ["https://images.example", "images.example/a", "*.example", "me@images.example", "a:b"]
)
def test_a_setting_that_names_no_host_is_refused(hosts: str) -> None:
    with pytest.raises(ValueError, match=r"no host|Port"):
        read_allowed(hosts)
    assert read_allowed(" Images.Example , b.example:443,").hosts == {"images.example", "b.example"}
    assert read_allowed("").hosts == frozenset()
