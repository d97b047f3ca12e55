"""Passkeys of one's own account: adding and removing them, and the questions that a browser's script asks for."""

from http import HTTPStatus

from flask import abort, flash, jsonify, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from catalog.accounts.passkeys import (
    add_passkey,
    is_only_factor,
    questions_for_new,
    questions_for_use,
    remove_passkey,
)
from catalog.accounts.required_factor import roles_with_factor
from catalog.accounts.second_factor import recovery_codes_left, renew_recovery_codes
from catalog.accounts.sessions import awaiting_code
from catalog.models import Account, Passkey, PeopleEventKind
from shop.admin.blueprint import bp
from shop.admin.forms import PasskeyForm, ProofForm, add_error
from shop.admin.origin import origin_of_request
from shop.admin.own_account import end_other_sessions, own_row
from shop.admin.password_attempts import ceremony_with, is_proven
from shop.admin.people_events import log_event
from shop.admin.permissions import open_to_all, requires
from shop.admin.products.request import LARGEST_ID
from shop.admin.session import AWAITING_CODE, current_token, current_user
from shop.web.database import committing, get_session
from shop.web.forms import render_form
from shop.web.i18n import gettext as _
from shop.web.services import now


@bp.post("/passkey/questions")
@open_to_all
@committing
def questions_for_passkey() -> Response:
    """The question that a passkey signs, for who is signed in or gave the right password a moment ago."""
    account, token = _who_asks()
    if account is None or not account.has_passkey:
        abort(HTTPStatus.FORBIDDEN)
    return jsonify(questions_for_use(get_session(), ceremony_with(account, token)))


def _who_asks() -> tuple[Account | None, str]:
    user = current_user()
    if user:
        return own_row(), current_token()
    token = str(session.get(AWAITING_CODE, ""))
    return awaiting_code(get_session(), token, now()), token


@bp.post("/my-account/passkeys/questions")
@requires("account.secure")
@committing
def questions_for_new_passkey() -> Response:
    """The question with which a browser makes a passkey; it counts only beside the proof in the form."""
    return jsonify(questions_for_new(get_session(), ceremony_with(own_row(), current_token())))


@bp.route("/my-account/passkeys/new", methods=["GET", "POST"])
@requires("account.secure")
@committing
def new_passkey() -> Response | str:
    """Add a passkey; with the first factor come recovery codes."""
    account = own_row()
    form = PasskeyForm(of=account, name=origin_of_request().device)
    if form.validate_on_submit() and _has_credential(form) and is_proven(form):
        ceremony = ceremony_with(account, current_token())
        if add_passkey(get_session(), ceremony, form.credential.data or "", form.name.data or ""):
            return _added(account, form.name.data or "")
        add_error(form.name, _("This passkey could not be added. Is it on your list already, or are there ten?"))
    return render_form("admin/new_passkey.html", form)


def _has_credential(form: PasskeyForm) -> bool:
    if not form.credential.data:
        add_error(form.name, _("Your browser made no passkey. It needs JavaScript, and a browser that knows passkeys."))
    return bool(form.credential.data)


def _added(account: Account, name: str) -> Response | str:
    log_event(PeopleEventKind.PASSKEY_ADDED, about=account.email, detail=name)
    end_other_sessions(account)
    flash(_("The passkey “%(name)s” is added. Every other browser is signed out.", name=name), "success")
    if recovery_codes_left(get_session(), account):
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    return render_template("admin/recovery_codes.html", codes=renew_recovery_codes(get_session(), account))


@bp.route("/my-account/passkeys/<int:passkey_id>/remove", methods=["GET", "POST"])
@requires("account.secure")
@committing
def drop_passkey(passkey_id: int) -> Response:
    """Remove a passkey, unless the role needs it as its only second factor."""
    account = own_row()
    passkey = _own_passkey(account, passkey_id)
    is_last = is_only_factor(get_session(), account)
    if is_last and account.role in roles_with_factor(get_session()):
        flash(_("Your role needs the second factor, and this passkey is the only one. Add another first."), "error")
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    form = ProofForm(of=account)
    if form.validate_on_submit() and is_proven(form):
        name = passkey.name
        remove_passkey(get_session(), account, passkey.id)
        log_event(PeopleEventKind.PASSKEY_REMOVED, about=account.email, detail=name)
        end_other_sessions(account)
        flash(_("The passkey “%(name)s” is removed. Every other browser is signed out.", name=name), "success")
        return redirect(url_for("admin.my_account"), HTTPStatus.SEE_OTHER)
    return render_form("admin/remove_passkey.html", form, passkey=passkey, is_last=is_last)


def _own_passkey(account: Account, passkey_id: int) -> Passkey:
    passkey = get_session().get(Passkey, passkey_id) if passkey_id <= LARGEST_ID else None
    if passkey is None or passkey.account_id != account.id:
        abort(HTTPStatus.NOT_FOUND)
    return passkey
