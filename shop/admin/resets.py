"""A forgotten password: links for a new one, made by an owner or asked for by mail, and the page that they open."""

from functools import partial
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, url_for
from msgspec import Struct
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from catalog.accounts import AccountError, Refusal
from catalog.accounts.people import account_by_email
from catalog.accounts.people_log import record_event
from catalog.accounts.resets import account_of_reset, make_mailed_reset, make_reset, redeem_reset
from catalog.accounts.throttle import unlock
from catalog.models import PeopleEventKind
from shop.admin.account_words import refusal_text
from shop.admin.accounts import account_or_404, link_gone, own_account_instead
from shop.admin.blueprint import bp
from shop.admin.forms import ForgottenForm, NewPasswordForm, add_error
from shop.admin.password_attempts import begin_asking_for_mail, too_many_attempts
from shop.admin.people_events import log_event
from shop.admin.permissions import open_to_all, requires
from shop.admin.session import begin_sign_in, require_user
from shop.admin.session import sign_in as let_in
from shop.web import mail
from shop.web.absolute_urls import absolute_url
from shop.web.database import committing, get_session
from shop.web.forms import render_form
from shop.web.i18n import gettext as _
from shop.web.owner_settings import public_url
from shop.web.services import Services, now, services


@bp.post("/accounts/<int:account_id>/reset")
@requires("accounts.manage")
@committing
def reset_link(account_id: int) -> Response | str:
    """Make a link for a new password; shown once, because the database has only its hash."""
    row = account_or_404(account_id)
    if row.id == require_user().account_id:
        return own_account_instead()
    if not row.active:
        flash(_("%(email)s is deactivated. Let the account sign in again first.", email=row.email), "error")
        return redirect(url_for("admin.account", account_id=account_id), HTTPStatus.SEE_OTHER)
    log_event(PeopleEventKind.RESET_MADE, about=row.email)
    address = absolute_url(url_for("admin.reset", token=make_reset(get_session(), row, now())))
    return render_template("admin/reset_link.html", row=row, address=address)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@open_to_all
@committing
def reset(token: str) -> Response:
    """Choose a new password. Opening the link does not use it up: mail programs open links too."""
    account = account_of_reset(get_session(), token, now())
    if account is None:
        return link_gone()
    email = account.email
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            account = redeem_reset(get_session(), token, form.password.data or "", now())
        except AccountError as error:
            get_session().rollback()
            if error.refusal is Refusal.INVITATION_GONE:
                return link_gone()
            add_error(form.password, refusal_text(error.refusal))
        else:
            if not account.has_second_factor:  # else a link, and then another, would buy ten more guesses at the code
                unlock(get_session(), services().vault, email)
            log_event(PeopleEventKind.RESET_USED, who=email, about=email)
            flash(_("Your new password is saved. Every other browser is signed out."), "success")
            if account.has_second_factor:
                begin_sign_in(account)
                return redirect(url_for("admin.second_step"), HTTPStatus.SEE_OTHER)
            let_in(account)
            return redirect(url_for("admin.dashboard"), HTTPStatus.SEE_OTHER)
    return render_form("admin/reset.html", form, email=email)


def can_mail_links() -> bool:
    """Whether the shop may mail links: it has a mail server, a sender, and an address of its own to begin them with."""
    return public_url() is not None and mail.sender() is not None


@bp.route("/forgotten-password", methods=["GET", "POST"])
@open_to_all
@committing
def forgotten() -> Response:
    """Mail a link. The answer and its time are the same for every address: the work is done in the background."""
    if not can_mail_links():
        abort(HTTPStatus.NOT_FOUND)
    form = ForgottenForm()
    if form.validate_on_submit():
        wait = begin_asking_for_mail()
        if wait:
            add_error(form.email, too_many_attempts(wait))
            page = render_form("admin/forgotten.html", form)
            page.status_code = HTTPStatus.TOO_MANY_REQUESTS
            page.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
            return page
        email = (form.email.data or "").strip()
        mail.do_later(partial(_mail_link, services(), email, _letter()))
        return make_response(render_template("admin/forgotten_sent.html", email=email))
    return render_form("admin/forgotten.html", form)


class _Letter(Struct, frozen=True):
    """The message with a link, but for its addressee; `start` is scheme and host of the link."""

    from_address: str
    start: str
    subject: str
    text: str
    """With a place for the address of the link."""


def _letter() -> _Letter:
    """The letter in the language of the page."""
    text = _(
        "Somebody, probably you, asked for a new password for the admin of Magnesiumwijzer. "
        "Open this link within an hour to choose one:\n\n%(address)s\n\n"
        "Was it not you? Then do nothing: your password stays as it is."
    )
    subject = _("A new password for Magnesiumwijzer")
    return _Letter(mail.sender() or "", public_url() or "", subject, text)


def _mail_link(shop: Services, email: str, letter: _Letter) -> None:
    """Look the account up, make a link and send it; outside any request."""
    smtp = shop.settings.smtp
    with Session(shop.databases.writing) as session:
        account = account_by_email(session, email)
        if account is None or not account.active or smtp is None:
            return
        token = make_mailed_reset(session, account, shop.clock())
        to = account.email
        if token:
            record_event(session, PeopleEventKind.RESET_MAILED, shop.clock(), about=to)
        session.commit()
    if token:
        address = f"{letter.start}/admin/reset/{token}"
        mail.send(smtp, letter.from_address, to, letter.subject, letter.text % {"address": address})
