"""A server of a test in a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread

POLL_SECONDS = 0.01
"""Of looking whether to end: the standard library's half a second would be waited for after each test."""


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """A server that answers within the block."""
    thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
