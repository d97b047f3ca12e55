"""Finding of orders by staff: by words of number, name, e-mail address and postcode, and by what they wait for.

Every list is read along an index and stops after a page, so that it takes as long at a million orders as at a thousand.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, case, delete, exists, func, insert, select, text
from sqlalchemy.orm import Session, aliased

from catalog.db.bulk import column_in
from catalog.models import table_of
from catalog.orders.models import (
    COMES_BACK,
    PAID_LATER,
    TRANSFER,
    UNSENT,
    Job,
    OrdersBase,
    Payment,
    Purchase,
    PurchaseLine,
    PurchaseState,
    PurchaseWord,
    Refund,
    RefundStatus,
    StockLevel,
    Withdrawal,
)
from catalog.orders.outbox import is_about_order, owner_of

PAGE = 50
MOST_FAILED_JOBS = 500
_LONGEST_WORD = 64
_SHORTEST_START = 3
"""Letters from which on the start of a word finds it; a shorter one must be the whole word."""
_BATCH = 500
_COMMON = 5000
"""Orders from which on a word counts as common."""
_LAST_SIGN = "\U0010ffff"
_POSTCODE = re.compile(r"\b([1-9][0-9]{3}) ([a-z]{2})\b", re.ASCII)


class OrderFilter(StrEnum):
    """A saved filter of the list."""

    TO_PACK = "to-pack"
    UNPAID = "unpaid"
    ATTENTION = "attention"
    WITHDRAWN = "withdrawn"
    RETURNS = "returns"


class OrderSearch(Struct, frozen=True):
    """The orders that staff look for; `start` is the id of the first one on the page."""

    text: str = ""
    filter: OrderFilter | None = None
    start: int | None = None

    @property
    def is_oldest_first(self) -> bool:
        return self.filter is OrderFilter.TO_PACK


class FoundOrder(Struct, frozen=True):
    """A row of the list: an order with its lines, and what was paid for it and sent back."""

    purchase: Purchase
    lines: Sequence[PurchaseLine]
    paid_cents: int
    refunded_cents: int


class OrdersPage(Struct, frozen=True):
    """A page of orders, and the id that the next one starts from."""

    orders: Sequence[FoundOrder]
    next_start: int | None


def words_of(text: str) -> list[str]:
    """The words that a text is found by, without accents, capitals and signs; an e-mail address is one word."""
    found: set[str] = set()
    for part in _plain(text).split():
        if "@" in part:
            found.add(part)
        else:
            pieces = re.findall(r"\w+", part)
            found |= {"".join(pieces), *pieces}
    return sorted(word[:_LONGEST_WORD] for word in found if word)


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _POSTCODE.sub(r"\1\2", plain)


def _asked_words(text: str) -> list[str]:
    """The words of a search, each of which an order must have."""
    joined = (part if "@" in part else "".join(re.findall(r"\w+", part)) for part in _plain(text).split())
    return sorted({word[:_LONGEST_WORD] for word in joined if word})


def note_words(session: Session, purchase: Purchase) -> None:
    """Write the words that a purchase is found by, in place of those before."""
    session.execute(delete(PurchaseWord).where(PurchaseWord.purchase_id == purchase.id))
    add_words(session, purchase)


def add_words(session: Session, purchase: Purchase) -> None:
    """Write the words that a new purchase is found by."""
    texts = (purchase.number, purchase.name, purchase.company, purchase.email, purchase.postcode)
    words = sorted({word for text in texts for word in words_of(text)})
    session.execute(insert(table_of(PurchaseWord)), [{"word": one, "purchase_id": purchase.id} for one in words])


def find_orders(session: Session, wanted: OrderSearch) -> OrdersPage:
    """A page of the orders that are looked for: the oldest first of those to pack, else the newest."""
    if wanted.text and not _asked_words(wanted.text):
        return OrdersPage((), None)
    ids: set[int] = set()
    for source in _sources(session, wanted.filter):
        ids.update(session.scalars(_limited(session, source, wanted)))
    ordered = sorted(ids, reverse=not wanted.is_oldest_first)
    page = ordered[:PAGE]
    return OrdersPage(_rows(session, page), ordered[PAGE] if len(ordered) > PAGE else None)


def _limited(session: Session, source: Select[int], wanted: OrderSearch) -> Select[int]:
    """The first ids of a page and one more."""
    for word in _asked_words(wanted.text):
        same = PurchaseWord.word == word
        if len(word) >= _SHORTEST_START:
            same = (PurchaseWord.word >= word) & (PurchaseWord.word < word + _LAST_SIGN)
        source = source.where(_has_word(session, same))
    oldest, (order_id,) = wanted.is_oldest_first, source.selected_columns
    if wanted.start is not None:
        source = source.where(order_id >= wanted.start if oldest else order_id <= wanted.start)
    return source.order_by(order_id if oldest else order_id.desc()).limit(PAGE + 1)


def _has_word(session: Session, same: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an order has a word: from the word where few have it, else asked of each order until a page is full."""
    few = select(PurchaseWord.purchase_id).where(same)
    found = session.scalar(select(func.count()).select_from(few.limit(_COMMON + 1).subquery())) or 0
    if found > _COMMON:
        return exists().where(PurchaseWord.purchase_id == Purchase.id, same)
    return Purchase.id.in_(few)


_UNSENT = exists().where(
    PurchaseLine.purchase_id == Purchase.id, PurchaseLine.quantity > PurchaseLine.withdrawn + PurchaseLine.shipped
)

_COMES_BACK = exists().where(
    PurchaseLine.purchase_id == Purchase.id,
    (PurchaseLine.quantity + PurchaseLine.returned < PurchaseLine.withdrawn + PurchaseLine.shipped)
    | (PurchaseLine.returned > PurchaseLine.credited + PurchaseLine.refused),
)
"""Whether packs are expected back, or came back and nobody decided about them yet."""
_KEPT_PACKS = (
    case(
        (
            PurchaseLine.quantity - PurchaseLine.withdrawn > PurchaseLine.shipped,
            PurchaseLine.quantity - PurchaseLine.withdrawn,
        ),
        else_=PurchaseLine.shipped,
    )
    - PurchaseLine.credited
)
_KEPT = func.coalesce(func.sum(PurchaseLine.unit_cents * _KEPT_PACKS), 0)
OWED = (
    select(_KEPT + case((_KEPT == 0, 0), else_=Purchase.delivery_cents - Purchase.goodwill_cents))
    .where(PurchaseLine.purchase_id == Purchase.id)
    .correlate(Purchase)
    .scalar_subquery()
)
"""The amount owed for an order that did not end, as `payments.owed_cents`; below 0 counts as nothing."""
_RECEIVED = (
    select(func.coalesce(func.sum(Payment.paid_cents - Payment.charged_back_cents - Payment.refund_claimed_cents), 0))
    .where(Payment.purchase_id == Purchase.id)
    .correlate(Purchase)
    .scalar_subquery()
)


def _sources(session: Session, wanted: OrderFilter | None) -> list[Select[int]]:
    """The queries whose results together are a filter's; each selects the ids of orders."""
    every = select(Purchase.id)
    confirmed = every.where(Purchase.state == PurchaseState.CONFIRMED)
    match wanted:
        case None:
            return [every]
        case OrderFilter.TO_PACK:
            return [confirmed.where(_UNSENT)]
        case OrderFilter.UNPAID:
            later = every.where(text(f"({PAID_LATER})"), OWED > _RECEIVED)
            return [every.where(Purchase.state == PurchaseState.PLACED), later]
        case OrderFilter.WITHDRAWN:
            return [_owners(Withdrawal)]
        case OrderFilter.RETURNS:
            back = select(PurchaseLine.purchase_id).where(text(f"({COMES_BACK})"))
            return [every.where(Purchase.id.in_(back))]
    return [
        every.where(Purchase.id.in_(_failed_refunds())),
        every.where(Purchase.id.in_(_refunds_by_hand())),
        _owners(Payment).where(Payment.charged_back_cents > 0),
        every.where(column_in(session, Purchase.id, _orders_of_failed_jobs(session))),
        confirmed.where(Purchase.id.in_(_short_orders())),
    ]


def _owners(table: type[Payment | Withdrawal]) -> Select[int]:
    """The orders of a table's rows, read in order along its index, so that a page ends the reading."""
    return select(table.purchase_id).join(Purchase, Purchase.id == table.purchase_id).distinct()


def _failed_refunds() -> Select[int]:
    """Orders whose last refund failed, so that money that was to go back is still here."""
    later = aliased(Refund)
    mended = exists().where(
        later.purchase_id == Refund.purchase_id,
        later.id > Refund.id,
        later.status.not_in([RefundStatus.FAILED, RefundStatus.CANCELLED]),
    )
    return select(Refund.purchase_id).where(Refund.status == RefundStatus.FAILED, ~mended)


def _refunds_by_hand() -> Select[int]:
    """Orders with money that staff are to send back from their bank."""
    query = select(Refund.purchase_id).join(Payment, Payment.id == Refund.payment_id)
    return query.where(Refund.status == RefundStatus.WANTED, Payment.provider == TRANSFER)


def _short_orders() -> Select[int]:
    """Orders with packs to send of products of which the last count found less than was promised."""
    short = select(StockLevel.product_id).where(StockLevel.short > 0)
    return select(PurchaseLine.purchase_id).where(text(f"({UNSENT})"), PurchaseLine.product_id.in_(short))


def _orders_of_failed_jobs(session: Session) -> list[int]:
    """Orders that a job was given up for."""
    query = select(Job.kind, Job.row_id).where(Job.done_at.is_(None), Job.failed_at.is_not(None))
    by_owner: dict[type[OrdersBase], set[int]] = {}
    for kind, row_id in session.execute(query.order_by(Job.failed_at.desc()).limit(MOST_FAILED_JOBS)):
        if not is_about_order(kind):
            continue
        by_owner.setdefault(owner_of(kind), set()).add(row_id)
    found = by_owner.pop(Purchase, set())
    for owner, ids in by_owner.items():
        table = table_of(owner)
        found.update(session.scalars(select(table.c.purchase_id).where(column_in(session, table.c.id, ids))))
    return sorted(found)


def _rows(session: Session, ids: Sequence[int]) -> list[FoundOrder]:
    """The orders of a page in its order: three queries, however many there are."""
    if not ids:
        return []
    purchases = {one.id: one for one in session.scalars(select(Purchase).where(column_in(session, Purchase.id, ids)))}
    lines: dict[int, list[PurchaseLine]] = {id_: [] for id_ in ids}
    query = select(PurchaseLine).where(column_in(session, PurchaseLine.purchase_id, ids))
    for line in session.scalars(query.order_by(PurchaseLine.purchase_id, PurchaseLine.position)):
        lines[line.purchase_id].append(line)
    sums = (
        select(Payment.purchase_id, func.sum(Payment.paid_cents), func.sum(Payment.refund_claimed_cents))
        .where(column_in(session, Payment.purchase_id, ids))
        .group_by(Payment.purchase_id)
    )
    money = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(sums)}
    return [FoundOrder(purchases[id_], lines[id_], *money.get(id_, (0, 0))) for id_ in ids]


def orders_to_pack(session: Session, most: int, *, trial: bool) -> list[Purchase]:
    """The oldest orders to pack, and trial ones among them only where asked for."""
    query = select(Purchase).where(Purchase.state == PurchaseState.CONFIRMED, _UNSENT, Purchase.erased_at.is_(None))
    if not trial:
        query = query.where(Purchase.trial.is_(False))
    return list(session.scalars(query.order_by(Purchase.id).limit(most)))


def orders_between(session: Session, first: datetime, last: datetime) -> Iterator[FoundOrder]:
    """The orders placed from a moment to another, oldest first, a batch in memory at a time."""
    query = select(Purchase.id).where(Purchase.placed_at >= first, Purchase.placed_at < last)
    ids = session.scalars(query.order_by(Purchase.placed_at, Purchase.id)).all()
    for start in range(0, len(ids), _BATCH):
        yield from _rows(session, ids[start : start + _BATCH])
        session.expunge_all()


def counts_by_filter(session: Session) -> dict[OrderFilter, int]:
    """How many orders wait, by filter; counting ends above a page."""
    counts = {}
    for one in (OrderFilter.TO_PACK, OrderFilter.UNPAID, OrderFilter.ATTENTION, OrderFilter.RETURNS):
        ids: set[int] = set()
        for source in _sources(session, one):
            ids.update(session.scalars(_limited(session, source, OrderSearch(filter=one))))
        counts[one] = len(ids)
    return counts


class Alarms(Struct, frozen=True):
    """Orders whose money went astray: a refund that failed, a bank that took the money back."""

    failed_refunds: int
    charged_back: int

    def __bool__(self) -> bool:
        return self.failed_refunds + self.charged_back > 0


def alarms(session: Session) -> Alarms:
    """The orders whose money went astray, counted in one query."""
    failed = select(func.count(func.distinct(_failed_refunds().subquery().c.purchase_id))).scalar_subquery()
    back = select(func.count(func.distinct(Payment.purchase_id))).where(Payment.charged_back_cents > 0)
    return Alarms(*session.execute(select(failed, back.scalar_subquery())).one())


CLOSE_AFTER = timedelta(days=14)


def finished_orders(session: Session, now: datetime) -> list[int]:
    """Ids of orders that nothing more is to happen to: all sent, arrived 14 days ago, paid, no return open."""
    under_way = [RefundStatus.WANTED, RefundStatus.SENT]
    waits = exists().where(Refund.purchase_id == Purchase.id, Refund.status.in_(under_way))
    query = select(Purchase.id).where(
        Purchase.state == PurchaseState.CONFIRMED,
        Purchase.delivered_at < now - CLOSE_AFTER,
        OWED <= _RECEIVED,
        ~_COMES_BACK,
        ~waits,
        Purchase.id.not_in(_failed_refunds()),
    )
    return list(session.scalars(query.order_by(Purchase.id).limit(100)))
