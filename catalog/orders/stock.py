"""Stock as a ledger: levels that are the sums of their moves, reserved and released by purchases.

The catalogue has counts, each with a moment. A level starts from the newest count, less what was sold since: so neither
an old file nor an undo ever brings sold packs back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.orm import Session

from catalog.db.bulk import insert_new
from catalog.models import Product, table_of
from catalog.orders.models import MoveKind, Purchase, StockLevel, StockMove
from catalog.orders.store import OrdersStore

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment of the count that a product came with, before any sale."""
_SINCE = (MoveKind.SOLD, MoveKind.RETURNED, MoveKind.WRITTEN_OFF, MoveKind.RECEIVED, MoveKind.CORRECTED, MoveKind.HELD)
"""Moves after a count that change what it would find now."""


class Count(Struct, frozen=True):
    """A count of the packs of a product on the shelf, those of unsent orders included."""

    product_id: int
    packs: int
    at: datetime

    @staticmethod
    def of(product: Product) -> "Count":
        """The newest count in the catalogue."""
        return Count(product.id, product.stock, product.stock_counted_at or _FIRST)


class SoldOutError(Exception):
    """More packs asked for than there are; `left` has the number that is left, by product id. Nothing was reserved."""

    def __init__(self, left: Mapping[int, int]) -> None:
        self.left = dict(left)
        super().__init__(f"not enough stock: {self.left}")


_LEVELS = select(
    StockLevel.product_id,
    (StockLevel.on_hand - StockLevel.reserved).label("available"),
    StockLevel.reserved,
    StockLevel.counted_at,
).where(StockLevel.product_id.in_(bindparam("ids", expanding=True)))
"""Stock levels of products; put together once, since that takes longer than to read it."""


def available(store: OrdersStore, counts: Collection[Count]) -> dict[int, int]:
    """The packs that may be ordered at this moment, by product id."""
    known = store.known()
    missing = [count for count in counts if count not in known]
    if missing:
        with store.connection() as connection:
            rows = connection.execute(_LEVELS, {"ids": [count.product_id for count in missing]}).all()
            levels = {row.product_id: row for row in rows}
            known |= {count: _left(connection, count, levels.get(count.product_id)) for count in missing}
    return {count.product_id: known[count] for count in counts}


def _left(connection: Connection, count: Count, level: Any) -> int:
    if level is None:
        return count.packs
    if level.counted_at == count.at:
        return int(level.available)
    return max(0, count.packs + _left_since(connection, count) - int(level.reserved))


def _levels(session: Session, product_ids: Collection[int], *, lock: bool = False) -> dict[int, StockLevel]:
    """The levels by product id, read anew; `lock` holds them until the end of the transaction, in one order."""
    query = select(StockLevel).where(StockLevel.product_id.in_(sorted(product_ids))).order_by(StockLevel.product_id)
    if lock:
        query = query.with_for_update()
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {level.product_id: level for level in rows}


def _left_since(reader: Session | Connection, count: Count) -> int:
    """The change of the packs on the shelf after a count, by sales, returns and staff."""
    moved = select(func.sum(StockMove.by_on_hand)).where(
        StockMove.product_id == count.product_id, StockMove.kind.in_(_SINCE), StockMove.at > count.at
    )
    return reader.scalar(moved) or 0


def reserve(
    session: Session, wanted: Mapping[int, int], counts: Sequence[Count], purchase_id: int, at: datetime
) -> list[int]:
    """Reserve packs for a purchase: all or none. Returns the products of which no pack is left. Raises SoldOutError."""
    levels = _counted_levels(session, counts, at)
    short = {id_: levels[id_].available for id_, packs in wanted.items() if levels[id_].available < packs}
    if short:
        raise SoldOutError(short)
    for product_id in sorted(wanted):
        _move(session, levels[product_id], MoveKind.RESERVED, at, by_reserved=wanted[product_id], purchase=purchase_id)
    return [product_id for product_id in sorted(wanted) if levels[product_id].available == 0]


def _counted_levels(session: Session, counts: Sequence[Count], at: datetime) -> dict[int, StockLevel]:
    """The levels of counted products, held until the end of the transaction, with the newest counts taken over."""
    ids = [count.product_id for count in counts]
    levels = _levels(session, ids)
    before = set(levels)
    new = [{"product_id": one.product_id, "on_hand": 0, "reserved": 0, "counted_at": one.at} for one in counts]
    new = [values for values in new if values["product_id"] not in before]
    if new:
        insert_new(session, table_of(StockLevel), new)
    if new or session.get_bind().dialect.name == "postgresql":  # a transaction of SQLite that writes is alone already
        levels = _levels(session, ids, lock=True)
    for count in sorted(counts, key=lambda count: count.product_id):
        level = levels[count.product_id]
        first = count.product_id not in before and level.on_hand == 0
        if first or level.counted_at != count.at:
            _take_over(session, level, count, at)
    return levels


def _take_over(session: Session, level: StockLevel, count: Count, at: datetime) -> None:
    """Start a level from a count; packs that are promised and not found make it short, and stay promised."""
    found = count.packs + _left_since(session, count)
    on_hand = max(found, level.reserved)
    level.short, level.counted_at = on_hand - found, count.at
    _move(session, level, MoveKind.COUNTED, at, by_on_hand=on_hand - level.on_hand)


def held_packs(session: Session, purchase: Purchase) -> dict[int, int]:
    """The packs that a purchase holds reserved, by product id."""
    query = select(StockMove.product_id, func.sum(StockMove.by_reserved)).where(StockMove.purchase_id == purchase.id)
    return {id_: int(packs) for id_, packs in session.execute(query.group_by(StockMove.product_id)) if packs}


def release(session: Session, purchase: Purchase, at: datetime, packs: Mapping[int, int] | None = None) -> None:
    """Give back packs that a purchase holds reserved, by product id; without them all of them."""
    held = held_packs(session, purchase)
    if packs is not None:
        held = {id_: min(packs.get(id_, 0), number) for id_, number in held.items() if packs.get(id_)}
    levels = _levels(session, held, lock=True)
    for product_id in sorted(held):
        _move(session, levels[product_id], MoveKind.RELEASED, at, by_reserved=-held[product_id], purchase=purchase.id)


class SoldPacks(Struct, frozen=True):
    """Packs of a product and a lot that leave the shelf."""

    product_id: int
    packs: int
    lot: str


def sell(session: Session, purchase: Purchase, sold: Sequence[SoldPacks], at: datetime, *, who: str) -> None:
    """Take packs that a purchase holds reserved from the shelf, each with its lot."""
    levels = _levels(session, {one.product_id for one in sold}, lock=True)
    for one in sold:
        _move(
            session,
            levels[one.product_id],
            MoveKind.SOLD,
            at,
            by_on_hand=-one.packs,
            by_reserved=-one.packs,
            purchase=purchase.id,
            lot=one.lot,
            who=who,
        )


class UnsentPacks(Struct, frozen=True):
    """Packs of a product and a lot of an undone parcel, and how many of them are promised to the purchase again."""

    product_id: int
    packs: int
    promised: int
    lot: str


def put_back_unsent(
    session: Session, purchase: Purchase, back: Sequence[UnsentPacks], at: datetime, *, who: str, reason: str
) -> None:
    """Put the packs of an undone parcel on the shelf again: the counter-entry of `sell`."""
    levels = _levels(session, {one.product_id for one in back}, lock=True)
    for one in back:
        _move(
            session,
            levels[one.product_id],
            MoveKind.SOLD,
            at,
            by_on_hand=one.packs,
            by_reserved=one.promised,
            purchase=purchase.id,
            lot=one.lot,
            who=who,
            reason=reason,
        )


def relabel_sold(
    session: Session, purchase: Purchase, was: SoldPacks, lot: str, at: datetime, *, who: str, reason: str
) -> None:
    """Give packs that were sold another lot: the old one is taken back and the new one sold."""
    level = _levels(session, [was.product_id], lock=True)[was.product_id]
    for by, of_lot in ((was.packs, was.lot), (-was.packs, lot)):
        _move(
            session,
            level,
            MoveKind.SOLD,
            at,
            by_on_hand=by,
            purchase=purchase.id,
            lot=of_lot,
            who=who,
            reason=reason,
        )


class StockChange(Struct, frozen=True):
    """A change of a product's stock by staff. The same key changes it once."""

    key: str
    who: str
    lot: str = ""
    reason: str = ""


class NotThereError(Exception):
    """More packs written off than are on the shelf. Nothing was changed."""


def count_packs(session: Session, count: Count, packs: int, change: StockChange, at: datetime) -> StockLevel:
    """Take over a count by staff: the packs on the shelf now, those of unsent orders included."""
    level = counted_level(session, count, at)
    if not _is_done(session, change):
        move_by_staff(session, level, MoveKind.CORRECTED, packs - level.found, change, at=at)
    return level


def receive_packs(session: Session, count: Count, packs: int, change: StockChange, at: datetime) -> StockLevel:
    """Put packs that came in on the shelf, with their lot."""
    level = counted_level(session, count, at)
    if not _is_done(session, change):
        move_by_staff(session, level, MoveKind.RECEIVED, packs, change, at=at)
    return level


def write_off(session: Session, count: Count, packs: int, change: StockChange, at: datetime) -> StockLevel:
    """Take packs off the shelf that nobody may buy any more. Raises NotThereError."""
    level = counted_level(session, count, at)
    if not _is_done(session, change):
        if packs > level.found:
            raise NotThereError
        move_by_staff(session, level, MoveKind.WRITTEN_OFF, -packs, change, at=at)
    return level


def hold_packs(session: Session, product_id: int, packs: int, change: StockChange, at: datetime) -> int:
    """Take packs out of sale for a while, as many as are on the shelf; returns how many."""
    level = _levels(session, [product_id], lock=True).get(product_id)
    held = min(packs, level.found) if level is not None else 0
    if level is not None and held:
        move_by_staff(session, level, MoveKind.HELD, -held, change, at=at)
    return held


def end_hold(session: Session, product_id: int, packs: int, change: StockChange, at: datetime, *, lost: bool) -> None:
    """Put held packs back into sale, or write them off."""
    level = _levels(session, [product_id], lock=True)[product_id]
    move_by_staff(session, level, MoveKind.HELD, packs, change, at=at)
    if lost:
        off = StockChange(f"{change.key}.off", change.who, change.lot, change.reason)
        move_by_staff(session, level, MoveKind.WRITTEN_OFF, -packs, off, at=at)


def counted_level(session: Session, count: Count, at: datetime) -> StockLevel:
    """The level of a product, held until the end of the transaction, with the newest count taken over."""
    return _counted_levels(session, [count], at)[count.product_id]


def _is_done(session: Session, change: StockChange) -> bool:
    return session.scalar(select(StockMove.id).where(StockMove.key == change.key)) is not None


def move_by_staff(
    session: Session, level: StockLevel, kind: MoveKind, packs: int, change: StockChange, *, at: datetime
) -> None:
    """Add a move of staff. Packs that are promised and not there stay promised, and make the level short."""
    found = level.found + packs
    gap = max(found, level.reserved) - level.on_hand - packs
    level.short = max(0, level.reserved - found)
    moves = [(kind, packs), *([(MoveKind.COUNTED, gap)] if gap else [])]
    for one, by in (
        moves if packs > 0 else reversed(moves)
    ):  # a level is never below its promises, between moves neither
        key = change.key if one is kind else None
        _move(session, level, one, at, by_on_hand=by, lot=change.lot, who=change.who, reason=change.reason, key=key)


def relabel_received(session: Session, level: StockLevel, move: StockMove, change: StockChange, at: datetime) -> None:
    """Give packs that were received another lot: the right one is received, and the wrong one taken back."""
    for by, lot, key in ((move.by_on_hand, change.lot, None), (-move.by_on_hand, move.lot, change.key)):
        _move(
            session,
            level,
            MoveKind.RECEIVED,
            at,
            by_on_hand=by,
            lot=lot,
            who=change.who,
            reason=change.reason,
            key=key,
        )


class ReturnedPacks(Struct, frozen=True):
    """Packs of a product and a lot that came back; those that are not restocked are written off."""

    product_id: int
    packs: int
    restocked: int
    lot: str


def take_back(session: Session, purchase: Purchase, back: Sequence[ReturnedPacks], at: datetime, *, who: str) -> None:
    """Put packs that came back on the shelf, and take those off again that nobody may buy any more."""
    levels = _levels(session, {one.product_id for one in back}, lock=True)
    for one in back:
        level, id_ = levels[one.product_id], purchase.id
        _move(session, level, MoveKind.RETURNED, at, by_on_hand=one.packs, purchase=id_, lot=one.lot, who=who)
        lost = one.restocked - one.packs
        if lost:
            _move(session, level, MoveKind.WRITTEN_OFF, at, by_on_hand=lost, purchase=id_, lot=one.lot, who=who)


def _move(
    session: Session,
    level: StockLevel,
    kind: MoveKind,
    at: datetime,
    *,
    by_on_hand: int = 0,
    by_reserved: int = 0,
    purchase: int | None = None,
    lot: str = "",
    who: str = "",
    reason: str = "",
    key: str | None = None,
) -> None:
    """Add a move to the ledger and to its level."""
    move = {"product_id": level.product_id, "at": at, "kind": kind, "purchase_id": purchase, "lot": lot, "who": who}
    move |= {"by_on_hand": by_on_hand, "by_reserved": by_reserved, "reason": reason, "key": key}
    session.execute(insert(StockMove), [move])
    level.on_hand += by_on_hand
    level.reserved += by_reserved
    level.low_told = level.low_told and level.available <= level.low_at
    session.flush()
