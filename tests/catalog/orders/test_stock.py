"""Stock as a ledger: sold packs never come back by a count, an import, an undo or a restoration."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from catalog.orders.models import MoveKind, StockLevel, StockMove
from catalog.orders.payments import cancel, purchase_for_update
from catalog.orders.stock import Count, SoldOutError, available
from catalog.orders.store import OrdersStore
from tests.catalog.orders.goods import NOW, goods, placed, placing_of, quote_of

LATER = NOW + timedelta(hours=1)


def left(store: OrdersStore, count: Count) -> int:
    return available(store, [count])[count.product_id]


def test_a_product_without_orders_has_what_was_counted(store: OrdersStore) -> None:
    assert left(store, Count.of(goods(1, stock=7))) == 7


def test_an_order_reserves_its_packs_and_a_cancelled_one_gives_them_back(store: OrdersStore) -> None:
    jar = goods(1, stock=7)
    purchase = placed(store, placing_of(quote_of((jar, 3)))).purchase
    assert left(store, Count.of(jar)) == 4
    with store.writing() as session:
        cancel(session, purchase_for_update(session, purchase.id), LATER, who="shopper")
    assert left(store, Count.of(jar)) == 7


def test_an_order_for_more_than_there_is_reserves_nothing(store: OrdersStore) -> None:
    plenty, few = goods(1, stock=9), goods(2, stock=1)
    with pytest.raises(SoldOutError) as refused:
        placed(store, placing_of(quote_of((plenty, 2), (few, 2))))
    assert refused.value.left == {2: 1}
    assert (left(store, Count.of(plenty)), left(store, Count.of(few))) == (9, 1)


def sell(store: OrdersStore, product_id: int, packs: int) -> None:
    """Send packs that an order had reserved, as packing does."""
    with store.writing() as session:
        level = session.get_one(StockLevel, product_id)
        level.on_hand, level.reserved = level.on_hand - packs, level.reserved - packs
        session.add(
            StockMove(product_id=product_id, at=LATER, kind=MoveKind.SOLD, by_on_hand=-packs, by_reserved=-packs)
        )


def test_a_count_from_before_a_sale_does_not_bring_sold_packs_back(store: OrdersStore) -> None:
    jar = goods(1, stock=10)
    placed(store, placing_of(quote_of((jar, 4))))
    sell(store, 1, 4)
    assert left(store, Count.of(jar)) == 6
    undone = goods(
        1, stock=8, counted_at=NOW - timedelta(days=1)
    )  # an undo brings back an older count, with its moment
    assert left(store, Count.of(undone)) == 4
    placed(store, placing_of(quote_of((undone, 4))), LATER)
    with pytest.raises(SoldOutError):
        placed(store, placing_of(quote_of((undone, 1))), LATER)


def test_a_count_after_a_sale_is_what_is_on_the_shelf(store: OrdersStore) -> None:
    jar = goods(1, stock=10)
    placed(store, placing_of(quote_of((jar, 4))))
    sell(store, 1, 4)
    counted = goods(1, stock=5, counted_at=LATER + timedelta(minutes=1))
    assert left(store, Count.of(counted)) == 5


def test_a_count_below_what_is_promised_leaves_nothing_to_order_and_says_what_is_short(store: OrdersStore) -> None:
    jar = goods(1, stock=10)
    placed(store, placing_of(quote_of((jar, 6))))
    counted = goods(1, stock=4, counted_at=LATER)
    assert left(store, Count.of(counted)) == 0
    with pytest.raises(SoldOutError):
        placed(store, placing_of(quote_of((counted, 1))), LATER)
    other = goods(2, stock=1)
    placed(store, placing_of(quote_of((other, 1))), LATER)
    with store.reading() as session:
        level = session.get_one(StockLevel, 1)
        moved = session.scalar(select(func.sum(StockMove.by_on_hand)).where(StockMove.product_id == 1))
        assert level.on_hand == moved, "the level is the sum of its moves"
