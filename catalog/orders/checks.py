"""Proof of the books: every sum of moves, lines, payments, refunds, VAT and documents against its level."""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session, defer, selectinload

from catalog.db.bulk import column_in
from catalog.orders.models import (
    Document,
    DocumentKind,
    GoodsReturn,
    Job,
    MoneyKind,
    MoneyMove,
    MoveKind,
    NumberSeries,
    Purchase,
    PurchaseState,
    Refund,
    RefundStatus,
    Shipment,
    StockLevel,
    StockMove,
)
from catalog.orders.money import Amount, VatSum, vat_of_lines, vat_within
from catalog.orders.payments import owed_cents
from catalog.orders.suspects import batches, credit_vat_agrees, suspects

BATCH = 500


class BookFault(Struct, frozen=True):
    """A sum that does not agree: of an order by its number, of a product by its id, or of a series of documents."""

    where: str
    what: str


class _Ledgers(Struct, frozen=True):
    """The rows beside a batch of purchases, by the purchase's id: read at once, since each would take a query."""

    packs: Mapping[int, Mapping[tuple[int, MoveKind], tuple[int, int]]]
    """Moves of stock on hand and reserved, by product and kind."""
    refunds: Mapping[int, Sequence[tuple[int, int, RefundStatus, int]]]
    """Each refund: its id, its payment's id, status and cents."""
    money: Mapping[int, Sequence[tuple[int, int | None, MoneyKind, int]]]
    """Each movement of money: payment, refund, kind and cents."""
    waiting_credits: Container[int]
    """Purchases that the worker is still to issue a credit note for."""


def book_faults(session: Session, *, every: bool = False) -> Iterator[BookFault]:
    """Every sum that does not agree: stock first, then orders by age, then documents.

    Orders are looked at one by one only where statements over whole tables make them suspects, or `every` one.
    """
    yield from _stock_faults(session)
    waiting = _waiting_credits(session)
    for ids in batches(session.scalars(select(Purchase.id)) if every else suspects(session), BATCH):
        query = select(Purchase).where(column_in(session, Purchase.id, ids)).options(*_PARTS).order_by(Purchase.id)
        purchases = session.scalars(query).all()
        ledgers = _ledgers_of(session, [purchase.id for purchase in purchases], waiting)
        for purchase in purchases:
            for what in _purchase_faults(purchase, ledgers):
                yield BookFault(purchase.number, what)
        session.expunge_all()
    yield from _series_faults(session)


_PARTS = (
    selectinload(Purchase.lines),
    selectinload(Purchase.vat),
    selectinload(Purchase.payments),
    selectinload(Purchase.shipments).selectinload(Shipment.lines),
    selectinload(Purchase.returns).selectinload(GoodsReturn.lines),
    selectinload(Purchase.documents).options(defer(Document.pdf), selectinload(Document.vat)),
)


def _ledgers_of(session: Session, ids: Sequence[int], waiting: Container[int]) -> _Ledgers:
    packs: dict[int, dict[tuple[int, MoveKind], tuple[int, int]]] = defaultdict(dict)
    moves = (
        select(
            StockMove.purchase_id,
            StockMove.product_id,
            StockMove.kind,
            func.sum(StockMove.by_on_hand),
            func.sum(StockMove.by_reserved),
        )
        .where(column_in(session, StockMove.purchase_id, ids))
        .group_by(StockMove.purchase_id, StockMove.product_id, StockMove.kind)
    )
    for purchase_id, product_id, kind, by_on_hand, by_reserved in session.execute(moves):
        packs[purchase_id or 0][product_id, kind] = (int(by_on_hand), int(by_reserved))
    refunds: dict[int, list[tuple[int, int, RefundStatus, int]]] = defaultdict(list)
    found = select(Refund.purchase_id, Refund.id, Refund.payment_id, Refund.status, Refund.cents)
    for purchase_id, id_, payment_id, status, cents in session.execute(
        found.where(column_in(session, Refund.purchase_id, ids))
    ):
        refunds[purchase_id].append((id_, payment_id, status, cents))
    money: dict[int, list[tuple[int, int | None, MoneyKind, int]]] = defaultdict(list)
    moved = select(MoneyMove.purchase_id, MoneyMove.payment_id, MoneyMove.refund_id, MoneyMove.kind, MoneyMove.cents)
    for purchase_id, payment_id, refund_id, of_money, cents in session.execute(
        moved.where(column_in(session, MoneyMove.purchase_id, ids))
    ):
        money[purchase_id].append((payment_id, refund_id, of_money, cents))
    return _Ledgers(packs, refunds, money, waiting)


def _waiting_credits(session: Session) -> Container[int]:
    job = select(Job.row_id).where(Job.kind == "issue_credit", Job.done_at.is_(None), Job.failed_at.is_(None))
    return frozenset(session.scalars(job))


def _stock_faults(session: Session) -> Iterator[BookFault]:
    moved = {
        row[0]: (int(row[1]), int(row[2]))
        for row in session.execute(
            select(StockMove.product_id, func.sum(StockMove.by_on_hand), func.sum(StockMove.by_reserved)).group_by(
                StockMove.product_id
            )
        )
    }
    for level in session.scalars(select(StockLevel).order_by(StockLevel.product_id)):
        expected = moved.pop(level.product_id, (0, 0))
        if (level.on_hand, level.reserved) != expected:
            found = f"{level.on_hand} on hand and {level.reserved} reserved"
            yield BookFault(
                f"product {level.product_id}", f"{found}, but its moves give {expected[0]} and {expected[1]}"
            )
    for product_id in sorted(moved):
        yield BookFault(f"product {product_id}", "moves without a level")


def _purchase_faults(purchase: Purchase, ledgers: _Ledgers) -> Iterator[str]:
    lines = sum(line.line_cents for line in purchase.lines)
    if lines != purchase.lines_cents:
        yield f"lines add up to {lines} cents, stored are {purchase.lines_cents}"
    gross = sum(one.gross_cents for one in purchase.vat)
    if gross != purchase.total_cents:
        yield f"VAT is computed over {gross} cents of {purchase.total_cents}"
    for one in purchase.vat:
        if one.vat_cents != vat_within(one.gross_cents, one.percent):
            yield f"VAT at {one.percent} % is {one.vat_cents} cents, not {vat_within(one.gross_cents, one.percent)}"
    amounts = [Amount(line.line_cents, line.vat_percent) for line in purchase.lines]
    if [line.vat_cents for line in purchase.lines] != vat_of_lines(amounts, [one.percent for one in purchase.vat]):
        yield "the VAT of its lines does not add up"
    yield from _reserved_faults(purchase, ledgers)
    yield from _shipped_faults(purchase, ledgers)
    yield from _return_faults(purchase, ledgers)
    yield from _payment_faults(purchase, ledgers)
    yield from _document_faults(purchase, ledgers)


def _reserved_faults(purchase: Purchase, ledgers: _Ledgers) -> Iterator[str]:
    open_ = purchase.state in (PurchaseState.PLACED, PurchaseState.CONFIRMED)
    expected: dict[int, int] = defaultdict(int)
    for line in purchase.lines:
        expected[line.product_id] += line.unsent if open_ else 0
    found: dict[int, int] = defaultdict(int)
    for (product_id, _kind), (_on_hand, reserved) in ledgers.packs.get(purchase.id, {}).items():
        found[product_id] += reserved
    for product_id, packs in expected.items():
        if found.get(product_id, 0) != packs:
            yield f"holds {found.get(product_id, 0)} packs of product {product_id} reserved, not {packs}"


def _shipped_faults(purchase: Purchase, ledgers: _Ledgers) -> Iterator[str]:
    """Lines, parcels and moves each say how many packs were sent."""
    sent: dict[int, int] = defaultdict(int)
    for shipment in purchase.shipments:
        for line in shipment.lines:
            sent[line.position] += line.quantity
    left: dict[int, int] = defaultdict(int)
    for one in purchase.lines:
        left[one.product_id] += one.shipped
        if one.shipped != sent.pop(one.position, 0) or one.shipped > one.quantity:
            yield f"line {one.position} has {one.shipped} packs shipped, its parcels have others"
    if sent:
        yield f"parcels of lines that are not there: {sorted(sent)}"
    moves = ledgers.packs.get(purchase.id, {})
    moved = {product: -by[0] for (product, kind), by in moves.items() if kind is MoveKind.SOLD}
    for product_id in sorted(left.keys() | moved.keys()):
        if left[product_id] != moved.get(product_id, 0):
            yield f"shipped {left[product_id]} packs of product {product_id}, moves sold {moved.get(product_id, 0)}"


def _return_faults(purchase: Purchase, ledgers: _Ledgers) -> Iterator[str]:
    """Lines, returns and moves each say how many packs came back, and how many of them were written off."""
    product_of = {line.position: line.product_id for line in purchase.lines}
    back: dict[int, int] = defaultdict(int)
    expected: dict[tuple[int, MoveKind], int] = defaultdict(int)
    for found in purchase.returns:
        for one in found.lines:
            back[one.position] += one.sealed + one.opened
            product = product_of.get(one.position, 0)
            expected[product, MoveKind.RETURNED] += one.sealed + one.opened
            expected[product, MoveKind.WRITTEN_OFF] -= one.sealed + one.opened - one.restocked
    for line in purchase.lines:
        if line.returned != back.get(line.position, 0):
            yield f"line {line.position} has {line.returned} packs returned, its returns {back.get(line.position, 0)}"
        if line.undecided < 0 or line.returned > max(0, line.withdrawn + line.shipped - line.quantity):
            yield f"line {line.position}: more packs returned or paid back than were expected"
    kinds = (MoveKind.RETURNED, MoveKind.WRITTEN_OFF)
    moved = {key: by[0] for key, by in ledgers.packs.get(purchase.id, {}).items() if key[1] in kinds}
    for key in sorted(expected.keys() | moved.keys()):
        if expected.get(key, 0) != moved.get(key, 0):
            yield f"{key[1]} {expected.get(key, 0)} packs of product {key[0]}, its moves {moved.get(key, 0)}"


def _payment_faults(purchase: Purchase, ledgers: _Ledgers) -> Iterator[str]:
    for payment in purchase.payments:
        claimed = sum(
            cents
            for _id, payment_id, status, cents in ledgers.refunds.get(purchase.id, ())
            if payment_id == payment.id and status not in (RefundStatus.FAILED, RefundStatus.CANCELLED)
        )
        if claimed != payment.refund_claimed_cents:
            yield f"payment {payment.id}: refunds of {claimed} cents, claimed are {payment.refund_claimed_cents}"
        if payment.refund_claimed_cents > payment.paid_cents:
            yield f"payment {payment.id}: more sent back than was paid"
    yield from _move_faults(purchase, ledgers)
    paid = sum(
        payment.paid_cents - payment.charged_back_cents - payment.refund_claimed_cents for payment in purchase.payments
    )
    if purchase.state is not PurchaseState.PLACED and paid > owed_cents(purchase):
        yield f"{paid - owed_cents(purchase)} cents were paid in vain and not sent back"


def _move_faults(purchase: Purchase, ledgers: _Ledgers) -> Iterator[str]:
    """The ledger of money says of each payment what came and was taken back, and of each refund what left."""
    expected: dict[str, int] = {}
    for payment in purchase.payments:
        expected[f"payment {payment.id}"] = payment.paid_cents
        expected[f"chargeback of payment {payment.id}"] = -payment.charged_back_cents
    gone = (RefundStatus.SENT, RefundStatus.REFUNDED)
    for id_, _payment_id, status, cents in ledgers.refunds.get(purchase.id, ()):
        expected[f"refund {id_}"] = -cents if status in gone else 0
    moved: dict[str, int] = defaultdict(int)
    for payment_id, refund_id, kind, cents in ledgers.money.get(purchase.id, ()):
        back = kind is MoneyKind.CHARGED_BACK
        name = f"refund {refund_id}" if refund_id else f"{'chargeback of ' if back else ''}payment {payment_id}"
        moved[name] += cents
    for name in sorted(expected.keys() | moved.keys()):
        if expected.get(name, 0) != moved.get(name, 0):
            yield f"{name} is over {expected.get(name, 0)} cents, its moves over {moved.get(name, 0)}"


def _document_vat_faults(purchase: Purchase, credited: int) -> Iterator[str]:
    """The VAT of the invoice is the order's, and that of all credit notes its part of what they are over."""
    invoiced: dict[int, tuple[int, int]] = {}
    noted: dict[int, tuple[int, int]] = {}
    for document in purchase.documents:
        found = noted if document.kind is DocumentKind.CREDIT else invoiced
        for one in document.vat:
            net, tax = found.get(one.percent, (0, 0))
            found[one.percent] = (net + one.net_cents, tax + one.vat_cents)
    if not purchase.documents:
        return
    if invoiced != {one.percent: (one.net_cents, one.vat_cents) for one in purchase.vat}:
        yield "the VAT of its invoice is not that of the order"
    sums = [VatSum(one.percent, one.gross_cents, one.vat_cents) for one in purchase.vat]
    if not credit_vat_agrees(sums, noted, credited):
        yield "the VAT of its credit notes is not their part of the order's"


def _document_faults(purchase: Purchase, ledgers: _Ledgers) -> Iterator[str]:
    credited = 0
    for document in purchase.documents:
        if hashlib.sha256(document.snapshot.encode()).hexdigest() != document.sha256:
            yield f"{document.number} is not what was issued"
            continue
        cents: int = msgspec.json.decode(document.snapshot)["cents"]
        if document.kind is DocumentKind.CREDIT:
            credited += cents
        elif cents != purchase.total_cents:
            yield f"{document.number} is over {cents} cents, the order over {purchase.total_cents}"
    yield from _document_vat_faults(purchase, credited)
    less = purchase.total_cents - owed_cents(purchase)
    if credited > less:
        yield f"{credited} cents credited, more than is not owed"
    if credited < less and purchase.documents and purchase.id not in ledgers.waiting_credits:
        yield f"{less - credited} cents are owed no longer, and no credit note says so"


def _series_faults(session: Session) -> Iterator[BookFault]:
    """Numbers are unique: a series whose numbers are as many as its last, which is the highest, has no gap."""
    left = session.scalar(select(func.count(Document.id))) or 0
    for row in session.scalars(select(NumberSeries).order_by(NumberSeries.name)):
        count = cast(func.substr(Document.number, len(row.name) + 2), Integer)
        own = Document.number.startswith(f"{row.name}-", autoescape=True)
        numbers, first, last = session.execute(select(func.count(), func.min(count), func.max(count)).where(own)).one()
        left -= numbers
        if (numbers, first or 1, last or 0) != (row.last, 1, row.last):
            found = set(session.scalars(select(count).where(own)))
            yield BookFault(row.name, f"numbers missing or too many: {sorted(set(range(1, row.last + 1)) ^ found)[:5]}")
    if left:
        yield from _documents_without_series(session)


def _documents_without_series(session: Session) -> Iterator[BookFault]:
    known = set(session.scalars(select(NumberSeries.name)))
    found = {number.rpartition("-")[0] for number in session.scalars(select(Document.number))}
    for series in sorted(found - known):
        yield BookFault(series, "documents without a series")
