"""Suspects of the proof of the books: orders of which a sum may disagree, found by few statements over whole tables.

The database compares what it can add up; shares of VAT and contents of documents are looked at here, a row in memory at
a time. Whoever is not among them has no fault (a test corrupts columns at random and compares with the proof of every
order); what is wrong with a suspect, if anything, `checks` says.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Exists,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in
from catalog.orders.finding import OWED
from catalog.orders.models import (
    Document,
    DocumentKind,
    DocumentVat,
    GoodsReturn,
    GoodsReturnLine,
    MoneyKind,
    MoneyMove,
    MoveKind,
    Payment,
    Purchase,
    PurchaseLine,
    PurchaseState,
    PurchaseVat,
    Refund,
    RefundStatus,
    Shipment,
    ShipmentLine,
    StockMove,
)
from catalog.orders.money import Amount, VatSum, shares, vat_of_lines, vat_of_part

_AT_ONCE = 5000
_BATCH = 1000
_ENDED = (RefundStatus.FAILED, RefundStatus.CANCELLED)
_GONE = (RefundStatus.SENT, RefundStatus.REFUNDED)


def suspects(session: Session) -> set[int]:
    """The ids of orders of which a sum may disagree."""
    found: set[int] = set()
    for query in _queries():
        found.update(session.scalars(query))
    found.update(_line_vat_suspects(session))
    found.update(_document_suspects(session))
    return found


def _sum(value: SQLColumnExpression[int], *where: ColumnElement[bool]) -> ColumnElement[int]:
    """A sum of integers over the rows that fit; 0 over none."""
    counted = case((and_(*where), value), else_=0) if where else value
    return func.coalesce(func.sum(counted), 0)


def _agrees(owner: type, *where: ColumnElement[bool], sums: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the sums over some rows are as they should be; one reading of the rows for all sums."""
    return select(sums).select_from(owner).where(*where).correlate_except(owner).scalar_subquery()


def _not_first(product_id: SQLColumnExpression[int]) -> ColumnElement[int]:
    """A product's id that no index is looked up by: a product has a great many rows, an order a few."""
    return product_id + 0


@cache
def _queries() -> Sequence[Select[Any]]:
    """The statements over whole tables; put together once, which takes longer than to send them to a small store."""
    return tuple(_written_queries())


def _written_queries() -> Iterator[Select[Any]]:
    every = select(Purchase.id)
    yield every.where(or_(*_head_faults()))
    yield select(PurchaseLine.purchase_id).join(Purchase).where(or_(*_line_faults()))
    yield select(StockMove.purchase_id).where(*_foreign_moves())
    yield select(GoodsReturn.purchase_id).where(not_(_return_is_known())).join(GoodsReturnLine)
    yield select(Shipment.purchase_id).where(not_(_parcel_is_known())).join(ShipmentLine)
    yield select(Payment.purchase_id).where(or_(*_payment_faults()))
    yield select(Refund.purchase_id).where(or_(*_refund_faults()))
    yield select(MoneyMove.purchase_id).join(Payment).where(Payment.purchase_id != MoneyMove.purchase_id)
    moved = select(MoneyMove.purchase_id).join(Refund, Refund.id == MoneyMove.refund_id)
    yield moved.where((Refund.purchase_id != MoneyMove.purchase_id) | (Refund.payment_id != MoneyMove.payment_id))
    yield select(Document.purchase_id).where(Document.kind == DocumentKind.INVOICE, not_(_invoice_vat_agrees()))


def _head_faults() -> Iterator[ColumnElement[bool]]:
    """Sums of an order: its lines, its VAT, and what was paid in vain."""
    yield Purchase.total_cents != Purchase.lines_cents + Purchase.delivery_cents
    yield Purchase.goodwill_cents < 0
    own_lines = PurchaseLine.purchase_id == Purchase.id
    yield not_(_agrees(PurchaseLine, own_lines, sums=_sum(PurchaseLine.line_cents) == Purchase.lines_cents))
    percent, gross = PurchaseVat.percent, PurchaseVat.gross_cents
    right = (2 * gross * percent + 100 + percent) // (2 * (100 + percent))  # as `vat_within` rounds
    wrong = _sum(literal(1, Integer), PurchaseVat.vat_cents != right)
    vat = and_(_sum(gross) == Purchase.total_cents, wrong == 0)
    yield not_(_agrees(PurchaseVat, PurchaseVat.purchase_id == Purchase.id, sums=vat))
    paid = _sum(Payment.paid_cents - Payment.charged_back_cents - Payment.refund_claimed_cents)
    fine = (paid <= 0) | (paid <= _owed())
    placed = Purchase.state == PurchaseState.PLACED
    yield not_(or_(placed, _agrees(Payment, Payment.purchase_id == Purchase.id, sums=fine)))


def _owed() -> ColumnElement[int]:
    """The amount owed for an order, as `payments.owed_cents`; below 0 counts as nothing."""
    ended = Purchase.state.in_([PurchaseState.EXPIRED, PurchaseState.CANCELLED])
    return case((ended, 0), else_=OWED)


def _line_faults() -> Iterator[ColumnElement[bool]]:
    """Packs of a line beside its parcels, its returns and the moves of its product."""
    line, move = PurchaseLine, StockMove
    unsent = line.quantity - line.withdrawn - line.shipped
    is_open = Purchase.state.in_([PurchaseState.PLACED, PurchaseState.CONFIRMED])
    reserved = case((and_(is_open, unsent > 0), unsent), else_=0)
    moved = and_(
        _sum(move.by_reserved) == reserved,
        _sum(-move.by_on_hand, move.kind == MoveKind.SOLD) == line.shipped,
        _sum(move.by_on_hand, move.kind == MoveKind.RETURNED) == line.returned,
    )
    own = (move.purchase_id == line.purchase_id, _not_first(move.product_id) == line.product_id)
    yield not_(_agrees(move, *own, sums=moved))
    sent = (
        select(_sum(ShipmentLine.quantity))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.purchase_id == line.purchase_id, Shipment.undone_at.is_(None))
        .where(ShipmentLine.position == line.position)
        .correlate(line)
        .scalar_subquery()
    )
    yield line.shipped != sent
    yield line.shipped > line.quantity
    yield or_(line.credited < 0, line.refused < 0, line.withdrawn < 0)
    yield line.returned - line.credited - line.refused < 0
    back = line.withdrawn + line.shipped - line.quantity
    yield line.returned > case((back > 0, back), else_=0)
    came, lost = _returned_packs()
    written_off = (
        select(_sum(-move.by_on_hand)).where(*own, move.kind == MoveKind.WRITTEN_OFF).correlate(line).scalar_subquery()
    )
    has_return = exists().where(GoodsReturn.purchase_id == line.purchase_id)
    yield and_(or_(line.returned != 0, has_return), or_(line.returned != came, lost != written_off))


def _returned_packs() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The packs of a line that came back by its returns, and those of them that were written off."""
    found = []
    packs = GoodsReturnLine.sealed + GoodsReturnLine.opened
    for value in (packs, packs - GoodsReturnLine.restocked):
        query = select(_sum(value)).join(GoodsReturn, GoodsReturn.id == GoodsReturnLine.return_id)
        own = (GoodsReturn.purchase_id == PurchaseLine.purchase_id, GoodsReturnLine.position == PurchaseLine.position)
        found.append(query.where(*own).correlate(PurchaseLine).scalar_subquery())
    return found[0], found[1]


def _foreign_moves() -> tuple[ColumnElement[bool], ...]:
    """Moves of an order with a product that it does not have, or written off without a return."""
    kinds = StockMove.kind.in_([MoveKind.SOLD, MoveKind.RETURNED, MoveKind.WRITTEN_OFF])
    own = exists().where(
        PurchaseLine.purchase_id == StockMove.purchase_id,
        _not_first(PurchaseLine.product_id) == StockMove.product_id,
    )
    returned = exists().where(GoodsReturn.purchase_id == StockMove.purchase_id)
    lost = and_(StockMove.kind == MoveKind.WRITTEN_OFF, not_(returned))
    return StockMove.purchase_id.is_not(None), kinds, or_(not_(own), lost)


def _return_is_known() -> Exists:
    own = (PurchaseLine.purchase_id == GoodsReturn.purchase_id, PurchaseLine.position == GoodsReturnLine.position)
    return exists().where(*own)


def _parcel_is_known() -> Exists:
    own = (PurchaseLine.purchase_id == Shipment.purchase_id, PurchaseLine.position == ShipmentLine.position)
    return exists().where(*own)


def _payment_faults() -> Iterator[ColumnElement[bool]]:
    """A payment beside its refunds and its movements of money."""
    own = (Refund.payment_id == Payment.id, Refund.status.not_in(_ENDED))
    yield not_(_agrees(Refund, *own, sums=_sum(Refund.cents) == Payment.refund_claimed_cents))
    yield Payment.refund_claimed_cents > Payment.paid_cents
    back = MoneyMove.kind == MoneyKind.CHARGED_BACK
    moved = and_(
        _sum(MoneyMove.cents, not_(back)) == Payment.paid_cents,
        _sum(MoneyMove.cents, back) == -Payment.charged_back_cents,
    )
    of_payment = (MoneyMove.purchase_id == Payment.purchase_id, MoneyMove.payment_id == Payment.id)
    yield not_(_agrees(MoneyMove, *of_payment, MoneyMove.refund_id.is_(None), sums=moved))


def _refund_faults() -> Iterator[ColumnElement[bool]]:
    """A refund beside its movements of money, and of another order's payment."""
    expected = case((Refund.status.in_(_GONE), -Refund.cents), else_=0)
    own = (MoneyMove.purchase_id == Refund.purchase_id, MoneyMove.refund_id == Refund.id)
    yield not_(_agrees(MoneyMove, *own, sums=_sum(MoneyMove.cents) == expected))
    yield not_(exists().where(Payment.id == Refund.payment_id, Payment.purchase_id == Refund.purchase_id))


def _invoice_vat_agrees() -> ColumnElement[bool]:
    """Whether the VAT of an invoice is its order's, rate by rate."""
    vat, own = PurchaseVat, DocumentVat.document_id == Document.id
    equals = (vat.percent == DocumentVat.percent, vat.net_cents == DocumentVat.net_cents)
    of_order = select(literal(1)).where(vat.purchase_id == Document.purchase_id, *equals)
    same = of_order.where(vat.vat_cents == DocumentVat.vat_cents).correlate(Document, DocumentVat).exists()
    rates = select(func.count()).where(vat.purchase_id == Document.purchase_id).correlate(Document).scalar_subquery()
    equal = _sum(case((same, 1), else_=0))
    return _agrees(DocumentVat, own, sums=and_(func.count() == rates, equal == rates))


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Iterable[Any]:
    """The rows of a query over a whole table, some at a time, without the session, which takes as long again."""
    return session.connection().execute(query.execution_options(yield_per=_AT_ONCE))


@lru_cache(maxsize=100_000)
def _is_shared(written: str) -> bool:
    """Whether each line of an order has its share of the VAT; orders are much alike, and written so are looked up."""
    lines = sorted(tuple(map(int, line.split(","))) for line in written.split(";"))
    amounts = [Amount(cents, percent) for _position, cents, percent, _vat in lines]
    return vat_of_lines(amounts, {one.percent for one in amounts}) == [line[3] for line in lines]


def _line_vat_suspects(session: Session) -> Iterator[int]:
    """Orders whose lines do not have their shares of the VAT, or a rate that the order has not."""
    line, vat = PurchaseLine, PurchaseVat
    rate = exists().where(vat.purchase_id == line.purchase_id, vat.percent == line.vat_percent)
    yield from session.scalars(select(line.purchase_id).where(not_(rate)))
    written: ColumnElement[str] = cast(line.position, String)
    for number in (line.line_cents, line.vat_percent, line.vat_cents):
        written = written + "," + cast(number, String)
    query = select(line.purchase_id, func.aggregate_strings(written, ";")).group_by(line.purchase_id)
    for purchase_id, lines in _rows(session, query):
        if not _is_shared(lines):
            yield purchase_id


class _Contents(Struct):
    """The part of a document's contents that its sums are compared with."""

    cents: int


def _document_suspects(session: Session) -> Iterator[int]:
    """Orders of which a document is not as it was issued, or over another amount than it should be."""
    query = (
        select(
            Document.purchase_id,
            Document.kind == DocumentKind.CREDIT,
            Document.snapshot,
            Document.sha256,
            Purchase.total_cents,
            _owed(),
        )
        .join(Purchase, Purchase.id == Document.purchase_id)
        .order_by(Document.purchase_id, Document.id)
    )
    decode = msgspec.json.Decoder(_Contents).decode
    credited_orders: list[tuple[int, int]] = []
    for purchase_id, documents in groupby(_rows(session, query), itemgetter(0)):
        credited = less = invoices = 0
        for _id, is_credit, snapshot, sha256, total, owed in documents:
            less = total - max(0, owed)
            invoices += not is_credit
            if hashlib.sha256(snapshot.encode()).hexdigest() != sha256:
                yield purchase_id
                continue
            cents = decode(snapshot).cents
            credited += cents if is_credit else 0
            if not is_credit and cents != total:
                yield purchase_id
        if credited != less or invoices != 1:
            yield purchase_id
        elif credited:
            credited_orders.append((purchase_id, credited))
        if len(credited_orders) >= _BATCH:
            yield from _credit_suspects(session, credited_orders)
            credited_orders.clear()
    yield from _credit_suspects(session, credited_orders)


def _credit_suspects(session: Session, orders: Sequence[tuple[int, int]]) -> list[int]:
    """Those of some orders with credit notes whose VAT is not its part of the order's."""
    ids = [purchase_id for purchase_id, _credited in orders]
    sums: dict[int, list[VatSum]] = {id_: [] for id_ in ids}
    own = select(PurchaseVat.purchase_id, PurchaseVat.percent, PurchaseVat.gross_cents, PurchaseVat.vat_cents)
    rows = session.execute(own.where(column_in(session, PurchaseVat.purchase_id, ids)).order_by(PurchaseVat.percent))
    for purchase_id, *values in rows:
        sums[purchase_id].append(VatSum(*values))
    noted: dict[int, dict[int, tuple[int, int]]] = {id_: {} for id_ in ids}
    notes = (
        select(
            Document.purchase_id, DocumentVat.percent, func.sum(DocumentVat.net_cents), func.sum(DocumentVat.vat_cents)
        )
        .join(DocumentVat, DocumentVat.document_id == Document.id)
        .where(column_in(session, Document.purchase_id, ids), Document.kind == DocumentKind.CREDIT)
        .group_by(Document.purchase_id, DocumentVat.percent)
    )
    for purchase_id, percent, net, vat in session.execute(notes):
        noted[purchase_id][percent] = (int(net), int(vat))
    return [id_ for id_, credited in orders if not credit_vat_agrees(sums[id_], noted[id_], credited)]


def credit_vat_agrees(sums: Sequence[VatSum], noted: dict[int, tuple[int, int]], credited: int) -> bool:
    """Whether net and VAT of all credit notes, by rate and below 0, are the part of the order's that they are over."""
    gross = shares(credited, [one.gross_cents for one in sums])
    part = vat_of_part(sums, 0, credited)
    return all(
        noted.get(one.percent, (0, 0)) == (part[one.percent] - cents, -part[one.percent])
        for one, cents in zip(sums, gross, strict=True)
    )


def batches(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    """Ids in order, some at a time."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
