"""How answers travel: static files under addresses that never change their content, 304 for what the browser has.

Compression leaks the length of what it compresses, so a page that holds a secret (a CSRF token, somebody's answers)
travels as it is: attackers who make a browser ask for it many times learn nothing from its size (BREACH).
"""

from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from flask.helpers import send_from_directory
from flask_compress import Compress

STATIC = Path(__file__).parent / "static"
YEAR_SECONDS = 365 * 24 * 60 * 60
DIGEST = 12


@cache
def digest_of(filename: str) -> str:
    """The first hexadecimal digits of a static file's SHA-256; zeros for a file that is not there."""
    file = STATIC / filename
    return sha256(file.read_bytes()).hexdigest()[:DIGEST] if file.is_file() else "0" * DIGEST


def deliver(app: Flask) -> None:
    """Serve static files, and revalidate and compress what the views answer."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
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
            values.setdefault("digest", digest_of(str(values.get("filename"))))

    @app.after_request
    def shorten(response: Response) -> Response:
        asked_again = request.method in {"GET", "HEAD"} and response.status_code == HTTPStatus.OK
        if not asked_again or _holds_secrets(response):
            return response
        response.headers.setdefault("Cache-Control", "no-cache")
        if not response.get_etag()[0]:
            response.direct_passthrough = False
            # Weak, since the same page is sent compressed or not.
            response.set_etag(sha256(response.get_data()).hexdigest()[:32], weak=True)
        response.make_conditional(request)
        return response if response.status_code == HTTPStatus.NOT_MODIFIED else compress.after_request(response)


def _holds_secrets(response: Response) -> bool:
    """Pages with answers say `no-store`; Flask-WTF keeps the token that it wrote into a form in `g`."""
    private = "no-store" in response.headers.get("Cache-Control", "") or "Set-Cookie" in response.headers
    return private or "csrf_token" in g or request.path.startswith("/admin")


def _hashed(digest: str, filename: str) -> Response:
    """A static file for good; under an outdated address the present one, but only for now."""
    response = _plain(filename)
    if digest == digest_of(filename):
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


def _plain(filename: str) -> Response:
    response = send_from_directory(STATIC, filename)
    response.headers["Cache-Control"] = "no-cache"
    # One body for all encodings: read here, so that it can be compressed like a page.
    response.direct_passthrough = False
    response.headers.pop("ETag", None)
    return response
