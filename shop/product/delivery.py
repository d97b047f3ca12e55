"""Delivery on a product page: the least that a pack costs to send, from the owner's table of rates."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from catalog.models import Product
from catalog.orders.delivery import LeastDelivery, Rate, delivery_rates, least_delivery
from shop.payments.providers import payments_for
from shop.web.page_cache import never_cache
from shop.web.services import now, services

READ_AGAIN = timedelta(minutes=10)


def rates_in_use() -> tuple[Rate, ...]:
    """The owner's rates, read once in ten minutes so that a page costs no query; none while they cannot be read."""
    shared = services()
    if shared.delivery_rates is None or now() >= shared.delivery_rates[0]:
        shared.delivery_rates = now() + READ_AGAIN, _read()
    rates = shared.delivery_rates[1]
    if rates is None:
        never_cache()
    return rates or ()


def _read() -> tuple[Rate, ...] | None:
    try:
        with services().orders.reading() as session:
            return delivery_rates(session)
    except SQLAlchemyError:
        return None


def delivery_of(product: Product) -> Sequence[LeastDelivery]:
    """The cheapest delivery of one pack to each country; empty for a product that nobody can order now."""
    if not product.in_stock or payments_for(services(), [product]) is None:
        return ()
    return least_delivery(product, rates_in_use())
