"""Cached pages answered by the worker's loop itself: no thread and none of gunicorn's parsing, half of what each costs.

Only for a request that leaves nothing to judge: a GET of a page whose lines are all sound, without a body and without
a wish for another protocol. All else, and each page that is not cached, goes gunicorn's way from its first byte.
"""

import logging
import re
from email.utils import formatdate
from typing import Any

from flask import Flask

from recommend.text import LANGUAGES
from shop.web.page_cache import ONLY_CACHED, NotCachedError

log = logging.getLogger("shop.cached_answers")
LONGEST_HEAD = 8190
"""The longest line that gunicorn accepts, so that no line in a head can be longer."""
MOST_FIELDS = 100
"""As many as gunicorn accepts."""
_TARGET = rb"(/(?:%s)/[A-Za-z0-9/._~-]*)(?:\?([!\"$-~]*))?" % "|".join(LANGUAGES).encode()
_FIELDS = rb"((?:[!#$%%&'*+.^`|~0-9A-Za-z-]+:[\t -~]*\r\n){1,%d})" % MOST_FIELDS
_PLAIN = re.compile(rb"GET %s HTTP/1\.1\r\n%s\r\n" % (_TARGET, _FIELDS))
"""A name with an underscore is gunicorn's to judge, since it reads like one with a hyphen."""
_TO_BE_JUDGED = frozenset(
    ("CONTENT_LENGTH", "CONTENT_TYPE", "EXPECT", "HTTP2_SETTINGS", "TE", "TRAILER", "TRANSFER_ENCODING", "UPGRADE")
)


def plain_environ(head: bytes, client: str) -> dict[str, Any] | None:
    """The WSGI environment of a request as gunicorn makes it, but for streams; None where gunicorn has to judge."""
    found = _PLAIN.fullmatch(head) if len(head) <= LONGEST_HEAD else None
    if found is None:
        return None
    path, query, lines = (part.decode("ascii") if part else "" for part in found.groups())
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "RAW_URI": f"{path}?{query}" if found[2] is not None else path,
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": client,
        "wsgi.url_scheme": "http",
    }
    for line in lines.split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        name = name.upper().replace("-", "_")
        if name in _TO_BE_JUDGED or f"HTTP_{name}" in environ:
            return None
        environ[f"HTTP_{name}"] = value.strip(" \t")
    if environ.get("HTTP_CONNECTION", "keep-alive").lower() != "keep-alive" or not environ.get("HTTP_HOST"):
        return None
    return environ


class CachedAnswers:
    """The cached pages of an application, as bytes for a connection that is kept."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def answer(self, head: bytes, client: str) -> bytes | None:
        """The whole answer to a request; None where its page is not cached, or gunicorn has to judge.

        A fault is None too: raised in the loop it would end the worker, while a thread answers with the page for it.
        """
        environ = plain_environ(head, client)
        if environ is None:
            return None
        environ[ONLY_CACHED] = True
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
            begun[:] = status, headers

        try:
            body = b"".join(self._app.wsgi_app(environ, start_response))
        except NotCachedError:
            return None
        except Exception as error:
            log.warning("a cached page is left to a thread: %s", type(error).__name__)
            return None
        status, headers = begun
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        first = f"HTTP/1.1 {status}\r\nDate: {formatdate(usegmt=True)}\r\nConnection: keep-alive\r\n"
        return f"{first}{lines}\r\n".encode("latin-1") + body
