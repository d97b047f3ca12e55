"""The books, corrupted on purpose: the check names the order, the product or the series."""

from typing import Any

import pytest
from sqlalchemy import select, text, update

from catalog.orders.checks import book_faults
from catalog.orders.models import (
    GoodsReturnLine,
    MoneyMove,
    OrdersBase,
    Payment,
    PaymentStatus,
    Purchase,
    PurchaseLine,
    PurchaseVat,
    StockLevel,
    StockMove,
)
from catalog.orders.payments import PaymentSeen, see_payment
from catalog.orders.returns import ReturnedLine, decide, receive
from catalog.orders.shipping import Parcel, ParcelLine, ship
from catalog.orders.store import OrdersStore
from catalog.orders.withdrawal import Statement, WithdrawnLine, withdraw
from tests.catalog.orders.goods import NOW, goods, placed, placing_of, quote_of


@pytest.fixture
def number(store: OrdersStore) -> str:
    """The number of a paid order."""
    made = placed(store, placing_of(quote_of((goods(1), 2), (goods(2, cents=595), 1))))
    assert made.payment is not None
    cents = made.payment.cents
    with store.writing() as session:
        see_payment(session, made.payment.id, PaymentSeen("tr_1", PaymentStatus.PAID, cents, cents), (), NOW)
    return made.purchase.number


def test_sound_books_have_no_fault(store: OrdersStore, number: str) -> None:
    with store.reading() as session:
        assert not list(book_faults(session)), number


@pytest.mark.parametrize(
    ("model", "change", "where"),
    [
        (StockLevel, {"on_hand": StockLevel.on_hand + 1}, "product 1"),
        (StockMove, {"by_reserved": StockMove.by_reserved + 1}, "product 1"),
        (PurchaseVat, {"vat_cents": PurchaseVat.vat_cents + 1, "net_cents": PurchaseVat.net_cents - 1}, "number"),
        (PurchaseLine, {"vat_cents": PurchaseLine.vat_cents + 1}, "number"),
        (PurchaseLine, {"quantity": 1, "line_cents": PurchaseLine.unit_cents}, "number"),
        (PurchaseLine, {"shipped": 1}, "number"),
        (Payment, {"refund_claimed_cents": 1}, "number"),
        (Payment, {"paid_cents": Payment.paid_cents + 1}, "number"),
        (Purchase, {"lines_cents": Purchase.lines_cents + 1, "total_cents": Purchase.total_cents + 1}, "number"),
    ],
)
def test_a_corrupted_sum_is_named(
    model: type[OrdersBase], change: dict[str, Any], where: str, store: OrdersStore, number: str
) -> None:
    with store.writing() as session:
        session.execute(update(model).values(change))
    with store.reading() as session:
        assert (number if where == "number" else where) in {fault.where for fault in book_faults(session)}


@pytest.fixture
def returned_number(store: OrdersStore, number: str) -> str:
    """The number of that order once it was sent, withdrawn from in part, and a pack was paid back and written off."""
    with store.writing() as session:
        purchase = session.scalars(select(Purchase)).one()
        ship(session, purchase, Parcel("s", [ParcelLine(1, 2, "L"), ParcelLine(2, 1, "M")]), NOW, who="packer")
        withdraw(session, purchase, Statement("w", "Jo", "jo@voorbeeld.nl", (WithdrawnLine(1, 2),)), NOW)
        receive(session, purchase, [ReturnedLine(1, 1, 1, 1)], NOW, key="r", who="packer")
        decide(session, purchase, {1: 1}, {1: 2}, NOW, who="owner")
    return number


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (PurchaseLine, {"returned": PurchaseLine.returned + 1}),
        (PurchaseLine, {"credited": PurchaseLine.credited + 1}),
        (PurchaseLine, {"refused": PurchaseLine.refused + 1}),
        (PurchaseLine, {"withdrawn": 1}),
        (GoodsReturnLine, {"sealed": GoodsReturnLine.sealed + 1}),
        (GoodsReturnLine, {"restocked": 0}),
        (Purchase, {"goodwill_cents": 1}),
        (MoneyMove, {"cents": MoneyMove.cents - 1}),
    ],
)
def test_a_corrupted_return_is_named(
    model: type[OrdersBase], change: dict[str, Any], store: OrdersStore, returned_number: str
) -> None:
    with store.reading() as session:
        assert not list(book_faults(session))
    with store.writing() as session:
        session.execute(update(model).values(change))
    with store.reading() as session:
        assert returned_number in {fault.where for fault in book_faults(session)}


def test_a_gap_in_the_numbers_of_documents_is_named(store: OrdersStore) -> None:
    with store.writing() as session:
        session.execute(text("INSERT INTO number_series (name, last) VALUES ('F2026', 3)"))
    with store.reading() as session:
        assert [fault.where for fault in book_faults(session)] == ["F2026"]
