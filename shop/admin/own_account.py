"""One's own account: its password and where it is signed in."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from catalog.accounts import AccountError
from catalog.accounts.people import change_password
from catalog.accounts.second_factor import recovery_codes_left
from catalog.models import Account
from shop.admin.blueprint import SEE_OTHER, bp, form_page
from shop.admin.current import current_account
from shop.admin.current import sign_in as let_in
from shop.admin.forms import NewPasswordForm, add_error
from shop.admin.permissions import requires
from shop.admin.wording import refusal_text
from shop.database import get_session


def own_row() -> Account:
    """The row of whoever is signed in."""
    return get_session().get_one(Account, current_account().account_id)


@bp.get("/my-account")
@requires("admin.enter")
def my_account() -> str:
    return render_template("admin/my_account.html", codes_left=recovery_codes_left(get_session(), own_row()))


@bp.route("/my-account/password", methods=["GET", "POST"])
@requires("account.secure")
def new_password() -> Response:
    """Set another password; every other browser is signed out."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        account = own_row()
        try:
            change_password(get_session(), account, form.password.data or "")
        except AccountError as error:
            add_error(form.password, refusal_text(error.refusal))
        else:
            let_in(account)
            flash(_("Your password is changed. Every other browser is signed out."), "success")
            return redirect(url_for("admin.my_account"), SEE_OTHER)
    return form_page("admin/new_password.html", form)
