"""Receipts of goods that were typed wrong: undone, or given the lot that the packs really have.

Each is a counter-entry in the ledger of stock, whose key names the receipt: so it is undone once.
"""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in
from catalog.orders.models import MoveKind, StockMove
from catalog.orders.recall import keep_out_of_sale, lot_spellings
from catalog.orders.stock import Count, StockChange, counted_level, move_by_staff, relabel_received

UNDONE = "undone"
CORRECTED = "lot corrected"


class ReceiptUsedError(Exception):
    """Packs of the lot that were received left the shelf meanwhile; `left` has the number that is there.

    Nothing was changed.
    """

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(f"{left} packs of the lot are left")


class CountedSinceError(Exception):
    """The product was counted after the packs were received, so its number is right already. Nothing was changed."""


class Receipt(Struct, frozen=True):
    """Packs of a product that were received with a lot, and the count of the catalogue at this moment."""

    id: int
    count: Count


def undone_receipts(session: Session, move_ids: Collection[int]) -> set[int]:
    """Those of some moves that were undone, or given another lot."""
    ids = {_key(move_id): move_id for move_id in move_ids}
    keys = session.scalars(select(StockMove.key).where(column_in(session, StockMove.key, list(ids)))) if ids else ()
    return {ids[key] for key in keys if key}


def receipt_of(session: Session, product_id: int, move_id: int) -> StockMove | None:
    """The move that received packs of a product; None for any other move, and for one that was undone."""
    move = session.get(StockMove, move_id)
    if move is None or move.product_id != product_id or move.kind is not MoveKind.RECEIVED or move.by_on_hand <= 0:
        return None
    return None if undone_receipts(session, [move_id]) else move


def undo_receipt(session: Session, receipt: Receipt, now: datetime, *, who: str) -> bool:
    """Take packs off the shelf again that never came in; returns whether it did. Undone twice it changes nothing.

    Raises ReceiptUsedError or CountedSinceError.
    """
    level = counted_level(session, receipt.count, now)
    move = receipt_of(session, receipt.count.product_id, receipt.id)
    if move is None:
        return False
    if _is_counted_since(session, move):
        raise CountedSinceError
    _require_unused(session, move, most=level.found)
    change = StockChange(_key(move.id), who, move.lot, UNDONE)
    move_by_staff(session, level, MoveKind.RECEIVED, -move.by_on_hand, change, at=now)
    return True


def correct_receipt(session: Session, receipt: Receipt, lot: str, now: datetime, *, who: str) -> bool:
    """Give received packs the lot that they really have; those of a recalled one are held. Returns whether it did.

    Raises ReceiptUsedError.
    """
    level = counted_level(session, receipt.count, now)
    move = receipt_of(session, receipt.count.product_id, receipt.id)
    if move is None or move.lot == lot:
        return False
    _require_unused(session, move)
    change = StockChange(_key(move.id), who, lot, CORRECTED)
    relabel_received(session, level, move, change, now)
    keep_out_of_sale(session, move.product_id, move.by_on_hand, lot, now, who=who)
    return True


def _is_counted_since(session: Session, move: StockMove) -> bool:
    """Whether staff counted the product after a receipt, or a count of the catalogue found another number."""
    by_staff = StockMove.kind == MoveKind.CORRECTED
    by_catalogue = and_(StockMove.kind == MoveKind.COUNTED, StockMove.who == "", StockMove.by_on_hand != 0)
    later = select(StockMove.id).where(StockMove.product_id == move.product_id, StockMove.id > move.id)
    return session.scalar(later.where(or_(by_staff, by_catalogue)).limit(1)) is not None


def _require_unused(session: Session, move: StockMove, most: int | None = None) -> None:
    """Raises ReceiptUsedError where the ledger, or the shelf, has fewer packs of the lot than were received."""
    query = select(func.sum(StockMove.by_on_hand)).where(StockMove.product_id == move.product_id)
    left = session.scalar(query.where(StockMove.lot.in_(lot_spellings(move.lot)))) or 0
    left = left if most is None else min(left, most)
    if left < move.by_on_hand:
        raise ReceiptUsedError(max(0, left))


def _key(move_id: int) -> str:
    """The key of the counter-entry of a receipt."""
    return f"receipt {move_id} undone"
