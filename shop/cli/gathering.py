"""Requests gathered before a thread takes them, so that clients that send slowly occupy none.

gunicorn's worker with threads reads a request in the thread that answers it: as many slow clients as threads stop the
shop. Here its loop reads, without waiting, and gives a thread what has arrived completely. Whether a request is sound
remains gunicorn's own judgement: what this cannot make sense of is handed over as it came, and nothing more is read.
"""

import errno
import re
import resource
import select
import selectors
import socket
import time
from collections import deque
from contextlib import suppress
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.http.body import CHUNK_EXT_RE
from gunicorn.http.message import RFC9110_6_5_1_FORBIDDEN_TRAILER
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_BYTES = 64 * 1024
"""More than any head that gunicorn accepts here."""
BODY_BYTES = 64 * 1024
"""The largest body that is waited for, but for the admin's; the shop refuses a larger one by its length."""
ADMIN_BODY_BYTES = 64 * 1024 * 1024
MEMORY_BYTES = 64 * 1024
"""The part of a body that stays in memory; a larger one is written to a temporary file."""
GRACE_SECONDS = 10
"""The time for a head, and for a body beside what its rate allows."""
BYTES_A_SECOND = 500
"""The rate at which a body must arrive."""
SILENCE_SECONDS = 30
"""The longest pause within a body, since a fast beginning would buy hours of it."""
MOST_LARGE_BODIES = 16
"""The bodies larger than `BODY_BYTES` that a worker takes at once: they fill the disk before anybody is known."""
LINE_BYTES = 8190
MOST_TRAILERS = 100
"""As many as gunicorn reads, and lines as long."""
LINGER_SECONDS = 2
"""The time that a client gets to read the answer and close its side; closed at once, the answer could be lost."""
PATIENCE_SECONDS = 0.02
"""The time after which a request lets the next one begin beside it: it waits for a database or another machine."""
RESERVED_FILES = 16
"""Files that no connection takes: without one, neither a template nor a database can be opened, nor a fault be told."""
SWEEP_SECONDS = 1
NOTIFY_SECONDS = 1
PIECE = 16 * 1024
TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
NO_ROOM = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_FRAMING = re.compile(rb"\r\n((?:content-length|transfer-encoding|expect)[ \t]*):([^\r\n]*)", re.IGNORECASE)
_ADMIN = re.compile(rb"[A-Z]+ /admin/")
_EXPECTS = re.compile(rb"[^\r\n]+ HTTP/1\.1\r\n")
"""The first line of a request whose client may wait for a word; HTTP/1.0 knows none."""
_LENGTH = re.compile(rb"[0-9a-fA-F]{1,8}")
_TRAILER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[^\x00-\x08\x0a-\x1f\x7f]*\r\n")


class Incoming:
    """A request as far as it has arrived."""

    def __init__(self, now: float) -> None:
        self.head = bytearray()
        self.body: SpooledTemporaryFile[bytes] | None = None
        self.extra = b""
        """Bytes after the request: the beginning of the next one."""
        self.is_complete = False
        self.is_hopeless = False
        """Whether gunicorn should judge what has come, and nothing more is read."""
        self.is_broken = False
        """Whether its chunks make no sense, which the shop would find out in the middle of its work."""
        self.wants_continue = False
        """Whether the client waits for a word before it sends the body."""
        self._left: int | None = None
        """Bytes of the body, or of the chunk, that are still to come; None before the head is complete."""
        self._line: bytearray | None = None
        """The beginning of a chunk's line of length; None for a body that does not come in chunks."""
        self._ends_chunk = False
        """Whether the next line must be the empty one behind a chunk."""
        self._trailers: int | None = None
        """The number of trailers so far; None before the last chunk."""
        self._most = BODY_BYTES
        self._size = 0
        self._grace_ends = now + GRACE_SECONDS
        self._fed_at = now

    @property
    def deadline(self) -> float:
        """The time at which the client is given up, later with every byte of its body."""
        return min(self._grace_ends + self._size / BYTES_A_SECOND, self._fed_at + SILENCE_SECONDS)

    @property
    def is_large(self) -> bool:
        """Whether its body is longer than one that anybody may send."""
        return self._most > BODY_BYTES and not self.is_hopeless and self._size + (self._left or 0) > BODY_BYTES

    @property
    def is_settled(self) -> bool:
        return self.is_complete or self.is_hopeless or self.is_broken

    def feed(self, data: bytes, now: float) -> None:
        """Add what has arrived."""
        self._fed_at = now
        if self._left is None:
            seen = max(0, len(self.head) - 3)
            self.head += data
            end = self.head.find(b"\r\n\r\n", seen)
            if end < 0:
                self.is_hopeless = len(self.head) > HEAD_BYTES
                return
            data = bytes(self.head[end + 4 :])
            del self.head[end + 4 :]
            self._grace_ends = now + GRACE_SECONDS
            self._read_framing()
        if self.is_hopeless:
            self._write(data)
        elif self._line is None:
            self._feed_length(data)
        else:
            self._feed_chunks(data, self._line)

    def _read_framing(self) -> None:
        """Find out how the body ends. The longest that is waited for comes with its length, as browsers send it."""
        self._left = 0
        found: dict[bytes, list[bytes]] = {}
        for name, value in _FRAMING.findall(self.head):
            found.setdefault(name.lower(), []).append(value.strip(b" \t").lower())
        lengths, codings = found.get(b"content-length", []), found.get(b"transfer-encoding", [])
        if any(name.endswith((b" ", b"\t")) for name in found):
            self.is_hopeless = True  # in two minds about a length is how requests are smuggled
        elif codings:
            self.is_hopeless = bool(lengths) or codings != [b"chunked"]
            self._line = bytearray()
        elif lengths:
            self._most = ADMIN_BODY_BYTES if _ADMIN.match(self.head) else BODY_BYTES
            sound = len(lengths) == 1 and re.fullmatch(rb"[0-9]{1,12}", lengths[0])
            self._left = int(lengths[0]) if sound else 0
            self.is_hopeless = not sound or self._left > self._most
        expects = found.get(b"expect") == [b"100-continue"] and bool(_EXPECTS.match(self.head))
        self.wants_continue = expects and not self.is_hopeless

    def _feed_length(self, data: bytes) -> None:
        left = self._left or 0
        self._take(data[:left])
        self._left = left - len(data[:left])
        if not self._left:
            self.is_complete, self.extra = True, data[left:]

    def _feed_chunks(self, data: bytes, line: bytearray) -> None:
        """Follow the lengths of chunks to the empty one and the empty line after it; all is stored as it came."""
        at = 0
        while at < len(data) and not self.is_settled:
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            end = data.find(b"\n", at) + 1 or len(data)
            line += data[at:end]
            at = end
            if line.endswith(b"\r\n"):
                self._end_line(line)
        if self.is_complete:
            self._take(data[:at])
            self.extra = data[at:]
        else:
            self._take(data)

    def _end_line(self, line: bytearray) -> None:
        """Act on a line of length, the end of a chunk or a trailer; broken is what gunicorn would refuse later."""
        text = bytes(line)
        line.clear()
        if self._ends_chunk:
            self._ends_chunk, self.is_broken = False, text != b"\r\n"
        elif self._trailers is not None:
            self._end_trailer(text, self._trailers)
        else:
            length, separator, extension = text.removesuffix(b"\r\n").partition(b";")
            length = length.rstrip(b" \t") if separator else length
            sound = _LENGTH.fullmatch(length) and CHUNK_EXT_RE.fullmatch(separator + extension)
            self.is_broken = not sound or len(text) > LINE_BYTES
            if sound and int(length, 16):
                self._left, self._ends_chunk = int(length, 16), True
            else:
                self._trailers = 0

    def _end_trailer(self, line: bytes, earlier: int) -> None:
        if line == b"\r\n":
            self.is_complete = True
            return
        self._trailers = earlier + 1
        sound = _TRAILER.fullmatch(line)
        forbidden = sound and sound[1].decode().upper() in RFC9110_6_5_1_FORBIDDEN_TRAILER
        self.is_broken = not sound or bool(forbidden) or earlier >= MOST_TRAILERS or len(line) > LINE_BYTES

    def _write(self, data: bytes) -> None:
        if data and self.body is None:
            self.body = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 - open until the answer is sent
        if data and self.body is not None:
            self.body.write(data)

    def close(self) -> None:
        """Delete the body."""
        if self.body is not None:
            self.body.close()

    def _take(self, data: bytes) -> None:
        self._write(data)
        self._size += len(data)
        self.is_hopeless = self._size > self._most


class GatheredUnreader(SocketUnreader):  # type: ignore[misc] # gunicorn has no types
    """Source of a parser: the gathered request and then its end, never the socket, which a thread would wait for."""

    gathered: Any = None

    def chunk(self, size_hint: int | None = None) -> bytes:
        size = min(max(size_hint or 0, self.mxchunk), PIECE)  # what is read and not used yet is copied by each read
        data: bytes = self.gathered.read(size) if self.gathered else b""
        return data


def _has_room(client: socket.socket) -> bool:
    """Whether a third of what the system takes over for a client is free, or the client is gone.

    Who sends many requests and reads no answer would fill it, and then keep each thread that answers waiting.
    """
    room = select.poll()
    room.register(client, select.POLLOUT)
    return bool(room.poll(0))


def _send(client: socket.socket, rest: bytes) -> bool:
    client.setblocking(True)
    client.sendall(rest)
    return True


class GatheringWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's worker with threads, which sees a request when it has arrived, and waits for no client to close."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._incoming: dict[Any, Incoming] = {}
        """The request of each connection, while it arrives and while a thread answers it."""
        self._arriving: set[Any] = set()
        self._large: set[Any] = set()
        """Those whose body is a large one, until it is answered."""
        self._lingering: dict[Any, float] = {}
        self._behind: dict[Any, float] = {}
        """Connections whose request waits until the client has taken more of earlier answers, and until when."""
        self._is_full = False
        """Whether the newest connection took one of the reserved files."""
        self._waiting: deque[Any] = deque()
        """Connections whose request has arrived and waits for its turn."""
        self._begun: dict[Any, float] = {}
        """When the request of a connection was given to a thread."""
        self.at_once: int = self.cfg.threads
        """The requests that are answered beside each other, unless they take long."""
        self._next_sweep = 0.0
        self._notified_at = 0.0

    def notify(self) -> None:
        """Tell the arbiter once a second that this worker lives, and not after each event: it is written to a file."""
        if time.monotonic() - self._notified_at >= NOTIFY_SECONDS:
            self._notified_at = time.monotonic()
            super().notify()

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection and begin to read it, while files are left for the work of those accepted before."""
        if self._is_full and self.nr_conns and not self._make_room():
            return  # it waits in the system until a connection is closed
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another worker took it, or it is gone
            return
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._make_room()
            return
        self.nr_conns += 1
        self._is_full = client.fileno() >= resource.getrlimit(resource.RLIMIT_NOFILE)[0] - RESERVED_FILES
        self._gather(TConn(self.cfg, client, address, listener.getsockname()))

    def enqueue_req(self, conn: Any) -> None:
        """Let a request be answered in its turn, `at_once` of them beside each other, unless earlier ones take long.

        Threads that make pages beside each other make none of them sooner: Python runs one of them, and changing
        between them costs time and lets some wait several times as long as others.
        """
        self._waiting.append(conn)
        self._begin_requests()

    def _begin_requests(self) -> None:
        while self._waiting and self._at_work() < self.at_once:
            conn = self._waiting.popleft()
            self._begun[conn] = time.monotonic()
            super().enqueue_req(conn)

    def _at_work(self) -> int:
        """The requests under way that are likely to end soon, rather than to wait for something outside."""
        latest = time.monotonic() - PATIENCE_SECONDS
        return sum(begun > latest for begun in self._begun.values())

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait no longer than those at work may keep others waiting."""
        super().wait_for_and_dispatch_events(min(timeout, PATIENCE_SECONDS) if self._waiting else timeout)
        self._begin_requests()

    def _make_room(self) -> bool:
        """Give up a connection that only waits, so that the next one finds a free file; False where none does."""
        if self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            self._close(conn)
        elif self._lingering:
            self._end_lingering(next(iter(self._lingering)))
        elif self._behind:
            self._drop(next(iter(self._behind)))
        elif self._arriving:
            self._drop(min(self._arriving, key=lambda conn: self._incoming[conn].deadline))
        else:
            return False
        return True

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """Read the next request of a connection that was kept."""
        if conn in self.keepalived_conns:  # it may have been given up since the loop saw that something came
            self.poller.unregister(client)
            self.keepalived_conns.remove(conn)
            self._gather(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep the connection, go on with a request that came behind the answered one, or close."""
        self._begun.pop(conn, None)
        self._begin_requests()
        answered = self._forget(conn)
        if answered.is_hopeless or fs.cancelled() or fs.exception() or not fs.result():
            self._linger(conn)  # where a hopeless request ends is unknown, so nothing behind it is a request
        elif answered.extra:
            self._gather(conn, answered.extra)
        elif conn.parser is None:  # no thread ever answered it
            self._keep(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Give up the clients whose time is over; called each time that the loop goes round."""
        super().murder_pending()
        now = time.monotonic()
        if now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_SECONDS
        for conn in [each for each in self._arriving if self._is_given_up(each, now)]:
            self._refuse(conn, TIMED_OUT if self._incoming[conn].head else b"")
        for conn in [each for each, end in self._behind.items() if end < now]:
            self._drop(conn)
        for conn in [each for each, end in self._lingering.items() if end < now]:
            self._end_lingering(conn)

    def _is_given_up(self, conn: Any, now: float) -> bool:
        """A worker that stops waits only for requests that have begun."""
        incoming = self._incoming[conn]
        return incoming.deadline < now or not (self.alive or incoming.head)

    def _gather(self, conn: Any, first: bytes = b"") -> None:
        """Begin a request; most have arrived already."""
        incoming = self._incoming[conn] = Incoming(time.monotonic())
        if first and not self._feed(conn, incoming, first):
            return
        if not self._receive(conn, incoming):
            self._arriving.add(conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_arriving, conn))

    def _on_arriving(self, conn: Any, _client: Any) -> None:
        if conn in self._arriving:  # as above
            self._receive(conn, self._incoming[conn])

    def _receive(self, conn: Any, incoming: Incoming) -> bool:
        """Read once; whether reading is done with, as the request went to a thread or the connection ended."""
        if not incoming.is_settled:
            try:
                data = conn.sock.recv(PIECE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            except OSError:
                data = b""
            if not data:
                self._drop(conn)
                return True
            if not self._feed(conn, incoming, data):
                return True
        if incoming.is_broken:
            self._refuse(conn, BROKEN)
        elif incoming.is_settled:
            self._hand_over(conn, incoming)
        return incoming.is_settled

    def _feed(self, conn: Any, incoming: Incoming, data: bytes) -> bool:
        """Add what arrived; False where the disk cannot or may not take it, and the client is told so."""
        try:
            incoming.feed(data, time.monotonic())
        except OSError:
            self._refuse(conn, NO_ROOM)
            return False
        if incoming.is_large and conn not in self._large:
            if len(self._large) >= MOST_LARGE_BODIES:
                self._refuse(conn, NO_ROOM)
                return False
            self._large.add(conn)
        if incoming.wants_continue and not incoming.is_settled:
            incoming.wants_continue = False
            with suppress(OSError):
                conn.sock.send(CONTINUE, socket.MSG_DONTWAIT)
        return True

    def answer_at_once(self, conn: Any, head: bytes) -> bytes | None:
        """The answer to a request without a body that needs no thread, for a connection that is kept; None else."""

    def _is_answered(self, conn: Any, incoming: Incoming) -> bool:
        """Whether this loop answered; what the system does not take over at once is left to a thread."""
        plain = incoming.is_complete and incoming.body is None and not incoming.extra
        if not plain or not self.alive or len(self.keepalived_conns) >= self.max_keepalived:
            return False
        answer = self.answer_at_once(conn, bytes(incoming.head))
        if answer is None:
            return False
        try:
            sent = conn.sock.send(answer, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(conn)
            return True
        if sent < len(answer):
            rest = self.tpool.submit(_send, conn.sock, answer[sent:])
            rest.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))
            return True
        self._forget(conn)
        self._keep(conn)
        return True

    def _keep(self, conn: Any) -> None:
        """Wait for the next request of a connection."""
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))

    def _hand_over(self, conn: Any, incoming: Incoming) -> None:
        self._stop_reading(conn)
        if not _has_room(conn.sock):
            self._behind[conn] = time.monotonic() + GRACE_SECONDS
            self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._on_taken, conn))
            return
        if self._is_answered(conn, incoming):
            return
        if not conn.initialized:
            conn.init()
            conn.parser.unreader = GatheredUnreader(conn.sock)
        if incoming.body is not None:
            incoming.body.seek(0)
        unreader = conn.parser.unreader
        unreader.unread(bytes(incoming.head))
        unreader.gathered = incoming.body
        self.enqueue_req(conn)

    def _on_taken(self, conn: Any, _client: Any) -> None:
        if self._stop_waiting(conn):
            self._hand_over(conn, self._incoming[conn])

    def _stop_waiting(self, conn: Any) -> bool:
        """Whether a connection waited for its client to read; it no longer does."""
        if self._behind.pop(conn, None) is None:  # as above
            return False
        self.poller.unregister(conn.sock)
        return True

    def _stop_reading(self, conn: Any) -> None:
        if conn in self._arriving:
            self._arriving.remove(conn)
            self.poller.unregister(conn.sock)

    def _refuse(self, conn: Any, answer: bytes) -> None:
        """Send a short answer of the server's own and close."""
        self._stop_reading(conn)
        self._forget(conn)
        with suppress(OSError):  # its buffer is full, or it is gone
            conn.sock.send(answer, socket.MSG_DONTWAIT)
        self._linger(conn)

    def _drop(self, conn: Any) -> None:
        """Close a connection whose client is gone, or takes no answers."""
        self._stop_reading(conn)
        self._stop_waiting(conn)
        self._forget(conn)
        self._close(conn)

    def _forget(self, conn: Any) -> Incoming:
        """Delete the body of a request that is over."""
        self._large.discard(conn)
        incoming = self._incoming.pop(conn)
        incoming.close()
        return incoming

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        self._is_full = False
        conn.close()

    def _linger(self, conn: Any) -> None:
        """End the sending side; close when the client does, or a moment later. gunicorn's own loop waits meanwhile."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_lingering, conn))
        except (OSError, ValueError):  # closed already
            self._close(conn)
            return
        self._lingering[conn] = time.monotonic() + LINGER_SECONDS

    def _on_lingering(self, conn: Any, client: Any) -> None:
        try:
            if client.recv(PIECE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._end_lingering(conn)

    def _end_lingering(self, conn: Any) -> None:
        if self._lingering.pop(conn, None) is None:  # as above
            return
        self.poller.unregister(conn.sock)
        self._close(conn)
