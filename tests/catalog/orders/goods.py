"""Products and orders for tests of the orders' store, which needs no catalogue."""

import secrets
from datetime import UTC, datetime
from hashlib import sha256

from catalog.models import Brand, Product
from catalog.orders.models import DeliveryKind, PaymentMethod, Purchase
from catalog.orders.placing import Agreement, Buyer, PlacedPurchase, Placing, Quote, QuoteLine, place
from catalog.orders.store import OrdersStore

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
BUYER = Buyer(
    email="klant@voorbeeld.nl",
    name="Jo de Vries",
    street="Oudegracht",
    house_number="12",
    addition="",
    postcode="3511 AB",
    town="Utrecht",
    country="NL",
)


def goods(number: int, stock: int = 10, cents: int = 1200, counted_at: datetime | None = None) -> Product:
    """A product as the catalogue would give it."""
    texts = {f"{name}_{code}": f"{name} {number}" for name in ("name", "directions") for code in ("nl", "en")}
    return Product(
        id=number,
        sku=f"S{number}",
        brand=Brand(name="Bedacht", invented=True),
        stock=stock,
        stock_counted_at=counted_at,
        sold_out=False,
        price_cents=cents,
        from_until=None,
        magnesium_ug=100_000,
        units_per_pack=60,
        units_per_day=2,
        unit="capsule",
        english_complete=True,
        overridden=(),
        **texts,
    )


def quote_of(*lines: tuple[Product, int], delivery_cents: int = 495, percent: int = 9) -> Quote:
    offered = tuple(QuoteLine(product, packs, product.price_cents, None, percent) for product, packs in lines)
    return Quote(offered, DeliveryKind.HOME, delivery_cents, "NL")


def placing_of(
    quote: Quote, method: PaymentMethod = PaymentMethod.ONLINE, *, key: str = "", email: str = BUYER.email
) -> Placing:
    return Placing(
        quote,
        Agreement("voorwaarden", method, "nl", trial=True),
        Buyer(**{name: getattr(BUYER, name) for name in BUYER.__struct_fields__} | {"email": email}),
        key or secrets.token_hex(8),
        "trial",
        lambda number: sha256(number.encode()).hexdigest(),
    )


def placed(store: OrdersStore, placing: Placing, now: datetime = NOW) -> PlacedPurchase:
    with store.writing() as session:
        return place(session, placing, now)


def purchase_in(store: OrdersStore, purchase_id: int) -> Purchase:
    with store.reading() as session:
        found = session.get_one(Purchase, purchase_id)
        for name in ("lines", "vat", "payments", "withdrawals", "documents", "events"):
            getattr(found, name)
        session.expunge_all()
    return found
