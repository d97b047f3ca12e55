"""Known browsers: a sealed cookie that names the accounts which signed in with a browser.

Attempts there are counted apart, so that no stranger's failures make those people wait (OWASP's device cookies).
A new password makes every browser unknown again, until it signs in with that one.
"""

import secrets

from flask import Response, after_this_request, request

from catalog.accounts import Purpose
from catalog.accounts.people import account_by_email
from catalog.models import Account
from shop.web.database import get_session
from shop.web.security import cookie_name
from shop.web.services import services

COOKIE = "admin_browser"
VALID_SECONDS = 180 * 24 * 60 * 60
MOST_ACCOUNTS = 5
"""The newest accounts of a browser that are remembered."""


def known_browser_of(email: str) -> str | None:
    """The random name of this browser when the account has signed in with it by this password; None otherwise."""
    name, accounts = _read()
    account = account_by_email(get_session(), email)
    return name if account is not None and _key(account) in accounts else None


def remember_browser(account: Account) -> None:
    """Set the cookie with this answer; for an account that has signed in completely."""
    name, accounts = _read()
    key = _key(account)
    kept = [key, *(each for each in accounts if each != key)][:MOST_ACCOUNTS]
    sealed = services().vault.seal(Purpose.KNOWN_BROWSER, " ".join([name or secrets.token_urlsafe(16), *kept]))

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            cookie_name(COOKIE, "/admin"),
            sealed,
            max_age=VALID_SECONDS,
            path="/admin",
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
        )
        return response


def _key(account: Account) -> str:
    """A keyed hash of the account with its password, as its hash is stored."""
    return services().vault.fingerprint(f"known browser of {account.id} {account.password_hash}")


def _read() -> tuple[str | None, list[str]]:
    cookie = request.cookies.get(cookie_name(COOKIE, "/admin"), "")
    opened = services().vault.unseal(Purpose.KNOWN_BROWSER, cookie, within_seconds=VALID_SECONDS) if cookie else None
    if opened is None:
        return None, []
    name, *accounts = opened.split(" ")
    return name, accounts
