"""Switching the second factor on and off, and its recovery codes."""

import segno
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from catalog.accounts.second_factor import (
    address_for_app,
    new_secret,
    renew_recovery_codes,
    switch_off,
    switch_on,
)
from shop.admin.blueprint import SEE_OTHER, bp, form_page
from shop.admin.current import current_account, get_vault, now
from shop.admin.forms import SetUpForm, add_error
from shop.admin.own_account import own_row
from shop.admin.permissions import requires
from shop.database import get_session

SET_UP_SECONDS = 30 * 60


@bp.route("/my-account/second-factor", methods=["GET", "POST"])
@requires("account.secure")
def set_up() -> Response | str:
    """Show a new secret as a QR code and in letters; it is kept once a code proves that the app has it.

    Until then the form carries it, sealed, so that neither a cookie nor the database holds half a factor.
    """
    account = own_row()
    if account.has_second_factor:
        return redirect(url_for("admin.my_account"), SEE_OTHER)
    form = SetUpForm()
    secret = get_vault().unseal(form.sealed.data or "", within_seconds=SET_UP_SECONDS)
    if form.validate_on_submit():
        codes = secret and switch_on(
            get_session(), get_vault(), account, secret=secret, code=form.code.data or "", now=now()
        )
        if codes:
            get_session().commit()
            return render_template("admin/recovery_codes.html", codes=codes)
        add_error(form.code, _("This code is wrong or too old. Type the one that your app shows now."))
    secret = secret or new_secret()
    address = address_for_app(secret, account.email)
    return form_page(
        "admin/set_up.html",
        form,
        sealed=get_vault().seal(secret),
        letters=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        address=address,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff"),
    )


@bp.post("/my-account/recovery-codes")
@requires("account.secure")
def recovery_codes() -> Response | str:
    """Make new recovery codes; the old ones stop working."""
    account = own_row()
    if not account.has_second_factor:
        return redirect(url_for("admin.my_account"), SEE_OTHER)
    codes = renew_recovery_codes(get_session(), account)
    get_session().commit()
    return render_template("admin/recovery_codes.html", codes=codes)


@bp.post("/my-account/second-factor/off")
@requires("account.secure")
def turn_off() -> Response:
    switch_off(get_session(), own_row())
    get_session().commit()
    flash(_("The second factor is off for %(email)s.", email=current_account().email), "success")
    return redirect(url_for("admin.my_account"), SEE_OTHER)
