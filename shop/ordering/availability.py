"""The catalogue's mark "sold out": written at once by the order that takes the last pack, and put right by the worker.

Between the two stores there is no transaction, so the worker looks again after each order.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.db.engine import fail_fast_on_lock, for_writing
from catalog.edits.availability import set_sold_out
from catalog.models import Product
from catalog.orders.models import Purchase
from catalog.orders.stock import Count, available
from catalog.queries.products import published_products
from shop.web.services import Services

log = logging.getLogger("shop.ordering")
PATIENCE = "200ms"
"""The time that PostgreSQL waits for the catalogue's lock before the mark is left to the worker."""


def _products_of(shared: Services, purchase_id: int) -> list[int]:
    with shared.orders.reading() as orders:
        return [line.product_id for line in orders.get_one(Purchase, purchase_id).lines]


def marks_of(shared: Services, product_ids: Sequence[int]) -> dict[int, bool]:
    """Whether each product is sold out now, by id; one of which none was counted is not marked."""
    with shared.databases.session_for_reading() as catalogue:
        counts = [Count.of(one) for one in catalogue.scalars(select(Product).where(Product.id.in_(product_ids)))]
    left = available(shared.orders, counts)
    return {count.product_id: left[count.product_id] == 0 for count in counts if count.packs > 0}


def products_back(shared: Services, product_ids: Sequence[int]) -> list[int]:
    """Those of these products that may be ordered now: in the shop, in stock, and a pack not promised to anybody."""
    with shared.databases.session_for_reading() as catalogue:
        found = published_products(catalogue, product_ids).values()
        counts = [Count.of(one) for one in found if one.in_stock]
    left = available(shared.orders, counts)
    return sorted(id_ for id_, packs in left.items() if packs > 0)


def update_marks(shared: Services, purchase_id: int) -> None:
    """Mark the products of an order as sold out, or not, where that changed.

    Looked at again after each writing: another worker may have written what it had read before.
    """
    product_ids = _products_of(shared, purchase_id)
    while True:
        marks = marks_of(shared, product_ids)
        with Session(for_writing(shared.databases.primary)) as session:
            changed = set_sold_out(session, marks)
            session.commit()
        if not changed:
            return


def mark_last_packs(shared: Services, taken: Sequence[int]) -> None:
    """Mark the products as sold out of which an order took the last pack; a locked catalogue is left to the worker."""
    try:
        gone = {id_: True for id_, is_gone in marks_of(shared, taken).items() if is_gone} if taken else {}
        if not gone:
            return
        with Session(shared.databases.primary) as session, fail_fast_on_lock(session):
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
            set_sold_out(session, gone)
            session.commit()
    except SQLAlchemyError as error:
        log.info("the mark of sold out is left to the worker: %s", type(error).__name__)
