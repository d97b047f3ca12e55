"""List of orders: searched and filtered, a page at a time, and the picking list of those to pack."""

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.models import PeopleEventKind
from catalog.orders.finding import OrderFilter, OrderSearch, find_orders
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp
from shop.admin.orders.words import FILTERS
from shop.admin.people_events import log_event_now
from shop.admin.permissions import requires
from shop.web.i18n import current_language
from shop.web.security import never_store
from shop.web.services import now, services

LONGEST_SEARCH = 100


@bp.get("/orders")
@requires("order.view")
def orders() -> Response:
    """A page of orders; the search is not logged, since it may be a name."""
    wanted = _wanted()
    log_event_now(PeopleEventKind.ORDERS_LISTED, detail=wanted.filter or "")
    with services().orders.reading() as session:
        page = find_orders(session, wanted)
        session.expunge_all()
    following: dict[str, Any] = {"q": wanted.text or None, "show": wanted.filter, "start": page.next_start}
    html = render_template(
        "admin/orders/list.html",
        wanted=wanted,
        page=page,
        filters=FILTERS,
        month=f"{now().astimezone(ZONE):%Y-%m}",
        next=url_for("admin.orders", **following) if page.next_start else None,
        first=_first(wanted) if wanted.start else None,
    )
    return never_store(make_response(html))


def _wanted() -> OrderSearch:
    """The search of the address; what cannot be read does not limit it."""
    text, show = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH], request.args.get("show", "")
    start = request.args.get("start", "")
    number = int(start) if start.isascii() and start.isdigit() and len(start) <= 9 else None  # noqa: PLR2004 - digits
    known = OrderFilter(show) if show in list(OrderFilter) else None
    return OrderSearch(text if text.isprintable() else "", known, number)


def _first(wanted: OrderSearch) -> str:
    asked: dict[str, Any] = {"q": wanted.text or None, "show": wanted.filter}
    return url_for("admin.orders", **asked)


@bp.get("/orders/picking")
@requires("order.pack")
def picking() -> Response:
    """The packs to take from the shelf for the oldest orders to pack, by product, without a person."""
    with services().orders.reading() as session:
        page = find_orders(session, OrderSearch(filter=OrderFilter.TO_PACK))
        session.expunge_all()
    packs: dict[int, int] = {}
    names: dict[int, tuple[str, str, str]] = {}
    for order in page.orders:
        for line in order.lines:
            if line.unsent:
                packs[line.product_id] = packs.get(line.product_id, 0) + line.unsent
                if line.product_id not in names or order.purchase.language == current_language():
                    names[line.product_id] = (line.sku, line.name, line.brand)
    rows = sorted((*names[product_id], number) for product_id, number in packs.items())
    html = render_template("admin/orders/picking.html", rows=rows, page=page)
    return never_store(make_response(html))
