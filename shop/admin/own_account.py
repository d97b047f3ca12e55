"""One's own account: its password and where it is signed in."""

from http import HTTPStatus

import segno
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.accounts import AccountError, Purpose
from catalog.accounts.passkeys import passkeys_of
from catalog.accounts.passwords import require_good
from catalog.accounts.people import change_password
from catalog.accounts.required_factor import roles_with_factor
from catalog.accounts.second_factor import (
    address_for_app,
    new_secret,
    recovery_codes_left,
    renew_recovery_codes,
    switch_off,
    switch_on,
)
from catalog.accounts.sessions import end_all_sessions, end_open_session, open_sessions
from catalog.models import Account, PeopleEventKind
from shop.admin.account_words import refusal_text
from shop.admin.blueprint import bp
from shop.admin.forms import ChangePasswordForm, ProofForm, SetUpForm, add_error
from shop.admin.password_attempts import is_proven
from shop.admin.people_events import log_event
from shop.admin.permissions import requires
from shop.admin.session import current_token, require_user
from shop.admin.session import sign_in as let_in
from shop.web.database import committing, get_session
from shop.web.forms import render_form
from shop.web.i18n import gettext as _
from shop.web.services import now, services


def own_row() -> Account:
    """The row of the signed-in user."""
    return get_session().get_one(Account, require_user().account_id)


@bp.get("/my-account")
@requires("admin.enter")
def my_account() -> str:
    return render_template(
        "admin/my_account.html",
        codes_left=recovery_codes_left(get_session(), own_row()),
        has_app=own_row().has_app,
        passkeys=passkeys_of(get_session(), require_user().account_id),
        browsers=open_sessions(get_session(), require_user().account_id, current_token(), now()),
    )


@bp.post("/my-account/sessions/end")
@requires("admin.enter")
@committing
def end_one_session() -> Response:
    """Sign one's account out in one browser."""
    if end_open_session(get_session(), require_user().account_id, request.form.get("browser", "")):
        log_event(PeopleEventKind.SESSIONS_ENDED, about=require_user().email)
        flash(_("That browser is signed out."), "success")
    else:
        flash(_("That browser was signed out already."), "warning")
    return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)


@bp.route("/my-account/password", methods=["GET", "POST"])
@requires("account.secure")
@committing
def new_password() -> Response:
    """Set another password; every other browser is signed out."""
    account = own_row()
    form = ChangePasswordForm(of=account)
    if form.validate_on_submit() and _is_good(form) and is_proven(form):
        change_password(get_session(), account, form.password.data or "")
        log_event(PeopleEventKind.PASSWORD_CHANGED, about=account.email)
        let_in(account)
        flash(_("Your password is changed. Every other browser is signed out."), "success")
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    return render_form("admin/new_password.html", form)


def _is_good(form: ChangePasswordForm) -> bool:
    """Whether the new password may be used; checked first, since a refusal would have used up a code."""
    try:
        require_good(form.password.data or "", require_user().email)
    except AccountError as error:
        add_error(form.password, refusal_text(error.refusal))
        return False
    return True


SET_UP_SECONDS = 30 * 60


@bp.route("/my-account/second-factor", methods=["GET", "POST"])
@requires("account.secure")
@committing
def set_up() -> Response | str:
    """Show a new secret as a QR code and in letters; it is stored once a code proves that the app has it.

    Until then the form carries it, sealed, so that neither a cookie nor the database has half a factor.
    """
    account = own_row()
    if account.has_app:
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    form = SetUpForm(of=account)
    secret = services().vault.unseal(
        Purpose.SET_UP, form.sealed.data or "", owner=str(account.id), within_seconds=SET_UP_SECONDS
    )
    if form.validate_on_submit() and is_proven(form):
        codes = secret and switch_on(
            get_session(), services().vault, account, secret=secret, code=form.code.data or "", now=now()
        )
        if codes:
            log_event(PeopleEventKind.FACTOR_ON, about=account.email)
            end_other_sessions(account)
            return render_template("admin/recovery_codes.html", codes=codes)
        add_error(form.code, _("This code is wrong or too old. Type the one that your app shows now."))
    secret = secret or new_secret()
    address = address_for_app(secret, account.email)
    return render_form(
        "admin/set_up.html",
        form,
        sealed=services().vault.seal(Purpose.SET_UP, secret, owner=str(account.id)),
        letters=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        address=address,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff"),
    )


@bp.route("/my-account/recovery-codes", methods=["GET", "POST"])
@requires("account.secure")
@committing
def recovery_codes() -> Response | str:
    """Make new recovery codes; the old ones stop working."""
    account = own_row()
    if not account.has_second_factor:
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    form = ProofForm(of=account)
    if form.validate_on_submit() and is_proven(form):
        codes = renew_recovery_codes(get_session(), account)
        log_event(PeopleEventKind.NEW_CODES, about=account.email)
        end_other_sessions(account)
        return render_template("admin/recovery_codes.html", codes=codes)
    return render_form("admin/new_codes.html", form)


@bp.route("/my-account/second-factor/off", methods=["GET", "POST"])
@requires("account.secure")
@committing
def turn_off() -> Response:
    account = own_row()
    if not account.has_second_factor:
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    if account.role in roles_with_factor(get_session()):
        flash(_("Your role needs the second factor, so it stays on. For a new telephone, ask an owner."), "error")
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    form = ProofForm(of=account)
    if form.validate_on_submit() and is_proven(form):
        switch_off(get_session(), account)
        log_event(PeopleEventKind.FACTOR_OFF, about=account.email)
        end_other_sessions(account)
        flash(_("The second factor is off for %(email)s.", email=account.email), "success")
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    return render_form("admin/factor_off.html", form)


def end_other_sessions(account: Account) -> None:
    """Sign the account out everywhere but here, where the session goes on under a new token."""
    end_all_sessions(get_session(), account.id)
    let_in(account)
