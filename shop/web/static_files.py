"""Static files under hashed addresses; revalidation (304) and compression of every answer.

Compression leaks the length of what it compresses, so a page that holds a secret (a CSRF token, somebody's answers)
travels as it is: attackers who make a browser ask for it many times learn nothing from its size (BREACH).
"""

import mimetypes
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, request
from flask_compress import Compress
from msgspec import Struct

from shop.web.request_headers import ENCODINGS

STATIC = Path(__file__).parent.parent / "static"
YEAR_SECONDS = 365 * 24 * 60 * 60
DIGEST = 12
CONDITIONAL = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
"""Headers with which a browser asks whether what it has is still good."""


class StaticFile(Struct, frozen=True):
    """A file that never changes while the shop runs; `digest` begins the SHA-256 of its content."""

    content: bytes
    mimetype: str
    digest: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every static file by its name; they are few and small."""
    found = {str(file.relative_to(STATIC)): file.read_bytes() for file in STATIC.rglob("*") if file.is_file()}
    return {
        name: StaticFile(
            content, mimetypes.guess_type(name)[0] or "application/octet-stream", sha256(content).hexdigest()[:DIGEST]
        )
        for name, content in found.items()
    }


def init_app(app: Flask) -> None:
    """Serve static files, and revalidate and compress what the views answer."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=list(ENCODINGS),
        COMPRESS_BR_LEVEL=5,
        COMPRESS_STREAMS=False,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    compress = Compress(app)
    app.add_url_rule(f"/static/<string(length={DIGEST}):digest>/<path:filename>", "static", _hashed)
    app.add_url_rule("/static/<path:filename>", "plain_static", _plain)

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("digest", static_files()[str(values["filename"])].digest)

    @app.after_request
    def shorten(response: Response) -> Response:
        asked_again = request.method in {"GET", "HEAD"} and response.status_code == HTTPStatus.OK
        if not asked_again or _holds_secrets(response):
            return response
        response.headers.setdefault("Cache-Control", "no-cache")
        if not response.get_etag()[0]:
            # Weak, since the same page is sent compressed or not.
            response.set_etag(sha256(response.get_data()).hexdigest()[:32], weak=True)
        if any(name in request.environ for name in CONDITIONAL):
            response.make_conditional(request)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            if response.mimetype in app.config["COMPRESS_MIMETYPES"]:
                response.vary.add("Accept-Encoding")  # as the page itself says
            return response
        return compress.after_request(response)


def _holds_secrets(response: Response) -> bool:
    """Pages with answers say `no-store`; Flask-WTF puts the token of a form in `g`."""
    private = "no-store" in response.headers.get("Cache-Control", "") or "Set-Cookie" in response.headers
    return private or "csrf_token" in g or request.path.startswith("/admin")


def _hashed(digest: str, filename: str) -> Response:
    """A static file for good; under an outdated address the present one, but only for now."""
    response = _plain(filename)
    if digest == static_files()[filename].digest:
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


def _plain(filename: str) -> Response:
    if filename not in static_files():
        abort(HTTPStatus.NOT_FOUND)
    file = static_files()[filename]
    return Response(file.content, mimetype=file.mimetype, headers={"Cache-Control": "no-cache"})
