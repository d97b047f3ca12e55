"""Placing of a purchase: the quote that a summary shows, its seal, and the one transaction that makes it binding."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_37_36

from catalog.db.bulk import insert_new
from catalog.models import Product, table_of
from catalog.orders import outbox
from catalog.orders.basket import Basket
from catalog.orders.finding import add_words
from catalog.orders.models import (
    DeliveryKind,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Purchase,
    PurchaseLine,
    PurchaseState,
    PurchaseVat,
    Terms,
)
from catalog.orders.money import Amount, VatSum, vat_of_lines, vat_sums
from catalog.orders.parcel_points import Point
from catalog.orders.states import Arrow, record, take
from catalog.orders.stock import Count, reserve
from catalog.prices import earlier_price_cents
from recommend.text import Language

RESERVATION = timedelta(minutes=30)
"""The time that an unpaid purchase holds its packs; the provider's own end of a payment may prolong it."""
MOST_UNPAID = 3
"""Unpaid purchases of one e-mail address at a time, so that nobody reserves a whole shop. One that is paid after
delivery counts until it is delivered."""
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, 1, I or O, which people mistake for each other."""


class TooManyUnpaidError(Exception):
    """An e-mail address with MOST_UNPAID purchases that wait for payment."""


class Buyer(Struct, frozen=True):
    """The person or business that orders, and where the parcel goes. `company` and `vat_number` may be empty."""

    email: str
    name: str
    street: str
    house_number: str
    addition: str
    postcode: str
    town: str
    country: str
    company: str = ""
    vat_number: str = ""


class QuoteLine(Struct, frozen=True):
    """A line as offered: packs at a price, with the earlier price beside a reduced one."""

    product: Product
    quantity: int
    unit_cents: int
    reference_cents: int | None
    percent: int

    @property
    def cents(self) -> int:
        return self.unit_cents * self.quantity


class Quote(Struct, frozen=True, dict=True):
    """An offer for a basket: its lines, delivery and VAT at this moment."""

    lines: tuple[QuoteLine, ...]
    delivery: DeliveryKind
    delivery_cents: int
    country: str
    point: Point | None = None
    """The parcel point that the shopper chose."""

    @property
    def amounts(self) -> list[Amount]:
        return [Amount(line.cents, line.percent) for line in self.lines]

    @property
    def lines_cents(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def total_cents(self) -> int:
        return self.lines_cents + self.delivery_cents

    @property
    def vat(self) -> list[VatSum]:
        return vat_sums(self.amounts, self.delivery_cents)


def make_quote(
    basket: Basket, delivery: DeliveryKind, delivery_cents: int, country: str, *, percent: int, now: datetime
) -> Quote:
    """The offer for a basket, with the VAT rate of the country of arrival in percent."""
    lines = tuple(
        QuoteLine(
            product=line.product,
            quantity=line.quantity,
            unit_cents=line.product.price_cents,
            reference_cents=earlier_price_cents(line.product, now.date()),
            percent=percent,
        )
        for line in basket.lines
    )
    return Quote(lines, delivery, delivery_cents, country)


class Agreement(Struct, frozen=True):
    """Agreement beside the goods: terms in one wording, way of payment, language of the contract."""

    terms: str
    method: PaymentMethod
    language: Language
    trial: bool

    @property
    def terms_version(self) -> str:
        return hashlib.sha256(self.terms.encode()).hexdigest()[:12]


def seal(quote: Quote, agreement: Agreement) -> str:
    """The fingerprint of all that a summary promises; any difference at ordering shows the summary again."""
    promised = (
        [(line.product.id, line.quantity, line.unit_cents, line.reference_cents, line.percent) for line in quote.lines],
        (quote.delivery, quote.delivery_cents, quote.country, quote.total_cents, quote.point and quote.point.line),
        (agreement.terms_version, agreement.method, agreement.language, agreement.trial),
    )
    return hashlib.sha256(msgspec.json.encode(promised)).hexdigest()


class PlacedPurchase(Struct, frozen=True):
    """A purchase in the store, and its payment through the provider, if it has one.

    `sold_out` has the products of which it took the last pack.
    """

    purchase: Purchase
    payment: Payment | None
    sold_out: Sequence[int] = ()


def find_placed(session: Session, checkout_key: str) -> PlacedPurchase | None:
    """The purchase that was placed from a summary, if it was."""
    purchase = session.scalars(select(Purchase).where(Purchase.checkout_key == checkout_key)).first()
    return None if purchase is None else PlacedPurchase(purchase, next(iter(purchase.payments), None))


class Placing(Struct, frozen=True):
    """A purchase to place: offer, agreement, buyer, the summary's key, and the provider of payments.

    `token_hash` gives the hash of the secret link from the number.
    """

    quote: Quote
    agreement: Agreement
    buyer: Buyer
    checkout_key: str
    provider: str
    token_hash: Callable[[str], str]


def place(session: Session, placing: Placing, now: datetime) -> PlacedPurchase:
    """Place a purchase in this transaction: stock, lines, VAT, payment, events, and the jobs that follow.

    Raises SoldOutError or TooManyUnpaidError; the caller rolls back then.
    """
    _require_few_unpaid(session, placing.buyer.email, now)
    purchase = _purchase(session, placing, now)
    session.add(purchase)
    session.flush()
    wanted = {line.product.id: line.quantity for line in placing.quote.lines}
    counts = [Count.of(line.product) for line in placing.quote.lines]
    sold_out = reserve(session, wanted, counts, purchase.id, now)
    add_words(session, purchase)
    session.add_all(_lines(purchase, placing))
    session.add_all(
        PurchaseVat(
            purchase_id=purchase.id,
            percent=one.percent,
            net_cents=one.net_cents,
            vat_cents=one.vat_cents,
            gross_cents=one.gross_cents,
        )
        for one in placing.quote.vat
    )
    record(session, purchase, "placed", now, who="shopper")
    jobs = [outbox.NewJob("check_availability", purchase.id, now)]
    payment = None
    if placing.agreement.method is PaymentMethod.AFTER_DELIVERY:
        confirm(session, purchase, now)
    else:
        payment = _payment(purchase, placing.provider, purchase.total_cents, now)
        session.add(payment)
        session.flush()
        jobs += [outbox.NewJob("mail_receipt", purchase.id, now), _start(payment, now)]
    outbox.enqueue_all(session, jobs)
    session.flush()
    return PlacedPurchase(purchase, payment, sold_out)


def _require_few_unpaid(session: Session, email: str, now: datetime) -> None:
    waits = (Purchase.state == PurchaseState.PLACED) & (Purchase.reserve_until > now)
    owes = (Purchase.state == PurchaseState.CONFIRMED) & (Purchase.method == PaymentMethod.AFTER_DELIVERY)
    unpaid = select(func.count()).where(Purchase.email == email, waits | (owes & Purchase.delivered_at.is_(None)))
    if (session.scalar(unpaid) or 0) >= MOST_UNPAID:
        raise TooManyUnpaidError


def _purchase(session: Session, placing: Placing, now: datetime) -> Purchase:
    quote, agreement = placing.quote, placing.agreement
    number = _new_number(session, now)
    terms = {"version": agreement.terms_version, "language": agreement.language, "text": agreement.terms}
    insert_new(session, table_of(Terms), [terms])  # the first two orders under them may be placed at once
    return Purchase(
        **msgspec.structs.asdict(placing.buyer),
        number=number,
        token_sha256=placing.token_hash(number),
        checkout_key=placing.checkout_key,
        state=PurchaseState.PLACED,
        trial=agreement.trial,
        language=agreement.language,
        placed_at=now,
        delivery=quote.delivery,
        point_code=quote.point.code if quote.point else "",
        point=quote.point.line if quote.point else "",
        method=agreement.method,
        terms_version=agreement.terms_version,
        lines_cents=quote.lines_cents,
        delivery_cents=quote.delivery_cents,
        total_cents=quote.total_cents,
        reserve_until=now + RESERVATION,
    )


def _new_number(session: Session, now: datetime) -> str:
    """A number that no purchase has: the year, six random signs and a check sign, such as M26-7KQ4-2XB."""
    while True:
        signs = "".join(secrets.choice(_ALPHABET) for _ in range(6))
        signs += mod_37_36.calc_check_digit(signs, alphabet=_ALPHABET)
        number = f"M{now:%y}-{signs[:4]}-{signs[4:]}"
        if session.scalar(select(Purchase.id).where(Purchase.number == number)) is None:
            return number


def _lines(purchase: Purchase, placing: Placing) -> Sequence[PurchaseLine]:
    quote, agreement = placing.quote, placing.agreement
    vat = vat_of_lines(quote.amounts, [one.percent for one in quote.vat])
    return [
        PurchaseLine(
            purchase_id=purchase.id,
            position=position,
            product_id=line.product.id,
            sku=line.product.sku,
            name=line.product.text("name", agreement.language, purchase.placed_at.date()),
            brand=line.product.brand.name,
            magnesium_ug=line.product.magnesium_ug,
            units_per_pack=line.product.units_per_pack,
            units_per_day=line.product.units_per_day,
            unit=line.product.unit,
            directions=line.product.text("directions", agreement.language, purchase.placed_at.date()),
            quantity=line.quantity,
            unit_cents=line.unit_cents,
            reference_cents=line.reference_cents,
            line_cents=line.cents,
            vat_percent=line.percent,
            vat_cents=vat[position - 1],
        )
        for position, line in enumerate(quote.lines, start=1)
    ]


def new_payment(
    session: Session, purchase: Purchase, provider: str, now: datetime, *, cents: int | None = None
) -> Payment:
    """An attempt to pay a purchase, or so many cents of it; its row is there before the provider hears of it."""
    payment = _payment(purchase, provider, purchase.total_cents if cents is None else cents, now)
    session.add(payment)
    session.flush()
    outbox.enqueue_all(session, [_start(payment, now)])
    return payment


def _payment(purchase: Purchase, provider: str, cents: int, now: datetime) -> Payment:
    return Payment(
        token=secrets.token_urlsafe(24),
        purchase_id=purchase.id,
        provider=provider,
        idempotency_key=secrets.token_urlsafe(24),
        status=PaymentStatus.NEW,
        cents=cents,
        paid_cents=0,
        refund_claimed_cents=0,
        charged_back_cents=0,
        made_at=now,
    )


def _start(payment: Payment, now: datetime) -> outbox.NewJob:
    """The job that begins a payment where the request did not."""
    return outbox.NewJob("start_payment", payment.id, now + timedelta(seconds=10))


def confirm(session: Session, purchase: Purchase, now: datetime, *, who: str = "shop") -> None:
    """Confirm a purchase: its packs are no longer held for a time only, and mail and invoice follow."""
    take(session, purchase, Arrow.CONFIRM, now, who=who)
    purchase.reserve_until = None
    outbox.enqueue(session, "issue_invoice", purchase.id, now)
