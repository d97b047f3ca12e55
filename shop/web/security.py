"""Security headers of every response, the session cookies, and requests refused at once."""

from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, Request, Response, abort, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from werkzeug.wrappers import Response as WerkzeugResponse

from shop.web.database import asked_by_staff

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

UNUSED = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
"""Powers of the browser that no page here uses."""
ALWAYS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    # Same-origin only: an outside link never learns that somebody came from an advice page.
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", UNUSED),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
"""Headers of every answer that has no others in their place."""
YEAR_SECONDS = 365 * 24 * 60 * 60
MAX_QUERY_BYTES = 8 * 1024
AnyResponse = TypeVar("AnyResponse", bound=WerkzeugResponse)


def asked_of_api() -> bool:
    """Whether a program asks, and not a browser."""
    return request.path == "/api" or request.path.startswith("/api/")


def hides_slash() -> bool:
    """Whether a slash of the path is written as %2F: a proxy would read another path than the shop, /admin%2f say."""
    return "%2f" in str(request.environ.get("RAW_URI", "")).partition("?")[0].lower()


def cookie_name(name: str, path: str = "/") -> str:
    """A cookie's name on this request: under TLS with the prefix that lets no other host and no plain page set it."""
    if not request.is_secure:
        return name
    return f"__Host-{name}" if path == "/" else f"__Secure-{name}"


class PatientSigner(TimestampSigner):
    """Signer that takes what a clock signed that was ahead; else sessions would end when that clock is set back."""

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: Any = False) -> Any:
        try:
            return super().unsign(signed_value, max_age, return_timestamp)
        except SignatureExpired as expired:
            if expired.date_signed is None or expired.date_signed.timestamp() <= self.get_timestamp():
                raise
            return super().unsign(signed_value, None, return_timestamp)


class SessionsForPages(SecureCookieSessionInterface):
    """The session cookie with the forms' CSRF token. The API neither reads nor sets it.

    The admin has a cookie of its own, which browsers send to /admin alone.
    """

    _made: tuple[str | bytes | None, URLSafeTimedSerializer | None] = (None, None)
    """The secret key, and what was made with it."""

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name("admin_session", "/admin") if asked_by_staff() else cookie_name(super().get_cookie_name(app))

    def get_cookie_path(self, app: Flask) -> str:
        return "/admin" if asked_by_staff() else super().get_cookie_path(app)

    def get_cookie_samesite(self, app: Flask) -> str | None:
        return "Strict" if asked_by_staff() else super().get_cookie_samesite(app)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if asked_of_api():
            return None
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()  # without making a key to read one with
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Made once for each key: putting one together takes as long as reading a cookie."""
        key, serializer = self._made
        if serializer is None or app.secret_key != key:
            serializer = super().get_signing_serializer(app)
            if serializer is not None:
                serializer.signer = PatientSigner
            self._made = app.secret_key, serializer
        return serializer

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        return request.is_secure


def init_app(app: Flask) -> None:
    """Refuse what no page is for before anything reads it, and send the headers that every answer bears."""
    app.session_interface = SessionsForPages()

    @app.before_request
    def refuse_what_is_no_path() -> None:
        if "\0" in request.path or hides_slash():
            abort(HTTPStatus.NOT_FOUND)  # PostgreSQL cannot even be asked for a NUL

    @app.before_request
    def refuse_endless_queries() -> None:
        if len(request.query_string) > MAX_QUERY_BYTES:
            abort(HTTPStatus.REQUEST_URI_TOO_LONG)

    @app.after_request
    def add_headers(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}  # to ask for one that is absent takes as long
        response.headers.extend([header for header in ALWAYS if header[0].lower() not in given])
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}")
        # Any page may show a stop note or a notice that depends on the answers cookie.
        if response.mimetype == "text/html":
            response.vary.add("Cookie")
        if asked_by_staff():
            never_store(response)
            response.headers["X-Robots-Tag"] = "noindex"
        return response


def never_store(response: AnyResponse) -> AnyResponse:
    """Keep a page with answers out of every cache, the browser's included."""
    response.headers["Cache-Control"] = "no-store"
    return response
