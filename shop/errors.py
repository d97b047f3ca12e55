"""Every error is a page in the visitor's language that says what to do next; for the API a problem (`problems`)."""

from flask import Flask, make_response, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from shop.problems import as_problem
from shop.security import asked_of_admin, asked_of_api


class NoSuchListingPage(HTTPException):
    """A page of the listing that is no number, below 1 or past the end."""

    code = 404


def answer_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def show(error: HTTPException) -> Response:
        code = error.code or 500
        if asked_of_api():
            return as_problem(error, _title(code))
        allow = [(key, value) for key, value in error.get_headers() if key.lower() in {"allow", "retry-after"}]
        page = render_template(
            "error.html",
            title=_title(code),
            explanation=_explain(error),
            code=code,
            listing=_in_listing(error),
            admin=asked_of_admin(),
        )
        return make_response(page, code, allow)


def _in_listing(error: HTTPException) -> bool:
    return isinstance(error, NoSuchListingPage)


def _title(code: int) -> str:
    titles: dict[int, str] = {
        400: _("We could not read that"),
        403: _("Your role does not allow this"),
        404: _("This page does not exist"),
        405: _("That does not work here"),
        413: _("That is more than we can take"),
        414: _("That is more than we can take"),
        415: _("We cannot read that kind of content"),
        422: _("One of the answers cannot be used"),
        500: _("Something went wrong on our side"),
        503: _("The shop is briefly not available"),
    }
    return titles.get(code) or str(_("Something went wrong"))


def _explain(error: HTTPException) -> str:
    if _in_listing(error):
        return str(_("The list of products has no such page. Go back to its first page."))
    if isinstance(error, CSRFError):
        return str(
            _("The page was open for too long, or your browser refuses cookies. Go back, reload it, send again.")
        )
    explanations: dict[int, str] = {
        403: _("Ask an owner of the shop, or sign in with another account."),
        404: _("The address may have a typing error, or the page has moved."),
        405: _("This page cannot be asked for in this way. Go back and use the buttons on the page."),
        413: _("What was sent is too large. Go back and send less."),
        500: _("It is not your fault, and nothing you did is lost elsewhere. Try again in a moment."),
        503: _("Try again in a moment."),
    }
    return explanations.get(error.code or 500) or str(_("Go back and try again, or start at the home page."))
