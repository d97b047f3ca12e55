"""Requests as they arrive: the same end in whatever pieces, and none that is taken for complete too early."""

import io

import pytest

from shop.cli.gathering import BYTES_A_SECOND, GRACE_SECONDS, SILENCE_SECONDS, GatheredUnreader, Incoming

POST = b"POST /nl/keuzehulp HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = [
    b"GET /nl/ HTTP/1.1\r\nHost: x\r\n\r\n",
    POST + b"content-length:  4 \r\n\r\nab\r\n",
    CHUNKED + b"1\r\na\r\n2;x=y\r\n\r\n\r\n0\r\n\r\n",
    CHUNKED + b"0\r\nA: b\r\nC: d\r\n\r\n",
]


def outcome(pieces: list[bytes]) -> tuple[bytes, bytes, bytes, bool, bool, bool]:
    incoming = Incoming(0)
    for piece in pieces:
        if not incoming.is_settled:
            incoming.feed(piece, 0)
    body = b""
    if incoming.body is not None:
        incoming.body.seek(0)
        body = incoming.body.read()
        incoming.close()
    return bytes(incoming.head), body, incoming.extra, incoming.is_complete, incoming.is_hopeless, incoming.is_broken


@pytest.mark.parametrize("message", WHOLE)
def test_a_request_is_complete_at_its_last_byte_in_whatever_pieces(message: bytes) -> None:
    head, separator, body = message.partition(b"\r\n\r\n")
    whole = (head + separator, body, b"", True, False, False)
    for cut in range(1, len(message)):
        assert outcome([message[:cut]])[3:] == (False, False, False)
        assert outcome([message[:cut], message[cut:]]) == whole
    assert outcome([bytes([byte]) for byte in message]) == whole
    assert outcome([message + b"GET /next"]) == (*whole[:2], b"GET /next", *whole[3:])


@pytest.mark.parametrize(
    ("message", "is_broken"),
    [
        (CHUNKED + b"z\r\n", True),
        (CHUNKED + b"\r\n", True),
        (CHUNKED + b"1\r\naa\r\n", True),
        (CHUNKED + b"1\r\na;x\r\n", True),
        (CHUNKED + b"-1\r\n", True),
        (CHUNKED + b" 1\r\n", True),
        (CHUNKED + b"1 \r\n", True),
        (CHUNKED + b"1\x0b\r\n", True),
        (CHUNKED + b"1;\x01\r\n", True),
        (CHUNKED + b"1;a\nb\r\n", True),
        (CHUNKED + b"1;" + b"a" * 8190 + b"\r\n", True),
        (CHUNKED + b"0\r\nno trailer\r\n", True),
        (CHUNKED + b"0\r\nContent-Length: 5\r\n", True),
        (CHUNKED + b"0\r\nA: b\n\r\n", True),
        (CHUNKED + b"0\r\n" + b"a:\r\n" * 101, True),
        (CHUNKED + b"ffffffff\r\n" + b"a" * 65536, False),
        (POST + b"Content-Length: 65537\r\n\r\n", False),
        (POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n", False),
        (POST + b"Content-Length: 1_0\r\n\r\n", False),
        (POST + b"Content-Length: \r\n\r\n", False),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", False),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", False),
        (POST + b"Content-Length : 1\r\n\r\n", False),
        (b"GET /" + b"a" * 65536, False),
        (b"GET / HTTP/1.1\r\nContent-Length: a" + b" " * 60_000 + b"b\r\n\r\n", False),
    ],
)
def test_what_has_no_clear_end_is_never_waited_for(message: bytes, is_broken: bool) -> None:
    assert outcome([message])[3:] == (False, not is_broken, is_broken)


def test_the_admin_may_send_more_and_everybody_gets_time_for_what_arrives() -> None:
    incoming = Incoming(0)
    incoming.feed(b"POST /admin/import HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 200000\r\n\r\n", 5)
    assert (incoming.is_settled, incoming.wants_continue, incoming.is_large) == (False, True, True)
    assert incoming.deadline == 5 + GRACE_SECONDS
    incoming.feed(b"a" * 5_000, 8)
    assert incoming.deadline == 5 + GRACE_SECONDS + 5_000 / BYTES_A_SECOND
    incoming.feed(b"a" * 95_000, 9)
    assert incoming.deadline == 9 + SILENCE_SECONDS
    incoming.feed(b"a" * 100_000, 10)
    assert incoming.is_complete
    incoming.close()


def test_a_large_body_is_read_by_small_pieces_however_much_is_wanted() -> None:
    """A read copies all that was read before and not used: 59 MB at once took half a minute."""
    unreader = GatheredUnreader(None)
    unreader.gathered = io.BytesIO(b"a" * 1_000_000)
    assert unreader.read(1000, read_ahead=1_000_000) == b"a" * 1000
    assert len(unreader.take_buffered()) < 64 * 1024


def test_only_a_client_that_knows_the_word_is_told_to_go_on() -> None:
    incoming = Incoming(0)
    incoming.feed(POST.replace(b"1.1", b"1.0") + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", 0)
    assert not incoming.wants_continue
