"""Request headers, made sound before the shop reads them: a Host that can be one, accepted encodings, dates."""

import re
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from ipaddress import AddressValueError, IPv6Address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.http import parse_accept_header, parse_date
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH_CHECKS = frozenset(("/healthz", "/readyz"))
"""Paths that a load balancer asks by address, with any Host or none."""
ENCODINGS = ("br", "gzip")
"""Encodings that pages are sent in, the shortest first."""
DATES = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])\.?(?::(?P<port>[0-9]{{1,5}}))?")
_MOST_CHARACTERS = 253  # of a name: RFC 1035, 2.3.4
_MOST_PORT = 65535
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "[::1]"))
_REFUSED = "Deze winkel heeft geen adres met die naam.\nThis shop has no address of that name.\n"


def init_app(app: Flask, public_url: str | None) -> None:
    """Read every request through `SoundHeaders`."""
    vars(app)["wsgi_app"] = SoundHeaders(app.wsgi_app, public_url)


class SoundHeaders:
    """WSGI middleware that answers 400 to a Host that is none, before routing, templates or links can use it.

    With a public URL its host is the only one besides this machine's own names, so that no page and no cache between
    ever holds a link to another. Of Accept-Encoding the best of ours is left, so that each page is cached three times
    at most. A date that is none is left out, as RFC 9110 asks (13.1.3): Werkzeug fails at numbers that are too large.
    """

    def __init__(self, app: "WSGIApplication", public_url: str | None) -> None:
        self._app = app
        self._public = urlsplit(public_url).hostname if public_url else None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") in HEALTH_CHECKS:
            environ["HTTP_HOST"] = "localhost"
        elif not self._is_known(environ):
            answer = Response(_REFUSED, HTTPStatus.BAD_REQUEST, mimetype="text/plain")
            return answer(environ, start_response)
        if "HTTP_ACCEPT_ENCODING" in environ:
            environ["HTTP_ACCEPT_ENCODING"] = best_encoding(environ["HTTP_ACCEPT_ENCODING"])
        for name in DATES:
            if name in environ and not is_readable_date(environ[name]):
                del environ[name]
        return self._app(environ, start_response)

    def _is_known(self, environ: "WSGIEnvironment") -> bool:
        host = environ.get("HTTP_HOST")
        if host is None:  # only HTTP/1.0 has none; the server's own name stands in for it
            return environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
        name = host_name(host)
        return name is not None and (self._public is None or name == self._public or name in _LOOPBACK)


@lru_cache(1024)
def host_name(host: str) -> str | None:
    """The name in a Host header, in lower case and without a port; None for what cannot be one (RFC 9110, 7.2)."""
    found = _HOST.fullmatch(host)
    if found is None or len(found["name"]) > _MOST_CHARACTERS or not 0 < int(found["port"] or 1) <= _MOST_PORT:
        return None
    if found["ipv6"]:
        try:
            IPv6Address(found["ipv6"])
        except AddressValueError:
            return None
    return found["name"].lower()


def is_readable_date(value: str) -> bool:
    """Whether a date, or what stands in its place, can be read without a fault."""
    try:
        parse_date(value)
    except OverflowError:
        return False
    return True


@lru_cache(1024)
def best_encoding(header: str) -> str:
    """The encoding of ours that an Accept-Encoding header likes best, empty when it accepts none (RFC 9110, 12.5.3)."""
    wanted = {name.lower(): quality for name, quality in parse_accept_header(header)}
    qualities = {name: wanted.get(name, wanted.get("*", 0)) for name in ENCODINGS}
    best = max(ENCODINGS, key=lambda name: qualities[name])
    return best if qualities[best] else ""
