"""Response headers that every page carries."""

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class SessionCookie(SecureCookieSessionInterface):
    """The session cookie, which holds only the forms' CSRF token, is Secure whenever the visit is."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        return request.is_secure


def harden(app: Flask) -> None:
    app.session_interface = SessionCookie()

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        # Same-origin only: an outside link never learns that somebody came from an advice page.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        # Any page may show a stop note or a notice that depends on the answers cookie.
        if response.mimetype == "text/html":
            response.vary.add("Cookie")
        return response


def never_store(response: Response) -> Response:
    """Keep a page with answers out of every cache, the browser's included."""
    response.headers["Cache-Control"] = "no-store"
    return response
