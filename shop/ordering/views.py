"""The basket under its two addresses: shown, added to, changed."""

from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.orders.basket import MOST_PACKS
from shop.finder.answers_cookie import partial_answers, visitor_stops
from shop.finder.fit import visitor_advice
from shop.ordering.basket_page import available_basket, basket_page
from shop.ordering.changes import BasketChange, read_change
from shop.web.basket_cookie import store_basket, stored_basket
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import localized
from shop.web.security import never_store
from shop.web.services import today

bp = Blueprint("ordering", __name__)


@localized(bp, nl="/nl/winkelmand", en="/en/basket", methods=("GET", "POST"))
def basket() -> Response:
    """Show the basket; a form of any page adds to it, its own form changes it."""
    if request.method == "GET":
        return _show(stored_basket())
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(HTTPStatus.FORBIDDEN)  # a form of another site would replace the basket
    change = read_change(get_session(), stored_basket(), request.form)
    if change.is_refused:
        return _show(stored_basket(), change)
    store_basket(change.quantities)
    return redirect(url_for("ordering.basket"), HTTPStatus.SEE_OTHER)


def _show(quantities: dict[int, int], change: BasketChange | None = None) -> Response:
    ruleset = get_ruleset()
    found = available_basket(quantities)
    kept = {line.product.id: line.quantity for line in found.lines}
    gone = len(quantities) - len(kept)
    if gone:
        store_basket(kept)
    html = render_template(
        "ordering/basket.html",
        page=basket_page(found, ruleset, partial_answers()),
        basket=found,
        change=change,
        gone=gone,
        most=MOST_PACKS,
        stops=visitor_stops(ruleset),
        visitor=visitor_advice(get_session(), ruleset),
        ruleset=ruleset,
        today=today(),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if change else HTTPStatus.OK
    return never_store(make_response(html, status))
