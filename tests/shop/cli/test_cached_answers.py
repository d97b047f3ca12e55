"""Cached pages answered without gunicorn: the same request is understood, and the same answer given."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.http.wsgi import create
from hypothesis import example, given
from hypothesis import strategies as st

from shop.cli.cached_answers import LONGEST_HEAD, CachedAnswers, plain_environ
from tests.postgresql import free_port, wait_until

SHOP = str(Path(sys.executable).with_name("shop"))
LISTING = "/nl/beste-magnesium-supplementen"
PARTS = ["GET", "get", "/nl/", "/en/a-b", "/admin/", "%2f", "?", "q=a+b&c=%C3%A9", "#x", " ", "HTTP/1.1", "HTTP/1.0"]
PARTS += ["\r\n", "\n", "Host: x", "host:y:1", "Accept-Encoding: br, gzip", "X_Forwarded_For: 1", "x-forwarded-for:2,3"]
PARTS += [
    "Connection: Keep-Alive",
    "Connection: close",
    "Content-Length: 0",
    "Cookie:\t a=b; c ",
    " folded",
    "A: \x01",
    "é",
]
SOUND = "GET /nl/a?q=1 HTTP/1.1\r\nHost: x\r\n"


def as_gunicorn_reads(head: bytes) -> dict[str, Any]:
    config = Config()
    config.set("secure_scheme_headers", {})
    config.set("forwarder_headers", "")
    here, there = socket.socketpair()
    with here, there:
        there.sendall(head)
        there.shutdown(socket.SHUT_WR)
        request = next(RequestParser(config, here, ("192.0.2.1", 1)))
        _, environ = create(request, here, ("192.0.2.1", 1), ("127.0.0.1", 80), config)
        assert not request.should_close()
    return dict(environ)


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
@example("/nl/ HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\nCookie:\t a=b; c \r\n")
@example("/en/a-b?q=a+b&c=%C3%A9? HTTP/1.1\r\nhost:y:1\r\nConnection: Keep-Alive\r\n")
def test_what_is_read_here_is_read_alike_by_gunicorn(rest: str) -> None:
    head = f"GET {rest}\r\n".encode("latin-1")
    environ = plain_environ(head, "192.0.2.1")
    if environ is not None:
        theirs = as_gunicorn_reads(head)
        assert environ == {name: value for name, value in theirs.items() if name in environ}
        assert {name for name in theirs if name.startswith("HTTP_")} == {
            name for name in environ if name[:5] == "HTTP_"
        }


@pytest.mark.parametrize(
    ("head", "is_plain"),
    [
        (SOUND, True),
        (SOUND + "X-Forwarded-For: 1\r\nX-Forwarded-For: 2\r\n", False),
        (SOUND + "X_Forwarded_For: 1\r\n", False),
        (SOUND + "Content-Length: 0\r\n", False),
        (SOUND + "Transfer-Encoding: chunked\r\n", False),
        (SOUND + "Upgrade: h2c\r\n", False),
        (SOUND + "Connection: close\r\n", False),
        (SOUND.replace("1.1", "1.0"), False),
        (SOUND.replace("Host: x", "Host:"), False),
        (SOUND.replace("/a", "/%61"), False),
        (SOUND.replace("GET", "HEAD"), False),
        (SOUND + "A: b\r\n" * 99, False),
        (SOUND + "A: " + " " * LONGEST_HEAD + "\r\n", False),
    ],
)
def test_what_leaves_anything_to_judge_is_left_to_gunicorn(head: str, is_plain: bool) -> None:
    assert (plain_environ(f"{head}\r\n".encode(), "192.0.2.1") is not None) == is_plain


@pytest.fixture(scope="module")
def served(sample_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A shop with one worker, whose second answer is a cached one, and its catalogue."""
    instance = tmp_path_factory.mktemp("instance")
    there, here = sample_instance / "shop.db", instance / "shop.db"
    with closing(sqlite3.connect(there)) as source, closing(sqlite3.connect(here)) as copy:
        source.backup(copy)
    port = free_port()
    process = subprocess.Popen(
        [SHOP, "serve", "--port", str(port), "--workers", "1", "--no-worker"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"SHOP_INSTANCE": str(instance)},
    )
    wait_until(lambda: bool(ask(port)), "the first page")
    yield port, instance / "shop.db"
    process.terminate()
    _, log = process.communicate(timeout=40)
    assert "Traceback" not in log
    assert "geheim" not in log
    assert "ip=" not in log


def test_what_cannot_be_read_is_refused_and_neither_its_address_nor_its_sender_logged(
    served: tuple[int, Path],
) -> None:
    """The log is read when the shop has stopped."""
    with socket.create_connection(("127.0.0.1", served[0]), timeout=20) as connection:
        connection.sendall(b"GET /nl/geheim\xff HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 400"


def ask(port: int, fields: str = "", times: int = 1) -> list[tuple[bytes, bytes]]:
    """Heads and bodies of answers to requests that are sent before any answer is read."""
    request = f"GET {LISTING} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        try:
            connection.connect(("127.0.0.1", port))
        except OSError:
            return []
        connection.sendall(request * times)
        answers, stream = [], connection.makefile("rb")
        for _ in range(times):
            head = b"".join(iter(stream.readline, b"\r\n"))
            length = re.search(rb"\r\nContent-Length: (\d+)", head)
            answers.append((head, stream.read(int(length[1])) if length else b""))
    return answers


def lasting(head: bytes) -> list[bytes]:
    return sorted(line for line in head.split(b"\r\n") if not line.startswith((b"Date: ", b"X-Request-Id: ")))


def test_a_cached_page_is_answered_as_it_was_made(served: tuple[int, Path]) -> None:
    """Behind each other too, to a client that reads late, and to one that has the page."""
    port, _ = served
    for fields in ("", "Accept-Encoding: br\r\n"):
        made, *cached = ask(port, fields) + ask(port, fields) + ask(port, fields, times=60)
        assert made[0].startswith(b"HTTP/1.1 200 OK\r\n")
        assert {body for _, body in cached} == {made[1]}
        assert all(lasting(head) == lasting(made[0]) for head, _ in cached)
        assert len({re.search(rb"X-Request-Id: (\w+)", head)[1] for head, _ in cached}) == 61  # type: ignore[index]
    etag = re.search(rb"ETag: (\S+)", made[0])
    assert etag
    [(head, body)] = ask(port, f"Accept-Encoding: br\r\nIf-None-Match: {etag[1].decode()}\r\n")
    assert (head[:12], body) == (b"HTTP/1.1 304", b"")
    [(head, _)] = ask(port, "Connection: close\r\n")
    assert b"\r\nConnection: close\r\n" in head
    [(head, _)] = ask(port, "If-Modified-Since: Mon, 01 Jan 99999999999 00:00:00 GMT\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_fault_is_left_to_a_thread_and_does_not_end_the_worker(caplog: pytest.LogCaptureFixture) -> None:
    def fails(_environ: object, _start_response: object) -> NoReturn:
        raise OverflowError("what a visitor sent")

    app = Flask("shop")
    vars(app)["wsgi_app"] = fails
    assert CachedAnswers(app).answer(f"{SOUND}\r\n".encode(), "192.0.2.1") is None
    assert caplog.messages == ["a cached page is left to a thread: OverflowError"]


def test_an_edit_by_another_process_shows_at_the_next_request(served: tuple[int, Path]) -> None:
    port, catalogue = served
    before = ask(port, times=2)
    with closing(sqlite3.connect(catalogue)) as other, other:
        other.execute("UPDATE catalogue_state SET revision = revision + 1")
        other.execute("UPDATE brand SET name = 'Zilverberk' || id")
    [(_, after)] = ask(port)
    assert [b"Zilverberk" in body for body in (before[1][1], after)] == [False, True]


WAITING = """
import sys, threading
from shop.cli.serve import run_server
from shop.settings import read_settings
asked = threading.Event()
def make():
    def answer(environ, start_response):
        if environ["PATH_INFO"] == "/waits":
            asked.wait(60)
        elif environ["PATH_INFO"] == "/frees":
            asked.set()
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    return answer
from shop.cli import serve
serve._Worker.load_wsgi = lambda self: (super(serve._Worker, self).load_wsgi(), setattr(self, "at_once", 1))
sys.modules["waiting"] = sys.modules["__main__"]
run_server("waiting:make", "127.0.0.1", int(sys.argv[1]), 1, read_settings())
"""


def test_a_request_that_waits_keeps_no_other_from_its_turn(sample_instance: Path) -> None:
    port = free_port()
    environment = os.environ | {"SHOP_INSTANCE": str(sample_instance)}
    process = subprocess.Popen([sys.executable, "-c", WAITING, str(port)], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: bool(ask(port)), "the server")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as waits:
            waits.sendall(b"GET /waits HTTP/1.1\r\nHost: x\r\n\r\n")
            with socket.create_connection(("127.0.0.1", port), timeout=20) as frees:
                frees.sendall(b"GET /frees HTTP/1.1\r\nHost: x\r\n\r\n")
                assert frees.recv(12) == b"HTTP/1.1 200"
            assert waits.recv(12) == b"HTTP/1.1 200"
    finally:
        process.terminate()
        assert process.wait(timeout=40) == 0
