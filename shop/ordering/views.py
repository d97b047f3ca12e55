"""The basket under its two addresses: shown, added to, changed."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.orders.basket import MOST_PACKS
from catalog.orders.delivery import COUNTRIES, delivery_options
from shop.finder.answers_cookie import partial_answers, visitor_stops
from shop.finder.fit import visitor_advice
from shop.ordering.basket_page import available_basket, basket_page, written_lines
from shop.ordering.changes import BasketChange, read_change
from shop.ordering.notice import announce
from shop.ordering.way_back import way_back
from shop.web.basket_cookie import store_basket, stored_basket
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import localized
from shop.web.security import never_store
from shop.web.services import services

bp = Blueprint("ordering", __name__)


@localized(bp, nl="/nl/winkelmand", en="/en/basket", methods=("GET", "POST"))
def basket() -> Response:
    """Show the basket; a form of any page adds to it, its own form changes it."""
    if request.method == "GET":
        return _show(stored_basket())
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(HTTPStatus.FORBIDDEN)  # a form of another site would replace the basket
    before = stored_basket()
    change = read_change(get_session(), before, request.form)
    if change.is_refused:
        return _show(before, change)
    store_basket(change.quantities)
    return redirect(_announced(before, change.quantities), HTTPStatus.SEE_OTHER)


def _announced(before: Mapping[int, int], after: Mapping[int, int]) -> str:
    """Have the next page say what was added or taken out; returns its address.

    Who adds a product goes on where it was found; who changes the basket stays in it, with the way back.
    """
    added = request.form.get("add", type=int)
    if added is not None and added in after:
        announce("added", added, after[added])
        return way_back(added) or url_for("ordering.basket")
    removed = next((product_id for product_id in before if product_id not in after), None)
    if removed:
        announce("removed", removed, before[removed])
    return url_for("ordering.basket", back=way_back() or None)


def _show(quantities: dict[int, int], change: BasketChange | None = None) -> Response:
    ruleset = get_ruleset()
    found = available_basket(quantities)
    cheapest = next(iter(delivery_options(services().orders, found)[COUNTRIES[0]]), None) if found.lines else None
    kept = {line.product.id: line.quantity for line in found.lines}
    gone = len(quantities) - len(kept)
    if gone:
        store_basket(kept)
    html = render_template(
        "ordering/basket.html",
        page=basket_page(found, ruleset, partial_answers()),
        basket=found,
        lines=written_lines(found, change),
        change=change,
        gone=gone,
        most=MOST_PACKS,
        stops=visitor_stops(ruleset),
        visitor=visitor_advice(get_session(), ruleset),
        back=way_back(),
        cheapest_delivery=cheapest,
        ruleset=ruleset,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if change else HTTPStatus.OK
    return never_store(make_response(html, status))
