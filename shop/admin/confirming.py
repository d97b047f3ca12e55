"""Passwords and codes that are tried, counted, and judged."""

import math
from datetime import timedelta

from flask_babel import gettext as _
from wtforms import Form

from catalog.accounts.people import authenticate
from catalog.accounts.sessions import confirm
from catalog.accounts.throttle import (
    counted_for,
    forgive,
    record_attempt,
    wait_after_recording,
    wait_before_trying,
)
from catalog.models import Account
from shop.admin.current import current_account, current_token, get_vault, network_address, now
from shop.database import get_session


def admitted(email: str) -> timedelta:
    """Count an attempt on an account; zero when it may be judged, else how long to wait. Commits."""
    counted = counted_for(get_vault(), email, network_address())
    wait = wait_before_trying(get_session(), counted, now())
    if not wait:
        record_attempt(get_session(), counted, now())
        get_session().commit()
        wait = wait_after_recording(get_session(), counted, now())
    return wait


def forgiven(email: str) -> None:
    """Forget the attempts on an account after a right one."""
    forgive(get_session(), counted_for(get_vault(), email, network_address()), now())


def told_to_wait(wait: timedelta) -> str:
    """Words for somebody who tried too often."""
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    return str(_("Too many attempts. Wait %(minutes)d min, then try again.", minutes=minutes))


def is_confirmed_now(form: Form) -> bool:
    """Whether the form holds the password of whoever works here; if so the session is fresh again. Commits."""
    field = form["confirm_password"]
    email = current_account().email
    wait = admitted(email)
    account: Account | None = None if wait else authenticate(get_session(), email, field.data or "")
    if account is None:
        field.errors = [told_to_wait(wait) if wait else _("That is not your password.")]
        return False
    forgiven(email)
    confirm(get_session(), current_token(), now())
    get_session().commit()
    return True
