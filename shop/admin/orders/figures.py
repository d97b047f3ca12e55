"""Figures of sales in the admin: by product, by form and by month; what the finder suggested is not known."""

from collections import defaultdict
from http import HTTPStatus

from flask import abort, make_response, render_template, request
from msgspec import Struct
from sqlalchemy import select
from werkzeug.wrappers import Response

from catalog.db.bulk import column_in
from catalog.models import FormTag
from catalog.orders.books import month_of
from catalog.orders.figures import MonthSales, ProductSales, is_on_trial, sales_by_month, sales_by_product
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp
from shop.admin.orders.books import period_named
from shop.admin.permissions import requires
from shop.web.database import get_ruleset, get_session
from shop.web.security import never_store
from shop.web.services import now, services

MONTHS = 12
BAR_HEIGHT = 120
"""The height of the highest bar in the chart, in its own units."""


class FormSales(Struct):
    """Packs and cents of the products that count as a form; one of two forms counts with both."""

    form: str
    packs: int = 0
    cents: int = 0


@bp.get("/orders/figures")
@requires("order.money")
def figures() -> Response:
    """The sales of a month of the Netherlands, beside the months before it."""
    today = now().astimezone(ZONE).date()
    asked = request.args.get("month", "")
    if "Q" in asked:
        abort(HTTPStatus.NOT_FOUND)
    period = period_named(asked) if asked else month_of(today.year, today.month)
    with services().orders.reading() as session:
        trial = is_on_trial(session)
        products = sales_by_product(session, period, trial=trial)
        months = sales_by_month(session, period, MONTHS, trial=trial)
    html = render_template(
        "admin/orders/figures.html",
        month=f"{period.first:%Y-%m}",
        trial=trial,
        products=products,
        forms=_by_form(products),
        months=months,
        bars=_bars(months),
        height=BAR_HEIGHT,
        ruleset=get_ruleset(),
    )
    return never_store(make_response(html))


def _by_form(products: list[ProductSales]) -> list[FormSales]:
    """The sales by form as the catalogue has it now, the largest turnover first."""
    sold = {product.product_id: product for product in products}
    tags = select(FormTag.product_id, FormTag.form).where(column_in(get_session(), FormTag.product_id, sold))
    found: dict[str, FormSales] = defaultdict(lambda: FormSales(""))
    for product_id, form in get_session().execute(tags.where(FormTag.counts_as_form)):
        one = found[form]
        one.form = form
        one.packs += sold[product_id].packs
        one.cents += sold[product_id].cents
    return sorted(found.values(), key=lambda one: (-one.cents, one.form))


def _bars(months: list[MonthSales]) -> list[int]:
    """The heights of the chart's bars; one unit at least for a month that sold anything."""
    most = max((month.cents for month in months), default=0)
    return [max(1, month.cents * BAR_HEIGHT // most) if month.cents > 0 else 0 for month in months]
