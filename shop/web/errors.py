"""Every error is a page in the visitor's language that says what to do next; for the API a problem (`problems`)."""

import re
from http import HTTPStatus
from urllib.parse import quote

from flask import Flask, current_app, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, NoResultFound, SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, ServiceUnavailable
from werkzeug.wrappers import Response

from catalog.db.faults import DatabaseFault, fault_of
from shop.web.api_problems import as_problem
from shop.web.database import SAFE, asked_by_staff, roll_back
from shop.web.i18n import gettext as _
from shop.web.security import asked_of_api, hides_slash, never_store


class NoSuchListingPage(HTTPException):
    """A page of the listing that is no number, below 1 or past the end."""

    code = 404


class DatabaseUnavailable(ServiceUnavailable):
    """The database cannot do it now; `unsaved` says why an edit came to nothing, or may have."""

    def __init__(self, fault: DatabaseFault, *, unsaved: bool) -> None:
        super().__init__(retry_after=RETRY_SECONDS)
        self.fault, self.unsaved = fault, unsaved


RETRY_SECONDS = 5
_OF_PAGES = re.compile(r"[A-Za-z0-9/._ \u00a0-]+")
"""Characters of our addresses, and the blanks that a message puts behind one."""


def init_app(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def show(error: HTTPException) -> Response:
        code = error.code or 500
        if code == HTTPStatus.NOT_FOUND and (address := _address_meant()):
            return redirect(address, HTTPStatus.MOVED_PERMANENTLY)
        if asked_of_api():
            return as_problem(error, _title(code))
        allow = [(key, value) for key, value in error.get_headers() if key.lower() in {"allow", "retry-after"}]
        page = render_template(
            "web/error.html",
            title=_title(code),
            explanation=_explain(error),
            code=code,
            listing=_in_listing(error),
            admin=asked_by_staff(),
            again=_sent_form() if isinstance(error, DatabaseUnavailable) else [],
        )
        return never_store(make_response(page, code, allow))

    @app.errorhandler(SQLAlchemyError)
    def show_fault_of_database(error: SQLAlchemyError) -> Response:
        roll_back()  # the page asks for settings, which a transaction that failed refuses
        if isinstance(error, NoResultFound) and asked_by_staff():
            return show(NotFound())  # somebody deleted it meanwhile
        if isinstance(error, DataError):
            return show(BadRequest())  # text or a number that this kind of database cannot store
        fault = fault_of(error)
        if isinstance(error, IntegrityError) and asked_by_staff():
            fault = DatabaseFault.BUSY  # two saved the same new row at once
        if fault is None:
            raise error
        app.logger.warning("the database is %s", fault.name.lower())
        return show(DatabaseUnavailable(fault, unsaved=asked_by_staff() and request.method not in SAFE))


def _sent_form() -> list[tuple[str, str]]:
    """The fields of a shopper's form that the database could not take, to be sent once more as they were typed.

    Each such form may be sent twice: an order and a statement of withdrawal have a key.
    """
    if request.method != "POST" or asked_by_staff() or request.url_rule is None:
        return []
    return list(request.form.items(multi=True)) if "lang" in (request.url_rule.defaults or {}) else []


def _address_meant() -> str | None:
    """The address of a page that was asked for in capitals, with blanks or with a slash at its end; None for others."""
    if request.method not in SAFE or hides_slash() or not _OF_PAGES.fullmatch(request.path):
        return None
    path = "/" + "/".join(filter(None, (part.strip() for part in request.path.lower().split("/"))))
    routes = current_app.create_url_adapter(request)
    found = next((one for one in (path, f"{path}/") if routes and routes.test(one, "GET")), None)
    if found is None or found == request.path:
        return None
    query = request.query_string.decode("ascii", "ignore")
    return quote(found) + (f"?{query}" if query else "")


def _in_listing(error: HTTPException) -> bool:
    return isinstance(error, NoSuchListingPage)


def _title(code: int) -> str:
    titles: dict[int, str] = {
        400: _("We could not read that"),
        403: _("Your role does not allow this"),
        404: _("This page does not exist"),
        405: _("That does not work here"),
        410: _("This product is no longer in the shop"),
        413: _("Your request is too large"),
        414: _("Your request is too large"),
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
    if isinstance(error, DatabaseUnavailable) and error.unsaved:
        return _explain_unsaved(error.fault)
    explanations: dict[int, str] = {
        403: _("Ask an owner of the shop, or sign in with another account."),
        404: _("The address may have a typing error, or the page has moved."),
        405: _("This page cannot be opened this way. Go back and use the buttons on the page."),
        410: _("We no longer sell this product. The list of products shows what is available now."),
        413: _("What was sent is too large. Go back and send less."),
        414: _("The address is too long. Go back and ask for less at once."),
        500: _("This is not your fault, and nothing else you did is lost. Try again in a moment."),
        503: _("Try again in a moment."),
    }
    return explanations.get(error.code or 500) or str(_("Go back and try again, or start at the home page."))


def _explain_unsaved(fault: DatabaseFault) -> str:
    explanations: dict[DatabaseFault, str] = {
        DatabaseFault.BUSY: _(
            "Others are saving at this moment. Nothing of your change was saved. "
            "Go back, where what you typed is still there, and send it again."
        ),
        DatabaseFault.FULL: _(
            "The database has no room, or may not be written to. Nothing of your change was saved. "
            "Tell whoever looks after the server."
        ),
        DatabaseFault.GONE: _(
            "The connection with the database broke, so we cannot say whether your change was saved. "
            "Look whether it is there before you send it again."
        ),
    }
    return explanations[fault]
