"""Session of the admin: begin, renewal and end, and the signed-in user.

The signed cookie of the admin holds one random token; everything else about the session is in the database.
"""

from flask import g, request, session
from sqlalchemy.exc import OperationalError

from catalog.accounts.sessions import (
    TOUCH_INTERVAL,
    SignedInUser,
    end_session,
    signed_in_user,
    start_session,
    touch_session,
)
from catalog.db.engine import fail_fast_on_lock
from catalog.models import Account, Role
from recommend.text import LANGUAGES
from shop.admin.known_browser import remember_browser
from shop.admin.origin import network_of, origin_of_request
from shop.web.database import get_session
from shop.web.services import now

TOKEN = "session_token"  # noqa: S105 - a key of the cookie, no token
AWAITING_CODE = "awaiting_code"
"""The key of the cookie under which the token waits until the second factor is given."""


def current_user() -> SignedInUser | None:
    """The signed-in user of this request, with `email` and `role`; None for nobody."""
    if "signed_in_user" not in g:
        token = session.get(TOKEN)
        g.signed_in_user = signed_in_user(get_session(), token, now()) if isinstance(token, str) else None
    user: SignedInUser | None = g.signed_in_user
    return user


def require_user() -> SignedInUser:
    """The signed-in user where the guard has let one in, which is in every view that `requires` something."""
    user = current_user()
    if user is None:
        raise RuntimeError("a page that is open to all asked for the signed-in user")
    return user


def author_of_request() -> str:
    """The name in the history for what this request changes: the account's address."""
    return require_user().email


def role_of_request() -> Role:
    return require_user().role


def current_token() -> str:
    """The token of this session."""
    return str(session[TOKEN])


def sign_in(account: Account) -> None:
    """Start a session under a new token; of the old cookie only the language stays."""
    if session.get(TOKEN):
        end_session(get_session(), current_token())
    origin = origin_of_request()
    token = start_session(get_session(), account, now(), device=origin.device, network=origin.network)
    _clear_cookie()
    session[TOKEN] = token
    remember_browser(account)


def begin_sign_in(account: Account) -> None:
    """Remember that the password was right until the second factor is given."""
    token = start_session(get_session(), account, now(), awaits_code=True)
    _clear_cookie()
    session[AWAITING_CODE] = token


def sign_out() -> None:
    """End this session."""
    end_session(get_session(), current_token())
    _clear_cookie()


def _clear_cookie() -> None:
    language = session.get("lang")
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF's, made for the cookie as it was
    g.pop("signed_in_user", None)
    if language in LANGUAGES:
        session["lang"] = language


def touch() -> None:
    """Record once a minute that the session is in use; skipped while another writer is busy."""
    user = current_user()
    if user is None or now() - user.last_seen_at < TOUCH_INTERVAL:
        return
    try:
        with fail_fast_on_lock(get_session()):
            touch_session(get_session(), current_token(), now(), network_of(network_address()))
        get_session().commit()
    except OperationalError:
        get_session().rollback()


def network_address() -> str:
    return request.remote_addr or ""
