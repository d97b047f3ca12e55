"""The one-time link that makes an account."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from catalog.accounts import AccountError, Refusal
from catalog.accounts.invitations import invitation_of, redeem
from shop.admin.blueprint import SEE_OTHER, bp, form_page
from shop.admin.current import now
from shop.admin.current import sign_in as let_in
from shop.admin.forms import RedeemForm, add_error
from shop.admin.permissions import open_to_all
from shop.admin.wording import EMAIL_REFUSALS, refusal_text
from shop.database import get_session

GONE = 410


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@open_to_all
def invitation(token: str) -> Response:
    """Set a password and come in. Opening the link does not use it up: mail programs open links too."""
    invited = invitation_of(get_session(), token, now())
    if invited is None:
        return _gone()
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
                return _gone()
            field = form.email if error.refusal in EMAIL_REFUSALS and form.email else form.password
            add_error(field, refusal_text(error.refusal))
        else:
            let_in(account)
            flash(_("Welcome. Your account is made; a second factor makes it safer still."), "success")
            return redirect(url_for("admin.start"), SEE_OTHER)
    return form_page("admin/invitation.html", form, invited=invited)


def _gone() -> Response:
    return make_response(render_template("admin/invitation_gone.html"), GONE)
