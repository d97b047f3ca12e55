"""Figures of sales: packs and turnover by product, and turnover by month; no name and no answer is in them."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from catalog.orders.books import Period, month_of
from catalog.orders.models import Purchase, PurchaseLine, PurchaseState

_SOLD = (PurchaseState.CONFIRMED, PurchaseState.CLOSED)
_KEPT = PurchaseLine.quantity - PurchaseLine.withdrawn + PurchaseLine.refused
"""Packs of a line that stay sold: those withdrawn from are not, unless they came back opened and are not paid back."""


class ProductSales(Struct, frozen=True):
    """Packs of a product that were sold in a period, and their cents with VAT; named as it was sold last."""

    product_id: int
    sku: str
    name: str
    packs: int
    cents: int


class MonthSales(Struct, frozen=True):
    """Cents of goods with VAT that were sold in a month, and their orders."""

    first: date
    orders: int
    cents: int


def _sold_in(period: Period, *, trial: bool) -> Sequence[ColumnElement[bool]]:
    begin, end = period.moments
    return (
        Purchase.placed_at >= begin,
        Purchase.placed_at < end,
        Purchase.state.in_(_SOLD),
        Purchase.trial.is_(trial),
    )


def is_on_trial(session: Session) -> bool:
    """Whether nothing but trial orders was sold so far."""
    return (
        session.scalar(select(Purchase.id).where(Purchase.state.in_(_SOLD), Purchase.trial.is_(False)).limit(1)) is None
    )


def sales_by_product(session: Session, period: Period, *, trial: bool = False) -> list[ProductSales]:
    """The sales of a period by product, the largest turnover first; withdrawn packs do not count."""
    packs, cents = func.sum(_KEPT), func.sum(_KEPT * PurchaseLine.unit_cents)
    query = (
        select(PurchaseLine.product_id, func.max(PurchaseLine.sku), func.max(PurchaseLine.name), packs, cents)
        .join(Purchase, Purchase.id == PurchaseLine.purchase_id)
        .where(*_sold_in(period, trial=trial))
        .group_by(PurchaseLine.product_id)
        .order_by(cents.desc(), PurchaseLine.product_id)
    )
    return [ProductSales(id_, sku, name, int(sold), int(sum_)) for id_, sku, name, sold, sum_ in session.execute(query)]


def sales_by_month(session: Session, last: Period, months: int, *, trial: bool = False) -> list[MonthSales]:
    """The turnover of some months in a row, up to and including the last."""
    found: list[MonthSales] = []
    for back in range(months - 1, -1, -1):
        count = last.first.year * 12 + last.first.month - 1 - back
        period = month_of(count // 12, count % 12 + 1)
        query = (
            select(func.count(Purchase.id.distinct()), func.coalesce(func.sum(_KEPT * PurchaseLine.unit_cents), 0))
            .join(PurchaseLine, PurchaseLine.purchase_id == Purchase.id)
            .where(*_sold_in(period, trial=trial))
        )
        orders, cents = session.execute(query).one()
        found.append(MonthSales(period.first, orders, int(cents)))
    return found
