"""Delivery: kinds, countries, and the rates of the owner's table, by weight."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.db.bulk import insert_new
from catalog.models import table_of
from catalog.orders.basket import Basket
from catalog.orders.models import DeliveryKind, DeliveryRate, PackWeight

COUNTRIES = ("NL", "BE")
"""The countries that are delivered to."""
PACKAGING_GRAMS = 45
"""Our estimate of a jar and its share of the parcel, for a pack that nobody weighed."""


class DeliveryOption(Struct, frozen=True):
    """A way of delivery for a basket, with its price including VAT."""

    kind: DeliveryKind
    cents: int


def weight_grams(session: Session, basket: Basket) -> int:
    """The weight of a parcel: of packs on the scales, else estimated from contents in g (a ml is a g) and packaging."""
    ids = [line.product.id for line in basket.lines]
    weighed = {
        one.product_id: one.grams for one in session.scalars(select(PackWeight).where(PackWeight.product_id.in_(ids)))
    }
    return sum(
        weighed.get(line.product.id, line.product.net_quantity + PACKAGING_GRAMS) * line.quantity
        for line in basket.lines
    )


def note_weight(session: Session, product_id: int, grams: int | None) -> None:
    """Note the weight of a pack as it is sent; None forgets it."""
    known = session.get(PackWeight, product_id)
    if known is not None and grams is None:
        session.delete(known)
    elif known is not None and grams is not None:
        known.grams = grams
    elif grams is not None:
        insert_new(session, table_of(PackWeight), [{"product_id": product_id, "grams": grams}])


def rates(session: Session) -> list[DeliveryRate]:
    """All rates that hold, by country, way and weight."""
    order = (DeliveryRate.country.desc(), DeliveryRate.kind, DeliveryRate.max_grams)
    return list(session.scalars(select(DeliveryRate).order_by(*order)))


def delivery_options(session: Session, basket: Basket, country: str) -> list[DeliveryOption]:
    """The ways of delivering a basket to a country, cheapest first; none when it is too heavy for all."""
    grams = weight_grams(session, basket)
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
