"""The earlier price beside an announced reduction: the lowest of the 30 days before it.

Besluit prijsaanduiding producten, after Directive 98/6/EC Article 6a: the price in force when the window opens counts,
the reduced price itself does not. A reduction is announced for 30 days, the length of that window: after 30 days at the
reduced price, that price is the lowest of the last 30 days, and announcing it would show no advantage.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in
from catalog.edits.edit import ResolvedEdit
from catalog.models import PricePoint
from catalog.product_problems import ProductProblem, in_euro

WINDOW = timedelta(days=30)


class Point(Struct, frozen=True):
    """A change of the price on sale: from `at` on it is `cents`, or the product is off sale (None)."""

    at: datetime
    cents: int | None


class Reference(Struct, frozen=True):
    """The earlier price in cents, and the first day (UTC) without the announcement."""

    cents: int
    until: date


def reference_price(points: Sequence[Point], cents: int, now: datetime) -> Reference | ProductProblem:
    """The lowest price of the 30 days before the reduction to `cents`, or the problem of a reduction without one.

    `points` are in the order of time; the last one is the reduction when its price is `cents`, else the reduction
    begins now.
    """
    began, earlier = now, list(points)
    if earlier and earlier[-1].cents == cents:
        began = earlier.pop().at
    opens = began - WINDOW
    before_window = [point for point in earlier if point.at <= opens]
    if not before_window or before_window[-1].cents is None:
        return ProductProblem("price_cents", "too-young-for-reduction")
    in_window = [before_window[-1], *(point for point in earlier if point.at > opens)]
    lowest = min(point.cents for point in in_window if point.cents is not None)
    if lowest <= cents:
        return ProductProblem("price_cents", "no-reduction", {"lowest": in_euro(lowest)})
    return Reference(lowest, (began + WINDOW).date())


def reference_prices(
    session: Session, edits: Sequence[ResolvedEdit], now: datetime
) -> dict[int, Reference | ProductProblem]:
    """The earlier price or the problem, by product id, of the edits on sale with an announced reduction."""
    announced = {edit.id: edit for edit in edits if edit.after.reduced and edit.price_on_sale is not None}
    if not announced:
        return {}
    points: dict[int, list[Point]] = {id_: [] for id_ in announced}
    query = select(PricePoint).where(column_in(session, PricePoint.product_id, announced)).order_by(PricePoint.at)
    for row in session.scalars(query):
        points[row.product_id].append(Point(row.at, row.cents))
    return {id_: reference_price(points[id_], edit.after.price_cents, now) for id_, edit in announced.items()}
