"""Who works here now: the account of this request, its session, and the clock that ends it.

Flask-Login keeps the session's token in a signed cookie of the admin's own; everything else is in the database.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from catalog.accounts import Vault
from catalog.accounts.sessions import SEEN_EVERY, SignedIn, end_session, see, signed_in, start_session
from catalog.database import hurried
from catalog.models import Account, Role
from recommend.text import LANGUAGES
from shop.database import get_session

HALF_WAY = "half_way"
"""The key of the cookie under which the token waits until the second factor is given."""


class Worker(UserMixin):
    """An account as Flask-Login wants it: known by the token of its session, not by a number that never changes."""

    def __init__(self, token: str, signed_in: SignedIn) -> None:
        self.token, self.signed_in = token, signed_in

    def get_id(self) -> str:
        return self.token


def keep_workers(app: Flask, secret_key: str) -> None:
    """Prepare Flask-Login for the admin's pages; the shop's pages never ask who works here."""
    manager = LoginManager()
    manager.session_protection = None  # the database knows the session; a telephone that changes networks stays in
    manager.user_loader(_worker_of)
    # Not init_app: its hook for "remember me" cookies would read the session on every page of the shop.
    vars(app)["login_manager"] = manager
    app.extensions["vault"] = Vault(secret_key)
    app.extensions["clock"] = lambda: datetime.now(UTC)


def now() -> datetime:
    """The time, from the application's clock."""
    clock: Callable[[], datetime] = current_app.extensions["clock"]
    return clock()


def get_vault() -> Vault:
    vault: Vault = current_app.extensions["vault"]
    return vault


def _worker_of(token: str) -> Worker | None:
    found = signed_in(get_session(), token, now())
    return Worker(token, found) if found else None


def get_account() -> SignedIn | None:
    """Whoever is signed in, with `email` and `role`; None for nobody."""
    return current_user.signed_in if current_user.is_authenticated else None


def current_account() -> SignedIn:
    """The same where the guard has let somebody in, which is in every view that `requires` something."""
    account = get_account()
    if account is None:
        raise RuntimeError("asked who works here on a page that is open to all")
    return account


def author_of_request() -> str:
    """Who the history is to name for what this request changes: the account's address."""
    return current_account().email


def role_of_request() -> Role:
    return current_account().role


def current_token() -> str:
    """The token of this session."""
    return str(current_user.get_id())


def sign_in(account: Account) -> None:
    """Start a session under a new token; whatever the cookie held before is dropped but the language. Commits."""
    if session.get("_user_id"):
        end_session(get_session(), session["_user_id"])
    token = start_session(get_session(), account, now())
    get_session().commit()
    _clear_cookie()
    found = _worker_of(token)
    if found:
        login_user(found)


def half_sign_in(account: Account) -> None:
    """Remember that the password was right until the second factor is given. Commits."""
    token = start_session(get_session(), account, now(), awaits_code=True)
    get_session().commit()
    _clear_cookie()
    session[HALF_WAY] = token


def sign_out() -> None:
    """End this session. Commits."""
    end_session(get_session(), current_token())
    get_session().commit()
    logout_user()
    _clear_cookie()


def _clear_cookie() -> None:
    language = session.get("lang")
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF's, made for the cookie as it was
    if language in LANGUAGES:
        session["lang"] = language


def be_seen() -> None:
    """Write now and then that the session is in use. A catalogue that is busy being written may skip it."""
    account = get_account()
    if account is None or now() - account.last_seen_at < SEEN_EVERY:
        return
    try:
        with hurried(get_session()):
            see(get_session(), current_token(), now())
        get_session().commit()
    except OperationalError:
        get_session().rollback()


def network_address() -> str:
    return request.remote_addr or ""
