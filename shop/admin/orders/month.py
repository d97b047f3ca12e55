"""Sums of the orders of a month as CSV, for the bookkeeper: no names and no addresses."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Response as FlaskResponse
from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from catalog.exchange.formula_guard import guarded
from catalog.models import PeopleEventKind
from catalog.orders.finding import FoundOrder, orders_between
from catalog.orders.store import OrdersStore
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp
from shop.admin.people_events import log_event_now
from shop.admin.permissions import requires
from shop.web.security import never_store
from shop.web.services import services

COLUMNS = ("number", "placed_at", "trial", "state", "method", "country", "vat_percent")
SUMS = ("goods_eur", "delivery_eur", "total_eur", "paid_eur", "refunded_eur")
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)


@bp.get("/orders/month.csv")
@requires("order.export")
def orders_of_month() -> Response:
    """The orders that were placed in a month of the Netherlands, a row each; moments in UTC, sums in euros."""
    asked = _MONTH.fullmatch(request.args.get("month", ""))
    if asked is None:
        if request.args.get("month"):
            abort(HTTPStatus.NOT_FOUND)
        return redirect(url_for("admin.orders"), HTTPStatus.SEE_OTHER)
    year, month = int(asked[1]), int(asked[2])
    first = datetime(year, month, 1, tzinfo=ZONE).astimezone(UTC)
    last = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZONE).astimezone(UTC)
    log_event_now(PeopleEventKind.ORDERS_EXPORTED, detail=asked[0])
    answer = FlaskResponse(_rows(services().orders, first, last), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="orders-{asked[0]}.csv"'
    return never_store(answer)


def _rows(store: OrdersStore, first: datetime, last: datetime) -> Iterator[str]:
    yield _line(COLUMNS + SUMS)
    with store.reading() as session:
        for found in orders_between(session, first, last):
            yield _line(_cells(found))


def _cells(found: FoundOrder) -> tuple[str, ...]:
    order = found.purchase
    percents = sorted({line.vat_percent for line in found.lines})
    sums = (order.lines_cents, order.delivery_cents, order.total_cents, found.paid_cents, found.refunded_cents)
    return (
        order.number,
        order.placed_at.isoformat(),
        "yes" if order.trial else "no",
        order.state,
        order.method,
        order.country,
        " ".join(str(percent) for percent in percents),
        *(f"{cents // 100}.{cents % 100:02}" for cents in sums),
    )


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([guarded(cell) for cell in cells])
    return text.getvalue()
