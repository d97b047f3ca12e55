"""Delivery: kinds, countries, and the rates of the owner's table, by weight."""

from collections.abc import Mapping, Sequence
from math import ceil

from msgspec import Struct
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from catalog.db.bulk import insert_new
from catalog.models import Product, table_of
from catalog.orders.basket import Basket
from catalog.orders.models import DeliveryKind, DeliveryRate, PackWeight
from catalog.orders.store import OrdersStore

COUNTRIES = ("NL", "BE")
"""The countries that are delivered to."""
PACKAGING_GRAMS = 45
"""Our estimate of a jar and its share of the parcel, for a pack that nobody weighed."""


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


class DeliveryTable(Struct, frozen=True):
    """Basis of delivery costs: the owner's rates by weight, and the packs that were weighed, in g by product."""

    rates: tuple[Rate, ...]
    weighed: Mapping[int, int]

    def grams(self, product: Product) -> int:
        """The weight of a pack as it is sent: on the scales, else estimated as for a parcel."""
        return self.weighed.get(product.id, estimated_grams(product))


def estimated_grams(product: Product) -> int:
    """The weight of a pack from its contents in g (a ml is a g) and packaging."""
    return ceil(product.net_quantity) + PACKAGING_GRAMS


def delivery_table(session: Session) -> DeliveryTable:
    """The table as it is now."""
    rows = session.scalars(select(DeliveryRate).order_by(DeliveryRate.max_grams)).all()
    rates = tuple(Rate(row.country, row.kind, row.max_grams, row.cents, row.free_from_cents) for row in rows)
    return DeliveryTable(rates, {one.product_id: one.grams for one in session.scalars(select(PackWeight))})


def least_delivery(product: Product, table: DeliveryTable) -> list[LeastDelivery]:
    """The cheapest delivery of one pack to each country that it can be sent to."""
    grams = table.grams(product)
    fitting = [rate for rate in table.rates if rate.max_grams >= grams]
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


_WEIGHTS = select(PackWeight.product_id, PackWeight.grams).where(
    PackWeight.product_id.in_(bindparam("ids", expanding=True))
)
_RATES = select(*(getattr(DeliveryRate, name) for name in Rate.__struct_fields__)).order_by(DeliveryRate.max_grams)


def _table_for(basket: Basket, store: OrdersStore) -> DeliveryTable:
    """All rates of this moment, and the weights of the basket's packs, by product."""
    known, ids = store.known(), [line.product.id for line in basket.lines]
    missing = [id_ for id_ in ids if (PackWeight, id_) not in known]
    if missing or DeliveryRate not in known:
        with store.connection() as connection:
            found = {row.product_id: row.grams for row in connection.execute(_WEIGHTS, {"ids": missing})}
            known |= {(PackWeight, id_): found.get(id_) for id_ in missing}
            known[DeliveryRate] = tuple(Rate(*row) for row in connection.execute(_RATES))
    weighed = {id_: known[PackWeight, id_] for id_ in ids if known[PackWeight, id_]}
    return DeliveryTable(known[DeliveryRate], weighed)


def note_weight(session: Session, product_id: int, grams: int | None) -> None:
    """Note the weight of a pack as it is sent; None forgets it."""
    known = session.get(PackWeight, product_id)
    if grams is None:
        session.execute(delete(PackWeight).where(PackWeight.product_id == product_id))
    elif known is not None:
        known.grams = grams
    else:
        insert_new(session, table_of(PackWeight), [{"product_id": product_id, "grams": grams}])


def rates(session: Session) -> list[DeliveryRate]:
    """All rates that hold, by country, way and weight."""
    order = (DeliveryRate.country.desc(), DeliveryRate.kind, DeliveryRate.max_grams)
    return list(session.scalars(select(DeliveryRate).order_by(*order)))


def delivery_options(store: OrdersStore, basket: Basket) -> dict[str, list[DeliveryOption]]:
    """The ways of delivering a basket to each country, cheapest first; none where it is too heavy for all."""
    table = _table_for(basket, store)
    grams = sum(table.grams(line.product) * line.quantity for line in basket.lines)
    fitting = [rate for rate in table.rates if rate.max_grams >= grams]
    return {
        country: _options([rate for rate in fitting if rate.country == country], basket.cents) for country in COUNTRIES
    }


def _options(rates: Sequence[Rate], goods_cents: int) -> list[DeliveryOption]:
    lightest: dict[DeliveryKind, Rate] = {}
    for rate in rates:
        lightest.setdefault(rate.kind, rate)
    options = [DeliveryOption(kind, _cents(rate, goods_cents)) for kind, rate in lightest.items()]
    return sorted(options, key=lambda option: (option.cents, list(DeliveryKind).index(option.kind)))


def _cents(rate: Rate, goods_cents: int) -> int:
    free = rate.free_from_cents is not None and goods_cents >= rate.free_from_cents
    return 0 if free else rate.cents
