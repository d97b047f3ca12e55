"""Steps of a payment that call its provider: begin it, ask about it, send money back. Views and worker share them.

No transaction is open while a provider is asked, so that a slow one holds no row and no other shopper up.
"""

from datetime import timedelta

from sqlalchemy import select

from catalog.orders import outbox
from catalog.orders.models import Payment, Purchase, Refund, RefundStatus
from catalog.orders.payments import (
    PaymentSeen,
    PaymentUnknownError,
    counts_of,
    miss_payment,
    miss_refund,
    note_sent_refund,
    see_payment,
    see_refund,
)
from catalog.orders.stock import Count
from shop.payments.providers import payment_request, provider_named
from shop.web.services import Services


def begin(shared: Services, purchase: Purchase, payment: Payment, base: str) -> Payment:
    """Ask the provider for a payment, with its stored key, and store the answer; one that has begun stays.

    Raises PaymentUnavailableError, PaymentRefusedError or NoProviderError; the worker asks again.
    """
    if payment.provider_id is not None:
        return payment
    seen = provider_named(shared, payment.provider).create(payment_request(purchase, payment, base))
    return take_over(shared, payment.id, seen)


def begin_stored(shared: Services, payment_id: int, base: str) -> Payment:
    """Begin a payment as it is in the store. Raises as `begin`."""
    with shared.orders.reading() as session:
        payment = session.get_one(Payment, payment_id)
        purchase = session.get_one(Purchase, payment.purchase_id)
        session.expunge_all()
    return begin(shared, purchase, payment, base)


def take_over(shared: Services, payment_id: int, seen: PaymentSeen) -> Payment:
    """Store what a provider reported, and do what follows."""
    with shared.orders.writing() as session:
        return see_payment(session, payment_id, seen, lambda purchase: _counts(shared, purchase), shared.clock())


def _counts(shared: Services, purchase: Purchase) -> list[Count]:
    with shared.databases.session_for_reading() as catalogue:
        return counts_of(catalogue, purchase)


def ask(shared: Services, payment_id: int) -> Payment:
    """Ask the provider how a payment is, and do what follows. Raises as `begin`, unless the provider does not know it.

    A report on a payment may be one on its refunds, so those under way are asked about too.
    """
    with shared.orders.reading() as session:
        payment = session.get_one(Payment, payment_id)
        name, provider_id = payment.provider, payment.provider_id
        under_way = select(Refund.id).where(Refund.payment_id == payment_id, Refund.status == RefundStatus.SENT)
        refunds = session.scalars(under_way).all()
    if provider_id is None:
        return payment
    try:
        seen = provider_named(shared, name).get(provider_id)
    except PaymentUnknownError:
        return _miss(shared, payment_id)
    payment = take_over(shared, payment_id, seen)
    for refund_id in refunds:
        ask_refund(shared, refund_id)
    return payment


def _miss(shared: Services, payment_id: int) -> Payment:
    with shared.orders.writing() as session:
        miss_payment(session, payment_id, lambda purchase: _counts(shared, purchase), shared.clock())
        return session.get_one(Payment, payment_id)


def ask_refund(shared: Services, refund_id: int) -> None:
    """Ask the provider how a refund is that it accepted. Raises as `ask`."""
    with shared.orders.reading() as session:
        refund = session.get_one(Refund, refund_id)
        payment = session.get_one(Payment, refund.payment_id)
        if refund.status is not RefundStatus.SENT or refund.provider_id is None or payment.provider_id is None:
            return
        asked, name = (payment.provider_id, refund.provider_id), payment.provider
    try:
        status = provider_named(shared, name).refund_status(*asked)
    except PaymentUnknownError:
        with shared.orders.writing() as session:
            miss_refund(session, refund_id, shared.clock())
        return
    with shared.orders.writing() as session:
        see_refund(session, refund_id, status, shared.clock())


def send_refund(shared: Services, refund_id: int) -> None:
    """Send money back, with the refund's stored key.

    Raises as `begin`, and is tried again: a provider also refuses while the shop has too little money with it.
    """
    with shared.orders.reading() as session:
        refund = session.get_one(Refund, refund_id)
        payment = session.get_one(Payment, refund.payment_id)
        purchase = session.get_one(Purchase, refund.purchase_id)
        if refund.status is not RefundStatus.WANTED or payment.provider_id is None:
            return
        asked = (payment.provider_id, refund.cents, refund.idempotency_key, purchase.number)
        name = payment.provider
    provider_id = provider_named(shared, name).refund(*asked)
    with shared.orders.writing() as session:
        note_sent_refund(session, refund_id, provider_id, shared.clock(), who="shop")


def report(shared: Services, token: str, provider_id: str | None) -> None:
    """Note that a provider says a payment changed; the worker asks it. Unknown ones change nothing."""
    with shared.orders.writing() as session:
        payment = session.scalars(select(Payment).where(Payment.token == token)).first()
        if payment is None or (provider_id is not None and payment.provider_id not in (None, provider_id)):
            return
        now = shared.clock()
        # Reports within a second are one question; a later one asks again.
        outbox.enqueue(session, "see_payment", payment.id, now, key=f"see_payment:{payment.id}:{int(now.timestamp())}")
        late = now + timedelta(seconds=2)
        outbox.enqueue(
            session, "see_payment", payment.id, late, key=f"see_payment:{payment.id}:{int(late.timestamp())}"
        )
