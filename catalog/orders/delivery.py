"""Delivery: kinds, countries, and the rates of the owner's table, by weight."""

from collections.abc import Sequence
from math import ceil

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.orders.basket import Basket
from catalog.orders.models import DeliveryKind, DeliveryRate

COUNTRIES = ("NL", "BE")
"""The countries that are delivered to."""
PACKAGING_GRAMS = 45
"""Our estimate of a jar and its share of the parcel; a product has no weight of its own yet."""


class DeliveryOption(Struct, frozen=True):
    """A way of delivery for a basket, with its price including VAT."""

    kind: DeliveryKind
    cents: int


def weight_grams(basket: Basket) -> int:
    """The estimated weight: contents in g (a ml counts as a g) and packaging."""
    return sum((ceil(line.product.net_quantity) + PACKAGING_GRAMS) * line.quantity for line in basket.lines)


def delivery_options(session: Session, basket: Basket, country: str) -> list[DeliveryOption]:
    """The ways of delivering a basket to a country, cheapest first; none when it is too heavy for all."""
    grams = weight_grams(basket)
    query = select(DeliveryRate).where(DeliveryRate.country == country, DeliveryRate.max_grams >= grams)
    return _options(session.scalars(query.order_by(DeliveryRate.max_grams)).all(), basket.cents)


def _options(rates: Sequence[DeliveryRate], goods_cents: int) -> list[DeliveryOption]:
    lightest: dict[DeliveryKind, DeliveryRate] = {}
    for rate in rates:
        lightest.setdefault(rate.kind, rate)
    options = [DeliveryOption(kind, _cents(rate, goods_cents)) for kind, rate in lightest.items()]
    return sorted(options, key=lambda option: (option.cents, list(DeliveryKind).index(option.kind)))


def _cents(rate: DeliveryRate, goods_cents: int) -> int:
    free = rate.free_from_cents is not None and goods_cents >= rate.free_from_cents
    return 0 if free else rate.cents
