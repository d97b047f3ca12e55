"""Delivery on a product page: the least that a pack costs to send, from the owner's table of rates."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from catalog.models import Product
from catalog.orders.delivery import DeliveryTable, LeastDelivery, delivery_table, least_delivery
from shop.payments.providers import payments_for
from shop.web.page_cache import never_cache
from shop.web.services import now, services

READ_AGAIN = timedelta(minutes=10)


def table_in_use() -> DeliveryTable | None:
    """Rates and weights, read once in ten minutes so that a page costs no query; None while they cannot be read."""
    shared = services()
    if shared.delivery_table is None or now() >= shared.delivery_table[0]:
        shared.delivery_table = now() + READ_AGAIN, _read()
    table = shared.delivery_table[1]
    if table is None:
        never_cache()
    return table


def _read() -> DeliveryTable | None:
    try:
        with services().orders.reading() as session:
            return delivery_table(session)
    except SQLAlchemyError:
        return None


def delivery_of(product: Product) -> Sequence[LeastDelivery]:
    """The cheapest delivery of one pack to each country; empty for a product that nobody can order now."""
    if not product.in_stock or payments_for(services(), [product]) is None:
        return ()
    table = table_in_use()
    return least_delivery(product, table) if table else ()
