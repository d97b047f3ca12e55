"""Stock as staff see it: the products that are low, and the ledger of one."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.orders.models import MoveKind, Purchase, StockLevel, StockMove
from catalog.orders.receipts import undone_receipts

PAGE = 50
_LOW = StockLevel.on_hand - StockLevel.reserved <= StockLevel.low_at


class LedgerRow(Struct, frozen=True):
    """A move of a product's stock, with the number of its order."""

    id: int
    at: datetime
    kind: str
    by_on_hand: int
    by_reserved: int
    lot: str
    who: str
    reason: str
    number: str | None
    is_undone: bool = False
    """Whether it received packs, and was undone or given another lot."""

    @property
    def may_undo(self) -> bool:
        """Whether it received packs that were not undone yet."""
        return self.kind == MoveKind.RECEIVED and self.by_on_hand > 0 and not self.is_undone


def low_levels(session: Session, start: int = 0) -> list[StockLevel]:
    """The levels that are low, the lowest first: a page and one more."""
    order = (StockLevel.on_hand - StockLevel.reserved, StockLevel.product_id)
    return list(session.scalars(select(StockLevel).where(_LOW).order_by(*order).offset(start).limit(PAGE + 1)))


def count_low(session: Session) -> int:
    """How many products are low; counting ends above a page."""
    return (
        session.scalar(select(func.count()).select_from(select(StockLevel).where(_LOW).limit(PAGE + 1).subquery())) or 0
    )


def ledger_of(session: Session, product_id: int, before: int | None = None) -> Sequence[LedgerRow]:
    """The moves of a product, the newest first, from an id back: a page and one more."""
    query = (
        select(
            StockMove.id,
            StockMove.at,
            StockMove.kind,
            StockMove.by_on_hand,
            StockMove.by_reserved,
            StockMove.lot,
            StockMove.who,
            StockMove.reason,
            Purchase.number,
        )
        .outerjoin(Purchase, Purchase.id == StockMove.purchase_id)
        .where(StockMove.product_id == product_id)
    )
    if before is not None:
        query = query.where(StockMove.id < before)
    rows = session.execute(query.order_by(StockMove.id.desc()).limit(PAGE + 1)).all()
    undone = undone_receipts(session, [row.id for row in rows if row.kind is MoveKind.RECEIVED and row.by_on_hand > 0])
    return [LedgerRow(*row, is_undone=row.id in undone) for row in rows]
