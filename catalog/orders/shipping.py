"""Shipping: a parcel leaves with its lots, packs leave the shelf, and the shopper hears of it."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.orders import outbox
from catalog.orders.models import Purchase, Shipment, ShipmentLine
from catalog.orders.states import Arrow, record, take
from catalog.orders.stock import SoldPacks, sell


class ParcelLine(Struct, frozen=True):
    """Packs of a line of an order that go into a parcel."""

    position: int
    quantity: int
    lot: str
    best_before: date | None = None


class Parcel(Struct, frozen=True):
    """A parcel to send. The same key never ships twice."""

    key: str
    lines: Sequence[ParcelLine]
    carrier: str = ""
    tracking: str = ""


class NotLeftToShipError(Exception):
    """A parcel of nothing, or of more packs than are left to send. Nothing was changed."""


def ship(session: Session, purchase: Purchase, parcel: Parcel, now: datetime, *, who: str) -> Shipment:
    """Send a parcel: its packs leave the shelf and are no longer held, and a mail follows.

    The same parcel again changes nothing. Raises ForbiddenArrowError or NotLeftToShipError.
    """
    known = session.scalars(select(Shipment).where(Shipment.key == parcel.key)).first()
    if known is not None:
        return known
    lines = {line.position: line for line in purchase.lines}
    positions = [line.position for line in parcel.lines]
    if not positions or len(set(positions)) < len(positions):
        raise NotLeftToShipError
    if any(one.position not in lines or not 0 < one.quantity <= lines[one.position].unsent for one in parcel.lines):
        raise NotLeftToShipError
    take(session, purchase, Arrow.SHIP, now, who=who)
    shipment = Shipment(
        key=parcel.key, at=now, who=who, carrier=parcel.carrier, tracking=parcel.tracking, delivered_at=None
    )
    for one in parcel.lines:
        lines[one.position].shipped += one.quantity
        shipment.lines.append(
            ShipmentLine(position=one.position, quantity=one.quantity, lot=one.lot, best_before=one.best_before)
        )
    purchase.shipments.append(shipment)
    session.flush()
    sold = [SoldPacks(lines[one.position].product_id, one.quantity, one.lot) for one in parcel.lines]
    sell(session, purchase, sold, now, who=who)
    outbox.enqueue(session, "mail_shipment", shipment.id, now)
    return shipment


def add_tracking(session: Session, shipment: Shipment, now: datetime, *, carrier: str, tracking: str, who: str) -> None:
    """Add the code by which a parcel can be followed, which came after it was sent; a mail says so."""
    purchase = session.get_one(Purchase, shipment.purchase_id)
    shipment.carrier, shipment.tracking = carrier, tracking
    record(session, purchase, "tracking", now, who=who, detail=f"shipment {shipment.id}")
    outbox.enqueue(session, "mail_tracking", shipment.id, now)


def deliver(session: Session, purchase: Purchase, shipment: Shipment, now: datetime, *, who: str) -> None:
    """Note that a parcel arrived. With the last one of an order its period of withdrawal begins."""
    if shipment.delivered_at is not None:
        return
    shipment.delivered_at = now
    record(session, purchase, "delivered", now, who=who, detail=f"shipment {shipment.id}")
    note_delivery(purchase, now)


def note_delivery(purchase: Purchase, now: datetime) -> None:
    """Date the delivery of a purchase once nothing is left to send and all its parcels arrived."""
    arrived = all(shipment.delivered_at is not None for shipment in purchase.shipments)
    if purchase.delivered_at is None and purchase.is_all_shipped and arrived:
        purchase.delivered_at = now
