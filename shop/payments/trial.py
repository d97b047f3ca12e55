"""Trial provider: plays a payment provider within the shop, so that ordering can be tried from end to end.

No money moves. It keeps its payments in a table of its own and is asked and reports as a real provider.
"""

import secrets
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.db.bulk import insert_new
from catalog.orders.models import PaymentStatus, TrialPayment, orders_table
from catalog.orders.payments import PaymentRefusedError, PaymentRequest, PaymentSeen
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
    """The shop's own provider."""

    name = PaymentsSetting.TRIAL.value

    def __init__(self, store: OrdersStore) -> None:
        self._store = store

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
            insert_new(session, orders_table(TrialPayment), [row])  # the same key again is the same payment
            known = select(TrialPayment).where(TrialPayment.idempotency_key == request.key)
            return _seen(session.scalars(known).one())

    def get(self, provider_id: str) -> PaymentSeen:
        with self._store.reading() as session:
            row = session.get(TrialPayment, provider_id)
            if row is None:
                raise PaymentRefusedError("no such trial payment")
            return _seen(row)

    def refund(self, provider_id: str, cents: int, key: str, description: str) -> str:  # noqa: ARG002 - the Protocol's
        with self._store.writing() as session:
            row = session.get(TrialPayment, provider_id, with_for_update=True)
            if row is None or row.refunded_cents + cents > row.paid_cents:
                raise PaymentRefusedError("more than was paid")
            row.refunded_cents += cents
            return f"trial_refund_{key}"


def play(session: Session, provider_id: str, played: Play) -> TrialPayment | None:
    """Let a trial payment end as asked; paid ones stay paid, whatever is played later. None: no such payment."""
    row = session.get(TrialPayment, provider_id, with_for_update=True)
    if row is None:
        return None
    if row.paid_cents < row.cents:
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
        checkout_url=f"/proefbetaling/{row.id}",
    )
