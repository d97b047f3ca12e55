"""Recall of a lot: the orders that it was sent to, a notice to each of them, and who is to get a letter.

Everything is written by a few statements, so that 10^4 orders take no longer than a page.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, String, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in
from catalog.models import table_of
from catalog.orders.models import (
    Job,
    Purchase,
    PurchaseEvent,
    PurchaseLine,
    Recall,
    RecallDecision,
    RecallNotice,
    Shipment,
    ShipmentLine,
    StockMove,
)
from catalog.orders.stock import StockChange, end_hold, hold_packs

JOB = "mail_recall"
_BATCH = 500


class RecalledProduct(Struct, frozen=True):
    """A product that a lot was sent of: how many orders and packs, and how many of the orders have a mail address."""

    product_id: int
    name: str
    brand: str
    orders: int
    packs: int
    reachable: int

    @property
    def erased(self) -> int:
        """Orders of people whose data were erased by now, whom nobody can reach."""
        return self.orders - self.reachable


class LotNotSentError(Exception):
    """A lot of a product that was sent to nobody who can be reached. Nothing was written."""


class RecallText(Struct, frozen=True):
    """The words of a recall in both languages: what is wrong, and what to do."""

    nl: str
    en: str


def _is_lot(lot: str) -> ColumnElement[bool]:
    return ShipmentLine.lot.in_(lot_spellings(lot))


def lot_spellings(lot: str) -> list[str]:
    """A lot in capitals or not: forms store capitals, what was written before is as it was typed."""
    return sorted({lot, lot.upper(), lot.lower()})


def _sent(lot: str) -> Select[int]:
    """The packs of a lot that were sent, with their orders and products; starts with the id of the order."""
    return (
        select(Purchase.id)
        .join(Shipment, Shipment.purchase_id == Purchase.id)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .join(
            PurchaseLine,
            (PurchaseLine.purchase_id == Purchase.id) & (PurchaseLine.position == ShipmentLine.position),
        )
        .where(_is_lot(lot), Shipment.undone_at.is_(None))
    )


def products_of_lot(session: Session, lot: str) -> list[RecalledProduct]:
    """The products that a lot was sent of; none for a lot that does not exist."""
    if not lot:
        return []
    columns = (
        PurchaseLine.product_id,
        func.max(PurchaseLine.name),
        func.max(PurchaseLine.brand),
        func.count(func.distinct(Purchase.id)),
        func.sum(ShipmentLine.quantity),
        func.count(func.distinct(Purchase.id)).filter(Purchase.email != ""),
    )
    query = _sent(lot).with_only_columns(*columns, maintain_column_froms=True).group_by(PurchaseLine.product_id)
    rows = session.execute(query.order_by(PurchaseLine.product_id))
    return [RecalledProduct(*row[:4], int(row[4]), row[5]) for row in rows]


def packs_on_shelf(session: Session, lot: str, products: Sequence[RecalledProduct]) -> dict[int, int]:
    """The packs of a lot that the ledger of stock still has, by product; none for a lot that was never received."""
    left = func.sum(StockMove.by_on_hand)
    query = select(StockMove.product_id, left).where(StockMove.lot.in_(lot_spellings(lot)))
    ids = [one.product_id for one in products]
    rows = session.execute(query.where(column_in(session, StockMove.product_id, ids)).group_by(StockMove.product_id))
    return {product_id: int(packs) for product_id, packs in rows if packs > 0}


def begin_recall(
    session: Session, lot: str, product: RecalledProduct, text: RecallText, now: datetime, *, key: str, who: str
) -> Recall:
    """Write a notice for each order that a lot of a product was sent to, and the mail that follows from it.

    The same key again changes nothing. Raises LotNotSentError.
    """
    known = session.scalars(select(Recall).where(Recall.key == key)).first()
    if known is not None:
        return known
    recall = Recall(
        key=key,
        at=now,
        who=who,
        lot=lot,
        product_id=product.product_id,
        name=f"{product.name} ({product.brand})",
        text_nl=text.nl,
        text_en=text.en,
    )
    session.add(recall)
    session.flush()
    orders = (
        _sent(lot)
        .with_only_columns(literal(recall.id), Purchase.id, maintain_column_froms=True)
        .where(PurchaseLine.product_id == product.product_id, Purchase.email != "")
        .distinct()
        .order_by(Purchase.id)
    )
    notice = table_of(RecallNotice)
    session.execute(insert(notice).from_select(["recall_id", "purchase_id"], orders))
    if count_notices(session, recall) == 0:
        raise LotNotSentError
    _plan_mails(session, recall, now)
    shelf = packs_on_shelf(session, lot, [product]).get(product.product_id, 0)
    recall.held = hold_packs(session, product.product_id, shelf, _change(recall, "held", who), now)
    return recall


def _change(recall: Recall, step: str, who: str) -> StockChange:
    return StockChange(f"recall {recall.id} {step}", who, recall.lot, "recall")


def decide_recall(session: Session, recall: Recall, decision: RecallDecision, now: datetime, *, who: str) -> None:
    """Put the held packs of a recalled lot back into sale, or write them off; decided once."""
    session.refresh(recall, with_for_update=True)
    if recall.decided_at is not None:
        return
    recall.decided_at, recall.decision = now, decision
    if recall.held:
        lost = decision is RecallDecision.WRITTEN_OFF
        end_hold(session, recall.product_id, recall.held, _change(recall, "decided", who), now, lost=lost)


class RecalledLotError(Exception):
    """Packs of a recalled lot to send or to put on the shelf. Nothing was changed."""

    def __init__(self, lot: str) -> None:
        self.lot = lot
        super().__init__(f"lot {lot} is recalled")


def standing_recall(session: Session, product_id: int, lot: str) -> Recall | None:
    """The newest recall of a lot of a product that its packs were not released from."""
    if not lot:
        return None
    stands = Recall.decision.is_(None) | (Recall.decision != RecallDecision.RELEASED)
    query = select(Recall).where(Recall.product_id == product_id, Recall.lot.in_(lot_spellings(lot)), stands)
    return session.scalars(query.order_by(Recall.id.desc()).limit(1)).first()


def require_not_recalled(session: Session, product_id: int, lot: str) -> None:
    """Raises RecalledLotError for packs of a recalled lot."""
    if standing_recall(session, product_id, lot) is not None:
        raise RecalledLotError(lot)


def keep_out_of_sale(session: Session, product_id: int, packs: int, lot: str, now: datetime, *, who: str) -> None:
    """Hold packs of a recalled lot that came back on the shelf; one that was written off takes them along."""
    recall = standing_recall(session, product_id, lot)
    if recall is None:
        return
    change = StockChange(f"recall {recall.id} {secrets.token_hex(8)}", who, lot, "recall")
    held = hold_packs(session, product_id, packs, change, now)
    if recall.decision is None:
        recall.held += held
    elif held:
        gone = StockChange(f"{change.key}.gone", who, lot, "recall")
        end_hold(session, product_id, held, gone, now, lost=True)


def _plan_mails(session: Session, recall: Recall, now: datetime) -> None:
    """A mail for each notice, and a line in the timeline of each order."""
    own = select(RecallNotice.id).where(RecallNotice.recall_id == recall.id)
    jobs = own.with_only_columns(
        literal(JOB), literal(f"{JOB}:") + cast(RecallNotice.id, String), RecallNotice.id, literal(now, Job.due_at.type)
    )
    session.execute(insert(table_of(Job)).from_select(["kind", "key", "row_id", "due_at"], jobs))
    events = own.with_only_columns(
        RecallNotice.purchase_id,
        literal(now, PurchaseEvent.at.type),
        literal(recall.who),
        literal("recalled"),
        literal(f"lot {recall.lot}"),
    )
    names = ["purchase_id", "at", "who", "kind", "detail"]
    session.execute(insert(table_of(PurchaseEvent)).from_select(names, events))


def count_notices(session: Session, recall: Recall) -> int:
    """The orders that a recall goes to."""
    return session.scalar(select(func.count()).where(RecallNotice.recall_id == recall.id)) or 0


class RecallState(Struct, frozen=True):
    """The state of a recall: orders, those that were mailed, and those whose mail was given up."""

    orders: int
    mailed: int
    failed: int


def _failed(recall_id: int) -> Select[int]:
    """The orders whose mail was given up."""
    key = literal(f"{JOB}:") + cast(RecallNotice.id, String)
    return (
        select(RecallNotice.purchase_id)
        .join(Job, Job.key == key)
        .where(RecallNotice.recall_id == recall_id, Job.failed_at.is_not(None), Job.done_at.is_(None))
    )


def state_of(session: Session, recall: Recall) -> RecallState:
    """How far a recall is."""
    mailed = select(func.count()).where(RecallNotice.recall_id == recall.id, RecallNotice.mailed_at.is_not(None))
    failed = select(func.count()).select_from(_failed(recall.id).subquery())
    return RecallState(count_notices(session, recall), session.scalar(mailed) or 0, session.scalar(failed) or 0)


def numbers_of(session: Session, recall: Recall, most: int) -> list[str]:
    """The numbers of the first orders of a recall."""
    query = select(Purchase.number).join(RecallNotice, RecallNotice.purchase_id == Purchase.id)
    return list(session.scalars(query.where(RecallNotice.recall_id == recall.id).order_by(Purchase.id).limit(most)))


def letters_of(session: Session, recall: Recall) -> Iterator[Purchase]:
    """The orders of a recall that are to get a letter by post: their mail was given up, or they have no address."""
    without = (
        _sent(recall.lot)
        .where(PurchaseLine.product_id == recall.product_id, Purchase.email == "", Purchase.street != "")
        .distinct()
    )
    ids = sorted({*session.scalars(_failed(recall.id)), *session.scalars(without)})
    for start in range(0, len(ids), _BATCH):
        query = select(Purchase).where(Purchase.id.in_(ids[start : start + _BATCH])).order_by(Purchase.id)
        yield from session.scalars(query)
