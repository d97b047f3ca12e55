"""Delivery: kinds, countries, and the rates of the owner's table, by weight."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Product
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


class Rate(Struct, frozen=True):
    """A rate of the owner's table, apart from its session."""

    country: str
    kind: DeliveryKind
    max_grams: int
    cents: int
    free_from_cents: int | None


class LeastDelivery(Struct, frozen=True):
    """The least that delivering one pack to a country costs, and the amount of goods from which it is free there.

    `free_from_cents` is None where no way of delivery becomes free for heavier parcels too.
    """

    country: str
    cents: int
    free_from_cents: int | None
    kind: DeliveryKind
    """The way of delivery that costs this."""


def delivery_rates(session: Session) -> tuple[Rate, ...]:
    """The owner's table, by weight."""
    rows = session.scalars(select(DeliveryRate).order_by(DeliveryRate.max_grams)).all()
    return tuple(Rate(row.country, row.kind, row.max_grams, row.cents, row.free_from_cents) for row in rows)


def least_delivery(product: Product, rates: Sequence[Rate]) -> list[LeastDelivery]:
    """The cheapest delivery of one pack to each country that it can be sent to."""
    grams = product.net_quantity + PACKAGING_GRAMS
    fitting = [rate for rate in rates if rate.max_grams >= grams]
    found = []
    for country in COUNTRIES:
        there = [rate for rate in fitting if rate.country == country]
        if options := _options(there, product.price_cents):
            found.append(LeastDelivery(country, options[0].cents, _free_from(there), options[0].kind))
    return found


def _free_from(rates: Sequence[Rate]) -> int | None:
    """The least amount of goods that makes a way free whatever they weigh."""
    of_kind: dict[DeliveryKind, list[int | None]] = {}
    for rate in rates:
        of_kind.setdefault(rate.kind, []).append(rate.free_from_cents)
    known = [[amount for amount in found if amount is not None] for found in of_kind.values() if None not in found]
    return min(map(max, known), default=None)


def weight_grams(basket: Basket) -> int:
    """The estimated weight: contents in g (a ml counts as a g) and packaging."""
    return sum((line.product.net_quantity + PACKAGING_GRAMS) * line.quantity for line in basket.lines)


def delivery_options(session: Session, basket: Basket, country: str) -> list[DeliveryOption]:
    """The ways of delivering a basket to a country, cheapest first; none when it is too heavy for all."""
    grams = weight_grams(basket)
    query = select(DeliveryRate).where(DeliveryRate.country == country, DeliveryRate.max_grams >= grams)
    return _options(session.scalars(query.order_by(DeliveryRate.max_grams)).all(), basket.cents)


def _options(rates: Sequence[DeliveryRate | Rate], goods_cents: int) -> list[DeliveryOption]:
    lightest: dict[DeliveryKind, DeliveryRate | Rate] = {}
    for rate in rates:
        lightest.setdefault(rate.kind, rate)
    options = [DeliveryOption(kind, _cents(rate, goods_cents)) for kind, rate in lightest.items()]
    return sorted(options, key=lambda option: (option.cents, list(DeliveryKind).index(option.kind)))


def _cents(rate: DeliveryRate | Rate, goods_cents: int) -> int:
    free = rate.free_from_cents is not None and goods_cents >= rate.free_from_cents
    return 0 if free else rate.cents
