"""Steps of a payment that call its provider: begin it, ask about it, send money back. Views and worker share them.

No transaction is open while a provider is asked, so that a slow one holds no row and no other shopper up.
"""

from datetime import timedelta

from sqlalchemy import select

from catalog.orders import outbox
from catalog.orders.models import Payment, Purchase, Refund, RefundStatus
from catalog.orders.payments import PaymentSeen, counts_of, payment_for_update, see_payment
from catalog.orders.states import record
from shop.payments.providers import payment_request, provider_named
from shop.web.services import Services


def begin(shared: Services, payment_id: int, base: str) -> Payment:
    """Ask the provider for a payment, with its stored key, and store the answer; one that has begun stays.

    Raises PaymentUnavailableError, PaymentRefusedError or NoProviderError; the worker asks again.
    """
    with shared.orders.reading() as session:
        payment = session.get_one(Payment, payment_id)
        purchase = session.get_one(Purchase, payment.purchase_id)
        if payment.provider_id is not None:
            return payment
        request = payment_request(purchase, payment, base)
        name = payment.provider
    seen = provider_named(shared, name).create(request)
    return take_over(shared, payment_id, seen)


def take_over(shared: Services, payment_id: int, seen: PaymentSeen) -> Payment:
    """Store what a provider reported, and do what follows."""
    with shared.databases.session_for_reading() as catalogue, shared.orders.writing() as session:
        purchase_id = session.scalars(select(Payment.purchase_id).where(Payment.id == payment_id)).one()
        counts = counts_of(catalogue, session.get_one(Purchase, purchase_id))
        see_payment(session, payment_id, seen, counts, shared.clock())
        return session.get_one(Payment, payment_id)


def ask(shared: Services, payment_id: int) -> Payment:
    """Ask the provider how a payment is, and do what follows. Raises as `begin`."""
    with shared.orders.reading() as session:
        payment = session.get_one(Payment, payment_id)
        name, provider_id = payment.provider, payment.provider_id
    if provider_id is None:
        return payment
    return take_over(shared, payment_id, provider_named(shared, name).get(provider_id))


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
        refund = session.get_one(Refund, refund_id, with_for_update=True)
        refund.provider_id, refund.status = provider_id, RefundStatus.SENT
        purchase = session.get_one(Purchase, refund.purchase_id)
        record(session, purchase, "refunded", shared.clock(), detail=f"{refund.cents} cents")
        outbox.enqueue(session, "mail_refund", refund.id, shared.clock())


def give_up_refund(shared: Services, refund_id: int, reason: str) -> None:
    """Give back the claim of a refund that the provider refused to the last; its job stays failed, for staff to see."""
    with shared.orders.writing() as session:
        refund = session.get_one(Refund, refund_id, with_for_update=True)
        if refund.status is not RefundStatus.WANTED:
            return
        refund.status = RefundStatus.FAILED
        payment_for_update(session, refund.payment_id).refund_claimed_cents -= refund.cents
        purchase = session.get_one(Purchase, refund.purchase_id)
        record(session, purchase, "refund-failed", shared.clock(), who="provider", detail=reason)


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
