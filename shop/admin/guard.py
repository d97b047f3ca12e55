"""Guard of /admin: language, forgery, permission and a fresh password are checked before every view."""

from http import HTTPStatus
from typing import Any

from flask import (
    Flask,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as Answer

from recommend.text import LANGUAGES
from shop.admin.blueprint import bp
from shop.admin.forms import ConfirmForm, SignInForm
from shop.admin.navigation import navigation
from shop.admin.password_attempts import is_confirmed_now
from shop.admin.permissions import CONFIRMED, OPEN, Action, declared_action, may
from shop.admin.redirects import carried_fields, seal_request
from shop.admin.resets import can_mail_links
from shop.admin.session import current_user, require_user, touch
from shop.web.database import asked_by_staff
from shop.web.i18n import gettext
from shop.web.owner_settings import public_url
from shop.web.services import now, services

BEFORE_FACTOR = frozenset(
    {
        "admin.set_up",
        "admin.new_passkey",
        "admin.questions_for_new_passkey",
        "admin.sign_out",
        "admin.sign_out_everywhere",
    }
)
"""Pages that are open to an account whose role requires a second factor that it does not have yet."""


def init_app(app: Flask) -> None:
    """Check every request under /admin before its view, whichever blueprint it comes from."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # the questionnaire's forms check for themselves
    csrf = CSRFProtect(app)  # sets WTF_CSRF_ENABLED, which only tests of something else switch off

    @app.before_request
    def check() -> Answer | None:
        if not asked_by_staff():
            return None
        if request.args.get("lang") in LANGUAGES:
            session["lang"] = request.args["lang"]
        if app.config["WTF_CSRF_ENABLED"]:
            csrf.protect()
        return _check_permission()


@bp.context_processor
def admin_names() -> dict[str, Any]:
    """Names that every template of the admin may use."""
    return {
        "signed_in_user": current_user,
        "navigation": navigation,
        "may": may_here,
        "can_mail_links": can_mail_links,
        "has_public_url": lambda: public_url() is not None,
    }


def may_here(action: Action) -> bool:
    """Whether the signed-in user may do an action, for templates."""
    account = current_user()
    return account is not None and may(account.role, action)


def _check_permission() -> Answer | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None  # no such page; the answer is the same for everybody
    action = declared_action(view)
    if action == OPEN:
        return None
    account = current_user()
    if account is None:
        return _ask_to_sign_in()
    touch()
    if action is None or not may(account.role, action):
        abort(HTTPStatus.FORBIDDEN)
    if account.needs_second_factor and request.endpoint not in BEFORE_FACTOR:
        return _lead_to_set_up()
    if action in CONFIRMED and not require_user().is_confirmed(now()):
        return ask_password_again()
    return None


def _lead_to_set_up() -> Answer:
    """Send a reader to the page that sets a second factor up; carry the form of a writer, to be sent after it."""
    if request.method == "GET":
        flash(gettext("Your role needs a second factor. Set it up first; then everything else opens."), "warning")
        return redirect(url_for("admin.set_up"), HTTPStatus.SEE_OTHER)
    page = render_template("admin/factor_first.html", action=request.full_path.rstrip("?"), carried=carried_fields())
    return make_response(page, HTTPStatus.FORBIDDEN)


def _ask_to_sign_in() -> Answer:
    """Send a reader to the sign-in page; carry the form of a writer whose session ended."""
    if request.method == "GET":
        here = request.full_path.rstrip("?")
        return redirect(
            url_for("admin.sign_in", next=None if here == url_for("admin.dashboard") else here), HTTPStatus.SEE_OTHER
        )
    form = SignInForm(formdata=None, interrupted=seal_request(services().vault))
    return make_response(
        render_template("admin/sign_in.html", form=form, next=url_for("admin.dashboard")), HTTPStatus.FORBIDDEN
    )


def ask_password_again(why: str = "") -> Answer | None:
    """Let the request through when it brings the password; what was typed on a form travels along.

    `why` takes the place of the page's own reason.
    """
    if request.method == "GET":
        return redirect(url_for("admin.confirm", next=request.full_path.rstrip("?")), HTTPStatus.SEE_OTHER)
    form = ConfirmForm(of=require_user())
    if "confirm_password" in request.form and form.validate() and is_confirmed_now(form):
        return None
    page = render_template(
        "admin/confirm.html", form=form, action=request.full_path.rstrip("?"), carried=carried_fields(), why=why
    )
    return make_response(page, HTTPStatus.FORBIDDEN)
