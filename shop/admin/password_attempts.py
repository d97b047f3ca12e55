"""Passwords and codes that are tried, counted, and judged."""

import math
from collections.abc import Sequence
from datetime import timedelta

from flask import request
from msgspec import Struct
from wtforms import Field

from catalog.accounts.passkeys import Ceremony, accept_passkey
from catalog.accounts.people import authenticate
from catalog.accounts.second_factor import accept_code
from catalog.accounts.sessions import confirm
from catalog.accounts.throttle import (
    Limits,
    forgive,
    limits_of_confirming,
    limits_of_mail,
    limits_of_sign_in,
    record_attempt,
    take_back,
    wait_after_recording,
    wait_before_trying,
)
from catalog.models import Account, PeopleEventKind
from shop.admin.forms import ConfirmForm, ProofForm, add_error
from shop.admin.known_browser import known_browser_of
from shop.admin.people_events import log_event
from shop.admin.session import current_token, network_address, require_user
from shop.web.database import get_session
from shop.web.i18n import gettext as _
from shop.web.request_headers import host_name
from shop.web.services import now, services


class Attempt(Struct, frozen=True):
    """An attempt on an account that is counted; `wait` is zero when it may be judged."""

    limits: Limits
    recorded: Sequence[int]
    wait: timedelta


def begin_sign_in_attempt(email: str) -> Attempt:
    """Count an attempt to sign in as a failure until it proves right. Commits."""
    return _begin(limits_of_sign_in(services().vault, email, network_address(), known_browser_of(email)))


def begin_confirming() -> Attempt:
    """Count an attempt of the signed-in user to enter the password again. Commits."""
    return _begin(limits_of_confirming(services().vault, require_user().email, current_token()))


def begin_asking_for_mail() -> timedelta:
    """Count a request for a mail from this network address; the time to wait, zero when it is allowed. Commits."""
    return _begin(limits_of_mail(services().vault, network_address())).wait


def _begin(limits: Limits) -> Attempt:
    wait = wait_before_trying(get_session(), limits, now())
    if wait:
        return Attempt(limits, (), wait)
    recorded = record_attempt(get_session(), limits, now())
    get_session().commit()
    return Attempt(limits, recorded, wait_after_recording(get_session(), limits, now()))


def record_success(attempt: Attempt) -> None:
    """Forget the failures here; this attempt was none."""
    forgive(get_session(), attempt.limits, attempt.recorded)


def record_password_ok(attempt: Attempt) -> None:
    """Take this attempt back: the password was right and a code is still to come, so earlier failures stay."""
    take_back(get_session(), attempt.recorded)


def too_many_attempts(wait: timedelta) -> str:
    """Words for somebody who tried too often."""
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    return str(
        _(
            "Too many attempts. Wait %(minutes)d min, or ask an owner of the shop to unlock your account.",
            minutes=minutes,
        )
    )


def is_confirmed_now(form: ConfirmForm) -> bool:
    """Whether the form has the signed-in user's password and, with a second factor, a right code. Commits.

    If so the session counts as confirmed.
    """
    if not _is_owner(form.confirm_password, form.field_or_none("confirm_code"), form.field_or_none("confirm_passkey")):
        return False
    confirm(get_session(), current_token(), now())
    get_session().commit()  # the guard asks before any view
    return True


def is_proven(form: ProofForm) -> bool:
    """Whether the form has the signed-in user's password and, with a second factor, a right code. Commits."""
    return _is_owner(form.current_password, form.field_or_none("current_code"), form.field_or_none("current_passkey"))


def is_factor_right(account: Account, token: str, code: Field, passkey: Field | None) -> bool:
    """Whether the passkey, or else the code, is the account's; if not there is an error at the code's field.

    `token` is that of the session which asked for it, signed in or not yet.
    """
    if passkey is not None and passkey.data:
        if accept_passkey(get_session(), ceremony_with(account, token), passkey.data):
            return True
        add_error(code, _("This passkey was not accepted. Try it once more, or type a code."))
        return False
    if accept_code(get_session(), services().vault, account, code.data or "", now()):
        return True
    add_error(code, _("This code is wrong, used already or too old."))
    return False


def ceremony_with(account: Account, token: str) -> Ceremony:
    """The exchange of passkeys on this request's site."""
    host = host_name(request.host) or ""
    return Ceremony(account=account, token=token, host=host, origin=request.host_url.rstrip("/"), now=now())


def _is_owner(password: Field, code: Field | None, passkey: Field | None) -> bool:
    """Whether password and code or passkey are the signed-in user's; else there is an error at one of them.

    The second factor is judged only once the password is right, so that no wrong password uses a code up.
    """
    email = require_user().email
    attempt = begin_confirming()
    account = None if attempt.wait else authenticate(get_session(), email, password.data or "")
    if attempt.wait:
        add_error(password, too_many_attempts(attempt.wait))
    elif account is None:
        add_error(password, _("That is not your password."))
    elif code is None or is_factor_right(account, current_token(), code, passkey):
        record_success(attempt)
        return True
    log_event(PeopleEventKind.PROOF_FAILED, about=email)
    get_session().commit()  # of all callers, not each commits after a refusal
    return False
