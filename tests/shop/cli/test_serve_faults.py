"""`shop serve` under bad circumstances: a killed worker, slow clients, a thousand connections at once."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.postgresql import free_port, wait_until

SHOP = str(Path(sys.executable).with_name("shop"))
LISTING = "/nl/beste-magnesium-supplementen"
CONNECTIONS = 1000


@pytest.fixture(scope="module")
def served(sample_instance: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    process = subprocess.Popen(
        [SHOP, "serve", "--port", str(port), "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"SHOP_INSTANCE": str(sample_instance)},
    )
    assert process.stdout
    assert process.stdout.readline()
    wait_until(lambda: status(port) == 200, "the first page")
    yield process, port
    process.terminate()
    process.stdout.close()
    assert process.wait(timeout=40) == 0


def status(port: int, path: str = LISTING) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as page:
        return int(page.status)


def test_slow_clients_do_not_keep_others_out_for_ever(served: tuple[subprocess.Popen[str], int]) -> None:
    _, port = served
    half_a_head = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
    half_a_body = (
        b"POST /nl/keuzehulp HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nstomach="
    )
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(8)]
        for number, connection in enumerate(slow):  # one for each thread that there is
            connection.sendall(half_a_body if number % 2 else half_a_head)
        assert status(port) == 200
        assert slow[1].recv(12) == b"HTTP/1.1 400"


def test_a_visitor_cannot_move_the_addresses_on_pages_that_others_get(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = served
    request = b"GET %b/nl/privacy HTTP/1.1\r\nHost: localhost:%d\r\n%bConnection: close\r\n\r\n"
    for _ in range(8):  # to reach every worker
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(request % (b"/elsewhere", port, b"SCRIPT_NAME: /elsewhere\r\n"))
            assert connection.recv(12) == b"HTTP/1.1 404"
        with urllib.request.urlopen(f"http://localhost:{port}/nl/privacy", timeout=20) as page:
            assert b"elsewhere" not in page.read()


def test_a_thousand_connections_at_once_are_served_or_refused(served: tuple[subprocess.Popen[str], int]) -> None:
    process, port = served
    request = b"GET /nl/privacy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answered = 0
    with ExitStack() as stack:
        connections = [stack.enter_context(socket.socket()) for _ in range(CONNECTIONS)]
        for connection in connections:
            connection.settimeout(5)
            connection.connect(("127.0.0.1", port))
            connection.sendall(request)
        end = time.monotonic() + 20
        for connection in connections:
            with suppress(OSError), connection:
                answered += connection.recv(12) == b"HTTP/1.1 200"
            if time.monotonic() > end:
                break
    assert answered > CONNECTIONS / 10
    assert process.poll() is None
    assert status(port) == 200


def test_when_a_worker_is_killed_the_others_serve_on(served: tuple[subprocess.Popen[str], int]) -> None:
    process, port = served
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    before = set(children.read_text().split())
    os.kill(int(min(before)), signal.SIGKILL)
    assert [status(port) for _ in range(20)] == [200] * 20
    wait_until(lambda: len(set(children.read_text().split()) - before) == 1, "a new worker")


def test_an_address_that_no_server_reads_gets_the_page_that_the_shop_has_for_it(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    _process, port = served
    pages = []
    for length in (7000, 8180, 9000, 70_000):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(
                b"GET /nl/?q=" + b"x" * length + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            answer = b""
            with suppress(ConnectionResetError):  # it does not read what is too long to its end
                while part := connection.recv(65536):
                    answer += part
        pages.append(answer.partition(b"\r\n\r\n")[::2])
    assert [head[9:12] for head, _body in pages] == [b"200", b"414", b"414", b"414"]
    assert all("Het adres is te lang" in body.decode() for _head, body in pages[2:])


def test_scheme_headers_of_anybody_are_not_believed(served: tuple[subprocess.Popen[str], int]) -> None:
    connection = HTTPConnection("127.0.0.1", served[1], timeout=20)
    connection.request("GET", "/nl/keuzehulp", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"})
    page = connection.getresponse()
    connection.close()
    assert "Strict-Transport-Security" not in page.headers
    assert "Secure" not in page.headers["Set-Cookie"]
