"""Shipping: a parcel leaves with its lots, packs leave the shelf, and the shopper hears of it.

What staff typed wrong is undone by counter-entries: nothing is taken out of the ledger or the timeline.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in
from catalog.orders import outbox
from catalog.orders.models import MoveKind, Purchase, Shipment, ShipmentLine, StockMove
from catalog.orders.payments import CannotUndoError, cancel, owed_cents, refund_surplus
from catalog.orders.recall import keep_out_of_sale, require_not_recalled
from catalog.orders.states import Arrow, record, reopen, take
from catalog.orders.stock import SoldPacks, UnsentPacks, put_back_unsent, relabel_sold, sell


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

    The same parcel again changes nothing. Raises ForbiddenArrowError, NotLeftToShipError or
    RecalledLotError.
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
    for one in parcel.lines:
        require_not_recalled(session, lines[one.position].product_id, one.lot)
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


def undo_delivery(session: Session, purchase: Purchase, shipment: Shipment, now: datetime, *, who: str) -> None:
    """Note that a parcel did not arrive after all; the period of withdrawal begins with its real arrival."""
    if shipment.delivered_at is None:
        return
    shipment.delivered_at = purchase.delivered_at = None
    reopen(session, purchase, now, who=who)
    record(session, purchase, "delivered-undone", now, who=who, detail=f"shipment {shipment.id}")


def undo_shipment(
    session: Session, purchase: Purchase, shipment: Shipment, now: datetime, *, who: str, came_back: bool
) -> None:
    """Take a parcel back that never left, or that came back undelivered: its packs are to be sent again.

    Packs that were withdrawn from meanwhile are not: their money goes back. Undone twice it changes nothing. Raises
    ForbiddenArrowError, and CannotUndoError for a parcel that arrived or of which packs came back as a return.
    """
    if shipment.undone_at is not None:
        return
    lines = {line.position: line for line in purchase.lines}
    if shipment.delivered_at is not None:
        raise CannotUndoError
    for one in shipment.lines:
        line = lines[one.position]
        if line.returned > max(0, line.withdrawn + line.shipped - one.quantity - line.quantity):
            raise CannotUndoError
    owed = owed_cents(purchase)
    take(session, purchase, Arrow.UNDO_PARCEL, now, who=who)
    shipment.undone_at, shipment.came_back = now, came_back
    back: list[UnsentPacks] = []
    for one in shipment.lines:
        line, before = lines[one.position], lines[one.position].unsent
        line.shipped -= one.quantity
        back.append(UnsentPacks(line.product_id, one.quantity, line.unsent - before, one.lot))
    session.flush()
    session.expire(purchase, ["shipments", "undone_shipments"])
    reason = "came back undelivered" if came_back else "undone"
    put_back_unsent(session, purchase, back, now, who=who, reason=reason)
    for packs in back:
        keep_out_of_sale(session, packs.product_id, packs.packs, packs.lot, now, who=who)
    outbox.enqueue(session, "mail_shipment_undone", shipment.id, now)
    key = f"check_availability:{purchase.id}:undone:{shipment.id}"
    outbox.enqueue(session, "check_availability", purchase.id, now, key=key)
    if not purchase.is_shipped and all(line.withdrawn == line.quantity for line in purchase.lines):
        cancel(session, purchase, now, who=who)
    elif owed_cents(purchase) < owed:
        refund_surplus(session, purchase, now, reason="withdrawn", who=who)
    note_delivery(purchase, now)


def correct_lot(
    session: Session, purchase: Purchase, shipment: Shipment, line: ParcelLine, now: datetime, *, who: str
) -> None:
    """Give packs of a parcel the lot and best-before date that they really had; their number stays."""
    found = next((one for one in shipment.lines if one.position == line.position), None)
    if found is None or shipment.undone_at is not None:
        raise CannotUndoError
    if (found.lot, found.best_before) == (line.lot, line.best_before):
        return
    if found.lot != line.lot:
        product = next(one.product_id for one in purchase.lines if one.position == line.position)
        was = SoldPacks(product, found.quantity, found.lot)
        relabel_sold(session, purchase, was, line.lot, now, who=who, reason="lot corrected")
        detail = f"shipment {shipment.id} line {line.position}: lot {found.lot} is {line.lot}"
        record(session, purchase, "lot-corrected", now, who=who, detail=detail)
    found.lot, found.best_before = line.lot, line.best_before


def received_lots(session: Session, product_ids: Sequence[int]) -> dict[int, set[str]]:
    """The lots that each product was received in; none for one whose stock the catalogue alone counted."""
    query = select(StockMove.product_id, StockMove.lot).where(
        column_in(session, StockMove.product_id, product_ids), StockMove.kind == MoveKind.RECEIVED, StockMove.lot != ""
    )
    there = query.group_by(StockMove.product_id, StockMove.lot).having(func.sum(StockMove.by_on_hand) > 0)
    found: dict[int, set[str]] = {}
    for product_id, lot in session.execute(there):
        found.setdefault(product_id, set()).add(lot)
    return found
