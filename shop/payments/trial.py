"""Trial provider: plays a payment provider within the shop, so that ordering can be tried from end to end.

No money moves. It keeps its payments in a table of its own and is asked and reports as a real provider.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.db.bulk import insert_new
from catalog.models import table_of
from catalog.orders.models import Payment, PaymentStatus, Refund, RefundStatus, TrialPayment
from catalog.orders.payments import PaymentRefusedError, PaymentRequest, PaymentSeen, PaymentUnknownError
from catalog.orders.placing import RESERVATION
from catalog.orders.store import OrdersStore
from shop.settings import PaymentsSetting


class Play(StrEnum):
    """An outcome that a tester may ask of the trial provider."""

    PAID = "paid"
    PARTIAL = "partial"
    TWICE = "twice"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    PENDING = "pending"
    CHARGED_BACK = "charged_back"
    """The bank takes the money back from the shop, some time after it was paid."""


_STATUS: Mapping[Play, PaymentStatus] = {
    Play.PAID: PaymentStatus.PAID,
    Play.PARTIAL: PaymentStatus.PAID,
    Play.TWICE: PaymentStatus.PAID,
    Play.FAILED: PaymentStatus.FAILED,
    Play.CANCELED: PaymentStatus.CANCELED,
    Play.EXPIRED: PaymentStatus.EXPIRED,
    Play.PENDING: PaymentStatus.PENDING,
}


class TrialProvider:
    """The shop's own provider. A payment that is not ended in time expires, as a real provider's does."""

    name = PaymentsSetting.TRIAL.value

    def __init__(self, store: OrdersStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def create(self, request: PaymentRequest) -> PaymentSeen:
        row = {
            "id": f"trial_{secrets.token_hex(12)}",
            "idempotency_key": request.key,
            "status": PaymentStatus.OPEN,
            "cents": request.cents,
            "webhook_path": f"/betaling/{request.token}",
            "return_path": f"/betaling/{request.token}/terug",
            "description": request.description,
        }
        with self._store.writing() as session:
            insert_new(session, table_of(TrialPayment), [row])  # the same key again is the same payment
            known = select(TrialPayment).where(TrialPayment.idempotency_key == request.key)
            return _seen(session.scalars(known).one())

    def get(self, provider_id: str) -> PaymentSeen:
        with self._store.reading() as session:
            row = session.get(TrialPayment, provider_id)
            if row is None:
                raise PaymentUnknownError("no such trial payment")
            made_at = session.scalar(select(Payment.made_at).where(Payment.idempotency_key == row.idempotency_key))
            seen = _seen(row)
        waits = seen.status in (PaymentStatus.OPEN, PaymentStatus.PENDING)
        if waits and (made_at is None or made_at + RESERVATION <= self._clock()):
            return msgspec.structs.replace(seen, status=PaymentStatus.EXPIRED)
        return seen

    def refund(self, provider_id: str, cents: int, key: str, description: str) -> str:  # noqa: ARG002 - the Protocol's
        others = (
            select(func.sum(Refund.cents))
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Payment.provider_id == provider_id, Refund.idempotency_key != key)
            .where(Refund.status.in_([RefundStatus.SENT, RefundStatus.REFUNDED]))
        )
        with self._store.writing() as session:
            row = session.get(TrialPayment, provider_id, with_for_update=True)
            refunded = (session.scalar(others) or 0) + cents  # the same key again is the same refund
            if row is None or refunded > row.paid_cents - row.charged_back_cents:
                raise PaymentRefusedError("more than was paid")
            row.refunded_cents = refunded
            return f"trial_refund_{key}"

    def refund_status(self, provider_id: str, refund_id: str) -> RefundStatus | None:  # noqa: ARG002 - the Protocol's
        with self._store.reading() as session:
            known = session.get(TrialPayment, provider_id)
        return RefundStatus.FAILED if known is None else RefundStatus.REFUNDED


def play(session: Session, provider_id: str, played: Play) -> TrialPayment | None:
    """Let a trial payment end as asked; paid ones stay paid, and may be charged back. None: no such payment."""
    row = session.get(TrialPayment, provider_id, with_for_update=True)
    if row is None:
        return None
    if played is Play.CHARGED_BACK:
        row.charged_back_cents = row.paid_cents - row.refunded_cents
    elif row.paid_cents < row.cents:
        row.status = _STATUS[played]
        if played in (Play.PAID, Play.TWICE):
            row.paid_cents = row.cents
        elif played is Play.PARTIAL:
            row.paid_cents = row.cents // 2
    return row


def _seen(row: TrialPayment) -> PaymentSeen:
    return PaymentSeen(
        provider_id=row.id,
        status=row.status,
        cents=row.cents,
        paid_cents=row.paid_cents,
        refunded_cents=row.refunded_cents,
        charged_back_cents=row.charged_back_cents,
        checkout_url=f"/proefbetaling/{row.id}",
    )
