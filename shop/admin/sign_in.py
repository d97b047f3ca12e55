"""Signing in, the second factor, the password once more, signing out."""

from datetime import timedelta
from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from catalog.accounts.people import account_by_email, authenticate
from catalog.accounts.second_factor import recovery_codes_left
from catalog.accounts.sessions import awaiting_code, end_all_sessions, end_session
from catalog.models import Account, PeopleEventKind
from shop.admin.blueprint import bp
from shop.admin.forms import CodeForm, ConfirmForm, SignInForm, add_error
from shop.admin.password_attempts import (
    Attempt,
    begin_sign_in_attempt,
    is_confirmed_now,
    is_factor_right,
    record_password_ok,
    record_success,
    too_many_attempts,
)
from shop.admin.people_events import log_event, log_sign_in
from shop.admin.permissions import open_to_all, requires
from shop.admin.redirects import interrupted, next_page
from shop.admin.session import AWAITING_CODE, begin_sign_in, current_user, require_user
from shop.admin.session import sign_in as let_in
from shop.admin.session import sign_out as let_out
from shop.web.database import committing, get_session
from shop.web.forms import render_form
from shop.web.i18n import gettext as _
from shop.web.services import now, services


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@committing
def sign_in() -> Response:
    if current_user():
        return redirect(next_page(), HTTPStatus.SEE_OTHER)
    form = SignInForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        attempt = begin_sign_in_attempt(email)
        if attempt.wait:
            return _too_many("admin/sign_in.html", form, attempt.wait)
        account = authenticate(get_session(), email, form.password.data or "")
        if account:
            return _welcome(account, form, attempt)
        known = account_by_email(get_session(), email)
        _log_failure(known.email if known else "", "password")
        # The same words for both, so that nobody learns who has an account.
        add_error(form.password, _("This address and password do not belong together."))
    return render_form("admin/sign_in.html", form, next=next_page())


def _welcome(account: Account, form: SignInForm, attempt: Attempt) -> Response:
    if account.has_second_factor:
        record_password_ok(attempt)
        begin_sign_in(account)
        if form.interrupted.data:
            asking = CodeForm(formdata=None, of=account, interrupted=form.interrupted.data)
            return render_form("admin/code.html", asking, next=next_page())
        return redirect(url_for("admin.second_step", next=next_page()), HTTPStatus.SEE_OTHER)
    record_success(attempt)
    let_in(account)
    log_sign_in(account.email)
    return _go_on(form)


def _go_on(form: SignInForm | CodeForm) -> Response:
    """To the page that was wanted; or to what was typed before the session ended, to be sent with one press."""
    carried = interrupted(services().vault, form.interrupted.data)
    if carried:
        return make_response(render_template("admin/interrupted.html", carried=carried))
    return redirect(next_page(), HTTPStatus.SEE_OTHER)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@open_to_all
@committing
def second_step() -> Response:
    token = str(session.get(AWAITING_CODE, ""))
    account = awaiting_code(get_session(), token, now())
    if account is None:
        return redirect(url_for("admin.sign_in", next=next_page()), HTTPStatus.SEE_OTHER)
    form = CodeForm(of=account)
    if form.validate_on_submit():
        attempt = begin_sign_in_attempt(account.email)
        if attempt.wait:
            return _too_many("admin/code.html", form, attempt.wait)
        if is_factor_right(account, token, form.code, form.field_or_none("passkey")):
            record_success(attempt)
            end_session(get_session(), token)
            let_in(account)
            log_sign_in(account.email)
            _warn_of_few_recovery_codes(account)
            return _go_on(form)
        _log_failure(account.email, "code")
    return render_form("admin/code.html", form, next=next_page())


def _log_failure(email: str, what: str) -> None:
    """Record a failure about an account; of an unknown address nothing is kept, since it may be a password."""
    log_event(PeopleEventKind.SIGN_IN_FAILED, who="", about=email, detail=what)


def _too_many(template: str, form: SignInForm | CodeForm, wait: timedelta) -> Response:
    add_error(form["password" if "password" in form else "code"], too_many_attempts(wait))
    page = make_response(render_template(template, form=form, next=next_page()), HTTPStatus.TOO_MANY_REQUESTS)
    page.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return page


def _warn_of_few_recovery_codes(account: Account) -> None:
    left = recovery_codes_left(get_session(), account)
    if left < 3:  # noqa: PLR2004 - few
        flash(_("Recovery codes left: %(count)d. Make new ones under “My account”.", count=left), "warning")


@bp.route("/confirm", methods=["GET", "POST"])
@requires("admin.enter")
@committing
def confirm() -> Response:
    """The password and, with a second factor, a code once more, for what only its owner should do."""
    form = ConfirmForm(of=require_user())
    if form.validate_on_submit() and is_confirmed_now(form):
        return redirect(next_page(), HTTPStatus.SEE_OTHER)
    return render_form("admin/confirm.html", form, action=request.full_path.rstrip("?"), carried=[])


@bp.post("/sign-out")
@requires("admin.enter")
@committing
def sign_out() -> Response:
    log_event(PeopleEventKind.SIGNED_OUT, about=require_user().email)
    let_out()
    flash(_("You are signed out."), "success")
    return redirect(url_for("admin.sign_in"), HTTPStatus.SEE_OTHER)


@bp.post("/sign-out-everywhere")
@requires("admin.enter")
@committing
def sign_out_everywhere() -> Response:
    log_event(PeopleEventKind.SESSIONS_ENDED, about=require_user().email)
    end_all_sessions(get_session(), require_user().account_id)
    let_out()
    flash(_("You are signed out in every browser."), "success")
    return redirect(url_for("admin.sign_in"), HTTPStatus.SEE_OTHER)
