"""`shop serve` under bad circumstances: a killed worker, slow clients, a thousand connections at once."""

import os
import re
import resource
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

from shop.cli.gathering import MOST_LARGE_BODIES
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


FORM = b"POST /nl/keuzehulp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
TRICKLED = [
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    FORM + b"Content-Length: 5000\r\n\r\nstomach=",
    FORM + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n",
    b"GET /nl/privacy HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nX-Slow: ",  # behind a whole one
]


def test_two_hundred_clients_that_trickle_keep_nobody_out_and_are_given_up(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = served
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall(TRICKLED[number % 4])
        for _ in range(10):
            for connection in slow:
                connection.sendall(b"a")
            assert status(port) == 200
        slow[0].setblocking(False)
        with pytest.raises(BlockingIOError):  # they were served beside it, not after it was given up
            slow[0].recv(1)
        for number in (0, 1):
            slow[number].settimeout(20)
            assert slow[number].recv(12) == b"HTTP/1.1 408"


def test_clients_that_do_not_close_their_side_keep_nobody_out(served: tuple[subprocess.Popen[str], int]) -> None:
    """gunicorn's loop waits two seconds for each."""
    _, port = served
    with ExitStack() as stack:
        for _ in range(60):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            connection.sendall(b"GET /nl/privacy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert status(port) == 200


def test_clients_that_read_no_answer_of_many_keep_nobody_out(served: tuple[subprocess.Popen[str], int]) -> None:
    """Each would hold a thread for as long as the system waits to send; one that reads late gets all answers."""
    _, port = served
    request, number = f"GET {LISTING} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 60
    with ExitStack() as stack:
        deaf = [stack.enter_context(socket.socket()) for _ in range(60)]
        for connection in deaf:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(20)
            connection.connect(("127.0.0.1", port))
            connection.sendall(request * number)
        for page in range(8):
            assert status(port, f"/nl/privacy?{page}") == 200
        late = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        late.sendall(request * number)
        assert status(port) == 200
        lines = iter(late.makefile("rb").readline, b"")
        assert all(any(line.endswith(b"HTTP/1.1 200 OK\r\n") for line in lines) for _ in range(number))


def test_requests_in_pieces_and_behind_each_other_are_answered_one_by_one(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = served
    advice = b"POST /api/v1/advice HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    chunked = advice + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n3;x=y\r\n"
    pieces = [
        b"GET /nl/priv",
        b"acy HTTP/1.1\r\nHost: x\r",
        b"\n\r\n" + advice + b"Content-Length: 4\r\n\r\n{",
        b"}  ",
        chunked,
        b"}  \r\n0\r",
        b"\nX-Trailer: 1\r\n\r",
        b"\n" + advice + b"Content-Length: 9999999\r\n\r\n{",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.05)  # so that each arrives by itself
        answer = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"422", b"422", b"413"]


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked",
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Content-Length: +4",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding: chunked\r\n\r\n1\r\nxx",
    ],
)
def test_a_request_without_a_clear_end_is_refused_at_once(
    framing: bytes, served: tuple[subprocess.Popen[str], int]
) -> None:
    with socket.create_connection(("127.0.0.1", served[1]), timeout=20) as connection:
        connection.sendall(FORM + framing + b"\r\n\r\nabcd\r\n")
        assert connection.recv(12) in {b"HTTP/1.1 400", b"HTTP/1.1 501"}


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


def test_a_server_without_a_free_file_gives_up_connections_and_serves_on(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = served
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    before = {int(worker): resource.prlimit(int(worker), resource.RLIMIT_NOFILE) for worker in workers}
    for worker, (_soft, hard) in before.items():
        limit = len(list(Path(f"/proc/{worker}/fd").iterdir())) + 20
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (limit, hard))
    for begin in (b"GET /nl/privacy HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /nl/privacy HTTP/1.1\r\nX: "):
        with ExitStack() as stack:
            for _ in range(100):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
                connection.sendall(begin)
            assert status(port) == 200
    for worker, limits in before.items():
        resource.prlimit(worker, resource.RLIMIT_NOFILE, limits)
    assert Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split() == workers


def test_large_bodies_of_strangers_have_a_bound_and_a_client_behind_a_request_is_told_to_go_on(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = served
    head = b"POST /admin/import HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n"
    with ExitStack() as stack:
        answers = []
        for _ in range(2 * MOST_LARGE_BODIES + 1):  # two workers
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            connection.sendall(head)
            answers.append(connection.recv(12))
        assert set(answers) == {b"HTTP/1.1 100", b"HTTP/1.1 503"}
        assert status(port) == 200
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        form = FORM + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"
        connection.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n" + form)
        answer = b""
        while b"HTTP/1.1 100" not in answer:
            part = connection.recv(65536)
            assert part
            answer += part


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
    assert "Server" not in page.headers
    assert "Secure" not in page.headers["Set-Cookie"]
