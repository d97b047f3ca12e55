"""Accounts and invitations, managed by owners; the one-time link that makes an account."""

from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.accounts import AccountError, Refusal
from catalog.accounts.invitations import invitation_of, invite, open_invitations, redeem, withdraw
from catalog.accounts.people import all_accounts, change_role, deactivate, reactivate
from catalog.accounts.required_factor import require_factor, roles_with_factor
from catalog.accounts.second_factor import switch_off
from catalog.accounts.sessions import end_all_sessions
from catalog.accounts.throttle import failures_today, unlock
from catalog.models import Account, PeopleEventKind, Role
from shop.admin.account_words import EMAIL_REFUSALS, refusal_text, role_name
from shop.admin.blueprint import bp
from shop.admin.forms import InviteForm, RedeemForm, RequiredFactorForm, RoleForm, add_error
from shop.admin.people_events import log_event
from shop.admin.permissions import open_to_all, requires
from shop.admin.products.request import LARGEST_ID
from shop.admin.session import author_of_request, require_user
from shop.admin.session import sign_in as let_in
from shop.web.absolute_urls import absolute_url
from shop.web.database import committing, get_session
from shop.web.forms import render_form
from shop.web.i18n import gettext as _
from shop.web.services import now, services


@bp.route("/accounts", methods=["GET", "POST"])
@requires("accounts.manage")
@committing
def accounts() -> Response | str:
    """All accounts and open invitations, and a form to invite somebody."""
    form = InviteForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        try:
            token = invite(get_session(), email, Role(form.role.data), now(), author_of_request())
        except AccountError as error:
            add_error(form.email, refusal_text(error.refusal))
        else:
            log_event(PeopleEventKind.INVITED, about=email.strip().lower(), detail=form.role.data)
            address = absolute_url(url_for("admin.invitation", token=token))
            # Shown once: the database has only its hash.
            return render_template("admin/invited.html", email=email.strip().lower(), address=address)
    return _accounts_page(form)


def _accounts_page(form: InviteForm, required: RequiredFactorForm | None = None) -> Response:
    roles = sorted(roles_with_factor(get_session()))
    return render_form(
        "admin/accounts.html",
        form,
        required=required or RequiredFactorForm(formdata=None, roles=roles),
        accounts=all_accounts(get_session()),
        invitations=open_invitations(get_session(), now()),
    )


@bp.post("/accounts/second-factor")
@requires("accounts.manage")
@committing
def require_second_factor() -> Response:
    """Say of which roles a second factor is required; who lacks it sets it up before anything else."""
    form = RequiredFactorForm()
    if not form.validate():
        page = _accounts_page(InviteForm(formdata=None), form)
        page.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return page
    roles = [Role(role) for role in form.roles.data or ()]
    if require_factor(get_session(), roles):
        log_event(PeopleEventKind.FACTOR_REQUIRED, detail=" ".join(sorted(roles)))
    flash(_("Saved. It counts from everybody's next page."), "success")
    return redirect(url_for("admin.accounts"), HTTPStatus.SEE_OTHER)


@bp.post("/accounts/withdraw")
@requires("accounts.manage")
@committing
def withdraw_invitation() -> Response:
    email = request.form.get("email", "")
    if withdraw(get_session(), email):
        log_event(PeopleEventKind.UNINVITED, about=email)
    flash(_("The invitation is withdrawn."), "success")
    return redirect(url_for("admin.accounts"), HTTPStatus.SEE_OTHER)


@bp.route("/accounts/<int:account_id>", methods=["GET", "POST"])
@requires("accounts.manage")
@committing
def account(account_id: int) -> Response:
    """One account: its role, and whether it may come in."""
    row = account_or_404(account_id)
    form = RoleForm(role=row.role.value)
    if form.validate_on_submit():
        before = row.role
        try:
            change_role(get_session(), row, Role(form.role.data))
        except AccountError as error:
            add_error(form.role, refusal_text(error.refusal))
        else:
            log_event(PeopleEventKind.ROLE_CHANGED, about=row.email, detail=f"{before} → {row.role}")
            flash(_("%(email)s is now %(role)s.", email=row.email, role=role_name(row.role)), "success")
            return redirect(url_for("admin.accounts"), HTTPStatus.SEE_OTHER)
    failures = failures_today(get_session(), services().vault, row.email, now())
    return render_form("admin/account.html", form, row=row, failures=failures)


@bp.post("/accounts/<int:account_id>/deactivate")
@requires("accounts.manage")
@committing
def deactivate_account(account_id: int) -> Response:
    row = account_or_404(account_id)
    try:
        deactivate(get_session(), row)
    except AccountError as error:
        flash(refusal_text(error.refusal), "error")
        return redirect(url_for("admin.account", account_id=account_id), HTTPStatus.SEE_OTHER)
    log_event(PeopleEventKind.DEACTIVATED, about=row.email)
    flash(_("%(email)s can no longer sign in.", email=row.email), "success")
    return redirect(url_for("admin.accounts"), HTTPStatus.SEE_OTHER)


@bp.post("/accounts/<int:account_id>/reactivate")
@requires("accounts.manage")
@committing
def reactivate_account(account_id: int) -> Response:
    row = account_or_404(account_id)
    reactivate(row)
    log_event(PeopleEventKind.REACTIVATED, about=row.email)
    flash(_("%(email)s can sign in again.", email=row.email), "success")
    return redirect(url_for("admin.accounts"), HTTPStatus.SEE_OTHER)


@bp.post("/accounts/<int:account_id>/sign-out")
@requires("accounts.manage")
@committing
def sign_out_account(account_id: int) -> Response:
    row = account_or_404(account_id)
    end_all_sessions(get_session(), row.id)
    log_event(PeopleEventKind.SESSIONS_ENDED, about=row.email)
    flash(_("%(email)s is signed out in every browser.", email=row.email), "success")
    return redirect(url_for("admin.accounts"), HTTPStatus.SEE_OTHER)


@bp.post("/accounts/<int:account_id>/unlock")
@requires("accounts.manage")
@committing
def unlock_account(account_id: int) -> Response:
    """Forget the failed attempts on an account, so that nobody has to wait for its next one."""
    row = account_or_404(account_id)
    unlock(get_session(), services().vault, row.email)
    log_event(PeopleEventKind.UNLOCKED, about=row.email)
    flash(_("%(email)s can try to sign in again at once.", email=row.email), "success")
    return redirect(url_for("admin.account", account_id=account_id), HTTPStatus.SEE_OTHER)


@bp.post("/accounts/<int:account_id>/second-factor/off")
@requires("accounts.manage")
@committing
def turn_off_for(account_id: int) -> Response:
    """For a colleague who lost both the telephone and the recovery codes."""
    row = account_or_404(account_id)
    if row.id == require_user().account_id:
        return own_account_instead()
    switch_off(get_session(), row)
    log_event(PeopleEventKind.FACTOR_OFF, about=row.email)
    flash(_("The second factor is off for %(email)s.", email=row.email), "success")
    return redirect(url_for("admin.accounts"), HTTPStatus.SEE_OTHER)


def own_account_instead() -> Response:
    """Lead an owner to the page of their own account, which asks for the password and a code."""
    flash(_("Change your own account on this page: it asks for your password and a code."), "error")
    return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)


def account_or_404(account_id: int) -> Account:
    row = get_session().get(Account, account_id) if account_id <= LARGEST_ID else None
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    return row


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@open_to_all
@committing
def invitation(token: str) -> Response:
    """Set a password and come in. Opening the link does not use it up: mail programs open links too."""
    invited = invitation_of(get_session(), token, now())
    if invited is None:
        return link_gone()
    form = RedeemForm(email=invited.email)
    if invited.email:
        del form.email
    if form.validate_on_submit():
        email = form.email.data if form.email else invited.email
        try:
            account = redeem(get_session(), token, email or "", form.password.data or "", now())
        except AccountError as error:
            get_session().rollback()
            if error.refusal is Refusal.INVITATION_GONE:
                return link_gone()
            field = form.email if error.refusal in EMAIL_REFUSALS and form.email else form.password
            add_error(field, refusal_text(error.refusal))
        else:
            log_event(PeopleEventKind.JOINED, who=account.email, about=account.email, detail=account.role)
            let_in(account)
            flash(_("Welcome. Your account is made; a second factor makes it safer still."), "success")
            return redirect(url_for("admin.dashboard"), HTTPStatus.SEE_OTHER)
    return render_form("admin/invitation.html", form, invited=invited)


def link_gone() -> Response:
    return make_response(render_template("admin/invitation_gone.html"), HTTPStatus.GONE)
