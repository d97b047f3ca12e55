"""Erasure of personal data: by itself when it is not needed any more, or at once when its owner asks and may.

Amounts, VAT, country, products and dates stay for the books; a business's invoice stays whole, as tax law wants.
"""

import hashlib
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from catalog.orders.finding import note_words
from catalog.orders.models import Purchase, PurchaseState, Refund, RefundStatus
from catalog.orders.states import record

AFTER_DELIVERY = timedelta(days=2 * 365)
"""The time in which a claim under the legal guarantee may come."""
AFTER_ENDING = timedelta(days=30)
"""For trials, and for purchases that ended without a delivery."""
_ENDED = (PurchaseState.EXPIRED, PurchaseState.CANCELLED)
_PERSONAL = ("email", "name", "street", "house_number", "addition", "postcode", "town", "point_code", "point")


def erased_on(purchase: Purchase) -> datetime | None:
    """The moment from which its personal data are erased; None while that is not known, before delivery."""
    if purchase.trial or purchase.state in _ENDED:
        return purchase.placed_at + AFTER_ENDING
    return None if purchase.delivered_at is None else purchase.delivered_at + AFTER_DELIVERY


def due_for_erasure(session: Session, now: datetime) -> list[int]:
    """Ids of purchases whose personal data are not needed any more."""
    ended = or_(Purchase.trial, Purchase.state.in_(_ENDED)) & (Purchase.placed_at <= now - AFTER_ENDING)
    delivered = Purchase.delivered_at <= now - AFTER_DELIVERY
    query = select(Purchase.id).where(Purchase.erased_at.is_(None), or_(ended, delivered))
    return list(session.scalars(query.order_by(Purchase.id).limit(100)))


def may_be_erased_now(session: Session, purchase: Purchase) -> bool:
    """Whether nothing is open: it ended, and no money is on its way back."""
    under_way = select(Refund.id).where(Refund.purchase_id == purchase.id, Refund.status == RefundStatus.WANTED)
    return purchase.erased_at is None and purchase.state in _ENDED and session.scalar(under_way.limit(1)) is None


def erase(session: Session, purchase: Purchase, now: datetime, *, who: str = "shop") -> None:
    """Empty every personal field of a purchase, of its withdrawals, and of documents that no business needs."""
    for name in _PERSONAL:
        setattr(purchase, name, "")
    for withdrawal in purchase.withdrawals:
        withdrawal.name = withdrawal.email = withdrawal.reason = ""
    for note in purchase.notes:
        note.text = ""
    for shipment in (*purchase.shipments, *purchase.undone_shipments):
        shipment.tracking = ""
    note_words(session, purchase)
    if not purchase.company:
        for document in purchase.documents:
            contents = msgspec.json.decode(document.snapshot, type=dict)
            document.snapshot = msgspec.json.encode(contents | {"to": []}).decode()
            document.sha256 = hashlib.sha256(document.snapshot.encode()).hexdigest()
            document.pdf = None
    purchase.erased_at = now
    record(session, purchase, "erased", now, who=who)
