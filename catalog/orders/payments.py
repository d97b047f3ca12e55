"""Payments as a provider reports them, and their effect on a purchase.

Whatever reports come, in whatever order and number, the same sums give the same end: statuses only move forward, paid
sums only grow, and every consequence is written once.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.orders import outbox
from catalog.orders.models import (
    TRANSFER,
    BankTransfer,
    MoneyKind,
    MoneyMove,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Purchase,
    PurchaseState,
    Refund,
    RefundStatus,
)
from catalog.orders.placing import confirm
from catalog.orders.states import Arrow, ForbiddenArrowError, record, reopen, take
from catalog.orders.stock import Count, SoldOutError, release, reserve

FINAL = frozenset({PaymentStatus.PAID, PaymentStatus.CANCELED, PaymentStatus.EXPIRED, PaymentStatus.FAILED})
"""Statuses after which a provider takes no money any more; a late payment may still turn them into paid."""
_RANK = {
    PaymentStatus.NEW: 0,
    PaymentStatus.OPEN: 1,
    PaymentStatus.PENDING: 2,
    PaymentStatus.CANCELED: 3,
    PaymentStatus.EXPIRED: 3,
    PaymentStatus.FAILED: 3,
    PaymentStatus.AUTHORIZED: 4,
    PaymentStatus.PAID: 5,
}
SWEEP_AGAIN = timedelta(minutes=10)
"""The time after which a payment that the provider has not ended is asked for again."""
_INVOICED = (PurchaseState.CONFIRMED, PurchaseState.CLOSED, PurchaseState.CANCELLED)
REFUND_AGAIN = timedelta(hours=6)
"""The time after which a refund that is under way is asked about again; banks take days."""
UNKNOWN_FOR = timedelta(days=1)
"""The time for which a provider must not know a payment until it counts as failed: a wrong key knows none either."""


class PaymentUnavailableError(Exception):
    """A provider that did not answer, or not rightly. Whether it acted is unknown; the same key asks again."""


class PaymentRefusedError(Exception):
    """A provider that refuses a request for good; the message names its reason and nothing of the shopper."""


class PaymentUnknownError(PaymentRefusedError):
    """A payment or refund that the provider says it does not have."""


class PaymentSeen(Struct, frozen=True):
    """A payment as the provider reports it; sums in cents. A status that the shop does not know is None."""

    provider_id: str
    status: PaymentStatus | None
    cents: int
    paid_cents: int = 0
    refunded_cents: int = 0
    charged_back_cents: int = 0
    checkout_url: str | None = None
    expires_at: datetime | None = None


class PaymentRequest(Struct, frozen=True):
    """A request to a provider for a payment; the description names no product."""

    key: str
    token: str
    cents: int
    description: str
    return_url: str
    webhook_url: str
    language: str


class PaymentProvider(Protocol):
    """A payment provider. Calls raise PaymentUnavailableError or PaymentRefusedError."""

    name: str

    def create(self, request: PaymentRequest) -> PaymentSeen: ...

    def get(self, provider_id: str) -> PaymentSeen: ...

    def refund(self, provider_id: str, cents: int, key: str, description: str) -> str:
        """Ask to send money back; returns the provider's id of the refund."""
        ...

    def refund_status(self, provider_id: str, refund_id: str) -> RefundStatus | None:
        """The status of a refund that the provider accepted; None for one that the shop does not know."""
        ...


def payment_for_update(session: Session, payment_id: int) -> Payment:
    """A payment, held until the end of the transaction. Raises NoResultFound."""
    query = select(Payment).where(Payment.id == payment_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def purchase_for_update(session: Session, purchase_id: int) -> Purchase:
    """A purchase, held until the end of the transaction. Raises NoResultFound."""
    query = select(Purchase).where(Purchase.id == purchase_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _purchase_paid_by(session: Session, payment_id: int) -> Purchase:
    """The purchase of a payment, held until the end of the transaction: always before its payments."""
    query = select(Purchase).join(Payment, Payment.purchase_id == Purchase.id).where(Payment.id == payment_id)
    query = query.with_for_update(of=Purchase).execution_options(populate_existing=True)
    return session.scalars(query).one()


Counts = Collection[Count] | Callable[[Purchase], Collection[Count]]
"""The catalogue's counts of the products of a purchase, or how to read them; only one paid too late needs them."""


def see_payment(session: Session, payment_id: int, seen: PaymentSeen, counts: Counts, now: datetime) -> Payment:
    """Take over a provider's report, and do what follows from it for the purchase.

    `counts` are for a purchase that was paid after its packs were released. A report on another payment than the
    stored one, or on another amount, changes nothing.
    """
    purchase = _purchase_paid_by(session, payment_id)
    payment = payment_for_update(session, payment_id)
    if payment.provider_id is None:
        payment.provider_id = seen.provider_id
    if payment.provider_id != seen.provider_id or seen.cents != payment.cents:
        record(session, purchase, "report-refused", now, who="provider", detail=f"payment {payment.id}")
        return payment
    before = payment.status, payment.paid_cents, payment.charged_back_cents
    payment.missing_since = None
    payment.checkout_url = payment.checkout_url or seen.checkout_url
    if seen.status is not None and _RANK[seen.status] > _RANK[payment.status]:
        payment.status = seen.status
    payment.paid_cents = max(payment.paid_cents, seen.paid_cents)
    payment.charged_back_cents = max(payment.charged_back_cents, seen.charged_back_cents)
    payment.seen_at = now
    if seen.expires_at and purchase.state is PurchaseState.PLACED and purchase.reserve_until:
        purchase.reserve_until = max(purchase.reserve_until, seen.expires_at)
    _move_money(session, payment, MoneyKind.PAID, payment.paid_cents - before[1], now)
    _move_money(session, payment, MoneyKind.CHARGED_BACK, before[2] - payment.charged_back_cents, now)
    if before != (payment.status, payment.paid_cents, payment.charged_back_cents):
        detail = f"payment {payment.id}: {payment.paid_cents} cents, charged back {payment.charged_back_cents}"
        record(session, purchase, payment.status, now, who="provider", detail=detail)
    session.flush()
    if before == (PaymentStatus.NEW, 0, 0) and payment.status is PaymentStatus.OPEN and not payment.paid_cents:
        return payment  # it has begun, and brings nothing yet
    _settle(session, purchase, counts, now)
    return payment


def _move_money(
    session: Session, payment: Payment, kind: MoneyKind, cents: int, at: datetime, *, refund: Refund | None = None
) -> None:
    """Add a movement to the ledger of money; none of 0 cents."""
    if cents:
        move = {"purchase_id": payment.purchase_id, "payment_id": payment.id, "refund_id": refund and refund.id}
        session.add(MoneyMove(**move, at=at, kind=kind, cents=cents))


class Transfer(Struct, frozen=True):
    """A transfer on the shop's bank account. The same key is taken over once."""

    key: str
    cents: int
    booked_on: date
    reference: str


def take_transfer(
    session: Session, purchase: Purchase, transfer: Transfer, counts: Counts, now: datetime, *, who: str
) -> None:
    """Take over a bank transfer for a purchase, and do what follows; what was transferred too much is to go back."""
    key = f"{TRANSFER}.{transfer.key}"
    if session.scalar(select(Payment.id).where(Payment.idempotency_key == key)) is not None:
        return
    payment = Payment(
        token=secrets.token_urlsafe(24),
        purchase_id=purchase.id,
        provider=TRANSFER,
        idempotency_key=key,
        status=PaymentStatus.PAID,
        cents=transfer.cents,
        paid_cents=transfer.cents,
        refund_claimed_cents=0,
        charged_back_cents=0,
        made_at=now,
        seen_at=now,
    )
    session.add(payment)
    session.flush()
    session.add(
        BankTransfer(payment_id=payment.id, booked_on=transfer.booked_on, reference=transfer.reference, who=who)
    )
    booked = datetime.combine(transfer.booked_on, time(12), UTC)
    _move_money(session, payment, MoneyKind.PAID, transfer.cents, booked)
    record(session, purchase, "transfer", now, who=who, detail=f"{transfer.cents} cents")
    session.flush()
    session.expire(purchase, ["payments"])
    _settle(session, purchase, counts, now)


class CannotUndoError(Exception):
    """A step that cannot be undone any more, since others followed from it. Nothing was changed."""


def undo_transfer(session: Session, purchase: Purchase, payment_id: int, now: datetime, *, who: str) -> None:
    """Undo a bank transfer that was typed wrong: a counter-entry takes it out of the ledger of money.

    A refund of it that nobody sent yet is cancelled. Undone twice it changes nothing. Raises CannotUndoError for one of
    which something was sent back.
    """
    transfer = session.get(BankTransfer, payment_id, populate_existing=True)
    if transfer is None or payment_id not in {payment.id for payment in purchase.payments}:
        raise CannotUndoError
    payment = payment_for_update(session, payment_id)
    if transfer.undone_at is not None:
        return
    ended = (RefundStatus.FAILED, RefundStatus.CANCELLED)
    refunds = session.scalars(select(Refund).where(Refund.payment_id == payment_id, Refund.status.not_in(ended))).all()
    if any(refund.status is not RefundStatus.WANTED for refund in refunds):
        raise CannotUndoError
    for refund in refunds:
        refund.status = RefundStatus.CANCELLED
        payment.refund_claimed_cents -= refund.cents
    transfer.undone_at, undone = now, payment.paid_cents
    _move_money(session, payment, MoneyKind.PAID, -undone, now)
    payment.paid_cents = 0
    reopen(session, purchase, now, who=who)
    record(session, purchase, "transfer-undone", now, who=who, detail=f"{undone} cents")
    session.flush()


def note_sent_refund(session: Session, refund_id: int, provider_id: str | None, now: datetime, *, who: str) -> bool:
    """Note that a refund left: a provider accepted it, or staff transferred it, which is its end (no `provider_id`).

    Returns whether it was still to be sent.
    """
    refund, purchase = _refund_for_update(session, refund_id)
    if refund.status is not RefundStatus.WANTED:
        return False
    refund.provider_id = provider_id
    refund.status = RefundStatus.REFUNDED if provider_id is None else RefundStatus.SENT
    _move_money(
        session, payment_for_update(session, refund.payment_id), MoneyKind.REFUNDED, -refund.cents, now, refund=refund
    )
    record(session, purchase, "refunded", now, who=who, detail=f"{refund.cents} cents")
    outbox.enqueue(session, "mail_refund", refund.id, now)
    return True


def _settle(session: Session, purchase: Purchase, counts: Counts, now: datetime) -> None:
    """Do what follows from the sums: confirm what is paid, send back what is paid too much or in vain."""
    kept = paid_cents(session, purchase) - claimed_cents(session, purchase)
    covered = kept >= kept_cents(purchase) or _is_authorized(purchase)
    late = purchase.state is PurchaseState.EXPIRED
    if covered and (
        purchase.state is PurchaseState.PLACED or (late and _reserve_again(session, purchase, counts, now))
    ):
        confirm(session, purchase, now, who="provider")
    if purchase.state is PurchaseState.PLACED:
        return  # a part payment may still become whole
    if has_failed_refund(session, purchase):
        return  # the same money would fail again and again; staff see it and decide
    late = purchase.state is PurchaseState.EXPIRED
    refunds = refund_surplus(session, purchase, now, reason="paid too late" if late else "paid too much")
    if refunds and late:
        outbox.enqueue(session, "mail_paid_too_late", purchase.id, now)


def owed_cents(purchase: Purchase, credited: Mapping[int, int] = MappingProxyType({})) -> int:
    """The amount that the shopper owes for it: nothing once it ended or was withdrawn from whole, with its delivery.

    `credited` has packs by position, as if they were paid back besides.
    """
    if purchase.state in (PurchaseState.EXPIRED, PurchaseState.CANCELLED):
        return 0
    return max(0, kept_cents(purchase, credited) - purchase.goodwill_cents)


def kept_cents(purchase: Purchase, credited: Mapping[int, int] = MappingProxyType({})) -> int:
    """The price of what was not withdrawn from, with delivery; an expired purchase that is paid late costs as much.

    Packs that were sent and withdrawn from count until they are back (Civil Code 6:230s lets the shop wait for them)
    and somebody decided that they are paid back.
    """
    kept = sum(
        line.unit_cents
        * (max(line.quantity - line.withdrawn, line.shipped) - line.credited - credited.get(line.position, 0))
        for line in purchase.lines
    )
    return kept + purchase.delivery_cents if kept else 0


def refund_surplus(
    session: Session, purchase: Purchase, now: datetime, *, reason: str, who: str = "shop"
) -> list[Refund]:
    """Claim what was paid above what is owed and is not sent back yet; a credit note says what is owed no longer."""
    _note_credit(session, purchase, now)
    surplus = surplus_cents(session, purchase)
    return claim_refund(session, purchase, surplus, now, reason=reason, who=who) if surplus > 0 else []


def surplus_cents(session: Session, purchase: Purchase) -> int:
    """The amount paid above what is owed and not sent back; below 0 while something is still to be paid."""
    return paid_cents(session, purchase) - owed_cents(purchase) - claimed_cents(session, purchase)


def _note_credit(session: Session, purchase: Purchase, now: datetime) -> None:
    """Plan a credit note, once for each amount that is owed: it only ever gets less."""
    owed = owed_cents(purchase)
    if purchase.state in _INVOICED and owed < purchase.total_cents:
        outbox.enqueue(session, "issue_credit", purchase.id, now, key=f"issue_credit:{purchase.id}:{owed}")


def refund_amount(
    session: Session, purchase: Purchase, cents: int, now: datetime, *, reason: str, who: str, key: str
) -> list[Refund]:
    """Send back an amount that staff chose: first what was paid in vain, the rest out of goodwill.

    Goodwill lowers the price of a confirmed purchase, so that it is neither asked for again nor paid back twice. The
    same key again claims nothing. Raises TooMuchRefundedError; the caller rolls back then.
    """
    surplus = max(0, surplus_cents(session, purchase))
    refunds = claim_refund(session, purchase, cents, now, reason=reason, who=who, key=key)
    if refunds and purchase.state in (PurchaseState.CONFIRMED, PurchaseState.CLOSED) and cents > surplus:
        purchase.goodwill_cents += cents - surplus
        session.flush()
        _note_credit(session, purchase, now)
    return refunds


def paid_cents(session: Session, purchase: Purchase) -> int:
    """The sum of what was paid on all attempts and not taken back by a bank, refunds not subtracted."""
    kept = func.sum(Payment.paid_cents - Payment.charged_back_cents)
    return session.scalar(select(kept).where(Payment.purchase_id == purchase.id)) or 0


def claimed_cents(session: Session, purchase: Purchase) -> int:
    """The sum of what was sent back or is under way."""
    return session.scalar(select(func.sum(Payment.refund_claimed_cents)).where(Payment.purchase_id == purchase.id)) or 0


def _is_authorized(purchase: Purchase) -> bool:
    return any(payment.status is PaymentStatus.AUTHORIZED for payment in purchase.payments)


def _reserve_again(session: Session, purchase: Purchase, counts: Counts, now: datetime) -> bool:
    """Reserve the packs of an expired purchase again, if they are still there."""
    wanted = {line.product_id: line.quantity for line in purchase.lines}
    found = counts(purchase) if callable(counts) else counts
    known = [count for count in found if count.product_id in wanted]
    if len(known) < len(wanted):
        return False
    try:
        reserve(session, wanted, known, purchase.id, now)
    except SoldOutError:
        return False
    return True


def counts_of(catalogue: Session, purchase: Purchase) -> list[Count]:
    """The catalogue's counts of the products of a purchase; a deleted product has none."""
    ids = [line.product_id for line in purchase.lines]
    return [Count.of(product) for product in catalogue.scalars(select(Product).where(Product.id.in_(ids)))]


class TooMuchRefundedError(ValueError):
    """More money asked back than was paid and not sent back yet."""


def claim_refund(
    session: Session, purchase: Purchase, cents: int, now: datetime, *, reason: str, who: str = "shop", key: str = ""
) -> list[Refund]:
    """Claim money to send back, from the payments that have it; the worker sends it.

    The same `key` again claims nothing. Raises TooMuchRefundedError; the caller rolls back then.
    """
    refunds: list[Refund] = []
    if key and session.scalar(select(Refund.id).where(Refund.idempotency_key.startswith(f"{key}.", autoescape=True))):
        return refunds
    payments = select(Payment).where(Payment.purchase_id == purchase.id).order_by(Payment.id).with_for_update()
    for payment in session.scalars(payments.execution_options(populate_existing=True)):
        part = min(cents, payment.paid_cents - payment.charged_back_cents - payment.refund_claimed_cents)
        if part <= 0:
            continue
        payment.refund_claimed_cents += part
        cents -= part
        refund = Refund(
            payment_id=payment.id,
            purchase_id=purchase.id,
            cents=part,
            reason=reason,
            idempotency_key=f"{key}.{payment.id}" if key else secrets.token_urlsafe(24),
            status=RefundStatus.WANTED,
            who=who,
            at=now,
        )
        session.add(refund)
        session.flush()
        if payment.provider != TRANSFER:  # staff send it from their bank, and note that
            outbox.enqueue(session, "send_refund", refund.id, now)
        refunds.append(refund)
    if cents > 0:
        raise TooMuchRefundedError("more than was paid")
    record(session, purchase, "refund-claimed", now, who=who, detail=f"{sum(one.cents for one in refunds)} cents")
    return refunds


def has_failed_refund(session: Session, purchase: Purchase) -> bool:
    """Whether its last refund failed, so that money that was to go back is still with the shop."""
    own = (Refund.purchase_id == purchase.id, Refund.status != RefundStatus.CANCELLED)
    last = select(Refund.status).where(*own).order_by(Refund.id.desc()).limit(1)
    return session.scalar(last) is RefundStatus.FAILED


def see_refund(session: Session, refund_id: int, status: RefundStatus | None, now: datetime) -> None:
    """Take over a provider's word on a refund that it had accepted; one that arrived or failed stays so."""
    refund, purchase = _refund_for_update(session, refund_id)
    refund.seen_at, refund.missing_since = now, None
    if refund.status is not RefundStatus.SENT:
        return
    if status is RefundStatus.REFUNDED:
        refund.status = status
        record(session, purchase, "refund-arrived", now, who="provider", detail=f"{refund.cents} cents")
    elif status is RefundStatus.FAILED:
        _give_claim_back(session, purchase, refund, now, reason="failed at the provider")


def give_up_refund(session: Session, refund_id: int, now: datetime, *, reason: str) -> None:
    """Give back the claim of a refund that the provider refused to the last."""
    refund, purchase = _refund_for_update(session, refund_id)
    if refund.status is RefundStatus.WANTED:
        _give_claim_back(session, purchase, refund, now, reason=reason)


def _refund_for_update(session: Session, refund_id: int) -> tuple[Refund, Purchase]:
    """A refund and its purchase, held until the end of the transaction: always the purchase first."""
    owner = session.scalars(select(Refund.purchase_id).where(Refund.id == refund_id)).one()
    purchase = purchase_for_update(session, owner)
    return session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True), purchase


def _give_claim_back(session: Session, purchase: Purchase, refund: Refund, now: datetime, *, reason: str) -> None:
    was_sent, refund.status = refund.status is RefundStatus.SENT, RefundStatus.FAILED
    payment = payment_for_update(session, refund.payment_id)
    payment.refund_claimed_cents -= refund.cents
    _move_money(session, payment, MoneyKind.REFUND_FAILED, refund.cents if was_sent else 0, now, refund=refund)
    record(session, purchase, "refund-failed", now, who="provider", detail=f"{refund.cents} cents: {reason}")


def miss_payment(session: Session, payment_id: int, counts: Counts, now: datetime) -> None:
    """Note that the provider does not know a payment; after UNKNOWN_FOR it counts as failed and holds no order up.

    One that appears again later is taken over as any late payment.
    """
    purchase = _purchase_paid_by(session, payment_id)
    payment = payment_for_update(session, payment_id)
    payment.seen_at = now
    payment.missing_since = payment.missing_since or now
    if payment.missing_since <= now - UNKNOWN_FOR and _RANK[payment.status] < _RANK[PaymentStatus.FAILED]:
        payment.status = PaymentStatus.FAILED
        record(session, purchase, "payment-unknown", now, who="provider", detail=f"payment {payment.id}")
        session.flush()
        _settle(session, purchase, counts, now)


def miss_refund(session: Session, refund_id: int, now: datetime) -> None:
    """Note that the provider does not know a refund that it accepted; after UNKNOWN_FOR it counts as failed."""
    refund, purchase = _refund_for_update(session, refund_id)
    refund.seen_at = now
    refund.missing_since = refund.missing_since or now
    if refund.status is RefundStatus.SENT and refund.missing_since <= now - UNKNOWN_FOR:
        _give_claim_back(session, purchase, refund, now, reason="unknown to the provider")


def cancel(session: Session, purchase: Purchase, now: datetime, *, who: str) -> None:
    """Cancel a purchase that is not sent: release its packs and send back what was paid. Raises ForbiddenArrowError."""
    if purchase.is_shipped:
        raise ForbiddenArrowError(purchase.state, Arrow.CANCEL)
    take(session, purchase, Arrow.CANCEL, now, who=who)
    purchase.reserve_until = None
    release(session, purchase, now)
    outbox.enqueue(session, "check_availability", purchase.id, now, key=f"check_availability:{purchase.id}:cancelled")
    refund_surplus(session, purchase, now, reason="cancelled", who=who)


def expire(session: Session, purchase: Purchase, now: datetime) -> None:
    """Let an unpaid purchase end: release its packs; a mail offers to order again."""
    take(session, purchase, Arrow.EXPIRE, now)
    purchase.reserve_until = None
    release(session, purchase, now)
    outbox.enqueue(session, "check_availability", purchase.id, now, key=f"check_availability:{purchase.id}:expired")
    outbox.enqueue(session, "mail_expired", purchase.id, now)
    refund_surplus(session, purchase, now, reason="paid in part")


def is_ready_to_expire(purchase: Purchase, now: datetime) -> bool:
    """Whether its reservation is over and no attempt can still be paid."""
    over = purchase.reserve_until is not None and purchase.reserve_until <= now
    ended = all(payment.status in FINAL or payment.provider_id is None for payment in purchase.payments)
    online = purchase.method is PaymentMethod.ONLINE
    return purchase.state is PurchaseState.PLACED and online and over and ended


def overdue_purchases(session: Session, now: datetime) -> list[int]:
    """Ids of unpaid purchases whose reservation is over, oldest first."""
    query = select(Purchase.id).where(Purchase.state == PurchaseState.PLACED, Purchase.reserve_until <= now)
    return list(session.scalars(query.order_by(Purchase.reserve_until).limit(100)))
